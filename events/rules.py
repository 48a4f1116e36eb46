"""Why not? What stands in the way of changing an event, each reason fit to show a person."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from events.models import Event
from events.states import Status

Problem = str | Promise
PRAGUE = ZoneInfo("Europe/Prague")
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)


def problems_of_times(starts_at: datetime, ends_at: datetime) -> list[Problem]:
    """What is wrong with a start and an end, whatever the event."""
    problems: list[Problem] = []
    if ends_at <= starts_at:
        problems.append(_("The end must be after the start."))
    if not (EARLIEST <= starts_at < LATEST and EARLIEST <= ends_at < LATEST):
        problems.append(_("The date must lie between the years 2000 and 2100."))
    return problems


def exists_on_the_clock(wall_clock: datetime) -> bool:
    """False for a naive Prague time that the spring change skips (2:00 to 3:00)."""
    aware = wall_clock.replace(tzinfo=PRAGUE)
    return aware.astimezone(UTC).astimezone(PRAGUE).replace(tzinfo=None) == wall_clock


def problems_of_moving(
    event: Event, starts_at: datetime, ends_at: datetime, now: datetime
) -> list[Problem]:
    """Why an event may not get this start and end (aware datetimes)."""
    if event.is_call:
        return [_("A call has no start, only a deadline.")]
    problems = problems_of_times(starts_at, ends_at)
    if event.is_over(now):
        problems.append(_("The session is over."))
    if starts_at <= now:
        problems.append(_("The new start has passed already."))
    return problems


def problems_of_calling_off(event: Event, now: datetime) -> list[Problem]:
    """Why an event cannot be called off now."""
    if event.status != Status.PUBLISHED:
        return [_("Only a published session can be called off.")]
    return [_("The session is over.")] if event.is_over(now) else []


def problems_of_reinstating(event: Event, now: datetime) -> list[Problem]:
    """Why a calling-off cannot be taken back now."""
    if not event.is_called_off:
        return [_("The session is not called off.")]
    if event.has_started(now):
        return [_("Its start has passed. Set a new date first.")]
    return []
