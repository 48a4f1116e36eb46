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
from registrations.models import Booking, Quota, Registration, RegistrationChange
from registrations.nonces import Nonce
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
    assert "<legend>Která z\u00a0nich</legend>" in page
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


ANSWERS, HANDING_OVER = "Odpovědi bylo možné měnit do", "Místo bylo možné předat do"


@pytest.mark.parametrize(
    ("hours", "said"),
    [(49, []), (47, [ANSWERS]), (1, [ANSWERS, HANDING_OVER]), (-1, [])],
)
def test_after_a_deadline_a_sentence_stands_in_place_of_its_link(client, event, hours, said):
    own = factories.registration(event=event)
    with time_machine.travel(event.starts_at - timedelta(hours=hours)):
        page = client.get(f"/r/{own.token}/").content.decode()
    assert [words for words in (ANSWERS, HANDING_OVER) if words in page] == said
    links = {ANSWERS: f"/r/{own.token}/answers/", HANDING_OVER: f"/r/{own.token}/substitute/"}
    assert [words in page for words in links.values()] == [
        hours > 0 and words not in said for words in links
    ]


def test_register_asks_the_database_less_once_the_town_hall_is_known(
    client, event, django_assert_max_num_queries
):
    with django_assert_max_num_queries(28):
        send(client, event)
    with django_assert_max_num_queries(23):
        send(client, event, email="bara@mesto.example")


def test_the_invariants_hold_after_all(client, event):
    send(client, event)
    actions.cancel_registration(Registration.objects.get().pk)
    call_command("sweep")
    call_command("check_invariants")


# --- Refused: what is open instead ------------------------------------------------------------
def full_and_two_others():
    """A full session without a waiting list in Milevsko's series, one near and one far."""
    milevsko = factories.municipality(name="Milevsko")
    near = factories.municipality(name="Tábor", latitude="49.41", longitude="14.66")
    far = factories.municipality(name="Ostrava", latitude="49.83", longitude="18.28")
    full = factories.event(capacity=1, has_waiting_list=False)
    factories.fill(full)
    others = [
        factories.event(series=full.series, title_cs=name, venue=factories.venue(town=town))
        for name, town in (("Daleko", far), ("Blízko", near))
    ]
    return full, others, milevsko


def test_a_refused_person_reads_where_places_are_free_nearest_first(client):
    full, (far, near), _milevsko = full_and_two_others()

    with time_machine.travel(timezone.now(), tick=False) as clock:
        nonce = nonce_of(client.get(address(far)))
        full_nonce = Nonce.new(full.pk, timezone.now()).signed()
        clock.shift(timedelta(seconds=5))
        refused = client.post(address(full), FORM | {"nonce": full_nonce})

    assert refused.status_code == 422
    assert nonce
    shown = [(event.pk, round(km)) for event, km in refused.context["alternatives"]]
    assert shown == [(near.pk, 22), (far.pk, 285)]
    page = refused.content.decode()
    assert "Všechna místa jsou obsazená." in page
    assert "22\u00a0km vzdušnou čarou" in page
    assert f'formaction="{address(near)}"' in page


def test_one_click_moves_the_filled_form_to_another_event(client):
    full, (_far, near), _milevsko = full_and_two_others()
    sent = FORM | {"nonce": Nonce.new(full.pk, timezone.now()).signed(), "vegetarian": "on"}

    moved = client.post(address(near), sent | {"move": "yes"})

    assert (moved.status_code, Registration.objects.filter(event=near).count()) == (200, 0)
    form = moved.context["form"]
    assert not form.is_bound
    for name in ("name", "email", "town", "sector"):
        assert form[name].value() == sent[name]
    assert form["vegetarian"].value() is True
    with time_machine.travel(timezone.now() + timedelta(seconds=5)):
        done = client.post(address(near), FORM | {"nonce": nonce_of(moved)})
    assert done["Location"] == address(near, "sent/")


