"""Events as calendar entries, and the addresses under which a calendar takes them."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.urls import reverse

from events.ical import CalendarEntry, google_link, outlook_link
from events.models import Event, Series
from events.states import Status


def entry_of(event: Event) -> CalendarEntry:
    """A dated event in the active language, with its own UID and its revision as SEQUENCE.

    Read it with its place. ValueError for an event without a date.
    """
    if event.starts_at is None or event.ends_at is None:
        raise ValueError("an event without a date stands in no calendar")
    series, venue = event.series, event.venue
    return CalendarEntry(
        uid=event.uid,
        sequence=event.revision,
        stamped_at=event.changed_at,
        created_at=event.created_at,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        summary=f"{series.title}, {event.name}",
        organizer_name=series.organiser,
        organizer_email=settings.MAIL_FROM,
        location=venue.address if venue else "",
        latitude=venue.latitude if venue else None,
        longitude=venue.longitude if venue else None,
        venue_name=venue.name if venue else "",
        url="" if series.is_closed_door else settings.BASE_URL + event.get_absolute_url(),
        is_private=series.is_closed_door,
        is_cancelled=event.is_called_off,
    )


@dataclass(frozen=True)
class CalendarLinks:
    """Where to get a calendar: subscribed to, as a file, and on the web where that is possible."""

    file: str
    google: str = ""
    outlook: str = ""

    @property
    def subscribe(self) -> str:
        """The absolute address of the file that a calendar program takes for itself."""
        return f"webcal://{settings.BASE_URL.partition('://')[2]}{self.file}"


def links_of_series(series: Series) -> CalendarLinks | None:
    """None behind a closed door."""
    if series.is_closed_door:
        return None
    return CalendarLinks(reverse("series_calendar", args=[series.slug]))


def links_of_event(event: Event, now: datetime) -> CalendarLinks | None:
    """None where there is nothing to add: no date, called off or over, not public."""
    is_public = event.status == Status.PUBLISHED and not event.series.is_closed_door
    if event.starts_at is None or event.is_over(now) or not is_public:
        return None
    entry = entry_of(event)
    file = reverse("event_calendar", args=[event.series.slug, event.slug])
    return CalendarLinks(file, google_link(entry), outlook_link(entry))
