from datetime import timedelta

import pytest
import time_machine

from registrations import actions
from registrations.models import Registration
from tests import factories
from tests.registrations.rows import facts, shown, statuses

pytestmark = pytest.mark.django_db


def test_cancel_promotes_the_first_in_line_in_the_same_transaction():
    event = factories.event(capacity=1)
    first, second, third = factories.fill(event, 3)

    actions.cancel_registration(first.pk)

    assert statuses(event) == ["cancelled", "confirmed", "waiting"]
    assert facts(second)[-1] == ("promoted", "waiting", "confirmed")
    assert shown(event) == (1, 1)
    assert third.position() == 1


def test_priority_goes_before_time():
    event = factories.event(capacity=1)
    first, _second, third = factories.fill(event, 3)
    Registration.objects.filter(pk=third.pk).update(priority=-1)

    actions.cancel_registration(first.pk)

    assert statuses(event) == ["cancelled", "waiting", "confirmed"]


def test_cancel_twice_is_refused_and_changes_nothing():
    event = factories.event()
    registration = factories.registration(event=event)
    actions.cancel_registration(registration.pk)

    with pytest.raises(actions.RegistrationError):
        actions.cancel_registration(registration.pk)

    assert len(facts(registration)) == 2


@pytest.mark.parametrize("hours", [-1, 24])
def test_cancel_is_possible_until_the_start(hours):
    event = factories.event()
    registration = factories.registration(event=event)

    with time_machine.travel(event.starts_at - timedelta(hours=hours)):
        if hours > 0:
            actions.cancel_registration(registration.pk)
        else:
            with pytest.raises(actions.RegistrationError):
                actions.cancel_registration(registration.pk)

    assert statuses(event) == ["cancelled" if hours > 0 else "confirmed"]
