"""A programme file is loaded: checked whole, what is missing created, the rest compared."""

from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from django.utils import timezone

from accounts.transactions import action
from desk.programme.checks import check
from desk.programme.differences import Difference, differences_of
from desk.programme.entries import Record
from desk.programme.file import Programme, read_programme
from desk.programme.questions import create_questions
from desk.programme.rows import agenda_item, event_row, quota_rows, stored_venue
from desk.programme.shift import place_in_time, recorded_weeks, weeks_until_upcoming
from desk.programme.update import apply
from events import history
from events.models import AgendaItem, Area, Event, Partner, Series
from registrations.models import Quota


@dataclass
class Report:
    """What a load did: `created` and `refused` are lines for the operator."""

    weeks: int
    created: list[str]
    differences: list[Difference] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def load_programme(
    path: Path, *, upcoming: bool = False, update: bool = False, today: date | None = None
) -> Report:
    """Creates what the file has and the database lacks; an existing event changes by `update` only.

    `upcoming` moves a series, when it is created, by whole weeks so that its first event lies about
    three weeks after `today` (Prague); later loads compare with the series moved the same way.
    What the file does not name is neither compared nor changed; nor is a calling-off.
    Raises ProgrammeError, before anything is written, with every complaint about the file.
    """
    programme = read_programme(path)
    weeks = _weeks(programme, today or timezone.localdate(), upcoming=upcoming)
    place_in_time(programme, weeks)
    check(programme)
    report = Report(weeks, create_programme(programme, weeks))
    report.differences = differences_of(programme)
    if update:
        report.refused = apply(programme, report.differences)
    return report


def _weeks(programme: Programme, today: date, *, upcoming: bool) -> int:
    series = Series.objects.filter(slug=programme.series.fields["slug"]).first()
    if series:
        return recorded_weeks(series)
    return weeks_until_upcoming(programme, today) if upcoming else 0


@action
def create_programme(programme: Programme, weeks: int, *, actor_id: int | None = None) -> list[str]:
    """Stores what is missing, all of it or nothing; returns a line for each new series and event.

    The first fact of each event remembers by how many weeks the file was moved (`weeks_later`).
    """
    now = timezone.now()
    columns = dict(programme.series.fields)
    slug = columns.pop("slug")
    series, is_new = Series.objects.get_or_create(slug=slug, defaults=columns)
    lines = [f"series {slug}"] if is_new else []
    areas = _create_areas(series, programme.areas)
    _create_partners(series, programme.partners)
    create_questions(series, programme.questions)
    known = set(series.events.values_list("slug", flat=True))
    for position, (slug, record) in enumerate(programme.events.items(), start=1):
        if slug not in known:
            event = event_row(slug, record)
            event.series, event.position = series, position
            _create_event(event, record, areas, now, weeks, actor_id)
            lines.append(f"event {slug}")
    for event in series.events.all():
        if event.slug in programme.events:
            record = programme.events[event.slug]
            create_questions(event, record.fields.get("questions", []))
    return lines


def _create_areas(series: Series, records: list[Record]) -> dict[str, Area]:
    """All areas of the series by their Czech names."""
    for position, record in enumerate(records, start=1):
        columns = record.fields | {"position": position}
        name_cs = columns.pop("name_cs")
        series.areas.get_or_create(name_cs=name_cs, defaults=columns)
    return {area.name_cs: area for area in series.areas.all()}


def _create_partners(series: Series, records: list[Record]) -> None:
    for position, record in enumerate(records, start=1):
        defaults = {"rank": record.fields["rank"], "position": position}
        Partner.objects.get_or_create(series=series, name=record.fields["name"], defaults=defaults)


def _create_event(
    event: Event,
    record: Record,
    areas: dict[str, Area],
    now: datetime,
    weeks: int,
    actor_id: int | None,
) -> None:
    for name in ("venue", "moved_from_venue"):
        if name in record.fields:
            setattr(event, name, stored_venue(record.fields[name]))
    if "admits_from" in record.fields:
        event.admits_from = event.series.events.get(slug=record.fields["admits_from"])
    data = {"weeks_later": [0, weeks]} if weeks else {}
    history.write_creation(event, now, actor_id=actor_id, data=data)
    points = [agenda_item(point, areas) for point in record.fields.get("agenda", [])]
    for point in points:
        point.event = event
    AgendaItem.objects.bulk_create(points)
    quotas = quota_rows(record)
    for quota in quotas:
        quota.event = event
    Quota.objects.bulk_create(quotas)
