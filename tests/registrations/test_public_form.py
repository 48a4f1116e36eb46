import pytest
from django.http import QueryDict

from registrations.public_form import PublicRegistrationForm
from tests.registrations.test_views import BARA, FORM

pytestmark = pytest.mark.django_db


def form(**fields):
    data = QueryDict(mutable=True)
    data.update(FORM | {"together": "yes"} | fields)
    return PublicRegistrationForm(data)


@pytest.mark.parametrize(("text", "size"), [("", 1), ("3", 3), ("99", 10), ("-1", 1), ("²", 1)])
def test_the_form_has_room_for_one_to_ten(text, size):
    assert form(people=text).size == size


def test_an_unsent_form_keeps_every_value_and_complains_of_nothing():
    sent = form(people="2", name="", vegetarian="on", **BARA | {"name2": ""})

    kept = sent.unsent("nonce", size=3)

    assert (kept.is_bound, kept.size, kept["vegetarian"].value()) == (False, 3, True)
    assert kept.companions[0]["email"].value() == BARA["email2"]
    assert kept["nonce"].value() == "nonce"
    assert not kept.has_errors


def test_who_stands_behind_moves_up():
    sent = form(people="3", **BARA, name3="Cyril", same3="")

    left = sent.without(2, "nonce")

    assert (left.size, left.companions[0]["name"].value()) == (2, "Cyril")
    assert left.companions[0]["same"].value() is False
