"""The pages about people: add, cancel, correct an address; each with the same litany."""

import re
from typing import Any

import pytest
from django.http import HttpResponseBase
from django.test import Client
from django.utils import translation

from accounts.models import User
from desk.previews import Preview
from events import actions as event_actions
from events.models import Event
from notifications.models import Message
from registrations import questions
from registrations.models import Registration
from tests import factories

pytestmark = pytest.mark.django_db

PERSON = {
    "name": "Žofie Příkladná",
    "email": "zofie@mesto.example",
    "language": "cs",
    "town": "Milevsko",
    "sector": "city",
}


@pytest.fixture
def event() -> Event:
    factories.municipality(name="Milevsko")
    return factories.event(capacity=2)


def register(event: Event) -> str:
    return f"/admin/events/event/{event.pk}/register/"


def page(registration: Registration, name: str = "change") -> str:
    return f"/admin/registrations/registration/{registration.pk}/{name}/"


def led(answer: HttpResponseBase) -> tuple[int, str]:
    return answer.status_code, answer.headers.get("Location", "")


def problems(answer: Any) -> dict[str, list[str]]:
    with translation.override("en"):
        errors = answer.context["form"].errors
        return {name: [str(error) for error in found] for name, found in errors.items()}


def said(answer: Any) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def test_add_registration_gives_a_place_by_the_same_action(
    desk: Client, organiser: User, event: Event
) -> None:
    answer = desk.post(register(event), PERSON, follow=True)
    person = Registration.objects.get()
    fact = person.changes.get()
    assert answer.redirect_chain == [(page(person), 302)]
    assert said(answer) == [f"Žofie Příkladná has a place, {person.reference}."]
    assert (person.status, person.booking.via, person.language) == ("confirmed", "desk", "cs")
    assert (fact.kind, fact.via, fact.actor_id) == ("registered", "desk", organiser.pk)


def test_add_registration_twice_changes_nothing(desk: Client, event: Event) -> None:
    desk.post(register(event), PERSON)
    answer = desk.post(register(event), PERSON, follow=True)
    person = Registration.objects.get()
    assert said(answer)[-1:] == [
        f"Žofie Příkladná was registered already, {person.reference}; nothing changed."
    ]


def test_full_event_offers_the_line_and_one_more_place(desk: Client, event: Event) -> None:
    form = desk.get(register(event)).content.decode()
    assert 'value="extra"' not in form
    factories.fill(event, 2)
    form = desk.get(register(event)).content.decode()
    assert ('value="wait"' in form, 'value="extra"' in form) == (True, True)


def test_add_registration_puts_on_the_waiting_list(desk: Client, event: Event) -> None:
    factories.fill(event, 3)
    answer = desk.post(register(event), PERSON | {"how": "wait"}, follow=True)
    person = Registration.objects.latest("pk")
    assert person.status == "waiting"
    assert said(answer) == [f"Žofie Příkladná is number 2 in line, {person.reference}."]


def test_one_more_place_is_out_of_turn_with_a_reason(
    desk: Client, organiser: User, event: Event
) -> None:
    factories.fill(event, 3)
    without = desk.post(register(event), PERSON | {"how": "extra"})
    assert (without.status_code, problems(without)) == (
        422,
        {"reason": ["Write the reason for one more place."]},
    )
    answer = desk.post(register(event), PERSON | {"how": "extra", "reason": "Přednáší."})
    person = Registration.objects.latest("pk")
    event.refresh_from_db()
    assert led(answer) == (302, page(person))
    assert (person.status, event.capacity, event.places_waiting) == ("confirmed", 3, 1)
    fact = person.changes.get()
    assert (fact.note, fact.actor_id, fact.new("out_of_turn")) == ("Přednáší.", organiser.pk, True)


def test_one_more_place_twice_is_refused(desk: Client, event: Event) -> None:
    values = PERSON | {"how": "extra", "reason": "Přednáší."}
    factories.fill(event, 2)
    answers = [desk.post(register(event), values) for _n in range(2)]
    assert [answer.status_code for answer in answers] == [302, 422]
    assert problems(answers[1]) == {"__all__": ["This person is registered already: Confirmed."]}
    event.refresh_from_db()
    assert event.capacity == 3


