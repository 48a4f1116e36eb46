"""Part (e) of prove-mail: four weeks around each change of the clock, swept hour by hour.

Import it when Django is set up.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from benchmarks.crowds import World, expect
from benchmarks.mailboxes import Letter
from benchmarks.reminder_oracle import PRAGUE, Key, Oracle, Person, Session
from events import actions as event_actions
from events.models import Event
from notifications.models import Message, Reminder
from registrations import actions
from registrations.models import Registration
from tests import factories

HOUR, WEEKS = timedelta(hours=1), timedelta(weeks=4)
DEFAULT = "7d@9 1d@9 3h"


def prague(text: str, fold: int = 0) -> datetime:
    """A moment (UTC) by Prague's clock in 2024: "03-31 10:00"."""
    clock = datetime.fromisoformat(f"2024-{text}").replace(tzinfo=PRAGUE, fold=fold)
    return clock.astimezone(UTC)


@dataclass
class Story:
    """What happens in four weeks, told to the program and to the oracle at the same moments."""

    world: World
    begins_at: datetime
    # The sweeps that are missing: from a moment up to another.
    gaps: list[tuple[datetime, datetime]]
    oracle: Oracle = field(default_factory=Oracle)
    sessions: list[Session] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    _events: dict[str, Event] = field(default_factory=dict)
    _people: dict[int, Person] = field(default_factory=dict)
    _plan: list[tuple[datetime, Callable[[], None]]] = field(default_factory=list)

    def at(self, text: str, act: Callable[..., None], *values: object) -> None:
        """Plans an act for a moment between two sweeps."""
        self._plan.append((prague(text), lambda: act(*values)))

    # --- What can happen ----------------------------------------------------------------------
    def hold(self, name: str, starts_at: datetime, rules: str = DEFAULT) -> None:
        """A session with four places and a line: who registers when is planned apart."""
        series = factories.series(reminders=rules)
        event = factories.event(starts_at=starts_at, capacity=4, series=series, slug=name)
        self._events[name] = event
        self.sessions.append(Session(name, rules, starts_at))
        self.sessions.sort(key=lambda session: session.starts_at)
        for person in ("stays", "leaves"):
            self.register(name, person)
        self.register(name, "stays with a contact", contact=True)
        self.register(name, "stays without an address", contact=True, email="")

    def register(
        self, name: str, person: str, *, contact: bool = False, email: str | None = None
    ) -> None:
        """By the desk's action: it takes people after the deadline of the form, too."""
        number = len(self._people)
        values = {"contact_name": "Karel Kontakt", "contact_email": f"contact{number}@urad.example"}
        application = factories.application(
            name=f"{person} {name} {number}",
            email=f"{name}{number}@mesto.example" if email is None else email,
            **(values if contact else {}),
        )
        submit = actions.Submit.at_the_desk(None)
        row = actions.register(self._events[name].pk, application, submit)
        known = Person(row.name, row.mail_to)
        if row.is_confirmed:
            known.since = self.now
        self._people[row.pk] = known
        self._session(name).people.append(known)

    def leave(self, name: str) -> None:
        """The one who leaves; the first in line has their place, as long as promotion runs."""
        event, session = self._events[name], self._session(name)
        rows = Registration.objects.filter(event=event)
        leaver = rows.get(name__startswith="leaves")
        heir = rows.waiting().in_line().first()
        actions.cancel_registration(leaver.pk)
        self._people[leaver.pk].until = self.now
        if heir and session.starts_at - self.now > timedelta(hours=18):
            self._people[heir.pk].since = self.now

    def move(self, name: str, text: str) -> None:
        event_actions.move_event(self._events[name].pk, prague(text))
        self._session(name).starts_at = prague(text)
        self.sessions.sort(key=lambda session: session.starts_at)

    def call_off(self, name: str) -> None:
        event_actions.cancel_event(self._events[name].pk)
        self._session(name).is_called_off = True

    def reinstate(self, name: str) -> None:
        event_actions.reinstate_event(self._events[name].pk)
        self._session(name).is_called_off = False

    def _session(self, name: str) -> Session:
        return next(session for session in self.sessions if session.name == name)

    @property
    def now(self) -> datetime:
        """The clock that the program sees."""
        return datetime.now(UTC)

    # --- How it is told -----------------------------------------------------------------------
    def tell(self) -> str:
        """Four weeks, hour by hour; returns what to print about them."""
        plan, sweeps = sorted(self._plan, key=lambda step: step[0]), 0
        for hour in range(int(WEEKS / HOUR)):
            now = self.begins_at + hour * HOUR
            while plan and plan[0][0] <= now:
                when, act = plan.pop(0)
                self.world.clock.move_to(when)
                act()
            if not any(since <= now < until for since, until in self.gaps):
                self.world.clock.move_to(now)
                self._sweep_twice(now)
                sweeps += 1
        expect("what was planned and did not happen", plan, [])
        self._compare()
        counts = Counter(self.oracle.outcomes.values())
        return f"{sweeps} sweeps, twice each: " + ", ".join(
            f"{counts[outcome]} {outcome}" for outcome in ("sent", "recent", "late", "void")
        )

    def _sweep_twice(self, now: datetime) -> None:
        letters = self.world.sweep()
        expect(f"mails of a second sweep at {now}", self.world.sweep(), [])
        self.letters += letters
        for row in _rows_of(letters):
            if row.kind != Message.Kind.REMINDER and row.registration_id and not row.booking_id:
                self._people[row.registration_id].told.append(now)
        self.oracle.look(self.sessions, now)

    # --- What came of it ----------------------------------------------------------------------
    def _compare(self) -> None:
        """Row by row and mail by mail: what is, and what the text says."""
        rows = Reminder.objects.filter(registration__in=self._people).select_related("registration")
        found = {
            (row.registration.name, row.rule, row.event_starts_at): str(row.outcome) for row in rows
        }
        expect("rows in all", len(rows), len(found))
        _expect_same(found, self.oracle.outcomes)
        reminders = _reminders(self.letters)
        arrived = sorted((letter.to_email, letter.at) for letter, _row in reminders)
        expect("reminders that arrived", arrived, sorted(self.oracle.letters))
        too_late = [pair for pair in reminders if pair[0].at >= pair[1].reminder.event_starts_at]
        expect("reminders after the start", too_late, [])
        expect("reminders with a calendar", [pair for pair in reminders if pair[0].invite], [])
        counts = Counter(found.values())
        expect("outcomes that occur", set(counts), {"sent", "recent", "late", "void"})


