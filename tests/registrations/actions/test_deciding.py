from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from events import actions as event_actions
from registrations import actions
from registrations.models import Registration
from tests import factories
from tests.registrations.rows import facts, shown, statuses

pytestmark = pytest.mark.django_db


def reviewed(**fields):
    return factories.event(admission="approval", **fields)


def pks(rows):
    return [row.pk for row in rows]


def test_nobody_is_confirmed_without_approval():
    event = reviewed(capacity=2)

    rows = factories.fill(event, 3)

    assert [row.status for row in rows] == ["pending", "pending", "waiting"]
    assert shown(event) == (2, 1)
    assert rows[0].changes.get().taken_after == 1


def test_an_application_that_holds_no_place_awaits_its_decision_whatever_is_free():
    event = reviewed(capacity=1, has_place_while_pending=False)

    rows = factories.fill(event, 3)

    assert [row.status for row in rows] == ["pending"] * 3
    assert shown(event) == (0, 0)


def test_an_organiser_who_registers_somebody_has_approved_them():
    event = reviewed()

    row = actions.register(event.pk, factories.application(), actions.Submit.at_the_desk(7))

    assert row.is_confirmed
    assert row.approved_at is not None


def test_who_is_approved_keeps_the_place_they_held():
    event = reviewed(capacity=2)
    first, second, third = factories.fill(event, 3)

    decided = actions.approve(event.pk, pks([second, first]), actor_id=7)

    assert pks(decided.confirmed) == pks([first, second])
    assert statuses(event) == ["confirmed", "confirmed", "waiting"]
    assert shown(event) == (2, 1)
    assert facts(first)[-1] == ("approved", "pending", "confirmed")
    assert first.changes.latest("pk").actor_id == 7
    assert Registration.objects.get(pk=third.pk).approved_at is None


def test_a_freed_place_makes_the_first_in_line_pending_and_not_confirmed():
    event = reviewed(capacity=1)
    first, second = factories.fill(event, 2)

    actions.cancel_registration(first.pk)

    second.refresh_from_db()
    assert second.is_pending
    assert facts(second)[-1] == ("promoted", "waiting", "pending")
    assert shown(event) == (1, 0)


def test_approved_in_the_order_they_came_as_far_as_places_go():
    event = reviewed(capacity=2, has_place_while_pending=False)
    rows = factories.fill(event, 4)

    decided = actions.approve(event.pk, pks(reversed(rows)))

    assert pks(decided.confirmed) == pks(rows[:2])
    assert pks(decided.waiting) == pks(rows[2:])
    assert statuses(event) == ["confirmed", "confirmed", "waiting", "waiting"]
    assert shown(event) == (2, 2)
    assert rows[0].changes.latest("pk").taken_after == 1


def test_who_was_approved_and_waits_is_confirmed_when_a_place_comes_free():
    event = reviewed(capacity=1, has_place_while_pending=False)
    first, second = factories.fill(event, 2)
    actions.approve(event.pk, pks([first, second]))

    actions.cancel_registration(first.pk)

    second.refresh_from_db()
    assert second.is_confirmed


def test_an_approved_newcomer_waits_behind_those_who_wait():
    event = reviewed(capacity=1, has_place_while_pending=False, offer_hours=24)
    first, second, third = factories.fill(event, 3)
    actions.approve(event.pk, pks([first, second]))
    actions.cancel_registration(first.pk)

    decided = actions.approve(event.pk, [third.pk])

    assert pks(decided.waiting) == [third.pk]
    assert statuses(event) == ["cancelled", "offered", "waiting"]


def test_an_application_decided_meanwhile_stays_as_it_is():
    event, other = reviewed(), reviewed()
    first, stranger = factories.registration(event=event), factories.registration(event=other)
    actions.cancel_registration(first.pk)

    decided = actions.approve(event.pk, pks([first, stranger]))

    assert (decided.confirmed, decided.waiting) == ([], [])
    stranger.refresh_from_db()
    assert stranger.is_pending


def test_a_rejected_application_gives_its_place_to_the_first_in_line():
    event = reviewed(capacity=1)
    first, second = factories.fill(event, 2)

    decided = actions.reject(event.pk, [first.pk], reason="Sál je jen pro starosty.")

    assert pks(decided.rejected) == [first.pk]
    assert statuses(event) == ["rejected", "pending"]
    assert shown(event) == (1, 0)
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.reason_of_rejection() == "Sál je jen pro starosty."
    assert second.reason_of_rejection() == ""


def test_who_has_a_place_cannot_be_turned_down():
    event = reviewed()
    row = factories.registration(event=event)
    actions.approve(event.pk, [row.pk])

    assert actions.reject(event.pk, [row.pk]).rejected == []
    assert statuses(event) == ["confirmed"]


def test_nothing_is_decided_while_the_event_is_called_off_or_over():
    event = reviewed()
    row = factories.registration(event=event)
    event_actions.cancel_event(event.pk)
    with pytest.raises(actions.RegistrationError):
        actions.approve(event.pk, [row.pk])
    event_actions.reinstate_event(event.pk)

    with time_machine.travel(event.ends_at), pytest.raises(actions.RegistrationError):
        actions.reject(event.pk, [row.pk])

    assert statuses(event) == ["pending"]


def test_a_place_out_of_turn_raises_the_capacity_where_none_is_free():
    event = factories.event(capacity=1)
    _holder, first, second = factories.fill(event, 3)

    promoted = actions.promote(second.pk, reason="Mluví o datech.", actor_id=7)

    assert promoted.is_confirmed
    event.refresh_from_db()
    assert (event.capacity, shown(event)) == (2, (2, 1))
    fact = second.changes.latest("pk")
    assert (fact.note, fact.data) == ("Mluví o datech.", {"out_of_turn": [False, True]})
    assert Registration.objects.get(pk=first.pk).is_waiting


def test_a_place_out_of_turn_takes_a_free_one_after_promotion_ended():
    event = factories.event(capacity=1, starts_at=timezone.now() + timedelta(hours=25))
    holder, _first, second = factories.fill(event, 3)
    assert event.promotion_ends_at is not None
    with time_machine.travel(event.promotion_ends_at):
        actions.cancel_registration(holder.pk)
        actions.promote(second.pk, reason="Je už na cestě.")

    event.refresh_from_db()
    assert (event.capacity, shown(event)) == (1, (1, 1))


def test_only_who_waits_is_promoted():
    row = factories.registration(event=factories.event())

    with pytest.raises(actions.RegistrationError):
        actions.promote(row.pk, reason="Proč ne.")


def test_a_smaller_priority_goes_first():
    event = factories.event(capacity=1)
    holder, first, second = factories.fill(event, 3)

    actions.set_priority(second.pk, -1, actor_id=7, note="Starostka.")
    second.refresh_from_db()
    assert second.position() == 1
    assert second.changes.latest("pk").data == {"priority": [0, -1]}

    actions.cancel_registration(holder.pk)
    assert statuses(event) == ["cancelled", "waiting", "confirmed"]
    assert first.position() == 1
