import pytest

from registrations.substitute_form import CorrectionForm, SubstituteForm
from tests import factories

pytestmark = pytest.mark.django_db


def test_where_a_contact_reads_all_the_address_may_be_missing():
    own = factories.registration(
        event=factories.event(), contact_name="Bára", contact_email="bara@mesto.example"
    )

    form = SubstituteForm({"name": "Cyril Nový", "email": ""}, registration=own)

    assert form.is_valid()
    assert form.substitute("en").language == "en"


def test_an_address_that_stays_is_not_doubted_and_none_is_taken_away():
    own = factories.registration(event=factories.event(), email="anna@seznan.cz")

    form = CorrectionForm({"name": "Anna", "email": "anna@seznan.cz"}, registration=own)
    emptied = CorrectionForm({"name": "Anna", "email": ""}, registration=own)

    assert form.is_valid()
    assert form.new_address == ""
    assert not emptied.is_valid()
