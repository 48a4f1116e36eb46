import pytest
from django.utils import timezone

from registrations.parties import party_of
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_booking_of_people_who_were_all_known_is_no_party():
    assert party_of(factories.booking(), timezone.now()) is None


def test_the_next_person_shares_the_place_of_the_first():
    row = factories.registration(
        event=factories.event(), contact_name="Bára", contact_email="bara@mesto.example"
    )

    first = party_of(row.booking, timezone.now()).first

    assert (first.organisation, first.sector, first.contact_email) == (
        "Ukázková firma",
        "private",
        "bara@mesto.example",
    )
