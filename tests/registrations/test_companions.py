import pytest
from django.http import QueryDict

from registrations.companions import CompanionForm
from tests import factories

pytestmark = pytest.mark.django_db


def companion(**fields):
    data = QueryDict(mutable=True)
    data.update({"name2": "Bára Ukázková", "same2": "on"} | fields)
    return CompanionForm(data, number=2, initial={})


def test_a_companion_takes_place_and_organisation_from_the_first():
    form = companion(vegetarian2="on")
    first = factories.application(organisation="Firma", contact_email="bara@mesto.example")

    assert form.is_valid()
    own = form.application_beside(first)

    assert (own.name, own.email, own.organisation) == ("Bára Ukázková", "", "Firma")
    assert (own.vegetarian, own.contact_email) == (True, "bara@mesto.example")


def test_what_stands_below_a_ticked_same_is_not_looked_at():
    form = companion(town2="Atlantida", sector2="martian")

    assert "town" not in form.errors
    assert not form.is_from_elsewhere or form.has_error("sector")


def test_fields_bear_the_number_of_the_person():
    assert companion()["name"].html_name == "name2"
    assert companion()["name"].auto_id == "id_name2"