def test_a_chosen_namesake_moves_with_the_form(client, event):
    for kraj in (factories.kraj(), factories.kraj(code="CZ020", name="Středočeský kraj")):
        factories.municipality(name="Písek", kraj=kraj)
    chosen = Municipality.objects.get(name="Písek", kraj__code="CZ031")

    moved = client.post(
        address(event), FORM | {"town": "Písek", "town_choice": chosen.pk, "move": "yes"}
    )

    assert moved.context["form"]["town"].value() == "Písek, Jihočeský kraj"


def test_the_page_of_an_event_that_takes_nobody_names_the_others(client):
    full, (far, near), _milevsko = full_and_two_others()

    page = client.get(address(full))

    assert {event.pk for event, _km in page.context["alternatives"]} == {far.pk, near.pk}
    assert "formaction" not in page.content.decode()


def test_behind_a_closed_door_no_other_event_is_named(client):
    full, _others, _milevsko = full_and_two_others()
    type(full.series).objects.filter(pk=full.series.pk).update(is_closed_door=True)
    client.force_login(factories.organiser())

    assert client.get(address(full)).context["alternatives"] == []


def test_a_quota_is_said_before_the_attempt_and_offers_to_wait_after_it(client, event):
    actions.set_quotas(event.pk, [Quota(scope="each_municipality", limit=1)])
    send(client, event)

    refused = send(client, event, email="bara@mesto.example")

    words = "Z\u00a0jedné obce může přijet nejvýše 1\u00a0člověk."
    assert words in client.get(address(event)).content.decode()
    assert refused.status_code == 422
    page = refused.content.decode()
    assert words in page
    assert 'name="waits_within_limit"' in page
    waiting = send(client, event, email="bara@mesto.example", waits_within_limit="on")
    assert waiting.status_code == 302
    assert Registration.objects.get(email="bara@mesto.example").is_waiting


# --- Approval and offers ----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "Místo do té doby držíme."),
        ({"has_place_while_pending": False}, "Koho přijmou, dostane místo"),
        ({"capacity": 0}, "podržíme ho prvnímu v\u00a0pořadí"),
    ],
)
def test_the_form_says_before_send_who_decides(client, fields, words):
    factories.municipality()
    is_full = fields.pop("capacity", None) == 0
    event = factories.event(admission="approval", capacity=1, **fields)
    if is_full:
        factories.fill(event, 1)

    page = client.get(address(event)).content.decode()

    assert words in page
    assert "Odeslat přihlášku" in page
    assert client.get(event.get_absolute_url()).content.decode().count("Podat přihlášku") == 1


def test_an_application_says_how_it_stands_from_first_to_last(client):
    event = factories.event(admission="approval")
    person = factories.registration(event=event)
    page = f"/r/{person.token}/"

    assert "Přihlášku posuzujeme" in client.get(page).content.decode()
    assert "Vzít přihlášku zpět" in client.get(page).content.decode()
    actions.reject(event.pk, [person.pk], reason="Sál je jen pro starosty.")

    shown = client.get(page).content.decode()
    assert "Přihlášku jsme nepřijali" in shown
    assert "Sál je jen pro starosty." in shown


def offered_place():
    event = factories.event(capacity=1, offer_hours=48)
    holder, first, second = factories.fill(event, 3)
    actions.cancel_registration(holder.pk)
    return event, first, second


@pytest.mark.parametrize(
    ("answer", "heading", "status"),
    [
        ("accept", "Máte místo", "confirmed"),
        ("decline", "Místo je přenechané", "declined"),
        ("perhaps", "Uvolnilo se místo, potvrďte ho", "offered"),
    ],
)
def test_an_offer_is_answered_by_a_button_alone(client, answer, heading, status):
    _event, first, _second = offered_place()
    page = f"/r/{first.token}/"
    assert 'value="accept"' in client.get(page).content.decode()
    assert client.get(f"{page}offer/")["Location"] == page

    answered = client.post(f"{page}offer/", {"answer": answer})

    assert answered["Location"] == page
    first.refresh_from_db()
    assert first.status == status
    assert heading in client.get(page).content.decode()


def test_after_the_deadline_the_buttons_are_gone_and_an_answer_takes_nothing(client):
    _event, first, second = offered_place()
    first.refresh_from_db()
    page = f"/r/{first.token}/"

    with time_machine.travel(first.offered_until):
        assert 'value="accept"' not in client.get(page).content.decode()
        client.post(f"{page}offer/", {"answer": "accept"})
        assert "Nabídka místa propadla" in client.get(page).content.decode()

    second.refresh_from_db()
    assert second.is_offered


