"""Parts (a) to (d) of prove-mail: what people's calendars hold after changes of a session.

Import it when Django is set up.
"""

import random
from datetime import timedelta

from benchmarks.crowds import (
    Crowd,
    Untrue,
    World,
    calendar_of,
    crowd,
    expect,
    expect_calendars,
    expect_higher,
    invited,
    methods,
    move,
    new_address,
)
from events import actions as event_actions
from registrations import actions

# Longer than any retry waits.
UNTIL_ALL_IS_TRIED = timedelta(hours=9)
LATER = "451 4.3.2 later"
RANDOM_SCRIPTS, RANDOM_STEPS = 6, 9


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
    readers = {address for address, _method in wanted}
    letters = [letter for letter in world.sweep() if letter.to_email in readers]
    expect("mails of a cancellation with a contact", methods(letters), sorted(wanted))
    expect_calendars(world, people)
    world.wait(timedelta(days=2))
    expect("mails two days later", world.sweep(), [])
    _cancelling_at_once(world)


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
    new = actions.correct_address(old.pk, new_address())
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
        actions.correct_address(people.confirmed[-1].pk, new_address())


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
