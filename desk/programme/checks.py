"""What must be true of a whole programme before anything of it is written."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db.models import Model

from desk.programme.entries import Record, refuse
from desk.programme.file import Programme
from desk.programme.questions import columns, options_of, problems_of_kind
from desk.programme.rows import agenda_item, event_row, hall_key, quota_rows, venue_row
from events.models import Area, Event, Partner, Series
from events.rules import PRAGUE, problems_of_times
from registrations.models import Option, Question


def check(programme: Programme) -> None:
    """Raises ProgrammeError with every complaint; the moments have their place in time already.

    Puts `minutes_after_start` in the place of each agenda point's time of day.
    """
    areas = {area.fields["name_cs"] for area in programme.areas}
    problems = _problems_of_series(programme)
    for slug, event in programme.events.items():
        problems += _problems_of_times(event) or _problems_of_columns(slug, event)
        problems += _problems_of_agenda(event, areas)
        problems += _problems_of_halls(event)
        problems += _problems_of_questions(event.fields.get("questions", []))
        problems += _problems_of_quotas(event) + _problems_of_call(event, programme)
    refuse(problems + _problems_of_shared_halls(programme.events.values()))


def cleaned(record: Record, row: Model, exclude: Iterable[str] = ()) -> list[str]:
    """What the model itself says against the row, each at the place of its column.

    Uniqueness is not asked: a row that is there already is what a second load finds.
    """
    try:
        row.full_clean(exclude=set(exclude), validate_unique=False, validate_constraints=False)
        row.validate_constraints(exclude={*exclude, "town", "slug"})
    except ValidationError as error:
        return [
            record.complaint(name, message)
            for name, messages in error.message_dict.items()
            for message in messages
        ]
    return []


def _problems_of_series(programme: Programme) -> list[str]:
    problems = cleaned(programme.series, Series(**programme.series.fields))
    for area in programme.areas:
        problems += cleaned(area, Area(position=1, **area.fields), ["series"])
    for partner in programme.partners:
        problems += cleaned(partner, Partner(position=1, **partner.fields), ["series"])
    return [
        *problems,
        *_problems_of_questions(programme.questions),
        *_repeated(programme.areas, "name_cs"),
        *_repeated(programme.partners, "name"),
    ]


def _problems_of_questions(records: list[Record]) -> list[str]:
    problems = _repeated(records, "label_cs")
    for record in records:
        problems += cleaned(record, Question(**columns(record)), ["series", "event"])
        problems += problems_of_kind(record)
        for option in options_of(record):
            problems += cleaned(option, Option(**option.fields), ["question"])
        problems += _repeated(options_of(record), "label_cs")
    return problems


def _problems_of_quotas(event: Record) -> list[str]:
    return [
        problem
        for record, row in zip(event.fields.get("quotas", []), quota_rows(event), strict=True)
        for problem in cleaned(record, row, ["event"])
    ]


def _problems_of_call(event: Record, programme: Programme) -> list[str]:
    """Members are of a call that stands in the same file."""
    is_for_members = event.fields.get("admission") == Event.Admission.MEMBERS
    name = event.fields.get("admits_from")
    if name is None:
        return [event.complaint("admission", "say whose members")] if is_for_members else []
    if not is_for_members:
        return [event.complaint("admits_from", "the event is not for members")]
    call = programme.events.get(name)
    if call is None or call.fields["kind"] != Event.Kind.CALL:
        return [event.complaint("admits_from", f"no such call: {name}")]
    return []


def _problems_of_columns(slug: str, event: Record) -> list[str]:
    return cleaned(
        event, event_row(slug, event), ["series", "venue", "moved_from_venue", "admits_from"]
    )


def _repeated(records: Iterable[Record], name: str) -> list[str]:
    seen, problems = set(), []
    for record in records:
        if record.fields[name] in seen:
            problems.append(record.complaint(name, f"stands twice: {record.fields[name]}"))
        seen.add(record.fields[name])
    return problems


def _problems_of_times(event: Record) -> list[str]:
    problems = []
    for prefix in ("", "moved_from_"):
        starts, ends = f"{prefix}starts_at", f"{prefix}ends_at"
        given = [name for name in (starts, ends) if name in event.fields]
        if len(given) == 1:
            problems.append(event.complaint(given[0], "starts and ends belong together"))
        elif given:
            reasons = problems_of_times(event.fields[starts], event.fields[ends])
            problems += [event.complaint(ends, str(reason)) for reason in reasons]
    if "moved_from_starts_at" in event.fields and "starts_at" not in event.fields:
        problems.append(event.complaint("moved_from_starts_at", "the event has no start itself"))
    return problems


def _problems_of_agenda(event: Record, areas: set[str]) -> list[str]:
    points = event.fields.get("agenda", [])
    if points and not {"starts_at", "ends_at"} <= event.fields.keys():
        return [event.complaint("agenda", "an event without a start has no agenda yet")]
    problems = []
    for point in points:
        problems += _problems_of_point(point, event.fields["starts_at"], event.fields["ends_at"])
        problems += _problems_of_area(point, areas)
    return problems + _repeated(points, "minutes_after_start")


def _problems_of_point(point: Record, start: datetime, end: datetime) -> list[str]:
    begins = start.astimezone(PRAGUE)
    minutes = point.fields.pop("at") - begins.hour * 60 - begins.minute
    point.fields["minutes_after_start"] = max(0, minutes)
    point.places["minutes_after_start"] = point.place("at")
    if minutes < 0:
        return [point.complaint("at", "before the event starts")]
    if start + timedelta(minutes=minutes) > end:
        return [point.complaint("at", "after the event ends")]
    return cleaned(point, agenda_item(point), ["event", "area"])


def _problems_of_area(point: Record, areas: set[str]) -> list[str]:
    area = point.fields.get("area")
    return [] if area in {*areas, None} else [point.complaint("area", f"no such area: {area}")]


def _problems_of_halls(event: Record) -> list[str]:
    problems = []
    for name in ("venue", "moved_from_venue"):
        if name in event.fields:
            hall: Record = event.fields[name]
            problems += cleaned(hall, venue_row(hall))
    return problems + _problems_of_region(event)


def _problems_of_region(event: Record) -> list[str]:
    if not {"region", "venue"} <= event.fields.keys():
        return []
    hall, region = event.fields["venue"], event.fields["region"]
    town = hall.fields["town"]
    words = f"{town} lies in {town.region.code}, not in {region.code}"
    return [] if town.region == region else [hall.complaint("town", words)]


def _problems_of_shared_halls(events: Iterable[Record]) -> list[str]:
    """A hall that two events name must read the same in both."""
    halls: dict[tuple[object, ...], Record] = {}
    problems = []
    for event in events:
        for name in ("venue", "moved_from_venue"):
            if name in event.fields:
                hall = event.fields[name]
                first = halls.setdefault(hall_key(hall), hall)
                if first.fields != hall.fields:
                    problems.append(hall.entry.complaint("described otherwise for another event"))
    return problems
