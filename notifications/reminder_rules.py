"""When a reminder is due: rules in words of a series, moments on the wall clock of Prague."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache

from events import dates

# Nobody is written to from nine in the evening to seven in the morning.
NIGHT_BEGINS, NIGHT_ENDS = time(21), time(7)
EVENING_BEFORE = time(20, 30)
# Holidays and weekends in a row move a reminder by at most so many days (Easter, Christmas).
LONGEST_SHIFT = timedelta(days=10)


@dataclass(frozen=True)
class Rule:
    """So many days before the start at an hour (Europe/Prague), or so many hours before."""

    text: str
    days: int | None = None
    hour: int = 0
    hours: int = 0

    @property
    def margin(self) -> timedelta:
        """How long before the start a reminder still helps."""
        return timedelta(hours=1) if self.days is not None else timedelta(minutes=15)

    @property
    def reach(self) -> timedelta:
        """How long before the start it can come due at the earliest."""
        return timedelta(days=self.days or 0, hours=self.hours) + LONGEST_SHIFT


@lru_cache(maxsize=256)
def parsed(text: str) -> tuple[Rule, ...]:
    """The rules of a series, "7d@9 1d@9 3h", each once.

    What is no rule is left out: a slip in one series must not silence the others.
    """
    found = (_rule(part) for part in text.split())
    return tuple(dict.fromkeys(rule for rule in found if rule))


def _rule(text: str) -> Rule | None:
    if found := re.fullmatch(r"(\d{1,2})d@(\d{1,2})", text, re.ASCII):
        days, hour = (int(part) for part in found.groups())
        if hour < 24:
            return Rule(text, days=days, hour=hour)
    elif found := re.fullmatch(r"(\d{1,2})h", text, re.ASCII):
        return Rule(text, hours=int(found[1]))
    return None


def due_at(rule: Rule, starts_at: datetime) -> datetime:
    """The moment (UTC) a rule comes due for an event that starts at this aware moment.

    Days before: the hour on the wall clock; a day that is no working day gives way to the last one
    before it. In the hour that spring skips it moves forward, in the one that autumn repeats the
    first counts. Hours before: absolute; at night it moves to 20:30 of the evening before.
    """
    if rule.days is None:
        # In UTC: on the wall clock a day of a changing clock would count 24 hours, too.
        return _not_at_night(starts_at.astimezone(UTC) - timedelta(hours=rule.hours))
    day = dates.day_of(starts_at) - timedelta(days=rule.days)
    if not dates.is_working_day(day):
        day = dates.working_day_before(day)
    return dates.at(day, time(rule.hour))


def _not_at_night(moment: datetime) -> datetime:
    local = dates.in_prague(moment)
    if local.time() >= NIGHT_BEGINS:
        return dates.at(local.date(), EVENING_BEFORE)
    if local.time() < NIGHT_ENDS:
        return dates.at(local.date() - timedelta(days=1), EVENING_BEFORE)
    return moment


def wait_until(now: datetime) -> datetime | None:
    """The morning (UTC) that a mail waits for; None by day."""
    local = dates.in_prague(now)
    if local.time() < NIGHT_ENDS:
        return dates.at(local.date(), NIGHT_ENDS)
    if local.time() >= NIGHT_BEGINS:
        return dates.at(local.date() + timedelta(days=1), NIGHT_ENDS)
    return None
