"""What the machine works with: an event under its own clock, and what must hold after each step."""

from collections import Counter
from datetime import timedelta
from typing import ClassVar

import time_machine
from django.db import transaction
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from desk import invariants
from events.actions import EventError
from events.models import Event
from registrations import actions, waiting_list
from registrations.models import Invitation, Registration
from tests import factories

NUMBERS = st.integers(0, 30)
# Mails are another machine's business.
OF_MAILS = ("6 ", "8 ", "9 ", "10 ", "21 ")


class World(RuleBasedStateMachine):
    """The event, its question, its clock.

    `done` counts the actions that were not refused; `there` the rows by status, or invitations by
    kind, so that no step is spent on somebody who is not there.
    """

    done: ClassVar[Counter[str]] = Counter()

    def __init__(self):
        super().__init__()
        self.there = Counter()
        self.block = transaction.atomic()
        # Django's own mark of a test's block: actions are durable inside it.
        self.block._from_testcase = True
        self.block.__enter__()
        self.clock = time_machine.travel(timezone.now(), tick=False)
        self.traveller = self.clock.start()
        towns = [factories.municipality(name=name) for name in ("Milevsko", "Tábor", "Písek")]
        self.towns = [town.pk for town in towns]
        self.event = factories.event(
            capacity=3, starts_at=timezone.now() + timedelta(days=9), closing_hours=0
        )
        self.question = factories.question("Doprava", "Energetika", event=self.event, limit=2)
        self.question.is_required = False
        self.question.save()

    def teardown(self):
        self.clock.stop()
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    def answers(self, who, *, wish):
        options = list(self.question.options.order_by("pk"))
        return factories.chosen(options[who % 2]) if wish else ()

    def application(self, who, *, wish=False, **fields):
        values = {
            "name": f"Osoba {who}",
            "email": email_of(who),
            "town_id": self.towns[who % 3],
            "sector": "city" if who % 2 else "private",
            "organisation": "" if who % 2 else f"Firma {who % 4}",
            "vegetarian": who % 3 == 0,
            "answers": self.answers(who, wish=wish),
        }
        return factories.application(**values | fields)

    def one(self, number, *statuses):
        rows = Registration.objects.filter(event=self.event, status__in=statuses)
        return picked(number, rows)

    def invitation(self, number, *kinds):
        return picked(number, Invitation.objects.filter(kind__in=kinds))

    def attempt(self, action, *args, **kwargs):
        """Calls the action; a refusal is an answer, too."""
        try:
            result = action(*args, **kwargs)
        except (actions.RegistrationError, EventError):
            return None
        self.done[action.__name__] += 1
        return result

    @rule(hours=st.integers(1, 60))
    def time_passes(self, hours):
        self.traveller.shift(timedelta(hours=hours))
        self.tick()

    def tick(self):
        """What the clock, a later date or a reinstatement reopened is found by the next tick."""
        waiting_list.settle(timezone.now())

    @invariant()
    def who_is_there(self):
        people = Registration.objects.filter(event=self.event).values_list("status", flat=True)
        self.there = Counter([*people, *Invitation.objects.values_list("kind", flat=True)])

    # --- What must hold -----------------------------------------------------------------------
    @invariant()
    def no_rule_is_broken(self):
        broken = invariants.run(timezone.now())
        assert {name: hits for name, hits in broken.items() if not name.startswith(OF_MAILS)} == {}

    @invariant()
    def positions_are_one_to_all(self):
        line = Registration.objects.filter(event=self.event).waiting().in_line()
        assert [row.position() for row in line] == list(range(1, len(line) + 1))
        assert Event.objects.get(pk=self.event.pk).places_waiting == len(line)


def if_there_is(*states):
    """A rule for somebody of one of these statuses, or for an invitation of one of these kinds."""
    return precondition(lambda machine: any(machine.there[state] for state in states))


def picked(number, rows):
    """One of these rows, or None where there is none."""
    found = list(rows.order_by("pk"))
    return found[number % len(found)] if found else None


def email_of(who):
    return f"osoba{who}@mesto.example"
