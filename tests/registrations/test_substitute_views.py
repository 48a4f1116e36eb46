import re
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import OperationalError

from registrations import actions, limits, substitute_views
from registrations.applications import Party
from registrations.models import Registration
from tests import factories

pytestmark = pytest.mark.django_db
DANA = {"name": "Dana Nová", "email": "dana@mesto.example"}
CONTACT = {"contact_name": "Bára Ukázková", "contact_email": "bara@mesto.example"}


@pytest.fixture(autouse=True)
def _fresh_counters():
    cache.clear()


@pytest.fixture
def own():
    return factories.registration(event=factories.event())


def address(registration, end=""):
    return f"/r/{registration.token}/substitute/{end}"


def errors_of(response):
    found = response.context["form"].errors
    return {name: [str(e) for e in errors] for name, errors in found.items()}


def main_of(response):
    return response.content.decode().partition("<main")[2].partition("</main")[0]


def test_the_page_asks_and_the_button_acts(client, own):
    summary = client.get(f"/r/{own.token}/").content.decode()
    asked = client.get(address(own))
    assert address(own) in summary
    assert "Kdo přijede místo vás?" in main_of(asked)
    assert Registration.objects.count() == 1

    done = client.post(address(own), DANA)

    assert (done.status_code, done["Location"]) == (302, address(own, "sent/"))
    new = Registration.objects.latest("pk")
    own.refresh_from_db()
    assert (own.replaced_by, new.name, new.email) == (new, "Dana Nová", "dana@mesto.example")
    assert new.changes.get().via == "link"
    former = client.get(f"/r/{own.token}/")
    assert "Místo je předané" in main_of(former)
    assert "Dana" not in former.content.decode()


def test_the_answer_is_the_same_for_a_known_address(client, own):
    known = factories.registration(event=own.event)
    new = client.post(address(own), DANA | {"email": known.email})
    sent = client.get(new["Location"])

    other = factories.registration(event=own.event)
    passed = client.post(address(other), DANA)

    assert new["Location"].replace(own.token, "") == passed["Location"].replace(other.token, "")
    pages = (main_of(sent), main_of(client.get(passed["Location"])))
    assert pages[0].replace(own.token, "") == pages[1].replace(other.token, "")
    own.refresh_from_db()
    assert own.is_confirmed


def test_sent_twice_it_is_one_answer_and_one_substitute(client, own):
    answers = [client.post(address(own), DANA) for _n in range(2)]

    assert {answer["Location"] for answer in answers} == {address(own, "sent/")}
    assert Registration.objects.count() == 2


def test_bad_input_comes_back_with_the_error_beside_it(client, own):
    response = client.post(address(own), {"name": "Dana Nová", "email": "dana"})

    assert (response.status_code, set(errors_of(response))) == (422, {"email"})
    assert response.context["form"]["name"].value() == "Dana Nová"
    assert Registration.objects.count() == 1


def test_the_holders_own_address_is_refused_beside_its_field(client, own):
    response = client.post(address(own), DANA | {"email": own.email.upper()})

    assert errors_of(response) == {"email": ["Tato adresa místo už má."]}


def test_a_likely_typo_is_asked_about_once(client, own):
    typed = DANA | {"email": "dana@seznma.cz"}
    asked = client.post(address(own), typed)
    assert (asked.status_code, set(errors_of(asked))) == (422, {"email"})
    assert 'name="addresses_are_right"' in main_of(asked)

    done = client.post(address(own), typed | {"addresses_are_right": "on"})

    assert done.status_code == 302


@pytest.mark.parametrize("language", ["cs", "en"])
def test_the_substitute_reads_the_language_of_the_page(client, own, language):
    prefix = "/en" if language == "en" else ""
    client.post(prefix + address(own), DANA)
    assert Registration.objects.latest("pk").language == language


def test_after_the_deadline_a_sentence_and_the_contact_stand_there(client, own):
    with time_machine.travel(own.event.starts_at - timedelta(hours=1)):
        shown, sent = client.get(address(own)), client.post(address(own), DANA)
        summary = client.get(f"/r/{own.token}/").content.decode()

    assert (shown.status_code, sent.status_code) == (200, 422)
    for page in (main_of(shown), main_of(sent)):
        assert "Místo šlo předat do" in page
        assert own.event.series.contact_email in page
        assert "<form" not in page
    assert address(own) not in summary
    assert Registration.objects.count() == 1


def test_too_many_to_one_address_wait_with_everything_kept(client, own):
    known = factories.registration(event=own.event)
    for _n in range(limits.PER_EMAIL):
        assert client.post(address(own), DANA | {"email": known.email}).status_code == 302

    response = client.post(address(own), DANA | {"email": known.email})

    assert response.status_code == 429
    assert response.context["form"]["email"].value() == known.email
    assert client.post(address(own), DANA).status_code == 302


def test_what_cannot_be_saved_now_is_kept(client, own, monkeypatch, caplog):
    def locked(*args, **kwargs):
        raise OperationalError

    monkeypatch.setattr(substitute_views.actions, "substitute", locked)

    response = client.post(address(own), DANA)

    caplog.clear()
    assert response.status_code == 503
    assert response.context["form"]["name"].value() == "Dana Nová"


def test_nothing_is_kept_and_indexed(client, own):
    for page in (address(own), address(own, "sent/")):
        response = client.get(page)
        assert response["Referrer-Policy"] == "no-referrer"
        assert "no-store" in response["Cache-Control"]


def test_strangers_and_other_secrets_find_nothing(client, own):
    for token in ("A" * 32, own.door_code, own.booking.token):
        assert client.get(f"/r/{token}/substitute/").status_code == 404
        assert client.post(f"/r/{token}/substitute/", DANA).status_code == 404
        assert client.get(f"/r/{token}/substitute/sent/").status_code == 404


@pytest.fixture
def booking():
    people = tuple(factories.application(**CONTACT) for _n in range(2))
    party = Party(people=people, is_together=True)
    return actions.register_party(factories.event(capacity=2).pk, party, factories.submit())


def test_the_contact_hands_over_the_place_of_one_of_the_party(client, booking):
    first, second = booking.registrations.order_by("pk")
    asked = f"/b/{booking.token}/substitute/?person={first.pk}"
    assert asked in client.get(f"/b/{booking.token}/").content.decode()
    page = main_of(client.get(asked))
    assert first.name in page
    assert second.name not in page
    hidden = re.search(r'name="person" value="(\d+)"', page)[1]

    done = client.post(f"/b/{booking.token}/substitute/", DANA | {"person": hidden})

    assert done["Location"] == f"/b/{booking.token}/substitute/sent/"
    assert client.get(done["Location"]).status_code == 200
    first.refresh_from_db()
    assert first.is_handed_over
    assert "Dana Nová" in client.get(f"/b/{booking.token}/").content.decode()


def test_the_contact_hands_over_nobody_elses_place(client, booking):
    stranger = factories.registration(event=factories.event())
    for number in (str(stranger.pk), "x", ""):
        answer = client.post(f"/b/{booking.token}/substitute/", DANA | {"person": number})
        assert answer["Location"] == f"/b/{booking.token}/"
    stranger.refresh_from_db()
    assert stranger.is_confirmed
    assert booking.registrations.confirmed().count() == 2
