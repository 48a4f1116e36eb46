"""Where the database and a programme file disagree; only what the file names is compared."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from textwrap import shorten
from typing import Any

from desk.programme.entries import Record
from desk.programme.file import Programme
from desk.programme.keys import MOVED_FROM
from desk.programme.questions import stored
from desk.programme.rows import hall_key, known_venue, quota_rows
from events.models import AgendaItem, Area, Event, Partner, Series, Venue
from events.rules import PRAGUE
from events.states import Status
from registrations.models import Option, Question, Quota

Row = Series | Area | Partner | Venue | Event | Question | Option
# What stands in people's calendars: fixed once a published event uses the hall.
ADDRESS = ("name_en", "postcode", "latitude", "longitude")


@dataclass(frozen=True)
class Difference:
    """One column of one row: what it holds, and what the file says.

    `name` is also `venue` and `agenda` of an event; these hold words, not rows. `is_fixed`: the
    address of a hall that a published event uses, and the kind of a question that has answers.
    """

    where: str
    row: Row
    name: str
    old: Any
    new: Any
    is_fixed: bool = False

    def __str__(self) -> str:
        return f"{self.where}: {self.name} {shown(self.old)} → {shown(self.new)}"


def shown(value: Any) -> str:
    """A value in a line of a report: a moment on the wall clock of Prague, a long text cut."""
    if isinstance(value, datetime):
        return f"{value.astimezone(PRAGUE):%Y-%m-%d %H:%M}"
    return shorten(str(value), width=60, placeholder="…") or "(empty)"


def differences_of(programme: Programme) -> list[Difference]:
    """All of them, in the order of the file; the series has been created."""
    series = Series.objects.get(slug=programme.series.fields["slug"])
    found = list(_columns("series", series, programme.series.fields))
    for area in programme.areas:
        stored_area = series.areas.get(name_cs=area.fields["name_cs"])
        found += _columns(f"areas › {stored_area.name_cs}", stored_area, area.fields)
    for partner in programme.partners:
        stored = series.partners.get(name=partner.fields["name"])
        found += _columns(f"partners › {stored.name}", stored, partner.fields)
    found += _of_questions(series, programme.questions)
    events = {event.slug: event for event in series.events.with_place()}
    for slug, record in programme.events.items():
        found += _of_event(events[slug], record)
    return _once(found)


def _of_questions(owner: Series | Event, records: list[Record]) -> Iterator[Difference]:
    """What kind a question is stays fixed once somebody answered it."""
    for where, row, fields in stored(owner, records):
        for item in _columns(where, row, fields):
            is_fixed = isinstance(row, Question) and item.name == "kind" and row.is_answered()
            yield replace(item, is_fixed=is_fixed)


def _columns(where: str, row: Row, fields: dict[str, Any]) -> Iterator[Difference]:
    for name, new in fields.items():
        old = getattr(row, name)
        if old != new:
            yield Difference(where, row, name, old, new)


def _of_event(event: Event, record: Record) -> Iterator[Difference]:
    apart = ("venue", "agenda", "questions", "quotas", "admits_from", *MOVED_FROM)
    columns = {name: value for name, value in record.fields.items() if name not in apart}
    yield from _columns(event.slug, event, columns)
    if "venue" in record.fields:
        yield from _of_hall(event, record.fields["venue"])
    if "agenda" in record.fields:
        yield from _of_agenda(event, record.fields["agenda"])
    yield from _of_questions(event, record.fields.get("questions", []))
    yield from _of_quotas(event, record)
    yield from _of_call(event, record)


def _of_quotas(event: Event, record: Record) -> Iterator[Difference]:
    if "quotas" not in record.fields:
        return
    stored = event.quotas.filter(scope=Quota.Scope.SECTORS).order_by("pk")
    old, new = ([(q.sectors, q.limit) for q in rows] for rows in (stored, quota_rows(record)))
    if sorted(old) != sorted(new):
        yield Difference(event.slug, event, "quotas", old, new)


def _of_call(event: Event, record: Record) -> Iterator[Difference]:
    new = record.fields.get("admits_from")
    old = event.admits_from.slug if event.admits_from else None
    if new is not None and new != old:
        yield Difference(event.slug, event, "admits_from", old or "", new)


def _of_hall(event: Event, record: Record) -> Iterator[Difference]:
    """Another hall, or other words about the hall that is known."""
    town, name_cs, street = hall_key(record)
    venue = event.venue
    if venue is None or (venue.town, venue.name_cs, venue.street) != (town, name_cs, street):
        words = ", ".join(part for part in (name_cs, street, str(town)) if part)
        yield Difference(event.slug, event, "venue", venue.address if venue else "", words)
    known = known_venue(record)
    if known:
        for found in _columns(f"{event.slug} › venue", known, record.fields):
            is_fixed = found.name in ADDRESS and is_in_use(known)
            yield Difference(
                found.where, known, found.name, found.old, found.new, is_fixed=is_fixed
            )


def is_in_use(venue: Venue) -> bool:
    """Whether an event that was ever made public is held there."""
    return venue.events.exclude(status=Status.DRAFT).exists()


def _of_agenda(event: Event, records: list[Record]) -> Iterator[Difference]:
    old = [
        _point(item) for item in event.agenda.select_related("area").order_by("minutes_after_start")
    ]
    new = sorted(_point_of_file(record) for record in records)
    if old != new:
        yield Difference(event.slug, event, "agenda", _points(old), _points(new))


Point = tuple[int, str, str, str, str, str, bool]


def _point(item: AgendaItem) -> Point:
    area = item.area.name_cs if item.area else ""
    texts = (item.title_cs, item.title_en, item.note_cs, item.note_en)
    return (item.minutes_after_start, *texts, area, item.is_break)


def _point_of_file(record: Record) -> Point:
    def text(name: str) -> str:
        return str(record.fields.get(name, ""))

    texts = (text("title_cs"), text("title_en"), text("note_cs"), text("note_en"))
    minutes, is_break = record.fields["minutes_after_start"], record.fields.get("is_break", False)
    return (minutes, *texts, text("area"), is_break)


def _points(points: list[Point]) -> str:
    return f"({len(points)} points) " + ", ".join(f"+{point[0]} min {point[1]}" for point in points)


def _once(found: list[Difference]) -> list[Difference]:
    """A hall that several events share is told of once."""
    seen, kept = set(), []
    for difference in found:
        key = (type(difference.row), difference.row.pk, difference.name)
        if key not in seen:
            kept.append(difference)
        seen.add(key)
    return kept
