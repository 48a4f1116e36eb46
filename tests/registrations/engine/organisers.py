"""What organisers do: decide, move people and places, invite, write, and move the event itself."""

from datetime import date, timedelta

from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from events import actions as event_actions
from events.models import Event
from registrations import actions
from registrations.models import Booking, Invitation, Quota, Registration
from registrations.states import LIVE, Status
from tests import factories
from tests.registrations.engine.people import People
from tests.registrations.engine.world import NUMBERS, email_of, if_there_is

WAYS = st.sampled_from(["open", "approval", "invitation"])
REASON = "Mluví o datech."


class Organisers(People):
    """Who may do all that people do, and more."""

    # --- People -------------------------------------------------------------------------------
    def applicants(self, many):
        rows = Registration.objects.filter(event=self.event).pending().order_by("pk")
        return [row.pk for row in rows[:many]]

    @if_there_is(Status.PENDING)
    @rule(many=st.integers(1, 4), approves=st.booleans())
    def decide(self, many, approves):
        decision = actions.approve if approves else actions.reject
        self.attempt(decision, self.event.pk, self.applicants(many))

    @if_there_is(Status.WAITING)
    @rule(number=NUMBERS)
    def promote(self, number):
        if row := self.one(number, Status.WAITING):
            self.attempt(actions.promote, row.pk, reason=REASON)

    @if_there_is(Status.WAITING)
    @rule(number=NUMBERS, priority=st.integers(-2, 2))
    def set_priority(self, number, priority):
        if row := self.one(number, Status.WAITING):
            self.attempt(actions.set_priority, row.pk, priority)

    @rule(who=st.integers(0, 60), wish=st.booleans(), has_extra_place=st.booleans())
    def register_at_the_desk(self, who, wish, has_extra_place):
        asked, submit = self.application(who, wish=wish), factories.submit(via=Booking.Via.DESK)
        if has_extra_place:
            one_more = actions.register_with_extra_place
            self.attempt(one_more, self.event.pk, asked, submit, reason=REASON)
        else:
            self.attempt(actions.register, self.event.pk, asked, submit)

    @if_there_is(*LIVE)
    @rule(number=NUMBERS, who=st.integers(50, 60))
    def correct_address(self, number, who):
        if row := self.one(number, *LIVE):
            self.attempt(actions.correct_address, row.pk, email_of(who))

    @if_there_is(*Status.values)
    @rule(number=NUMBERS, note=st.sampled_from(["", "Přijde později."]))
    def write_note(self, number, note):
        if row := self.one(number, *Status.values):
            self.attempt(actions.write_note, row.pk, note=note, tags="host vip" if note else "")

    @if_there_is(*LIVE)
    @rule(number=NUMBERS, hours=st.sampled_from([None, 1, 48]))
    def reopen_deadline(self, number, hours):
        if row := self.one(number, *LIVE):
            until = timezone.now() + timedelta(hours=hours) if hours else None
            self.attempt(actions.reopen_deadline, row.pk, until)

    # --- Places -------------------------------------------------------------------------------
    @rule(places=st.integers(0, 8))
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

    @if_there_is(Status.WAITING)
    @rule(added=st.integers(1, 3), number=NUMBERS, accepts=st.sampled_from([True, False, None]))
    def offer_more_places(self, added, number, accepts):
        """One of the offers is answered before its time is over, or none."""
        event = Event.objects.get(pk=self.event.pk)
        self.attempt(
            actions.change_admission,
            event.pk,
            admission=event.admission,
            has_place_while_pending=event.has_place_while_pending,
            offer_hours=24,
            admits_from=event.admits_from,
            opens_to_everybody_at=event.opens_to_everybody_at,
        )
        self.attempt(actions.change_capacity, event.pk, event.capacity + added)
        if accepts is not None:
            self.answer_offer(number, accepts)

    @rule(towns=st.sampled_from([None, 1, 2]), firms=st.sampled_from([None, 2]))
    def set_quotas(self, towns, firms):
        wanted = []
        if towns:
            wanted.append(Quota(scope="each_municipality", limit=towns))
        if firms:
            wanted.append(Quota(scope="sectors", sectors=["private"], limit=firms))
        self.attempt(actions.set_quotas, self.event.pk, wanted)

    # --- Invitations --------------------------------------------------------------------------
    def invitee(self, who, kind):
        return actions.Invitee(
            name=f"Osoba {who}",
            email=email_of(who),
            expires_at=timezone.now() + timedelta(days=2),
            kind=kind,
            organisation="" if kind == Invitation.Kind.PERSON else f"Firma {who}",
            town_id=self.towns[who % 3] if kind == Invitation.Kind.CITY else None,
            places=who % 3 + 1,
        )

    @rule(who=st.integers(0, 9), kind=st.sampled_from(Invitation.Kind.values), whole=st.booleans())
    def invite(self, who, kind, whole):
        target = self.event.series if whole else self.event
        self.attempt(actions.invite, target, self.invitee(who, kind))

    @rule(first=st.integers(0, 9), size=st.integers(0, 3))
    def invite_many(self, first, size):
        numbers = range(first, first + size)
        people = [self.invitee(who, Invitation.Kind.PERSON) for who in numbers]
        self.attempt(actions.invite_many, self.event, people)

    @if_there_is(*Invitation.Kind.values)
    @rule(number=NUMBERS, days=st.integers(0, 4))
    def send_invitation_again(self, number, days):
        if invitation := self.invitation(number, *Invitation.Kind.values):
            until = timezone.now() + timedelta(days=days)
            self.attempt(actions.send_invitation_again, invitation.pk, until)

    @if_there_is(*Invitation.Kind.values)
    @rule(number=NUMBERS)
    def revoke_invitation(self, number):
        if invitation := self.invitation(number, *Invitation.Kind.values):
            self.attempt(actions.revoke_invitation, invitation.pk)

    # --- The event ----------------------------------------------------------------------------
    @rule(hours=st.integers(-30, 60), has_other_hall=st.booleans())
    def move_event(self, hours, has_other_hall):
        self.event.refresh_from_db()
        if self.event.starts_at is None:
            return
        starts_at = self.event.starts_at + timedelta(hours=hours)
        venue = factories.venue() if has_other_hall else None
        self.attempt(event_actions.move_event, self.event.pk, starts_at, venue=venue)
        self.tick()

    @rule(hours=st.sampled_from([0, 30]), comes_back=st.booleans())
    def call_off(self, hours, comes_back):
        self.attempt(event_actions.cancel_event, self.event.pk)
        self.traveller.shift(timedelta(hours=hours))
        self.tick()
        if comes_back:
            self.reinstate()

    @precondition(lambda machine: Event.objects.get(pk=machine.event.pk).is_called_off)
    @rule()
    def reinstate(self):
        self.attempt(event_actions.reinstate_event, self.event.pk)
        self.tick()

    @rule(title=st.sampled_from(["Jihozápad", "Jih a západ"]), days=st.sampled_from([0, 60]))
    def do_the_paperwork(self, title, days):
        """What moves nobody; a period is refused, as the event has a date."""
        period = date(2018, 1, 1), date(2018, 6, 30)
        self.attempt(event_actions.announce_event, self.event.pk, *period)
        self.attempt(event_actions.retitle_event, self.event.pk, title, "South-west")
        self.attempt(event_actions.note_reading, [self.event.pk], actor_id=1)
        self.attempt(event_actions.note_export, self.event.pk, actor_id=1)
        for forget in (actions.forget_needs, actions.forget_answers, actions.forget_notes):
            self.attempt(forget, timezone.now() + timedelta(days=2 * days))
        self.attempt(actions.remind_invited, self.event.series if days else self.event)
