"""A session with a crowd around it, its clock and its mailboxes, and what must be true of them.

Import it when Django is set up.
"""

import itertools
from collections.abc import Iterable
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

_numbers = itertools.count(1)


def new_address() -> str:
    """One that nobody has had before."""
    return f"corrected{next(_numbers)}@mesto.example"


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
