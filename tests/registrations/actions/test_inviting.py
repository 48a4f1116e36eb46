from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.utils import timezone, translation

from registrations import actions
from registrations.models import Booking, Invitation, InvitationChange
from tests import factories
from tests.registrations.rows import shown, statuses

pytestmark = pytest.mark.django_db


@pytest.fixture
def event():
    return factories.closed_event(capacity=2)


def facts(invitation):
    return list(invitation.changes.order_by("pk").values_list("kind", flat=True))


def invitee(**fields):
    values = {"name": "Petr Hostinný", "email": "petr@mesto.example"}
    return actions.Invitee(**values | {"expires_at": in_days(5)} | fields)


def in_days(days):
    return timezone.now() + timedelta(days=days)


def come(event, invitation, **fields):
    submit = factories.submit(via=Booking.Via.INVITATION, invitation_id=invitation.pk)
    return actions.register(event.pk, factories.application(**fields), submit)


def refusal(call, *args, **kwargs):
    with pytest.raises(actions.RegistrationError) as refused:
        call(*args, **kwargs)
    with translation.override("en"):
        return str(refused.value)


def test_who_is_invited_gets_a_place_where_others_do_not(event):
    invitation = factories.invitation(event=event)

    assert refusal(factories.registration, event=event) == "By invitation only."
    registration = come(event, invitation)

    assert (registration.status, registration.invitation) == ("confirmed", invitation)
    assert (registration.booking.via, registration.approved_at is not None) == ("invitation", True)
    assert shown(event) == (1, 0)


def test_an_invitation_holds_no_place_and_a_full_session_has_its_waiting_list(event):
    invitation = factories.invitation(event=event)
    assert shown(event) == (0, 0)
    other = factories.invitation(event=event, places=2)
    come(event, other), come(event, other)

    assert come(event, invitation).status == "waiting"
    assert shown(event) == (2, 1)


def test_no_more_people_come_than_the_invitation_has_places(event):
    invitation = factories.invitation(event=event, places=2)
    first = come(event, invitation)
    come(event, invitation)

    assert refusal(come, event, invitation) == "All places of the invitation are used."
    actions.cancel_registration(first.pk)
    assert come(event, invitation).status == "confirmed"
    assert statuses(event) == ["cancelled", "confirmed", "confirmed"]


def test_the_same_form_again_is_the_same_answer(event):
    invitation = factories.invitation(event=event)
    application = factories.application()
    submit = factories.submit(via=Booking.Via.INVITATION, invitation_id=invitation.pk)
    first = actions.register(event.pk, application, submit)

    assert actions.register(event.pk, application, submit) == first
    assert statuses(event) == ["confirmed"]


def test_an_invitation_to_one_session_opens_no_other(event):
    other = factories.closed_event(series=event.series)
    invitation = factories.invitation(event=event)

    assert refusal(come, other, invitation)
    assert statuses(other) == []


def test_an_invitation_to_a_series_has_its_places_in_each_session(event):
    other = factories.closed_event(series=event.series)
    foreign = factories.closed_event()
    invitation = factories.invitation(series=event.series)

    assert come(event, invitation).status == "confirmed"
    assert come(other, invitation).status == "confirmed"
    assert refusal(come, event, invitation)
    assert refusal(come, foreign, invitation)


@pytest.mark.parametrize("end", ["revoked", "declined", "expired"])
def test_an_invitation_that_is_over_opens_nothing(event, end):
    invitation = factories.invitation(event=event)
    now = timezone.now()
    if end == "revoked":
        actions.revoke_invitation(invitation.pk)
    if end == "declined":
        actions.decline_invitation(invitation.pk)
    if end == "expired":
        now += timedelta(days=11)

    with time_machine.travel(now):
        assert refusal(come, event, invitation)
    assert statuses(event) == []


def test_a_corrected_address_keeps_its_invitation(event):
    invitation = factories.invitation(event=event)
    new = actions.correct_address(come(event, invitation).pk, "nova@mesto.example")

    assert (new.invitation, invitation.used_in(event)) == (invitation, 1)


def test_an_address_is_invited_once_until_that_is_withdrawn(event):
    first = actions.invite(event, invitee())
    assert refusal(actions.invite, event, invitee())
    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.create(
            event=event, email="petr@mesto.example", kind="person", expires_at=in_days(1)
        )

    actions.revoke_invitation(first.pk)
    second = actions.invite(event, invitee())
    assert second.token != first.token


def test_nobody_is_invited_to_what_is_over_or_until_yesterday(event):
    assert refusal(actions.invite, event, invitee(expires_at=in_days(-1)))
    with time_machine.travel(event.ends_at):
        assert refusal(actions.invite, event, invitee())
    assert Invitation.objects.count() == 0


def test_a_list_twice_is_the_list_once(event):
    people = [invitee(), invitee(email="jana@mesto.example")]

    assert len(actions.invite_many(event, people[:1])) == 1
    assert len(actions.invite_many(event, people)) == 1
    assert actions.invite_many(event, people) == []
    assert InvitationChange.objects.count() == 2


def test_sending_again_prolongs_and_opens_a_declined_invitation(event):
    invitation = factories.invitation(event=event)
    actions.decline_invitation(invitation.pk, via="link")

    again = actions.send_invitation_again(invitation.pk, in_days(20))

    assert (again.declined_at, again.token) == (None, invitation.token)
    assert facts(invitation) == ["invited", "declined", "sent_again"]
    assert come(event, invitation).status == "confirmed"


def test_a_withdrawn_invitation_is_neither_sent_nor_withdrawn_again(event):
    invitation = factories.invitation(event=event)
    actions.revoke_invitation(invitation.pk, note="jiný host")

    assert refusal(actions.send_invitation_again, invitation.pk, in_days(5))
    assert refusal(actions.revoke_invitation, invitation.pk)
    assert facts(invitation) == ["invited", "revoked"]


def test_withdrawing_leaves_who_is_registered(event):
    invitation = factories.invitation(event=event)
    come(event, invitation)
    actions.revoke_invitation(invitation.pk)

    assert statuses(event) == ["confirmed"]


def test_who_has_accepted_does_not_decline(event):
    invitation = factories.invitation(event=event)
    come(event, invitation)

    assert refusal(actions.decline_invitation, invitation.pk)
    assert facts(invitation) == ["invited"]


def test_those_who_have_not_answered_are_reminded_once_a_day(event):
    silent = factories.invitation(event=event)
    answered, declined = factories.invitation(event=event), factories.invitation(event=event)
    come(event, answered)
    actions.decline_invitation(declined.pk)
    factories.invitation(event=factories.closed_event())

    assert actions.remind_invited(event) == 0
    with time_machine.travel(in_days(2)):
        assert actions.remind_invited(event) == 1
        assert actions.remind_invited(event) == 0
    assert facts(silent) == ["invited", "reminded"]
    assert facts(answered) == ["invited"]


@pytest.mark.postgres
def test_facts_of_invitations_are_append_only(event):
    fact = factories.invitation(event=event).changes.get()
    with pytest.raises(Exception, match="a fact is never changed"), transaction.atomic():
        connection.cursor().execute(
            "UPDATE registrations_invitationchange SET kind = 'x' WHERE id = %s", [fact.pk]
        )