def _rows_of(letters: list[Letter]) -> list[Message]:
    ids = [letter.message_id for letter in letters]
    return (
        list(Message.objects.filter(message_id__in=ids).select_related("reminder")) if ids else []
    )


def _reminders(letters: list[Letter]) -> list[tuple[Letter, Message]]:
    rows = {row.message_id: row for row in _rows_of(letters)}
    pairs = [(letter, rows[letter.message_id]) for letter in letters]
    return [pair for pair in pairs if pair[1].kind == Message.Kind.REMINDER]


def _expect_same(found: dict[Key, str], wanted: dict[Key, str]) -> None:
    for key in sorted({*found, *wanted}):
        expect(f"the reminder {key}", found.get(key), wanted.get(key))


def spring(world: World) -> str:
    """(e) Reminders around the night of 31 March, which is Easter, one row and one mail at most:"""
    story = Story(
        world,
        begins_at=prague("03-07 00:00"),
        gaps=[
            (prague("03-25 05:00"), prague("03-25 14:00")),
            (prague("03-26 08:00"), prague("03-27 14:00")),
            (prague("03-30 20:00"), prague("03-31 06:00")),
        ],
    )
    world.clock.move_to(prague("03-06 10:20"))
    story.hold("night", prague("03-31 10:00"))
    story.hold("gap", prague("03-31 03:30"), "1d@2 4h 12h")
    story.hold("monday", prague("04-01 09:00"))
    story.hold("tuesday", prague("04-02 08:00"))
    story.hold("later", prague("03-28 13:00"))
    story.hold("earlier", prague("04-05 10:00"))
    story.hold("off", prague("04-02 14:00"))
    for name in ("monday", "tuesday", "later"):
        story.register(name, "waits")
    story.at("03-22 15:20", story.move, "later", "04-03 13:00")
    story.at("03-22 22:20", story.register, "night", "comes late")
    story.at("03-23 11:20", story.leave, "night")
    story.at("03-25 08:20", story.call_off, "off")
    story.at("03-25 10:20", story.leave, "monday")
    story.at("03-26 10:20", story.leave, "tuesday")
    story.at("03-27 10:20", story.reinstate, "off")
    story.at("03-27 21:20", story.move, "earlier", "04-02 10:00")
    story.at("03-31 12:20", story.leave, "earlier")
    story.at("04-01 08:20", story.register, "earlier", "comes late")
    story.at("04-02 22:20", story.leave, "later")
    return story.tell()


def autumn(world: World) -> str:
    """(e) Reminders around the night of 27 October, which repeats an hour, before a holiday:"""
    story = Story(
        world,
        begins_at=prague("10-03 01:30"),
        gaps=[
            (prague("10-21 08:00"), prague("10-22 14:00")),
            (prague("10-26 22:00"), prague("10-27 06:00")),
        ],
    )
    world.clock.move_to(prague("10-02 10:20"))
    story.hold("night", prague("10-27 10:00"))
    story.hold("fold", prague("10-27 02:30", fold=1), "5h 30h 1d@9")
    story.hold("monday", prague("10-28 09:00"))
    story.hold("tuesday", prague("10-29 08:00"))
    story.hold("moved", prague("10-25 13:00"))
    story.hold("off", prague("10-30 13:00"))
    story.hold("hours", prague("10-30 10:00"), "2d@0 1d@23 23h 1h")
    for name in ("monday", "tuesday", "hours"):
        story.register(name, "waits")
    story.at("10-19 12:10", story.leave, "night")
    story.at("10-21 10:10", story.leave, "monday")
    story.at("10-23 15:10", story.move, "moved", "10-30 16:00")
    story.at("10-24 09:10", story.call_off, "off")
    story.at("10-24 12:10", story.leave, "moved")
    story.at("10-28 21:10", story.leave, "tuesday")
    story.at("10-29 03:10", story.leave, "hours")
    story.at("10-29 19:10", story.register, "moved", "comes late")
    return story.tell()


PARTS = (spring, autumn)
