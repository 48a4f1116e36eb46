import re
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.core.management import call_command

from registrations import actions, limits
from registrations.applications import Party
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


def test_sent_twice_it_leads_twice_to_the_same_page(client, holder):
    answers = [client.post(page_of(holder), CYRIL) for _n in range(2)]

    assert {answer["Location"] for answer in answers} == {page_of(holder, "")}
    assert client.get(page_of(holder))["Location"] == page_of(holder, "")
    assert Registration.objects.count() == 2


def test_too_many_to_one_address_wait_with_everything_kept(client):
    cache.clear()
    event = factories.event(capacity=9)
    *others, last = factories.fill(event, limits.PER_EMAIL + 1)
    for other in others:
        assert client.post(page_of(other), CYRIL).status_code == 302

    refused = client.post(page_of(last), CYRIL)

    assert refused.status_code == 429
    assert refused.context["form"]["email"].value() == CYRIL["email"]
    assert client.post(page_of(last), CYRIL | {"email": "dana@mesto.example"}).status_code == 302


def test_a_reopened_deadline_is_what_the_pages_say(client, holder):
    event = holder.event
    until = event.starts_at - timedelta(minutes=30)
    actions.reopen_deadline(holder.pk, until)
    with time_machine.travel(event.substitution_ends_at):
        assert "substitute/" in client.get(page_of(holder, "")).content.decode()
        assert client.post(page_of(holder), CYRIL).status_code == 302


@pytest.fixture
def booking():
    contact = {"contact_name": "Bára Ukázková", "contact_email": "bara@mesto.example"}
    people = tuple(factories.application(**contact) for _n in range(2))
    party = Party(people=people, is_together=True)
    return actions.register_party(factories.event(capacity=2).pk, party, factories.submit())


def test_the_contact_hands_over_the_place_of_one_of_the_party(client, booking):
    first, second = booking.registrations.order_by("pk")
    asked = f"/b/{booking.token}/substitute/?person={first.pk}"
    assert asked in client.get(f"/b/{booking.token}/").content.decode()
    page = client.get(asked).content.decode()
    assert first.name in page
    assert second.name not in page
    hidden = re.search(r'name="person" value="(\d+)"', page)[1]

    done = client.post(f"/b/{booking.token}/substitute/", CYRIL | {"person": hidden})

    assert done["Location"] == f"/b/{booking.token}/"
    first.refresh_from_db()
    assert first.is_handed_over
    assert "Cyril Nový" in client.get(done["Location"]).content.decode()


def test_the_contact_hands_over_nobody_elses_place(client, booking, holder):
    for number in (str(holder.pk), "x", ""):
        answer = client.post(f"/b/{booking.token}/substitute/", CYRIL | {"person": number})
        assert answer["Location"] == f"/b/{booking.token}/"
    holder.refresh_from_db()
    assert holder.is_confirmed
    assert booking.registrations.confirmed().count() == 2


def correcting(booking, person):
    return f"/b/{booking.token}/correct/?person={person.pk}"


def test_the_contact_corrects_a_name_and_then_an_address(client, booking):
    first = booking.registrations.earliest("pk")
    page = f"/b/{booking.token}/"
    assert correcting(booking, first) in client.get(page).content.decode()
    asked = client.get(correcting(booking, first)).content.decode()
    assert f'value="{first.email}"' in asked
    fields = {"person": first.pk, "name": "Anna Opravená", "email": first.email}

    done = client.post(f"{page}correct/", fields)

    assert done["Location"] == page
    assert "Anna Opravená" in client.get(page).content.decode()
    client.post(f"{page}correct/", fields | {"email": "opravena@mesto.example"})
    shown = client.get(page).content.decode()
    assert shown.count("<strong>Anna Opravená</strong>") == 1
    assert booking.registrations.confirmed().filter(email="opravena@mesto.example").exists()


def test_the_contact_reads_the_same_answer_for_a_known_address(client, booking):
    first = booking.registrations.earliest("pk")
    known = factories.registration(event=first.event)
    fields = {"person": first.pk, "name": "Známá Osoba", "email": known.email}

    answers = [client.post(f"/b/{booking.token}/correct/", fields) for _n in range(2)]

    assert {answer["Location"] for answer in answers} == {f"/b/{booking.token}/"}
    shown = client.get(f"/b/{booking.token}/").content.decode()
    assert "Známá Osoba: odpověď odešla na vlastní adresu." in shown
    assert first.name not in shown
    assert known.reference not in shown
    call_command("check_invariants")


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"name": ""}, {"name": ["Napište jméno a\u00a0příjmení."]}),
        ({"email": ""}, {"email": ["Zadejte celou adresu i\u00a0se zavináčem."]}),
        ({"email": "cyril@seznan.cz"}, {"email": ["Nemyslíte cyril@seznam.cz?"]}),
    ],
)
def test_a_wrong_correction_comes_back_filled(client, booking, fields, errors):
    first = booking.registrations.earliest("pk")

    refused = client.post(correcting(booking, first), CYRIL | {"person": first.pk} | fields)

    assert refused.status_code == 422
    found = refused.context["form"].errors
    assert list(found) == list(errors)
    for name, (words,) in errors.items():
        assert str(found[name][0]).startswith(words)
    first.refresh_from_db()
    assert first.is_confirmed


def test_the_contact_corrects_nobody_else_and_nobody_after_the_start(client, booking, holder):
    for number in (str(holder.pk), "x", ""):
        answer = client.post(f"/b/{booking.token}/correct/", CYRIL | {"person": number})
        assert answer["Location"] == f"/b/{booking.token}/"
    first = booking.registrations.earliest("pk")
    with time_machine.travel(first.event.starts_at):
        assert "correct/" not in client.get(f"/b/{booking.token}/").content.decode()
        refused = client.post(correcting(booking, first), CYRIL | {"person": first.pk})
    assert refused.status_code == 422
    assert not Registration.objects.filter(name=CYRIL["name"]).exists()


def test_a_substitute_reads_that_answers_are_missing_until_they_are_given(client, holder):
    event = holder.event
    asked = factories.question("Doprava", event=event, is_required=True)
    client.post(page_of(holder), CYRIL)
    new = Registration.objects.get(email=CYRIL["email"])
    words, answers = "Pořadatelé ještě potřebují vaše odpovědi", page_of(new, "answers/")
    assert words in client.get(page_of(new, "")).content.decode()
    with time_machine.travel(event.answers_close_at):
        assert words not in client.get(page_of(new, "")).content.decode()

    given = {"name": new.name, "organisation": "Firma", f"q{asked.pk}": asked.options.get().pk}
    client.post(answers, given)

    assert words not in client.get(page_of(new, "")).content.decode()
