import pytest
from django.db import transaction

from events.models import Event
from registrations import actions, locks
from registrations.models import Quota, Registration
from tests import factories

pytestmark = pytest.mark.django_db


def test_an_unknown_event_or_registration_is_absent():
    with pytest.raises(Event.DoesNotExist):
        actions.register(0, factories.application(), factories.submit())
    with pytest.raises(Registration.DoesNotExist):
        actions.cancel_registration(0)


def test_limits_that_came_between_the_locks_are_heeded(monkeypatch):
    series = factories.series()
    first, second = (factories.event(series=series) for _n in range(2))
    held = factories.registration(event=first, email="anna@mesto.example")
    actions.set_series_limits(series.pk, [Quota(scope="each_person", limit=1)])
    real, blind = locks._locked_series, iter([True])
    # The first look is one of before the limits.
    monkeypatch.setattr(
        locks, "_locked_series", lambda events: None if next(blind, False) else real(events)
    )

    assert factories.registration(event=second, email="anna@mesto.example") == held
    assert next(blind, None) is None


def test_a_series_with_limits_is_locked_with_all_its_events():
    series = factories.series()
    events = [factories.event(series=series) for _n in range(3)]
    alone = factories.event()
    with transaction.atomic():
        assert locks.locked_event(alone.pk).is_locked_alone
        assert locks.locked_event(events[0].pk).locked_siblings == ()
    actions.set_series_limits(series.pk, [Quota(scope="each_person", limit=1)])
    with transaction.atomic():
        locked = locks.locked_event(events[1].pk)
    assert (locked, locked.is_locked_alone) == (events[1], False)
    assert locked.locked_siblings == [events[0], events[2]]
