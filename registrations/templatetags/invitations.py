"""What an organiser's page says of its invitations, in numbers."""

from django import template
from django.utils import timezone

from events.models import Event, Series
from registrations import invitation_rules
from registrations.models import Invitation

register = template.Library()


@register.simple_tag
def number_to_remind(target: Event | Series) -> int:
    """How many of those invited to this a click would remind now."""
    now = timezone.now()
    if invitation_rules.problems_of_reminding(target, now):
        return 0
    return Invitation.objects.to(target).remindable(now).count()
