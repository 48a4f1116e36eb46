"""What people do: register, answer, hand over, leave; by themselves, in parties, by invitation."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from registrations import actions
from registrations.applications import Party, Substitute
from registrations.models import Booking, Invitation
from registrations.states import LIVE, Status
from tests import factories
from tests.registrations.engine.world import NUMBERS, World, email_of, if_there_is

CONTACT = {"contact_name": "Bára Ukázková", "contact_email": "bara@mesto.example"}
NOMINATING = (Invitation.Kind.CITY, Invitation.Kind.FIRM)


class People(World):
    @rule(who=st.integers(0, 14), wish=st.booleans(), waits=st.booleans())
    def register(self, who, wish, waits):
        asked = self.application(who, wish=wish, waits_within_limit=waits)
        self.attempt(actions.register, self.event.pk, asked, factories.submit())

    @rule()
    def fill(self):
        for who in range(20, 28):
            asked = self.application(who, waits_within_limit=True)
            self.attempt(actions.register, self.event.pk, asked, factories.submit())

    @rule(who=st.integers(0, 14))
    def register_twice(self, who):
        asked, submit = self.application(who), factories.submit()
        first = self.attempt(actions.register, self.event.pk, asked, submit)
        if first:
            assert actions.register(self.event.pk, asked, submit) == first

    @rule(first=st.integers(30, 40), size=st.integers(2, 4), together=st.booleans())
    def register_party(self, first, size, together):
        people = tuple(
            self.application(who, waits_within_limit=True, **CONTACT)
            for who in range(first, first + size)
        )
        party = Party(people=people, is_together=together)
        self.attempt(actions.register_party, self.event.pk, party, factories.submit())

    @if_there_is(*LIVE)
    @rule(number=NUMBERS, who=st.integers(0, 60), wish=st.booleans())
    def add_to_party(self, number, who, wish):
        if row := self.one(number, *LIVE):
            asked = self.application(who, wish=wish, waits_within_limit=True, **CONTACT)
            self.attempt(actions.add_to_party, row.booking_id, asked)

    @if_there_is(*LIVE)
    @rule(number=NUMBERS)
    def cancel(self, number):
        if row := self.one(number, *LIVE):
            self.attempt(actions.cancel_registration, row.pk)

    @if_there_is(*LIVE)
    @rule(number=NUMBERS)
    def cancel_party(self, number):
        if row := self.one(number, *LIVE):
            self.attempt(actions.cancel_party, row.booking_id)

    @if_there_is(Status.OFFERED)
    @rule(number=NUMBERS, accepts=st.booleans())
    def answer_offer(self, number, accepts):
        """The person's own answer, then the contact's, for whom it is still open."""
        if row := self.one(number, Status.OFFERED):
            own, whole = actions.decline_offer, actions.decline_party_offer
            if accepts:
                own, whole = actions.accept_offer, actions.accept_party_offer
            self.attempt(own, row.pk)
            self.attempt(whole, row.booking_id)

    @if_there_is(Status.CONFIRMED, Status.CANCELLED)
    @rule(number=NUMBERS, who=st.integers(0, 60), is_own=st.booleans())
    def hand_over(self, number, who, is_own):
        if row := self.one(number, Status.CONFIRMED, Status.CANCELLED):
            substitute = Substitute(name=f"Osoba {who}", email=email_of(who), language="cs")
            self.attempt(actions.hand_over, row.pk, substitute, actor_id=None if is_own else 1)

    @if_there_is(*LIVE)
    @rule(number=NUMBERS, who=st.integers(0, 60), renames=st.booleans())
    def correct_person(self, number, who, renames):
        if row := self.one(number, *LIVE):
            email = row.email if renames else email_of(who)
            self.attempt(actions.correct_person, row.pk, name=f"Osoba {who}", email=email)

    @if_there_is(*LIVE)
    @rule(number=NUMBERS, who=st.integers(0, 1), wish=st.booleans(), is_own=st.booleans())
    def change_answers(self, number, who, wish, is_own):
        if row := self.one(number, *LIVE):
            self.attempt(
                actions.change_answers,
                row.pk,
                organisation=f"Firma {who}",
                needs={"wheelchair": wish},
                answers=self.answers(who, wish=wish),
                actor_id=None if is_own else 1,
            )

    # --- By invitation ------------------------------------------------------------------------
    @if_there_is(Invitation.Kind.PERSON)
    @rule(number=NUMBERS, who=st.integers(0, 60))
    def come_by_invitation(self, number, who):
        if invitation := self.invitation(number, Invitation.Kind.PERSON):
            submit = factories.submit(via=Booking.Via.INVITATION, invitation_id=invitation.pk)
            asked = self.application(who, waits_within_limit=True)
            self.attempt(actions.register, self.event.pk, asked, submit)

    @if_there_is(*Invitation.Kind.values)
    @rule(number=NUMBERS)
    def decline_invitation(self, number):
        if invitation := self.invitation(number, *Invitation.Kind.values):
            self.attempt(actions.decline_invitation, invitation.pk)

    @if_there_is(*NOMINATING)
    @rule(number=NUMBERS, first=st.integers(0, 60), size=st.integers(1, 3))
    def nominate(self, number, first, size):
        if invitation := self.invitation(number, *NOMINATING):
            people = [(f"Osoba {who}", email_of(who)) for who in range(first, first + size)]
            submit = factories.submit(via=Booking.Via.INVITATION)
            self.attempt(actions.nominate, invitation.pk, self.event.pk, people, submit)

    @if_there_is(Status.NOMINATED)
    @rule(number=NUMBERS, accepts=st.booleans())
    def answer_nomination(self, number, accepts):
        answer = actions.accept_nomination if accepts else actions.decline_nomination
        if row := self.one(number, Status.NOMINATED):
            self.attempt(answer, row.pk)
