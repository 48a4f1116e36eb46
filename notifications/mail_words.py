"""What and when and where, in the words of a mail."""

from datetime import datetime

from events import dates
from events.models import Event, Venue
from events.templatetags.status import when

LONGEST_NAME_IN_SUBJECT = 80


def shortened(text: str) -> str:
    longest = LONGEST_NAME_IN_SUBJECT
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def when_of(event: Event) -> str:
    """Day and hours; for an event without a date its period in words."""
    return hours_of(event.starts_at, event.ends_at) or when(event)


def hours_of(starts_at: datetime | None, ends_at: datetime | None) -> str:
    return dates.full_range(starts_at, ends_at) if starts_at and ends_at else ""


def where_of(venue: Venue | None) -> str:
    parts = (venue.name, venue.street_and_town) if venue else ()
    return ", ".join(part for part in parts if part)
