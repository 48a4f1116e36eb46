"""Parts (a) to (d) of prove-mail: what people's calendars hold after changes of a session.

Import it when Django is set up.
"""

import itertools
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import time_machine
from django.utils import timezone

from benchmarks.calendar_client import Entry
from benchmarks.mailboxes import Letter, Mailboxes
from desk import invariants
from events import actions as event_actions
from events.models import Event
from notifications import sweeping
from registrations import actions
from registrations.models import Registration
from tests import factories

# Longer than any retry waits.
UNTIL_ALL_IS_TRIED = timedelta(hours=9)
LATER = "451 4.3.2 later"
RANDOM_SCRIPTS, RANDOM_STEPS = 6, 9
_numbers = itertools.count(1)


class Untrue(Exception):
    """Something that must be true is not; carries what was found instead."""


def expect(what: str, found: object, wanted: object) -> None:
    """Raises Untrue where the two differ."""
    if found != wanted:
        raise Untrue(f"{what}: {found!r} instead of {wanted!r}")


def expect_higher(what: str, found: int, than: int) -> None:
    """Raises Untrue where the number has not grown."""
    if found <= than:
        raise Untrue(f"{what}: {found}, which is not higher than {than}")


@dataclass
class World:
    """The clock, the program and the mailboxes; nothing happens but by these."""

    clock: time_machine.Traveller
    boxes: Mailboxes

    def sweep(self) -> list[Letter]:
        """One sweep now; what arrived by it."""
        sweeping.sweep(timezone.now())
        return self.boxes.fetch()

    def wait(self, span: timedelta = timedelta(minutes=7)) -> None:
        self.clock.shift(span)

    def expect_invariants(self) -> None:
        expect("broken invariants", invariants.run(timezone.now()), {})


@dataclass
class Crowd:
    """A session and who wants to come: three have a place, two wait, two of them have a contact."""

    event: Event
    confirmed: list[Registration]
    waiting: list[Registration]
    gone: list[Registration] = field(default_factory=list)

    @property
    def contacts(self) -> list[str]:
        """Who reads summaries about whom they registered."""
        people = [*self.confirmed, *self.waiting]
        return [person.booking.contact_email for person in people if person.has_own_contact]

    def addresses(self, method: str) -> list[tuple[str, str]]:
        """One mail each: with this METHOD to those who have a place, without calendar to others."""
        invited = [(person.mail_to, method) for person in self.confirmed]
        others = [*(person.mail_to for person in self.waiting), *self.contacts]
        return sorted(invited + [(address, "") for address in others])

    def reload(self) -> None:
        """Reads from the rows who has a place now."""
        self.event.refresh_from_db()
        people = Registration.objects.filter(event=self.event).select_related("booking")
        ordered = people.order_by("pk")
        self.confirmed = list(ordered.confirmed())
        self.waiting = list(ordered.waiting())
        self.gone = [person for person in ordered if not person.is_live]


def crowd() -> Crowd:
    """Registered by the actions; nothing was swept yet. The delegate Cyril has no address."""
    number = next(_numbers)
    event = factories.event(capacity=3, series=factories.series(reminders=""))

    def join(name: str, *, contact: str = "", email: str | None = None) -> Registration:
        own = f"{name.lower()}{number}@mesto.example" if email is None else email
        values = {
            "contact_name": "Karel Kontakt",
            "contact_email": f"{contact}{number}@urad.example",
        }
        return factories.registration(
            event=event, name=name, email=own, **(values if contact else {})
        )

    confirmed = [
        join("Anna"),
        join("Boris", contact="contact"),
        join("Cyril", contact="secretary", email=""),
    ]
    return Crowd(event, confirmed, [join("Dana"), join("Eva", contact="helper")])


def methods(letters: Iterable[Letter]) -> list[tuple[str, str]]:
    """Who got a mail, and the METHOD in it."""
    return sorted((one.to_email, one.invite.method if one.invite else "") for one in letters)


def calendar_of(world: World, person: Registration) -> list[Entry]:
    return list(world.boxes.calendars[person.mail_to].entries.values())


