from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from events import actions as event_actions
from registrations import actions, waiting_list
from tests import factories
from tests.registrations.rows import statuses

pytestmark = pytest.mark.django_db


def test_after_promotion_ended_nobody_is_promoted_and_newcomers_wait():
    event = factories.event(capacity=1, closing_hours=1)
    first, _second = factories.fill(event, 2)

    with time_machine.travel(event.starts_at - timedelta(hours=17)):
        actions.cancel_registration(first.pk)
        factories.registration(event=event)

    assert statuses(event) == ["cancelled", "waiting", "waiting"]


def test_while_called_off_nobody_is_promoted_and_settle_makes_up_for_it():
    event = factories.event(capacity=1)
    factories.fill(event, 2)
    event_actions.cancel_event(event.pk)
    actions.change_capacity(event.pk, 2)
    assert statuses(event) == ["confirmed", "waiting"]

    event_actions.reinstate_event(event.pk)
    promoted = waiting_list.settle(timezone.now())

    assert promoted == 1
    assert statuses(event) == ["confirmed", "confirmed"]
