"""A programme placed in time: by whole weeks, on the wall clock of Prague."""

from datetime import date, datetime, time, timedelta

from desk.programme.entries import Record, refuse
from desk.programme.file import Programme
from events.models import EventChange, Series
from events.rules import PRAGUE, exists_on_the_clock

DAYS_AHEAD = 20
MOMENTS = (
    *("starts_at", "ends_at", "opens_at", "closes_at", "opens_to_everybody_at"),
    *("moved_from_starts_at", "moved_from_ends_at"),
)


def weeks_until_upcoming(programme: Programme, today: date) -> int:
    """By how many weeks the first event must move to lie 20 to 26 days ahead; may be negative.

    A call lies where it closes. Events without a date count only where none has one, by the first
    day of their period.
    """
    events = programme.events.values()
    names = ("starts_at", "closes_at")
    days = [event.fields[name].date() for event in events for name in names if name in event.fields]
    days = days or [
        event.fields["period_from"] for event in events if "period_from" in event.fields
    ]
    return -((min(days) - today - timedelta(days=DAYS_AHEAD)).days // 7) if days else 0


def recorded_weeks(series: Series) -> int:
    """By how many weeks the series was moved when it was created: the facts of its events know."""
    facts = EventChange.objects.filter(event__series=series, kind=EventChange.Kind.CREATED)
    weeks = (fact.new("weeks_later") for fact in facts.order_by("pk"))
    return next((int(number) for number in weeks if number is not None), 0)


def place_in_time(programme: Programme, weeks: int) -> None:
    """Moves every moment and makes it aware. Raises ProgrammeError for times no clock shows."""
    problems: list[str] = []
    for event in programme.events.values():
        if weeks:
            _move_period(event, weeks)
        for name in MOMENTS:
            if name in event.fields:
                problems += _place(event, name, weeks)
    refuse(problems)


def _place(event: Record, name: str, weeks: int) -> list[str]:
    """The earlier of two where the autumn change shows a time twice; returns what is wrong."""
    wall_clock: datetime = event.fields[name] + timedelta(weeks=weeks)
    if not exists_on_the_clock(wall_clock):
        return [event.complaint(name, f"{wall_clock:%Y-%m-%d %H:%M} is skipped by summer time")]
    event.fields[name] = wall_clock.replace(tzinfo=PRAGUE)
    return []


def _move_period(event: Record, weeks: int) -> None:
    """The half-year of the new start, or of the middle of the moved period."""
    if "period_from" not in event.fields:
        return
    first, last = event.fields["period_from"], event.fields["period_to"]
    middle = datetime.combine(first + (last - first) / 2, time())
    day = (event.fields.get("starts_at", middle) + timedelta(weeks=weeks)).date()
    event.fields["period_from"], event.fields["period_to"] = half_year(day)


def half_year(day: date) -> tuple[date, date]:
    """The first and the last day of the half-year that holds the day."""
    if day.month <= 6:
        return date(day.year, 1, 1), date(day.year, 6, 30)
    return date(day.year, 7, 1), date(day.year, 12, 31)
