from datetime import timedelta

import pytest
from django.utils import timezone

from registrations import actions, nominations, waiting_list
from tests import factories
from tests.registrations.rows import statuses

pytestmark = pytest.mark.django_db


@pytest.fixture
def event():
    return factories.closed_event()


@pytest.fixture
def firm(event):
    return factories.invitation(event=event, kind="firm", organisation="Firma", places=3)


def test_the_tick_ends_the_nominations_of_an_expired_invitation(event, firm):
    accepted, _open, _other = factories.nominated(firm, "a@f.example", "b@f.example", "c@f.example")
    actions.accept_nomination(accepted.pk)
    late = timezone.now() + timedelta(days=10, minutes=1)

    assert waiting_list.settle(late) == 2
    assert waiting_list.settle(late) == 0
    assert statuses(event) == ["expired", "expired", "confirmed"]


def test_the_tick_leaves_a_valid_invitation_alone(event, firm):
    factories.nominated(firm, "a@f.example")

    assert nominations.settle(timezone.now()) == 0
    assert nominations.settle_invitation(firm.pk, timezone.now()) == 0
    assert statuses(event) == ["nominated"]
