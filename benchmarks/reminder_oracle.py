"""What calendar.md §6 says must become of each reminder, worked out apart from the program.

Plain sums on the wall clock of Prague over what a story tells; nothing of the program is imported.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

PRAGUE = ZoneInfo("Europe/Prague")
# Act No. 245/2000 Coll., as far as the weeks of 2024 that are looked at hold any.
HOLIDAYS = {date(2024, 3, 29), date(2024, 4, 1), date(2024, 10, 28)}
Key = tuple[str, str, datetime]


@dataclass
class Person:
    """A delegate as the story knows them; a place from a moment to a moment (aware), if at all."""

    name: str
    to_email: str
    since: datetime | None = None
    until: datetime | None = None
    # When mails about this very place went out.
    told: list[datetime] = field(default_factory=list)

    def has_place(self, at: datetime) -> bool:
        is_past = self.until is not None and self.until <= at
        return self.since is not None and self.since <= at and not is_past

    def is_just_told(self, now: datetime) -> bool:
        return any(now - at <= timedelta(hours=12) for at in self.told)


@dataclass
class Session:
    """A session as the story knows it; `starts_at` in UTC, `rules` in the order they are asked."""

    name: str
    rules: str
    starts_at: datetime
    people: list[Person] = field(default_factory=list)
    is_called_off: bool = False


@dataclass
class Oracle:
    """Looks at the sessions at each sweep and writes down what must have become of what is due."""

    outcomes: dict[Key, str] = field(default_factory=dict)
    # Who must have got a reminder, and when.
    letters: list[tuple[str, datetime]] = field(default_factory=list)

    def look(self, sessions: list[Session], now: datetime) -> None:
        """A session that is called off reminds of nothing; a moved one has new reminders."""
        for session in sessions:
            for rule in [] if session.is_called_off else session.rules.split():
                due = due_at(rule, session.starts_at)
                for person in session.people if due <= now else []:
                    self._decide(person, rule, due, session.starts_at, now)

    def _decide(
        self, person: Person, rule: str, due: datetime, starts_at: datetime, now: datetime
    ) -> None:
        key = (person.name, rule, starts_at)
        if key in self.outcomes:
            return
        outcome = outcome_of(person, rule, due, starts_at, now)
        if outcome:
            self.outcomes[key] = outcome
        if outcome == "sent":
            self.letters.append((person.to_email, now))
            person.told.append(now)


def due_at(rule: str, starts_at: datetime) -> datetime:
    """§6.1. Both changes of the clock fall on a Sunday, so no hour of a working day is skipped."""
    if rule.endswith("h"):
        moment = starts_at - timedelta(hours=int(rule[:-1]))
        clock = moment.astimezone(PRAGUE)
        if is_night(clock):
            evening = clock.date() if clock.hour >= 21 else clock.date() - timedelta(days=1)
            return on_the_clock(evening, time(20, 30))
        return moment
    days, hour = rule.split("d@")
    day = starts_at.astimezone(PRAGUE).date() - timedelta(days=int(days))
    while day.weekday() >= 5 or day in HOLIDAYS:
        day -= timedelta(days=1)
    return on_the_clock(day, time(int(hour)))


def outcome_of(
    person: Person, rule: str, due: datetime, starts_at: datetime, now: datetime
) -> str | None:
    """§6.3; None: nothing is due for this person, or it waits for the morning."""
    if not person.has_place(now):
        return "void" if person.has_place(due) else None
    if not is_in_time(rule, due, starts_at, now):
        return "late"
    if person.is_just_told(now):
        return "recent"
    clock = now.astimezone(PRAGUE)
    if is_night(clock):
        day = clock.date() + timedelta(days=1 if clock.hour >= 21 else 0)
        if is_in_time(rule, due, starts_at, on_the_clock(day, time(7))):
            return None
    return "sent"


def is_in_time(rule: str, due: datetime, starts_at: datetime, now: datetime) -> bool:
    margin = timedelta(minutes=15) if rule.endswith("h") else timedelta(hours=1)
    return starts_at - now >= margin and now - due <= timedelta(hours=24)


def is_night(clock: datetime) -> bool:
    return clock.hour >= 21 or clock.hour < 7


def on_the_clock(day: date, clock: time) -> datetime:
    """The moment (UTC) at which Prague's clocks show this time."""
    return datetime.combine(day, clock, tzinfo=PRAGUE).astimezone(UTC)
