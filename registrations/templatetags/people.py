"""What an organiser's page of an event says of its people, in numbers."""

from django import template

from events.models import Event
from registrations import capacity

register = template.Library()


@register.simple_tag
def counts_of(event: Event) -> dict[str, int]:
    """How many live registrations of the event have each status, in one query."""
    return capacity.by_status(event)
