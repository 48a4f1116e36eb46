"""One person's place as a calendar entry: whose UID, which SEQUENCE (calendar.md §2)."""

from dataclasses import replace
from datetime import datetime

from events import ical
from events.entries import entry_of
from events.ical import CalendarEntry
from registrations.models import Registration


def uid(registration: Registration, incarnation: int) -> str:
    """The UID of a place after so many reinstatements: a UID that was cancelled is dead."""
    if not incarnation:
        return registration.uid
    name, _at, domain = registration.uid.partition("@")
    return f"{name}-{incarnation}@{domain}"


def place_entry(
    registration: Registration, *, incarnation: int, sequence: int, stamped_at: datetime
) -> CalendarEntry:
    """The entry of a place (`registration` read with its event), without an attendee."""
    return replace(
        entry_of(registration.event),
        uid=uid(registration, incarnation),
        sequence=sequence,
        stamped_at=stamped_at,
        created_at=registration.created_at,
    )


def download(registration: Registration) -> bytes:
    """The confirmed place as a file: as the latest invite, without METHOD and attendee."""
    event = registration.event
    entry = place_entry(
        registration,
        incarnation=event.incarnation,
        sequence=event.revision + registration.revision,
        stamped_at=event.changed_at,
    )
    return ical.single(entry)