def test_contact_person_stands_in_for_an_address(desk: Client, event: Event) -> None:
    contact = {"contact_name": "Karel Kontakt", "contact_email": "karel@mesto.example"}
    assert desk.post(register(event), PERSON | {"email": ""} | contact).status_code == 302
    person = Registration.objects.get()
    assert (person.email, person.mail_to) == ("", "karel@mesto.example")


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"name": ""}, {"name"}),
        ({"email": ""}, {"email"}),
        ({"email": "not an address"}, {"email"}),
        ({"contact_name": "Karel"}, {"contact_email"}),
        ({"town": "Nikde"}, {"town"}),
        ({"sector": "private", "organisation": ""}, {"organisation"}),
        ({"language": "de"}, {"language"}),
    ],
)
def test_add_registration_refuses_what_cannot_be(
    desk: Client, event: Event, values: dict[str, str], wrong: set[str]
) -> None:
    answer = desk.post(register(event), PERSON | values)
    assert (answer.status_code, set(problems(answer))) == (422, wrong)
    assert not Registration.objects.exists()


def test_nobody_is_registered_for_an_event_called_off(desk: Client, event: Event) -> None:
    event_actions.cancel_event(event.pk)
    answer = desk.post(register(event), PERSON)
    assert answer.status_code == 422
    assert [str(problem) for problem in answer.context["problems"]] != []
    assert not Registration.objects.exists()


def test_cancel_registration_shows_the_place_it_frees(
    desk: Client, organiser: User, event: Event
) -> None:
    first, *_others, waiting = factories.fill(event, 3)
    shown = desk.post(page(first, "cancel"), {"note": ""})
    assert shown.context["preview"] == Preview(calendars=2, mails=2, promoted=1)
    answer = desk.post(page(first, "cancel"), {"note": "Nemoc", "confirmed": "yes"})
    assert led(answer) == (302, page(first))
    fact = first.changes.latest("pk")
    assert (fact.kind, fact.via, fact.note, fact.actor_id) == (
        "cancelled",
        "desk",
        "Nemoc",
        organiser.pk,
    )
    waiting.refresh_from_db()
    assert waiting.status == "confirmed"


def test_cancel_registration_twice_is_refused(desk: Client, event: Event) -> None:
    person = factories.registration(event=event)
    values = {"note": "", "confirmed": "yes"}
    answers = [desk.post(page(person, "cancel"), values) for _n in range(2)]
    assert [answer.status_code for answer in answers] == [302, 422]
    assert problems(answers[1]) == {"__all__": ["The registration is not valid any more."]}
    assert person.changes.count() == 2


def test_correct_address_makes_a_new_row(desk: Client, organiser: User, event: Event) -> None:
    person = factories.registration(event=event)
    shown = desk.post(page(person, "address"), {"email": "nova@mesto.example"})
    assert shown.context["preview"] == Preview(calendars=2, mails=2)
    answer = desk.post(page(person, "address"), {"email": "nova@mesto.example", "confirmed": "yes"})
    person.refresh_from_db()
    new = person.replaced_by
    assert new is not None
    assert led(answer) == (302, page(person))
    assert (new.email, new.reference, person.status) == (
        "nova@mesto.example",
        person.reference,
        "cancelled",
    )
    assert new.changes.get().actor_id == organiser.pk


@pytest.mark.parametrize("email", ["", "x", "anna@mesto.example\nBcc: x@y.cz", "own", "taken"])
def test_correct_address_refuses_what_cannot_be(desk: Client, event: Event, email: str) -> None:
    person = factories.registration(event=event)
    taken = factories.registration(event=event).email
    typed = {"own": person.email, "taken": taken}.get(email, email)
    answer = desk.post(page(person, "address"), {"email": typed, "confirmed": "yes"})
    assert answer.status_code == 422
    assert len(problems(answer)) == 1
    person.refresh_from_db()
    assert (person.status, person.replaced_by) == ("confirmed", None)


ANSWERS = {"name": "Anna Vzorová", "organisation": "Město Zlín", "wheelchair": "on"}


