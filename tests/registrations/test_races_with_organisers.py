"""An organiser changes the event while people act: real threads on PostgreSQL."""

from datetime import timedelta

import pytest

from events import actions as event_actions
from registrations import actions
from registrations.models import Quota
from tests import factories
from tests.registrations.racing import at_once, broken, count, offered, refused

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def newcomers(event, number):
    """Calls that register so many people of one firm."""
    pairs = [(factories.application(), factories.submit()) for _n in range(number)]
    return [lambda a=a, s=s: actions.register(event.pk, a, s) for a, s in pairs]


def test_lowering_the_capacity_while_people_register_never_oversells():
    event = factories.event(capacity=12)

    at_once([lambda: actions.change_capacity(event.pk, 6), *newcomers(event, 16)])

    assert 6 <= count(event, "confirmed") <= 12
    assert broken() == {}


def test_a_quota_holds_among_many():
    event = factories.event(capacity=20)
    actions.set_quotas(event.pk, [Quota(scope="each_organisation", limit=3)])

    results = at_once(newcomers(event, 12))

    assert sum(isinstance(result, actions.QuotaReached) for result in results) == 9
    assert count(event, "confirmed") == 3
    assert broken() == {}


def test_quotas_set_while_people_register_hold_from_then_on():
    event = factories.event(capacity=20)
    quotas = [Quota(scope="each_organisation", limit=3)]

    _change, *rows = at_once([lambda: actions.set_quotas(event.pk, quotas), *newcomers(event, 12)])

    assert 3 <= count(event, "confirmed") == 12 - refused(rows)
    assert broken() == {}


def test_an_event_moved_while_people_register_counts_them_all():
    event = factories.event(capacity=8)
    later = event.starts_at + timedelta(days=1)

    change, *_rows = at_once(
        [lambda: event_actions.move_event(event.pk, later), *newcomers(event, 12)]
    )

    event.refresh_from_db()
    assert (event.starts_at, event.places_taken, event.places_waiting) == (later, 8, 4)
    told = event.registrations.filter(since_revision__lt=change.event_revision)
    assert set(told) == set(event.registrations.filter(joined_at__lt=change.at))
    assert broken() == {}


def test_an_event_called_off_while_people_register_takes_nobody_afterwards():
    event = factories.event(capacity=8)

    change, *rows = at_once([lambda: event_actions.cancel_event(event.pk), *newcomers(event, 12)])

    came = event.registrations.filter(since_revision__lt=change.event_revision)
    assert (event.registrations.count(), came.count()) == (12 - refused(rows),) * 2
    assert broken() == {}


def test_approval_asked_for_while_people_register_is_asked_of_those_after():
    event = factories.event(capacity=12)
    way_in = {"admission": "approval", "has_place_while_pending": True, "offer_hours": None}

    change, *_rows = at_once(
        [lambda: actions.change_admission(event.pk, **way_in), *newcomers(event, 12)]
    )

    pending = event.registrations.filter(status="pending", joined_at__gt=change.at)
    confirmed = event.registrations.filter(status="confirmed", joined_at__lt=change.at)
    assert pending.count() + confirmed.count() == 12
    assert broken() == {}


def test_lowering_the_capacity_and_accepting_take_no_offer_away():
    event, line = offered(places=3)

    at_once(
        [
            lambda: actions.change_capacity(event.pk, 1),
            *(lambda pk=row.pk: actions.accept_offer(pk) for row in line[:3]),
        ]
    )

    assert (count(event, "confirmed"), count(event, "waiting"), broken()) == (3, 3, {})
