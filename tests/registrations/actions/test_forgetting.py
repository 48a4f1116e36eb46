from datetime import timedelta

import pytest

from registrations import actions
from tests import factories

pytestmark = pytest.mark.django_db


def test_forget_needs_waits_fourteen_days():
    event = factories.event()
    registration = factories.registration(event=event, vegetarian=True, needs_note="Bez ořechů")

    assert actions.forget_needs(event.ends_at + timedelta(days=14)) == 0
    assert actions.forget_needs(event.ends_at + timedelta(days=14, seconds=1)) == 1

    registration.refresh_from_db()
    assert registration.needs == []
