import pytest

from registrations.substitute_form import SubstituteForm
from tests import factories

pytestmark = pytest.mark.django_db


def test_where_a_contact_reads_all_the_address_may_be_missing():
    own = factories.registration(
        event=factories.event(), contact_name="Bára", contact_email="bara@mesto.example"
    )

    form = SubstituteForm({"name": "Cyril Nový", "email": ""}, registration=own)

    assert form.is_valid()
    assert form.substitute("en").language == "en"
