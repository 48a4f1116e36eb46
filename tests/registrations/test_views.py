import re
from datetime import timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from events import actions as event_actions
from events.models import Municipality
from registrations import actions
from registrations.models import Booking, Registration, RegistrationChange
from tests import factories

pytestmark = pytest.mark.django_db

FORM = {
    "who": "me",
    "name": "Anna Vzorová",
    "email": "anna.vzorova@mesto.example",
    "town": "Milevsko",
    "sector": "city",
    "organisation": "",
}


def address(event, end=""):
    return f"/{event.series.slug}/{event.slug}/register/{end}"


def nonce_of(response):
    return re.search(r'name="nonce" value="([^"]+)"', response.content.decode())[1]


def send(client, event, *, seconds=5, **fields):
    """Opens the form, waits and sends it; returns the answer."""
    with time_machine.travel(timezone.now(), tick=False) as clock:
        nonce = nonce_of(client.get(address(event)))
        clock.shift(timedelta(seconds=seconds))
        return client.post(address(event), FORM | {"nonce": nonce} | fields)


def errors_of(response):
    return {
        name: [str(error) for error in errors]
        for name, errors in response.context["form"].errors.items()
    }


@pytest.fixture
def event():
    factories.municipality(name="Milevsko")
    return factories.event(capacity=2)


def test_register_leads_everybody_to_the_same_page(client, event):
    first = send(client, event)
    again = send(client, event, name="Někdo Jiný")

    for response in (first, again):
        assert (response.status_code, response["Location"]) == (302, address(event, "sent/"))
    registration = Registration.objects.get()
    assert (registration.name, registration.status) == ("Anna Vzorová", "confirmed")
    assert registration.organisation.municipality.name == "Milevsko"
    assert registration.organisation_name == "Milevsko"
    assert RegistrationChange.objects.filter(kind="registered_again").count() == 1


def test_register_sent_says_the_same_to_everybody_and_knows_no_address(client, event):
    send(client, event)
    response = client.get(address(event, "sent/"))
    assert response.status_code == 200
    assert "anna.vzorova" not in response.content.decode()
    assert client.post(address(event, "sent/")).status_code == 405


def test_the_same_form_sent_twice_is_one_registration(client, event):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        nonce = nonce_of(client.get(address(event)))
        clock.shift(timedelta(seconds=5))
        answers = [client.post(address(event), FORM | {"nonce": nonce}) for _n in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert RegistrationChange.objects.count() == 1


def test_a_used_form_with_other_words_comes_back_filled_with_a_new_key(client, event):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        nonce = nonce_of(client.get(address(event)))
        clock.shift(timedelta(seconds=5))
        client.post(address(event), FORM | {"nonce": nonce})
        response = client.post(
            address(event), FORM | {"nonce": nonce, "email": "bara@mesto.example"}
        )

    assert response.status_code == 422
    assert response.context["form"]["email"].value() == "bara@mesto.example"
    assert nonce_of(response) != nonce
    assert Registration.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"name": " "}, {"name": ["Napište jméno a\u00a0příjmení."]}),
        ({"email": ""}, {"email": ["Zadejte celou adresu i\u00a0se zavináčem."]}),
        ({"email": "anna"}, {"email": ["Zadejte celou adresu i\u00a0se zavináčem."]}),
        ({"town": ""}, {"town": ["Napište obec."]}),
        (
            {"town": "Nikde"},
            {"town": ["Tuto obec v\u00a0seznamu nemáme. Zkontrolujte název, nebo vyberte kraj."]},
        ),
        ({"sector": "private"}, {"organisation": ["Napište organizaci."]}),
        ({"who": ""}, {"who": ["Vyberte, koho přihlašujete."]}),
        (
            {"who": "other"},
            {
                "contact_name": ["Napište své jméno."],
                "contact_email": ["Zadejte celou adresu i\u00a0se zavináčem."],
            },
        ),
        (
            {"email": "anna@gmial.com"},
            {"email": ["Nemyslíte anna@gmail.com? Opravte adresu, nebo potvrďte, že je správně."]},
        ),
    ],
)
def test_bad_input_comes_back_filled_with_the_error_beside_it(client, event, fields, errors):
    response = send(client, event, **fields)

    assert response.status_code == 422
    assert errors_of(response) == errors
    kept = response.context["form"]
    assert kept["organisation"].value() == ""
    assert kept["sector"].value() == fields.get("sector", "city")
    assert Booking.objects.count() == 0


