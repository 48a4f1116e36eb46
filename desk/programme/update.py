"""Differences of a programme file are applied: by the actions where one exists, else plainly."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from accounts.transactions import action
from desk.programme.differences import Difference
from desk.programme.entries import Record
from desk.programme.file import Programme
from desk.programme.rows import agenda_item, quota_rows, stored_venue
from events import history
from events.actions import EventError, announce_event, move_event, retitle_event
from events.models import AgendaItem, Event, EventChange, Venue
from registrations.actions import (
    RegistrationError,
    change_admission,
    change_capacity,
    set_quotas,
)
from registrations.models import Option, Quota
from registrations.questions import note_lowering

TITLES = {"title_cs", "title_en"}
PERIOD = {"period_from", "period_to"}
TIMES = {"starts_at", "ends_at"}
ADMISSION = {
    *("admission", "admits_from", "opens_to_everybody_at"),
    *("has_place_while_pending", "offer_hours"),
}
BY_ACTIONS = TITLES | TIMES | ADMISSION | {"venue", "capacity", "quotas"}
# Told by their names alone in a fact, which holds no free text.
TEXTS = ("description_cs", "description_en", "agenda")


def apply(programme: Programme, differences: list[Difference]) -> list[str]:
    """Applies all that can be applied; returns a line for each change that was refused.

    Each verb is a transaction of its own; everything without a verb is one transaction more.
    """
    refused = [f"{item} ({_why_fixed(item)})" for item in differences if item.is_fixed]
    plain = [item for item in differences if not item.is_fixed and not isinstance(item.row, Event)]
    for event, own in _by_event(differences).items():
        record = programme.events[event.slug]
        refused += _run_actions(event, record, {item.name for item in own})
        plain += [item for item in own if _has_no_action(item.name, event, record)]
    if plain:
        edit_programme(programme, plain)
    return refused


def _why_fixed(item: Difference) -> str:
    is_hall = isinstance(item.row, Venue)
    return f"fixed: {'a published event uses this hall' if is_hall else 'it has answers'}"


def _by_event(differences: list[Difference]) -> dict[Event, list[Difference]]:
    found: dict[Event, list[Difference]] = {}
    for item in differences:
        if isinstance(item.row, Event):
            found.setdefault(item.row, []).append(item)
    return found


def _is_dated(event: Event, record: Record) -> bool:
    return event.starts_at is not None or "starts_at" in record.fields


def _has_no_action(name: str, event: Event, record: Record) -> bool:
    """An event without a date announces its period, one with a date moves to its hall."""
    if name in PERIOD:
        return _is_dated(event, record)
    if name == "venue":
        return not _is_dated(event, record)
    return name not in BY_ACTIONS


def _run_actions(event: Event, record: Record, names: set[str]) -> list[str]:
    """The verbs for what differs; returns a line for each that was refused."""
    fields, refused = record.fields, []
    is_dated = _is_dated(event, record)
    if names & TITLES:
        retitle_event(event.pk, fields["title_cs"], fields["title_en"])
    if names & TIMES or ("venue" in names and is_dated):
        try:
            _move(event, record, is_to_another_hall="venue" in names)
        except EventError as error:
            refused.append(f"{event.slug}: not moved. {error}")
    if names & PERIOD and not is_dated:
        announce_event(event.pk, fields["period_from"], fields["period_to"])
    return refused + _change_places(event, record, names)


def _change_places(event: Event, record: Record, names: set[str]) -> list[str]:
    if "capacity" in names:
        change_capacity(event.pk, record.fields["capacity"])
    if "quotas" in names:
        set_quotas(event.pk, [*_other_quotas(event), *quota_rows(record)])
    if names & ADMISSION:
        try:
            _change_admission(event, record.fields)
        except RegistrationError as error:
            return [f"{event.slug}: way in not changed. {error}"]
    return []


def _other_quotas(event: Event) -> list[Quota]:
    """Those that a file does not name: of each town, of each organisation."""
    others = event.quotas.exclude(scope=Quota.Scope.SECTORS)
    return [Quota(scope=quota.scope, limit=quota.limit) for quota in others]


def _change_admission(event: Event, fields: dict[str, Any]) -> None:
    values = {name: fields.get(name, getattr(event, name)) for name in ADMISSION}
    if "admits_from" in fields:
        values["admits_from"] = event.series.events.get(slug=fields["admits_from"])
    change_admission(event.pk, **values)


def _move(event: Event, record: Record, *, is_to_another_hall: bool) -> None:
    times = {"starts_at": event.starts_at, "ends_at": event.ends_at} | record.fields
    hall = add_venue(record.fields["venue"]) if is_to_another_hall else None
    move_event(event.pk, times["starts_at"], times["ends_at"], hall)


@action
def add_venue(record: Record) -> Venue:
    """The hall of a file, made where it is not known yet."""
    return stored_venue(record)


@action
def edit_programme(
    programme: Programme, differences: list[Difference], *, actor_id: int | None = None
) -> None:
    """Writes what has no verb of its own: texts, agenda, settings; no revision rises.

    Each event concerned gets one fact, `edited`; a hall's words concern all events held there.
    """
    now = timezone.now()
    events = {event.pk: event for event in Event.objects.locked(*_concerned(differences))}
    facts: dict[int, dict[str, Any]] = {pk: {} for pk in events}
    for item in differences:
        if isinstance(item.row, Event):
            event = events[item.row.pk]
            _edit_event(event, programme.events[event.slug], item.name, facts[event.pk])
        else:
            _edit_row(item, facts)
    for pk, data in facts.items():
        _close_edit(events[pk], data, now, actor_id=actor_id)


def _concerned(differences: list[Difference]) -> set[int]:
    """The numbers of the events that differ or are held in a hall that differs."""
    return {pk for item in differences for pk in _events_of(item)}


def _events_of(item: Difference) -> list[int]:
    if isinstance(item.row, Event):
        return [item.row.pk]
    if isinstance(item.row, Venue):
        return list(item.row.events.values_list("pk", flat=True))
    return []


def _edit_row(item: Difference, facts: dict[int, dict[str, Any]]) -> None:
    """One column of a series, an area, a partner, a hall, a question or an option."""
    columns = [item.name]
    setattr(item.row, item.name, item.new)
    if isinstance(item.row, Option):
        note_lowering(item.row, timezone.now())
        columns.append("lowered_at")
    item.row.save(update_fields=columns)
    for pk in _events_of(item):
        _name_text(facts[pk], f"venue.{item.name}")


def _edit_event(event: Event, record: Record, name: str, data: dict[str, Any]) -> None:
    """One column of an event, or its agenda; adds it to the data of the fact."""
    if name in TEXTS:
        _name_text(data, name)
    if name == "agenda":
        return _replace_agenda(event, record)
    new = stored_venue(record.fields[name]) if name == "venue" else record.fields[name]
    if name not in TEXTS:
        data[name] = [history.plain(getattr(event, name)), history.plain(new)]
    return setattr(event, name, new)


def _close_edit(event: Event, data: dict[str, Any], now: datetime, *, actor_id: int | None) -> None:
    event.changed_at = now
    event.save()
    history.write_fact(event, EventChange.Kind.EDITED, now, data, actor_id=actor_id)


def _name_text(data: dict[str, Any], name: str) -> None:
    data.setdefault("texts", [[], []])[1].append(name)


def _replace_agenda(event: Event, record: Record) -> None:
    areas = {area.name_cs: area for area in event.series.areas.all()}
    points = [agenda_item(point, areas) for point in record.fields["agenda"]]
    for point in points:
        point.event = event
    event.agenda.all().delete()
    AgendaItem.objects.bulk_create(points)
