"""Parties that meet other parties and one another: real threads on PostgreSQL."""

import pytest

from registrations import actions
from registrations.applications import Party
from tests import factories
from tests.registrations.racing import at_once, broken, count, refused

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

CONTACT = {"contact_name": "Bára", "contact_email": "bara@mesto.example"}


def party(size, *, is_together):
    people = tuple(factories.application(**CONTACT) for _n in range(size))
    return Party(people=people, is_together=is_together)


def booked(event, size):
    """The booking of so many people who came as many as fit."""
    wanted = party(size, is_together=False)
    return actions.register_party(event.pk, wanted, factories.submit())


def test_parties_that_come_whole_never_share_the_last_places():
    event = factories.event(capacity=5)
    wanted = [party(3, is_together=True) for _n in range(4)]
    submits = [factories.submit() for _n in wanted]

    at_once(
        lambda p=party, s=submit: actions.register_party(event.pk, p, s)
        for party, submit in zip(wanted, submits, strict=True)
    )

    assert (count(event, "confirmed"), count(event, "waiting")) == (3, 9)
    assert broken() == {}


def test_people_added_and_parties_share_the_last_places():
    event = factories.event(capacity=6)
    booking = booked(event, 1)
    others = [(party(2, is_together=False), factories.submit()) for _n in range(4)]
    added = [factories.application(**CONTACT) for _n in range(4)]

    at_once(
        [
            *(lambda a=one: actions.add_to_party(booking.pk, a) for one in added),
            *(lambda p=p, s=s: actions.register_party(event.pk, p, s) for p, s in others),
        ]
    )

    assert (count(event, "confirmed"), count(event, "waiting")) == (6, 7)
    assert broken() == {}


def test_people_added_at_once_make_a_party_of_ten_at_most():
    event = factories.event(capacity=20)
    booking = booked(event, 7)
    added = [factories.application(**CONTACT) for _n in range(8)]

    results = at_once(lambda a=one: actions.add_to_party(booking.pk, a) for one in added)

    assert (refused(results), count(event, "confirmed"), broken()) == (5, 10, {})


def test_adding_to_a_party_that_is_cancelled_leaves_who_came_later():
    event = factories.event(capacity=20)
    booking = booked(event, 2)
    added = [factories.application(**CONTACT) for _n in range(4)]

    _cancelled, *rows = at_once(
        [
            lambda: actions.cancel_party(booking.pk),
            *(lambda a=one: actions.add_to_party(booking.pk, a) for one in added),
        ]
    )

    event.refresh_from_db()
    assert refused(rows) == 0
    assert count(event, "confirmed") + count(event, "cancelled") == 6
    assert event.places_taken == count(event, "confirmed")
    assert broken() == {}


def test_two_answers_to_a_party_s_offer_are_one():
    event = factories.event(capacity=2, offer_hours=24)
    holders = factories.fill(event, 2)
    wanted = party(2, is_together=True)
    booking = actions.register_party(event.pk, wanted, factories.submit())
    for holder in holders:
        actions.cancel_registration(holder.pk)
    factories.fill(event, 3)

    results = at_once(
        [
            *([lambda: actions.accept_party_offer(booking.pk)] * 3),
            *([lambda: actions.decline_party_offer(booking.pk)] * 3),
        ]
    )

    assert refused(results) == 5
    assert count(event, "confirmed") + count(event, "offered") == 2
    assert broken() == {}