def test_correct_answers_tells_first_and_then_corrects(
    desk: Client, organiser: User, event: Event
) -> None:
    areas = factories.question("Doprava", "Voda", event=event, kind="several")
    person = factories.registration(event=event)
    chosen = [str(option.pk) for option in areas.options.all()]
    values = ANSWERS | {f"q{areas.pk}": chosen}

    shown = desk.post(page(person, "answers"), values)
    hidden = re.findall(rf'type="hidden" name="q{areas.pk}" value="(\d+)"', shown.content.decode())
    answer = desk.post(page(person, "answers"), values | {"confirmed": "yes"})

    assert shown.context["preview"] == Preview(mails=1)
    assert hidden == chosen
    assert led(answer) == (302, page(person))
    person.refresh_from_db()
    assert (person.organisation_name, person.wheelchair) == ("Město Zlín", True)
    assert [said.words for said in questions.said_by(person)] == ["Doprava, Voda"]
    fact = person.changes.latest("pk")
    assert (fact.kind, fact.actor_id, fact.via) == ("answers_changed", organiser.pk, "desk")
    html = desk.get(page(person)).content.decode()
    assert "<dt>Oblast</dt><dd>Doprava, Voda</dd>" in html
    assert "Answers changed" in html


def test_correct_answers_refuses_a_full_option(desk: Client, event: Event) -> None:
    lunch = factories.question("Guláš", event=event, limit=1)
    (goulash,) = lunch.options.all()
    factories.registration(event=event, answers=factories.chosen(goulash))
    person = factories.registration(event=event)
    values = ANSWERS | {f"q{lunch.pk}": goulash.pk, "confirmed": "yes"}
    answer = desk.post(page(person, "answers"), values)
    assert answer.status_code == 422
    assert problems(answer) == {f"q{lunch.pk}": ["Guláš is full. Choose something else."]}
    assert person.changes.count() == 1


def test_an_organiser_answers_for_whom_they_register(desk: Client, event: Event) -> None:
    factories.municipality(name="Milevsko")
    question = factories.question(event=event, is_required=True)
    missing = desk.post(register(event), PERSON)
    desk.post(register(event), PERSON | {f"q{question.pk}": "Ze Zlína"})
    assert problems(missing) == {f"q{question.pk}": ["Answer this question."]}
    assert [said.words for said in questions.said_by(Registration.objects.get())] == ["Ze Zlína"]


@pytest.mark.parametrize("name", ["cancel", "address", "answers"])
def test_pages_about_a_person_only_ask_on_get(desk: Client, event: Event, name: str) -> None:
    person = factories.registration(event=event)
    assert desk.get(page(person, name)).status_code == 200
    assert desk.get(page(person, name), {"confirmed": "yes"}).status_code == 200
    assert person.changes.count() == 1
    assert Message.objects.count() == 0


@pytest.mark.parametrize("name", ["register", "cancel", "address", "answers"])
def test_pages_about_people_are_nothing_to_others(client: Client, event: Event, name: str) -> None:
    person = factories.registration(event=event)
    path = register(event) if name == "register" else page(person, name)
    values = PERSON | {"confirmed": "yes"}
    for answer in (client.get(path), client.post(path, values)):
        assert led(answer) == (302, f"/admin/login/?next={path}")
    client.force_login(factories.user())
    assert client.post(path, values, follow=True).status_code == 404
    client.force_login(factories.organiser())
    missing = path.replace(f"/{person.pk if name != 'register' else event.pk}/", "/987654321/")
    assert client.post(missing, values).status_code == 404
    assert list(person.changes.values_list("kind", flat=True)) == ["registered"]
    assert Registration.objects.count() == 1


# --- Applications -----------------------------------------------------------------------------
def applications(event: Event) -> str:
    return f"/admin/events/event/{event.pk}/applications/"


def reviewed(**fields: Any) -> Event:
    return factories.event(admission="approval", has_place_while_pending=False, **fields)


def test_many_at_once_with_a_preview_of_how_many_get_a_place(desk: Client, organiser: User) -> None:
    event = reviewed(capacity=2)
    rows = factories.fill(event, 3)
    values = {"chosen": [row.pk for row in rows], "decision": "approve", "reason": ""}
    shown = desk.post(applications(event), values)
    assert shown.context["preview"] == Preview(calendars=2, mails=3, confirmed=2, waiting=1)
    assert Registration.objects.pending().count() == 3
    answer = desk.post(applications(event), values | {"confirmed": "yes"})
    assert led(answer) == (302, f"/admin/events/event/{event.pk}/change/")
    found = Registration.objects.order_by("pk").values_list("status", flat=True)
    assert list(found) == ["confirmed", "confirmed", "waiting"]
    assert rows[0].changes.latest("pk").actor_id == organiser.pk