def test_a_ticked_address_is_believed(client, event):
    response = send(client, event, email="anna@gmial.com", addresses_are_right="on")
    assert response.status_code == 302
    assert Registration.objects.get().email == "anna@gmial.com"


def test_a_contact_registers_a_delegate_without_an_address(client, event):
    contact = {"contact_name": "Bára Ukázková", "contact_email": "Bara@mesto.example"}
    response = send(client, event, who="other", email="", **contact)

    assert response.status_code == 302
    registration = Registration.objects.select_related("booking").get()
    assert (registration.email, registration.mail_to) == ("", "bara@mesto.example")
    assert registration.booking.contact_name == "Bára Ukázková"


def test_a_contact_left_filled_in_is_ignored_for_oneself(client, event):
    send(client, event, contact_name="Bára", contact_email="nesmysl")
    booking = Booking.objects.get()
    assert (booking.contact_name, booking.contact_email) == ("", "")


def test_a_name_that_stands_twice_comes_back_with_a_choice(client, event):
    kraj = factories.kraj(
        code="CZ080",
        name="Moravskoslezský kraj",
        region=factories.region(code="CZ08", name="Moravskoslezsko"),
    )
    south = factories.municipality(name="Písek", population=30_000)
    north = factories.municipality(name="Písek", kraj=kraj, population=2_000)

    asked = send(client, event, town="pisek")
    answered = send(client, event, town="pisek", town_choice=str(north.pk))

    assert errors_of(asked) == {"town": ["Písek je v\u00a0Česku víckrát. Vyberte tu svou."]}
    page = asked.content.decode()
    for town, kraj_name in ((south, "Jihočeský kraj"), (north, "Moravskoslezský kraj")):
        assert re.search(rf'value="{town.pk}"', page)
        assert f"Písek, {kraj_name}" in page
    assert answered.status_code == 302
    assert Registration.objects.get().town == north


def test_a_town_on_no_list_is_typed_with_its_kraj_and_found_again(client, event):
    kraj = factories.kraj()
    for number, name in enumerate(("Malá Lhota", "MALA LHOTA")):
        send(client, event, town=name, kraj=str(kraj.pk), email=f"a{number}@lhota.example")

    town = Municipality.objects.get(is_listed=False)
    assert (town.name, town.kraj) == ("Malá Lhota", kraj)
    assert Registration.objects.filter(town=town).count() == 2
    assert "Lhota" not in client.get("/towns/?q=malá").content.decode()


def test_abroad_has_neither_town_nor_region(client, event):
    response = send(client, event, town="", kraj="abroad", organisation="Mesto Trnava")
    assert response.status_code == 302
    assert Registration.objects.get().town is None


def test_too_fast_a_form_comes_back_filled_and_can_be_sent_again(client, event):
    response = send(client, event, seconds=1)
    assert response.status_code == 422
    assert response.context["form"]["email"].value() == FORM["email"]
    assert Booking.objects.count() == 0


def test_a_filled_honeypot_comes_back_emptied_and_loses_nothing(client, event):
    response = send(client, event, website="https://spam.example")
    assert response.status_code == 422
    form = response.context["form"]
    assert (form["website"].value(), form["email"].value()) == ("", FORM["email"])
    assert Booking.objects.count() == 0


@pytest.mark.parametrize("nonce", ["", "forged", "a:b:c"])
def test_a_missing_or_forged_nonce_is_replaced(client, event, nonce):
    response = client.post(address(event), FORM | {"nonce": nonce})
    assert response.status_code == 422
    assert nonce_of(response) != nonce
    assert Booking.objects.count() == 0


def test_the_page_says_before_send_that_the_waiting_list_waits(client, event):
    factories.fill(event)
    page = client.get(address(event)).content.decode()
    assert "Zapíšete se na čekací listinu" in page

    send(client, event)

    assert Registration.objects.get(email=FORM["email"]).status == "waiting"


