"""No order of events breaks a rule: machines that do what people and organisers may do.

After each step the invariants are asked. ENGINE_EXAMPLES sets how many lives an event is given.
"""

import os
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

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
from registrations.models import Invitation, Quota, Registration
from registrations.states import LIVE, Status
from tests import factories

EXAMPLES = int(os.environ.get("ENGINE_EXAMPLES", "8"))
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
        self.event = self.session()
        self.question = factories.question("Doprava", "Energetika", event=self.event, limit=2)
        self.question.is_required = False
        self.question.save()

    def session(self, **fields):
        """A session in nine days, for which one registers until it starts."""
        start = timezone.now() + timedelta(days=9)
        return factories.event(**{"capacity": 3, "starts_at": start, "closing_hours": 0} | fields)

    def teardown(self):
        self.clock.stop()
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    # --- What it works with -------------------------------------------------------------------
    def application(self, who, *, wish=False, **fields):
        answers = self.answers(who) if wish else ()
        values = {
            "name": f"Osoba {who}",
            "email": f"osoba{who}@mesto.example",
            "town_id": self.towns[who % 3],
            "sector": "city" if who % 2 else "private",
            "organisation": "" if who % 2 else f"Firma {who % 4}",
            "answers": answers,
        }
        return factories.application(**values | fields)

    def answers(self, who):
        """What somebody chooses; of a session that asks nothing, nothing."""
        is_asked = self.question.event_id == self.event.pk
        options = list(self.question.options.order_by("pk")) if is_asked else []
        return factories.chosen(options[who % 2]) if options else ()

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

    @rule(number=st.integers(0, 30), who=st.integers(0, 60), renames=st.booleans())
    def correct_person(self, number, who, renames):
        if row := self.one(number, *LIVE):
            email = row.email if renames else f"osoba{who}@mesto.example"
            self.attempt(actions.correct_person, row.pk, name=f"Osoba {who}", email=email)

    @rule(number=st.integers(0, 30), who=st.integers(60, 70))
    def add_to_party(self, number, who):
        if row := self.one(number, *LIVE):
            asked = self.application(who, wish=True, waits_within_limit=True, **CONTACT)
            self.attempt(actions.add_to_party, row.booking_id, asked)

    @rule(number=st.integers(0, 30), who=st.integers(0, 3), is_desk=st.booleans())
    def change_answers(self, number, who, is_desk):
        if row := self.one(number, *LIVE):
            self.attempt(
                actions.change_answers,
                row.pk,
                name=row.name,
                organisation="Jiná",
                needs={"vegetarian": bool(who % 2)},
                answers=self.answers(who),
                actor_id=1 if is_desk else None,
            )

    # --- The invited --------------------------------------------------------------------------
    def invitations(self):
        return list(Invitation.objects.filter(event=self.event).order_by("pk"))

    @rule(who=st.integers(0, 60), places=st.integers(1, 3), many=st.booleans())
    def invite(self, who, places, many):
        until = timezone.now() + timedelta(days=2)
        firm = {"kind": "firm", "organisation": "Firma", "places": places, "expires_at": until}
        invitees = [
            actions.Invitee(name="Firma", email=f"firma{who + n}@mesto.example", **firm)
            for n in range(2)
        ]
        if many:
            self.attempt(actions.invite_many, self.event, invitees)
        else:
            self.attempt(actions.invite, self.event, invitees[0])

    @rule(number=st.integers(0, 5), who=st.integers(0, 60))
    def nominate(self, number, who):
        if found := self.invitations():
            people = [(f"Osoba {who}", f"osoba{who}@mesto.example")]
            own = found[number % len(found)]
            self.attempt(actions.nominate, own.pk, self.event.pk, people, factories.submit())

    @rule(number=st.integers(0, 30), takes=st.booleans())
    def answer_nomination(self, number, takes):
        if row := self.one(number, Status.NOMINATED):
            verb = actions.accept_nomination if takes else actions.decline_nomination
            self.attempt(verb, row.pk)

    @rule(number=st.integers(0, 5), who=st.integers(0, 60))
    def come_invited(self, number, who):
        if found := self.invitations():
            own = found[number % len(found)]
            way_in = factories.submit(via="invitation", invitation_id=own.pk)
            asked = self.application(who, waits_within_limit=True)
            self.attempt(actions.register, self.event.pk, asked, way_in)

    @rule(number=st.integers(0, 5), way=st.sampled_from(["again", "revoke", "decline"]))
    def end_or_renew_invitation(self, number, way):
        if found := self.invitations():
            own = found[number % len(found)].pk
            if way == "again":
                until = timezone.now() + timedelta(days=1)
                self.attempt(actions.send_invitation_again, own, until)
            else:
                verb = actions.revoke_invitation if way == "revoke" else actions.decline_invitation
                self.attempt(verb, own)

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

    @rule(who=st.integers(0, 60))
    def register_with_extra_place(self, who):
        asked, submit = self.application(who, wish=True), actions.Submit.at_the_desk(1)
        self.attempt(
            actions.register_with_extra_place, self.event.pk, asked, submit, reason="Host."
        )

    @rule(number=st.integers(0, 30))
    def look_after(self, number):
        if row := self.one(number, *LIVE):
            later = timezone.now() + timedelta(hours=3)
            self.attempt(actions.write_note, row.pk, note="Volat.", tags="vip")
            self.attempt(actions.reopen_deadline, row.pk, until=later)
        self.attempt(actions.remind_invited, self.event)

    @rule(hours=st.integers(-48, 48))
    def move(self, hours):
        event = Event.objects.get(pk=self.event.pk)
        if event.starts_at:
            self.attempt(
                event_actions.move_event,
                event.pk,
                event.starts_at + timedelta(hours=hours),
                event.ends_at + timedelta(hours=hours),
            )
            waiting_list.settle(timezone.now())

    @rule(hours=st.integers(1, 60))
    def time_passes(self, hours):
        self.traveller.shift(timedelta(hours=hours))
        waiting_list.settle(timezone.now())
        actions.forget_needs(timezone.now())

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


