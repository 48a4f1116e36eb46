from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from events import actions as event_actions
from registrations import actions, waiting_list
from registrations.models import Registration
from tests import factories
from tests.registrations.rows import facts, shown, statuses

pytestmark = pytest.mark.django_db


def offered(*, hours=48, **fields):
    """An event whose one place is offered to the first of two who wait."""
    event = factories.event(capacity=1, offer_hours=hours, **fields)
    holder, first, second = factories.fill(event, 3)
    actions.cancel_registration(holder.pk)
    first.refresh_from_db()
    return event, first, second


def test_a_freed_place_is_offered_and_held():
    event, first, _second = offered()

    assert statuses(event) == ["cancelled", "offered", "waiting"]
    assert shown(event) == (1, 1)
    assert facts(first)[-1] == ("offered", "waiting", "offered")
    assert first.changes.latest("pk").taken_after == 1


def test_an_accepted_offer_is_a_place():
    event, first, _second = offered()

    taken = actions.accept_offer(first.pk, via="link")

    assert (taken.status, taken.offered_until) == ("confirmed", None)
    assert facts(first)[-1] == ("accepted", "offered", "confirmed")
    assert shown(event) == (1, 1)


def test_a_declined_offer_goes_on_at_once():
    event, first, second = offered()

    assert actions.decline_offer(first.pk).status == "declined"

    second.refresh_from_db()
    assert second.is_offered
    assert shown(event) == (1, 0)


def test_an_offer_accepted_too_late_expires_and_goes_on():
    event, first, second = offered()

    with time_machine.travel(first.offered_until):
        assert actions.accept_offer(first.pk).status == "expired"

    second.refresh_from_db()
    assert second.is_offered
    assert shown(event) == (1, 0)


def test_a_tick_expires_offers_and_makes_new_ones():
    event, first, second = offered()
    until = first.offered_until

    assert waiting_list.settle(until - timedelta(seconds=1)) == 0
    assert waiting_list.settle(until) == 2

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == ("expired", "offered")
    assert facts(first)[-1] == ("offer_expired", "offered", "expired")
    assert shown(event) == (1, 0)


def test_nothing_expires_and_nothing_is_taken_while_the_event_is_called_off():
    event, first, _second = offered()
    event_actions.cancel_event(event.pk)

    assert waiting_list.settle(first.offered_until + timedelta(days=1)) == 0
    for answer in (actions.accept_offer, actions.decline_offer):
        with pytest.raises(actions.RegistrationError):
            answer(first.pk)

    assert statuses(event) == ["cancelled", "offered", "waiting"]


def test_with_less_than_two_hours_left_no_offer_is_made():
    now = timezone.now()
    event = factories.event(
        capacity=1, offer_hours=24, starts_at=now + timedelta(hours=20), closing_hours=1
    )
    holder, first = factories.fill(event, 2)
    assert event.promotion_ends_at is not None
    with time_machine.travel(event.promotion_ends_at - timedelta(hours=1, minutes=59)):
        actions.cancel_registration(holder.pk)

    assert Registration.objects.get(pk=first.pk).is_waiting


def test_a_newcomer_is_never_offered_but_confirmed():
    event = factories.event(capacity=1, offer_hours=24)

    assert factories.registration(event=event).is_confirmed


def test_who_has_no_offer_has_nothing_to_answer():
    registration = factories.registration(event=factories.event())

    for answer in (actions.accept_offer, actions.decline_offer):
        with pytest.raises(actions.RegistrationError) as error:
            answer(registration.pk)
        assert str(error.value) == "Teď vám žádné místo nenabízíme."


def test_a_corrected_address_keeps_the_offer():
    event, first, _second = offered()

    corrected = actions.correct_address(first.pk, "nova@mesto.example")

    assert (corrected.status, corrected.offered_until) == ("offered", first.offered_until)
    assert shown(event) == (1, 1)
