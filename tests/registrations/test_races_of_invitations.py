"""Invitations and nominations while they are withdrawn: real threads on PostgreSQL."""

import pytest

from registrations import actions
from registrations.models import Booking
from tests import factories
from tests.registrations.racing import at_once, broken, count, refused

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_an_invitation_used_at_once_has_no_more_people_than_places():
    event = factories.closed_event(capacity=40)
    invitation = factories.invitation(event=event, places=3)
    way_in = {"via": Booking.Via.INVITATION, "invitation_id": invitation.pk}
    submits = [factories.submit(**way_in) for _n in range(12)]
    applications = [factories.application() for _n in range(12)]

    at_once(
        lambda a=application, s=submit: actions.register(event.pk, a, s)
        for application, submit in zip(applications, submits, strict=True)
    )

    assert count(event, "confirmed") == 3
    assert broken() == {}


def test_withdrawing_meets_accepting_and_nominating():
    for _round in range(5):
        event = factories.closed_event(capacity=5)
        firm = factories.invitation(event=event, kind="firm", organisation="Firma", places=4)
        first, second = factories.nominated(firm, "a@firma.example", "b@firma.example")
        at_once(
            [
                lambda pk=first.pk: actions.accept_nomination(pk),
                lambda pk=firm.pk: actions.revoke_invitation(pk),
                lambda pk=second.pk: actions.accept_nomination(pk),
                lambda own=firm: factories.nominated(own, "c@firma.example"),
            ]
        )
        assert count(event, "nominated") == 0
    assert broken() == {}


def test_a_nomination_is_accepted_or_ended_by_a_withdrawal_and_never_both():
    for _round in range(5):
        event = factories.closed_event(capacity=5)
        firm = factories.invitation(event=event, kind="firm", organisation="Firma", places=4)
        (nominee,) = factories.nominated(firm, "a@firma.example")

        accepted, _withdrawn = at_once(
            [
                lambda pk=nominee.pk: actions.accept_nomination(pk),
                lambda pk=firm.pk: actions.revoke_invitation(pk),
            ]
        )

        is_refused = isinstance(accepted, actions.RegistrationError)
        found = count(event, "confirmed"), count(event, "expired")
        assert found == ((0, 1) if is_refused else (1, 0))
    assert broken() == {}


def test_nominations_at_once_are_no_more_than_the_places():
    event = factories.closed_event(capacity=40)
    firm = factories.invitation(event=event, kind="firm", organisation="Firma", places=4)

    results = at_once(
        lambda n=number: factories.nominated(firm, f"a{n}@firma.example", f"b{n}@firma.example")
        for number in range(6)
    )

    assert (refused(results), count(event, "nominated"), broken()) == (4, 4, {})
