import pytest

from registrations import actions
from registrations.states import Status
from tests import factories
from tests.registrations.rows import facts, shown, statuses

pytestmark = pytest.mark.django_db


def test_correct_address_is_a_new_row_with_its_own_secrets():
    event = factories.event()
    old = factories.registration(event=event, email="ana@mesto.example", vegetarian=True)

    new = actions.correct_address(old.pk, "anna@mesto.example")

    old.refresh_from_db()
    assert (old.status, old.replaced_by) == (Status.CANCELLED, new)
    assert (new.status, new.email, new.vegetarian) == (Status.CONFIRMED, "anna@mesto.example", True)
    assert (new.reference, new.joined_at, new.priority) == (old.reference, old.joined_at, 0)
    for name in ("uid", "token", "door_code"):
        assert getattr(new, name) != getattr(old, name)
    assert facts(old)[-1] == ("transferred", "confirmed", "cancelled")
    assert facts(new) == [("corrected", "", "confirmed")]
    assert shown(event) == (1, 0)


def test_correct_address_to_a_registered_one_is_refused_whole():
    event = factories.event()
    old, other = factories.fill(event, 2)

    with pytest.raises(actions.RegistrationError):
        actions.correct_address(old.pk, other.email)

    assert statuses(event) == ["confirmed", "confirmed"]
