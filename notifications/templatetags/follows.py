"""What the pages of an event show of wishes to hear of its date: the form, and their number."""

from django import template
from django.utils import timezone

from events.models import Event
from notifications import rules
from notifications.forms import FollowForm
from notifications.models import Follow
from registrations.nonces import Nonce

register = template.Library()


@register.simple_tag
def follow_form(event: Event) -> FollowForm | None:
    """The form of a wish; None where there is nothing to wait for."""
    if rules.problems_of_following(event):
        return None
    nonce = Nonce.new(event.pk, timezone.now()).signed()
    return FollowForm(initial={"nonce": nonce})


@register.simple_tag
def number_of_followers(event: Event) -> int:
    """How many confirmed wishes there are; nobody is named."""
    return Follow.objects.of_event(event).active().count()
