"""What an organiser's page of an event says of its people, in numbers."""

from django import template

from events.models import Event
from registrations import capacity
from registrations.models.organisations import words_of_sectors

register = template.Library()


@register.simple_tag
def seats_by_sector(event: Event) -> list[tuple[str, int, int]]:
    """Of each group of sectors that the event counts: its name, its seats, how many are left.

    No group is said to have more left than the event has.
    """
    free = event.places_free
    return [
        (words_of_sectors(quota.sectors), quota.limit, min(left, free))
        for quota, left in capacity.left_by_sectors(event)
    ]


@register.simple_tag
def counts_of(event: Event) -> dict[str, int]:
    """How many live registrations of the event have each status, in one query."""
    return capacity.by_status(event)
