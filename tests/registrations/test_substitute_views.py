import pytest
import time_machine
from django.core.management import call_command

from registrations.models import Registration
from tests import factories

pytestmark = pytest.mark.django_db
CYRIL = {"name": "Cyril Nový", "email": "cyril@mesto.example"}


@pytest.fixture
def holder():
    return factories.registration(event=factories.event())


def page_of(registration, end="substitute/"):
    return f"/r/{registration.token}/{end}"


def test_the_link_shows_the_question_and_only_the_button_acts(client, holder):
    assert "Předat místo" in client.get(page_of(holder, "")).content.decode()
    assert "Kdo přijede místo vás?" in client.get(page_of(holder)).content.decode()
    assert Registration.objects.count() == 1

    done = client.post(page_of(holder), CYRIL)

    assert done["Location"] == page_of(holder, "")
    new = Registration.objects.get(email=CYRIL["email"])
    assert (new.status, new.name) == ("confirmed", "Cyril Nový")
    shown = client.get(page_of(holder, "")).content.decode()
    assert "Místo je předané" in shown
    assert CYRIL["email"] not in shown
    assert new.token not in shown


def test_the_answer_is_the_same_for_a_known_address(client, holder):
    factories.registration(event=holder.event, email=CYRIL["email"])

    done = client.post(page_of(holder), CYRIL)

    assert done["Location"] == page_of(holder, "")
    assert "Místo je předané" in client.get(page_of(holder, "")).content.decode()
    call_command("check_invariants")


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"name": ""}, {"name": ["Napište jméno a\u00a0příjmení."]}),
        ({"email": "cyril"}, {"email": ["Zadejte celou adresu i\u00a0se zavináčem."]}),
        ({"email": ""}, {"email": ["Zadejte celou adresu i\u00a0se zavináčem."]}),
    ],
)
def test_bad_input_comes_back_filled(client, holder, fields, errors):
    refused = client.post(page_of(holder), CYRIL | fields)

    assert refused.status_code == 422
    found = refused.context["form"].errors
    assert {name: list(map(str, words)) for name, words in found.items()} == errors
    holder.refresh_from_db()
    assert holder.is_confirmed


def test_a_likely_typo_is_asked_about_once(client, holder):
    typed = CYRIL | {"email": "cyril@seznan.cz"}
    asked = client.post(page_of(holder), typed)
    assert 'name="addresses_are_right"' in asked.content.decode()

    done = client.post(page_of(holder), typed | {"addresses_are_right": "on"})

    assert done.status_code == 302


def test_too_late_is_a_sentence_and_the_contact(client, holder):
    event = holder.event
    with time_machine.travel(event.substitution_ends_at):
        page = client.get(page_of(holder))
        refused = client.post(page_of(holder), CYRIL)
        own = client.get(page_of(holder, "")).content.decode()

    assert "Místo bylo možné předat do" in page.content.decode()
    assert event.series.contact_email in page.content.decode()
    assert refused.status_code == 422
    assert "substitute/" not in own
    assert Registration.objects.count() == 1
