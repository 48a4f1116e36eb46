"""From the records of a programme file to rows of the database, not yet stored."""

from typing import Any

from desk.programme.entries import Record
from events.models import AgendaItem, Area, Event, Venue
from events.states import Status
from registrations.models import Quota

NOT_COLUMNS = ("venue", "moved_from_venue", "agenda", "questions", "quotas", "admits_from")


def event_row(slug: str, record: Record) -> Event:
    """A published event without its series, halls and agenda; calling off is not for files."""
    columns = {name: value for name, value in record.fields.items() if name not in NOT_COLUMNS}
    return Event(slug=slug, status=Status.PUBLISHED, **columns)


def quota_rows(record: Record) -> list[Quota]:
    """The quotas of an event, without it."""
    scope = Quota.Scope.SECTORS
    return [Quota(scope=scope, **quota.fields) for quota in record.fields.get("quotas", [])]


def agenda_item(record: Record, areas: dict[str, Area] | None = None) -> AgendaItem:
    """A point of the programme without its event."""
    columns = {name: value for name, value in record.fields.items() if name != "area"}
    area = (areas or {}).get(record.fields.get("area", ""))
    return AgendaItem(area=area, **columns)


def venue_row(record: Record) -> Venue:
    return Venue(**record.fields)


def hall_key(record: Record) -> tuple[Any, str, str]:
    """What tells one hall from another: town, Czech name, street."""
    fields = record.fields
    return (fields["town"], fields.get("name_cs", ""), fields.get("street", ""))


def known_venue(record: Record) -> Venue | None:
    town, name_cs, street = hall_key(record)
    rows = Venue.objects.select_related("town")
    return rows.filter(town=town, name_cs=name_cs, street=street).first()


def stored_venue(record: Record) -> Venue:
    """The hall as it is known, or a new one; for callers inside an action."""
    venue = known_venue(record)
    if venue is None:
        venue = venue_row(record)
        venue.save()
    return venue