def expect_calendars(world: World, people: Crowd) -> None:
    """Exactly one right entry for each who has a place, none for anybody else, nothing ignored."""
    people.reload()
    event = people.event
    wanted = [] if event.is_called_off else [(event.starts_at, event.ends_at, "CONFIRMED")]
    for person in people.confirmed:
        entries = calendar_of(world, person)
        found = [(entry.starts_at, entry.ends_at, entry.status) for entry in entries]
        expect(f"calendar of {person.mail_to}", found, wanted)
    places = {person.mail_to for person in people.confirmed}
    others = [person.mail_to for person in [*people.waiting, *people.gone]] + people.contacts
    for address in set(others) - places:
        expect(f"calendar of {address}", world.boxes.calendars[address].entries, {})
    for address in {*others, *places}:
        expect(f"ignored by {address}", world.boxes.calendars[address].ignored, [])


def move(event: Event, **span: int) -> None:
    """Moves the session by so many days and hours."""
    event.refresh_from_db()
    assert event.starts_at is not None
    event_actions.move_event(event.pk, event.starts_at + timedelta(**span))


def invited(world: World) -> Crowd:
    """A crowd that has had its first mails; one more came and cancelled, and hears no more."""
    people = crowd()
    passing = factories.registration(event=people.event)
    expect("the first mails", len(world.sweep()), 5 + 2 + 1)
    actions.cancel_registration(passing.pk)
    expect("mails about a place in line", methods(world.sweep()), [(passing.mail_to, "")])
    expect_calendars(world, people)
    world.wait()
    return people


def moving(world: World) -> None:
    """(a) A move sends each live registration one mail, an update to those who have a place."""
    people = invited(world)
    before = {person.pk: calendar_of(world, person)[0] for person in people.confirmed}
    move(people.event, days=3, hours=1)
    expect("mails of a move", methods(world.sweep()), people.addresses("REQUEST"))
    expect_calendars(world, people)
    for person in people.confirmed:
        (entry,) = calendar_of(world, person)
        expect("the UID", entry.uid, before[person.pk].uid)
        expect_higher("SEQUENCE", entry.sequence, before[person.pk].sequence)
    expect("mails of a second sweep", world.sweep(), [])


def moving_twice(world: World) -> None:
    """(b) Two moves before one sweep send one mail, and moved back before it none."""
    people = invited(world)
    move(people.event, days=2)
    world.wait(timedelta(minutes=1))
    move(people.event, days=5)
    expect("mails of two moves", methods(world.sweep()), people.addresses("REQUEST"))
    expect_calendars(world, people)
    move(people.event, days=1)
    move(people.event, days=-1)
    expect("mails of moving there and back", world.sweep(), [])
    expect_calendars(world, people)


def cancelling(world: World) -> None:
    """(c) A cancellation sends one CANCEL, once; without one where no invite ever left."""
    people = invited(world)
    anna, boris, first_in_line = *people.confirmed[:2], people.waiting[0]
    before = calendar_of(world, anna)[0]
    actions.cancel_registration(anna.pk)
    letters = world.sweep()
    wanted = [(anna.mail_to, "CANCEL"), (first_in_line.mail_to, "REQUEST")]
    expect("mails of a cancellation", methods(letters), sorted(wanted))
    for letter in letters:
        if letter.invite and letter.to_email == anna.mail_to:
            expect("the UID", letter.invite.entry.uid, before.uid)
            expect_higher("SEQUENCE", letter.invite.entry.sequence, before.sequence)
    actions.cancel_registration(boris.pk)
    wanted = [(boris.mail_to, "CANCEL"), (boris.booking.contact_email, "")]
    letters = [one for one in world.sweep() if (one.to_email, "") in methods_of(wanted)]
    expect("mails of a cancellation with a contact", methods(letters), sorted(wanted))
    expect_calendars(world, people)
    world.wait(timedelta(days=2))
    expect("mails two days later", world.sweep(), [])
    _cancelling_at_once(world)