def test_a_refused_person_reads_why_and_keeps_what_they_typed(client, event):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        nonce = nonce_of(client.get(address(event)))
        clock.shift(timedelta(seconds=5))
        event_actions.cancel_event(event.pk)
        response = client.post(address(event), FORM | {"nonce": nonce})

    assert response.status_code == 422
    page = response.content.decode()
    assert "Setkání je zrušené." in page
    assert FORM["email"] in page


def test_the_sixty_first_form_from_one_client_is_asked_to_wait(client, event):
    send(client, event)
    own = Booking.objects.get().client_digest
    for _n in range(59):
        factories.booking(client_digest=own)

    response = send(client, event, email="bara@mesto.example")

    assert response.status_code == 429
    assert response.context["form"]["email"].value() == "bara@mesto.example"
    assert Registration.objects.count() == 1


def test_the_sixth_form_for_one_address_is_asked_to_wait(client, event):
    for _n in range(5):
        assert send(client, event).status_code == 302
    response = send(client, event)
    assert response.status_code == 429
    assert response.context["form"]["email"].value() == FORM["email"]


def test_forty_people_behind_one_address_get_through(client):
    factories.municipality(name="Milevsko")
    event = factories.event(capacity=30)
    answers = [send(client, event, email=f"clerk{n}@mesto.example") for n in range(40)]
    assert {answer.status_code for answer in answers} == {302}
    assert Registration.objects.count() == 40


def test_register_for_a_hidden_or_missing_event_is_404(client, event):
    closed = factories.event(series=factories.series(is_closed_door=True))
    missing = client.get("/nothing/here/register/")
    hidden = client.get(address(closed))
    assert (missing.status_code, hidden.status_code) == (404, 404)


def test_the_form_sets_no_cookie_but_csrf(client, event):
    response = client.get(address(event))
    assert set(response.cookies) == {"csrf"}


@pytest.fixture
def registration(event):
    return factories.registration(event=event, name="Anna Vzorová", email="anna@mesto.example")


def test_registration_shows_the_place_and_nothing_to_others(client, registration):
    response = client.get(f"/r/{registration.token}/")
    page = response.content.decode()
    assert response.status_code == 200
    assert "Máte místo" in page
    assert registration.reference in page
    assert response["Referrer-Policy"] == "no-referrer"
    assert response["X-Robots-Tag"] == "noindex"
    assert "no-store" in response["Cache-Control"]
    assert client.get(f"/r/{registration.door_code}/").status_code == 404
    assert client.post(f"/r/{registration.token}/").status_code == 405


def test_who_guesses_secrets_is_asked_to_wait(client, registration):
    answers = [client.get(f"/r/guess-{n}/").status_code for n in range(31)]
    assert answers == [404] * 30 + [429]
    assert client.get(f"/r/{registration.token}/").status_code == 200


def test_registration_shows_the_position_in_line(client, event):
    factories.fill(event)
    waiting = factories.registration(event=event)
    page = client.get(f"/r/{waiting.token}/").content.decode()
    assert "Jste 1. v\u00a0pořadí" in page
    assert client.get(f"/r/{waiting.token}/calendar.ics").status_code == 404


def test_registration_calendar_is_the_place_without_method_and_attendee(client, registration):
    response = client.get(f"/r/{registration.token}/calendar.ics")
    body = response.content.decode()
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert f"UID:{registration.uid}" in body.replace("\r\n ", "")
    assert "METHOD" not in body
    assert "ATTENDEE" not in body
    assert registration.token not in body


def test_registration_qr_holds_the_door_code_alone(client, registration):
    response = client.get(f"/r/{registration.token}/qr.svg")
    assert response["Content-Type"] == "image/svg+xml"
    assert response.content.startswith(b"<svg")


def test_cancel_asks_on_get_and_acts_on_post(client, registration):
    question = client.get(f"/r/{registration.token}/cancel/")
    assert question.status_code == 200
    registration.refresh_from_db()
    assert registration.status == "confirmed"

    answer = client.post(f"/r/{registration.token}/cancel/", {"reason": "Nemoc"})

    assert (answer.status_code, answer["Location"]) == (302, f"/r/{registration.token}/")
    registration.refresh_from_db()
    assert registration.status == "cancelled"
    assert registration.changes.latest("pk").note == "Nemoc"
    assert "Účast je zrušená" in client.get(f"/r/{registration.token}/").content.decode()