# --- Several people at once -------------------------------------------------------------------
BARA = {"name2": "Bára Ukázková", "email2": "bara@mesto.example", "same2": "on"}


def send_party(client, event, *, people=2, **fields):
    return send(client, event, people=people, together="yes", **BARA | fields)


def test_another_person_is_added_before_anything_is_sent(client, event):
    typed = FORM | {"nonce": Nonce.new(event.pk, timezone.now()).signed(), "vegetarian": "on"}

    grown = client.post(address(event), typed | {"add": "yes"})

    assert (grown.status_code, Booking.objects.count()) == (200, 0)
    form = grown.context["form"]
    assert (form.size, form["name"].value(), form["vegetarian"].value()) == (2, FORM["name"], True)
    page = grown.content.decode()
    assert 'name="name2"' in page
    assert 'name="same2"' in page
    third = client.post(address(event), typed | BARA | {"people": "2", "add": "yes"})
    assert third.context["form"].companions[0]["name"].value() == BARA["name2"]
    fewer = client.post(
        address(event), typed | BARA | {"people": "3", "name3": "Cyril Třetí", "remove": "2"}
    )
    assert fewer.context["form"].size == 2
    assert fewer.context["form"].companions[0]["name"].value() == "Cyril Třetí"


def test_a_party_is_registered_by_one_submit(client, event):
    done = send_party(client, event)

    assert done["Location"] == address(event, "sent/")
    booking = Booking.objects.get()
    assert (booking.is_together, booking.contact_email) == (True, FORM["email"])
    rows = booking.registrations.order_by("pk")
    assert [(row.name, row.town.name, row.status) for row in rows] == [
        (FORM["name"], "Milevsko", "confirmed"),
        ("Bára Ukázková", "Milevsko", "confirmed"),
    ]


def test_a_companion_may_come_from_elsewhere_and_without_an_address(client, event):
    factories.municipality(name="Tábor")
    other = {"same2": "", "town2": "Tábor", "sector2": "city", "organisation2": "", "email2": ""}

    send_party(client, event, **other)

    bara = Registration.objects.get(name="Bára Ukázková")
    assert (bara.email, bara.town.name, bara.mail_to) == ("", "Tábor", FORM["email"])


@pytest.mark.parametrize(
    ("fields", "number", "errors"),
    [
        ({"name2": ""}, 1, {"name": ["Napište jméno a\u00a0příjmení."]}),
        ({"email2": FORM["email"]}, 1, {"email": ["Tato adresa je tu dvakrát."]}),
        ({"same2": "", "town2": "", "sector2": "city"}, 1, {"town": ["Napište obec."]}),
    ],
)
def test_an_error_of_a_companion_stands_beside_their_field(client, event, fields, number, errors):
    refused = send_party(client, event, **fields)

    assert refused.status_code == 422
    companion = refused.context["form"].companions[0]
    found = {name: [str(error) for error in found] for name, found in companion.errors.items()}
    assert found == errors
    page = refused.content.decode()
    assert "Zbývá opravit 1\u00a0věc" in page
    assert 'href="#id_' in page
    assert Booking.objects.count() == 0


def test_more_than_ten_people_or_a_wild_number_are_ten_or_one(client, event):
    for people, size in (("11", 10), ("0", 1), ("x", 1), ("-3", 1), ("²", 1)):
        answer = client.post(address(event), FORM | {"people": people})
        assert answer.context["form"].size == size


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


def test_each_of_a_party_answers_the_questions_for_themselves(client, event):
    question = factories.question("Doprava", "Energetika", event=event)
    first, second = question.options.order_by("pk")
    name = f"q{question.pk}"

    send_party(client, event, **{name: first.pk, f"{name}_2": second.pk})

    words = [
        [answer.words for answer in row.answers.all()]
        for row in Registration.objects.order_by("pk")
    ]
    assert words == [["Doprava"], ["Energetika"]]