def methods_of(pairs: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
    """The addresses of the pairs, whatever their METHOD."""
    return {(address, "") for address, _method in pairs}


def _cancelling_at_once(world: World) -> None:
    people = crowd()
    passing = people.confirmed[0]
    actions.cancel_registration(passing.pk)
    own = [pair for pair in methods(world.sweep()) if pair[0] == passing.mail_to]
    expect("mails of a cancellation before the invite left", own, [(passing.mail_to, "")])
    expect_calendars(world, people)


def correcting(world: World) -> None:
    """(d) A corrected address: the old calendar loses the entry, the new one has it."""
    people = invited(world)
    old = people.confirmed[0]
    before = calendar_of(world, old)[0]
    new = actions.correct_address(old.pk, f"corrected{next(_numbers)}@mesto.example")
    wanted = [(old.mail_to, "CANCEL"), (new.mail_to, "REQUEST")]
    expect("mails of a correction", methods(world.sweep()), sorted(wanted))
    expect_calendars(world, people)
    expect("calendar of the old address", calendar_of(world, old), [])
    (entry,) = calendar_of(world, new)
    expect("two UIDs", len({entry.uid, before.uid}), 2)


# Steps between two looks: the session is called off and on again, moves; a sweep meets a server
# that takes mail, or one that asks to come back later.
SCRIPTS = (
    "sweep off sweep on sweep",
    "sweep off on sweep",
    "off on sweep",
    "sweep off sweep move on sweep",
    "sweep move off on move sweep",
    "sweep off on off sweep on sweep",
    "sweep off on off on sweep",
    "sweep off later on sweep",
    "later off on sweep off later sweep on later sweep",
    "sweep off sweep on later off sweep on sweep",
    "sweep off leave on sweep",
    "sweep leave off sweep on correct sweep",
)


def turning(world: World) -> None:
    """(d) Called off and reinstated, in any order with the sweeps: one right entry at the end."""
    chance = random.Random(2018)
    steps = ("off", "on", "off", "on", "move", "sweep", "sweep", "later", "leave", "correct")
    made = (" ".join(chance.choices(steps, k=RANDOM_STEPS)) for _n in range(RANDOM_SCRIPTS))
    for script in (*SCRIPTS, *made):
        try:
            _play(world, script)
        except Untrue as error:
            raise Untrue(f"after {script!r}: {error}") from error


def _play(world: World, script: str) -> None:
    """What is impossible now (to reinstate what takes place) is left out of a script."""
    people = crowd()
    for step in script.split():
        people.reload()
        _STEPS[step](world, people)
        world.wait()
    world.wait(UNTIL_ALL_IS_TRIED)
    world.sweep()
    expect_calendars(world, people)
    people.reload()
    if people.event.is_called_off:
        _on(world, people)
        world.sweep()
        expect_calendars(world, people)


def _off(world: World, people: Crowd) -> None:
    if not people.event.is_called_off:
        event_actions.cancel_event(people.event.pk)


def _on(world: World, people: Crowd) -> None:
    if people.event.is_called_off:
        event_actions.reinstate_event(people.event.pk)


def _move(world: World, people: Crowd) -> None:
    move(people.event, days=1)


def _sweep(world: World, people: Crowd) -> None:
    world.sweep()


def _later(world: World, people: Crowd) -> None:
    world.boxes.server.answer = LATER
    world.sweep()
    world.boxes.server.answer = "250 OK"


def _leave(world: World, people: Crowd) -> None:
    if people.confirmed and not people.event.is_called_off:
        actions.cancel_registration(people.confirmed[0].pk)


def _correct(world: World, people: Crowd) -> None:
    if people.confirmed:
        email = f"corrected{next(_numbers)}@mesto.example"
        actions.correct_address(people.confirmed[-1].pk, email)


_STEPS = {
    "off": _off,
    "on": _on,
    "move": _move,
    "sweep": _sweep,
    "later": _later,
    "leave": _leave,
    "correct": _correct,
}
PARTS = (moving, moving_twice, cancelling, correcting, turning)