def test_cancel_works_in_a_browser_that_names_no_origin(registration):
    browser = Client(enforce_csrf_checks=True)
    answer = browser.post(f"/r/{registration.token}/cancel/", headers={"origin": "null"})
    assert answer.status_code == 302
    registration.refresh_from_db()
    assert registration.status == "cancelled"


def test_cancel_twice_says_that_it_is_not_valid_any_more(client, registration):
    client.post(f"/r/{registration.token}/cancel/")
    response = client.post(f"/r/{registration.token}/cancel/")
    assert response.status_code == 422
    assert "Registrace už neplatí." in response.content.decode()


def test_what_is_not_possible_any_more_is_absent(client, registration):
    assert "Zrušit účast" in client.get(f"/r/{registration.token}/").content.decode()
    event_actions.cancel_event(registration.event_id)
    page = client.get(f"/r/{registration.token}/").content.decode()
    assert "Setkání se nekoná" in page
    assert "Zrušit účast" not in page


def test_register_asks_the_database_the_same_for_one_and_for_many(
    client, event, django_assert_max_num_queries
):
    with django_assert_max_num_queries(26):
        send(client, event)


def test_the_invariants_hold_after_all(client, event):
    send(client, event)
    actions.cancel_registration(Registration.objects.get().pk)
    call_command("sweep")
    call_command("check_invariants")


def test_the_form_asks_and_the_summary_answers(client, event):
    lunch = factories.question("Guláš", event=event, is_required=True, label_cs="Oběd")
    (goulash,) = lunch.options.all()

    missing = send(client, event)
    response = send(client, event, **{f"q{lunch.pk}": goulash.pk})

    assert errors_of(missing) == {f"q{lunch.pk}": ["Vyberte jednu z\u00a0možností."]}
    assert response.status_code == 302
    own = Registration.objects.get()
    page = client.get(f"/r/{own.token}/").content.decode()
    assert "<dt>Oběd</dt><dd>Guláš</dd>" in page


def test_the_last_of_an_option_taken_meanwhile_comes_back_beside_it_with_all_kept(
    client, event, monkeypatch
):
    areas = factories.question("Doprava", "Voda", event=event, kind="several", limit=1)
    first, second = areas.options.order_by("position")
    register = actions.register

    def others_first(*args, **kwargs):
        monkeypatch.setattr(actions, "register", register)
        factories.registration(event=event, answers=factories.chosen(first))
        return register(*args, **kwargs)

    monkeypatch.setattr(actions, "register", others_first)
    response = send(client, event, **{f"q{areas.pk}": [first.pk, second.pk]})

    assert response.status_code == 422
    assert errors_of(response) == {
        f"q{areas.pk}": ["Doprava: už je obsazeno. Vyberte něco jiného."]
    }
    form = response.context["form"]
    assert form["email"].value() == FORM["email"]
    kept = re.findall(r'value="(\d+)"[^>]*checked', str(form[f"q{areas.pk}"]))
    assert kept == [str(second.pk)]
    assert Booking.objects.filter(via="form").count() == 1


def test_the_same_form_with_the_last_of_an_option_sent_twice_is_one_registration(client, event):
    lunch = factories.question("Guláš", event=event, limit=1, is_required=True)
    (goulash,) = lunch.options.all()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        sent = FORM | {"nonce": nonce_of(client.get(address(event))), f"q{lunch.pk}": goulash.pk}
        clock.shift(timedelta(seconds=5))
        answers = [client.post(address(event), sent) for _n in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert RegistrationChange.objects.count() == 1


def test_a_full_option_is_told_with_all_that_is_wrong_and_need_not_be_chosen(client, event):
    lunch = factories.question("Guláš", event=event, limit=1, is_required=True)
    (goulash,) = lunch.options.all()
    factories.registration(event=event, answers=factories.chosen(goulash))

    wrong = send(client, event, name="", **{f"q{lunch.pk}": goulash.pk})
    right = send(client, event)

    assert set(errors_of(wrong)) == {"name", f"q{lunch.pk}"}
    assert right.status_code == 302
