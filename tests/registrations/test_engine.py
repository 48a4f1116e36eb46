"""No order of events breaks a rule: a machine that does what people and organisers may do.

After each step the invariants are asked. ENGINE_EXAMPLES sets how many lives an event is given.
"""

import os
from contextlib import suppress
from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from desk import invariants
from events import actions as event_actions
from events.actions import EventError
from events.models import Event
from registrations import actions, waiting_list
from registrations.applications import Party, Substitute
from registrations.models import Quota, Registration
from registrations.states import LIVE, Status
from tests import factories

EXAMPLES = int(os.environ.get("ENGINE_EXAMPLES", "12"))
STEPS = 25
# Mails are another machine's business.
OF_MAILS = ("6 ", "8 ", "9 ", "10 ", "21 ")
WAYS = st.sampled_from(["open", "approval"])
CONTACT = {"contact_name": "Bára Ukázková", "contact_email": "bara@mesto.example"}


class Engine(RuleBasedStateMachine):
    """One event from its first day to its start; what is refused changes nothing."""

    def __init__(self):
        super().__init__()
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

    # --- What it works with -------------------------------------------------------------------
    def application(self, who, *, wish=False, **fields):
        options = list(self.question.options.order_by("pk"))
        answers = factories.chosen(options[who % 2]) if wish else ()
        values = {
            "name": f"Osoba {who}",
            "email": f"osoba{who}@mesto.example",
            "town_id": self.towns[who % 3],
            "sector": "city" if who % 2 else "private",
            "organisation": "" if who % 2 else f"Firma {who % 4}",
            "answers": answers,
        }
        return factories.application(**values | fields)

    def rows(self, *statuses):
        rows = Registration.objects.filter(event=self.event, status__in=statuses)
        return list(rows.order_by("pk"))

    def one(self, number, *statuses):
        rows = self.rows(*statuses)
        return rows[number % len(rows)] if rows else None

    def attempt(self, verb, *args, **kwargs):
        with suppress(actions.RegistrationError, EventError):
            return verb(*args, **kwargs)

    # --- People -------------------------------------------------------------------------------
    @rule(who=st.integers(0, 14), wish=st.booleans(), waits=st.booleans())
    def register(self, who, wish, waits):
        asked = self.application(who, wish=wish, waits_within_limit=waits)
        self.attempt(actions.register, self.event.pk, asked, factories.submit())

    @rule()
    def fill(self):
        for who in range(20, 28):
            asked = self.application(who, waits_within_limit=True)
            self.attempt(actions.register, self.event.pk, asked, factories.submit())

    @rule(first=st.integers(30, 40), size=st.integers(2, 4), together=st.booleans())
    def register_party(self, first, size, together):
        people = tuple(
            self.application(who, waits_within_limit=True, **CONTACT)
            for who in range(first, first + size)
        )
        party = Party(people=people, is_together=together)
        self.attempt(actions.register_party, self.event.pk, party, factories.submit())

    @rule(number=st.integers(0, 30))
    def cancel(self, number):
        if row := self.one(number, *LIVE):
            self.attempt(actions.cancel_registration, row.pk)

    @rule(number=st.integers(0, 30))
    def cancel_party(self, number):
        if row := self.one(number, *LIVE):
            self.attempt(actions.cancel_party, row.booking_id)

    @rule(number=st.integers(0, 30), takes=st.booleans())
    def answer_offer(self, number, takes):
        if row := self.one(number, Status.OFFERED):
            alone = actions.accept_offer if takes else actions.decline_offer
            whole = actions.accept_party_offer if takes else actions.decline_party_offer
            self.attempt(alone, row.pk)
            self.attempt(whole, row.booking_id)

    @rule(number=st.integers(0, 30), who=st.integers(50, 60))
    def correct_address(self, number, who):
        if row := self.one(number, *LIVE):
            self.attempt(actions.correct_address, row.pk, f"osoba{who}@mesto.example")

    @rule(number=st.integers(0, 30), who=st.integers(0, 60))
    def hand_over(self, number, who):
        if row := self.one(number, Status.CONFIRMED):
            email = f"osoba{who}@mesto.example"
            substitute = Substitute(name=f"Osoba {who}", email=email, language="cs")
            self.attempt(actions.hand_over, row.pk, substitute)

    # --- Organisers ---------------------------------------------------------------------------
    @rule(many=st.integers(1, 4), approves=st.booleans())
    def decide(self, many, approves):
        chosen = [row.pk for row in self.rows(Status.PENDING)[:many]]
        self.attempt(actions.approve if approves else actions.reject, self.event.pk, chosen)

    @rule(number=st.integers(0, 30))
    def promote(self, number):
        if row := self.one(number, Status.WAITING):
            self.attempt(actions.promote, row.pk, reason="Mluví o datech.")

    @rule(number=st.integers(0, 30), priority=st.integers(-2, 2))
    def set_priority(self, number, priority):
        if row := self.one(number, Status.WAITING):
            self.attempt(actions.set_priority, row.pk, priority)

    @rule(places=st.integers(1, 8))
    def change_capacity(self, places):
        self.attempt(actions.change_capacity, self.event.pk, places)

    @rule(way=WAYS, holds=st.booleans(), hours=st.sampled_from([None, 1, 24]))
    def change_admission(self, way, holds, hours):
        self.attempt(
            actions.change_admission,
            self.event.pk,
            admission=way,
            has_place_while_pending=holds,
            offer_hours=hours,
        )

    @rule(towns=st.sampled_from([None, 1, 2]), firms=st.sampled_from([None, 2]))
    def set_quotas(self, towns, firms):
        wanted = []
        if towns:
            wanted.append(Quota(scope="each_municipality", limit=towns))
        if firms:
            wanted.append(Quota(scope="sectors", sectors=["private"], limit=firms))
        self.attempt(actions.set_quotas, self.event.pk, wanted)

    @rule(hours=st.integers(1, 60))
    def time_passes(self, hours):
        self.traveller.shift(timedelta(hours=hours))
        waiting_list.settle(timezone.now())

    @rule()
    def call_off_and_back(self):
        self.attempt(event_actions.cancel_event, self.event.pk)
        self.attempt(event_actions.reinstate_event, self.event.pk)
        waiting_list.settle(timezone.now())

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


@pytest.mark.django_db
def test_no_order_of_events_breaks_a_rule():
    run_state_machine_as_test(
        Engine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