class SeriesEngine(Engine):
    """Two sessions, a call and a meeting of its members: what they share is limited, too."""

    def __init__(self):
        super().__init__()
        series = self.event.series
        closes_at = timezone.now() + timedelta(days=9)
        self.call = factories.call(series=series, closes_at=closes_at)
        meeting = self.session(
            series=series, admission="members", admits_from=self.call, capacity=2
        )
        self.events = [self.event, self.session(series=series), self.call, meeting]

    @rule(number=st.integers(0, 3))
    def turn_to(self, number):
        self.event = self.events[number]

    @rule(persons=st.booleans(), towns=st.sampled_from([None, 1, 3]))
    def set_series_limits(self, persons, towns):
        wanted = [Quota(scope="each_person", limit=1)] if persons else []
        if towns:
            wanted.append(Quota(scope="each_municipality", limit=towns))
        self.traveller.shift(timedelta(seconds=1))
        self.attempt(actions.set_series_limits, self.call.series_id, wanted)
        self.traveller.shift(timedelta(seconds=1))

    @rule(number=st.integers(0, 30), everybody=st.booleans())
    def come_as_members(self, number, everybody):
        meeting = self.events[3]
        members = list(Registration.objects.filter(event=self.call).confirmed().order_by("pk"))
        if everybody:
            self.attempt(actions.register_members, meeting.pk)
        elif members:
            self.attempt(factories.attendance, members[number % len(members)], event=meeting)


@pytest.mark.django_db
@pytest.mark.parametrize("machine", [Engine, SeriesEngine])
def test_no_order_of_events_breaks_a_rule(machine):
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


# What deletes once an event is long over, which no machine lives to see.
LATER = {"forget_answers", "forget_notes"}


def test_the_machines_do_everything_that_can_be_done():
    source = Path(__file__).read_text()
    verbs = {name for name in actions.__all__ if name.islower()}
    assert {verb for verb in verbs - LATER if f"actions.{verb}" not in source} == set()
