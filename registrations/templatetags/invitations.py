"""What an organiser's page says of its invitations, in numbers."""

from django import template
from django.utils import timezone

from events.models import Event, Series
from registrations.models import Invitation

register = template.Library()


@register.simple_tag
def number_of_unanswered(target: Event | Series) -> int:
    """How many invitations to this are valid and have no answer yet."""
    return Invitation.objects.to(target).unanswered(timezone.now()).count()
