import pytest
from django.utils import timezone

from registrations.models import RegistrationChange
from registrations.states import CSS_CLASS, LIVE, MOVES, Status
from tests import factories


def test_every_status_has_its_moves_and_its_shape():
    assert set(MOVES) == {"", *Status.values}
    assert set(CSS_CLASS) == set(Status.values)


def test_what_is_over_is_final():
    over = set(Status.values) - LIVE
    assert {status: MOVES[status] for status in over} == dict.fromkeys(over, frozenset())


@pytest.mark.django_db
def test_an_illegal_move_is_refused_and_writes_nothing():
    registration = factories.registration(event=factories.event())

    with pytest.raises(ValueError, match="does not move from confirmed to waiting"):
        registration.move_to(
            Status.WAITING, kind=RegistrationChange.Kind.REGISTERED, now=timezone.now()
        )

    registration.refresh_from_db()
    assert registration.status == Status.CONFIRMED
    assert registration.changes.count() == 1