def test_one_application_is_turned_down_with_a_reason(desk: Client) -> None:
    event = factories.event(admission="approval", capacity=1)
    first, _second = factories.fill(event, 2)
    asked = desk.get(f"{applications(event)}?chosen={first.pk}")
    assert asked.context["form"]["chosen"].value() == [str(first.pk)]
    values = {"chosen": [first.pk], "decision": "reject", "reason": "Sál je jen pro starosty."}
    shown = desk.post(applications(event), values)
    assert shown.context["preview"] == Preview(mails=2, promoted=1, rejected=1)
    desk.post(applications(event), values | {"confirmed": "yes"})
    first.refresh_from_db()
    assert (first.status, first.reason_of_rejection()) == ("rejected", "Sál je jen pro starosty.")


def test_an_application_of_another_event_is_no_choice(desk: Client) -> None:
    stranger = factories.registration(event=reviewed())
    answer = desk.post(applications(reviewed()), {"chosen": [stranger.pk], "decision": "approve"})
    assert answer.status_code == 422
    assert Registration.objects.get().is_pending


# --- Turns ------------------------------------------------------------------------------------
def test_a_place_out_of_turn_asks_for_the_reason(desk: Client, event: Event) -> None:
    *_holders, first, second = factories.fill(event, 4)
    assert desk.post(page(second, "promote"), {"reason": ""}).status_code == 422
    shown = desk.post(page(second, "promote"), {"reason": "Mluví o datech."})
    assert shown.context["preview"] == Preview(calendars=1, mails=1, promoted=1)
    values = {"reason": "Mluví o datech.", "confirmed": "yes"}
    assert led(desk.post(page(second, "promote"), values)) == (302, page(second))
    second.refresh_from_db()
    first.refresh_from_db()
    assert (second.status, first.status) == ("confirmed", "waiting")
    assert desk.post(page(second, "promote"), values).status_code == 422


def test_a_smaller_number_goes_first_in_line(desk: Client, event: Event) -> None:
    *_holders, _first, second = factories.fill(event, 4)
    answer = desk.post(page(second, "priority"), {"priority": "-1", "note": "", "confirmed": "yes"})
    assert led(answer) == (302, page(second))
    second.refresh_from_db()
    assert second.position() == 1
    same = desk.post(page(second, "priority"), {"priority": "-1", "note": ""})
    assert problems(same) == {"__all__": ["Nothing would change."]}


def members(event: Event) -> str:
    return f"/admin/events/event/{event.pk}/register-members/"


def test_all_members_are_registered_after_a_look_at_the_numbers(
    desk: Client, organiser: User
) -> None:
    call = factories.call()
    meeting = factories.meeting(call=call, capacity=2)
    factories.fill(call, 3)

    assert desk.get(f"/admin/events/event/{meeting.pk}/change/").content.count(
        members(meeting).encode()
    )
    shown = desk.post(members(meeting), {})
    assert shown.context["preview"] == Preview(calendars=2, mails=3, confirmed=2, waiting=1)
    assert not Registration.objects.filter(event=meeting).exists()

    answer = desk.post(members(meeting), {"confirmed": "yes"}, follow=True)
    assert said(answer) == ["Registered with a place: 2, waiting: 1."]
    rows = Registration.objects.filter(event=meeting).order_by("pk")
    assert [row.status for row in rows] == ["confirmed", "confirmed", "waiting"]
    assert {row.booking.actor_id for row in rows} == {organiser.pk}

    again = desk.post(members(meeting), {})
    assert (again.status_code, problems(again)) == (
        422,
        {"__all__": ["Every member is registered already."]},
    )


def test_an_event_for_everybody_registers_no_members(desk: Client, event: Event) -> None:
    answer = desk.post(members(event), {"confirmed": "yes"})
    assert (answer.status_code, problems(answer)) == (
        422,
        {"__all__": ["The session is not for members."]},
    )
