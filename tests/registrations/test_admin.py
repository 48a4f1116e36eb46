"""Organisers' screens of registrations: found, read, never typed over."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.http import HttpResponseBase
from django.test import Client
from django.utils import timezone

from accounts.models import User
from events.models import Event, EventChange
from registrations import actions
from registrations.models import Registration
from tests import factories

pytestmark = pytest.mark.django_db

LIST = "/admin/registrations/registration/"


@pytest.fixture(autouse=True)
def _no_second_factor(settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = False


@pytest.fixture
def organiser() -> User:
    return factories.organiser(language="en")


@pytest.fixture
def desk(client: Client, organiser: User) -> Client:
    client.force_login(organiser)
    return client


@pytest.fixture
def event() -> Event:
    return factories.event(capacity=2)


def page(registration: Registration, name: str = "change") -> str:
    return f"{LIST}{registration.pk}/{name}/"


def led(answer: HttpResponseBase) -> tuple[int, str]:
    return answer.status_code, answer.headers.get("Location", "")


def found(answer: Any) -> set[int]:
    return {row.pk for row in answer.context["cl"].result_list}


def test_registrations_are_found_with_and_without_diacritics(desk: Client, event: Event) -> None:
    town = factories.municipality(name="Česká Lípa")
    meant = factories.registration(
        event=event,
        name="Žofie Příkladná",
        email="zofie@urad.example",
        town_id=town.pk,
        organisation="Úřad Ukázkov",
    )
    factories.registration(event=event)
    for query in (
        "Příkladná",
        "prikladna zofie",
        "ŽOFIE@URAD",
        "ceska lipa",
        "Úřad",
        meant.reference,
        meant.reference.lower()[3:],
    ):
        assert found(desk.get(LIST, {"q": query})) == {meant.pk}, query
    assert found(desk.get(LIST, {"q": "zofie nikdo"})) == set()


@pytest.mark.parametrize("query", ["%", "_", "'", '"', "\\", "%%%", "a" * 500, "\u202e"])
def test_search_takes_signs_as_they_are(desk: Client, event: Event, query: str) -> None:
    person = factories.registration(event=event)
    answer = desk.get(LIST, {"q": query})
    assert answer.status_code == 200
    assert found(answer) == ({person.pk} if query == "\u202e" else set())


def test_registrations_are_filtered(desk: Client, event: Event) -> None:
    region = factories.region(code="CZ05", name="Severovýchod")
    kraj = factories.kraj(code="CZ051", name="Liberecký kraj", region=region)
    town = factories.municipality(name="Liberec", kraj=kraj)
    meant = factories.registration(
        event=event, town_id=town.pk, sector="city", organisation="Liberec"
    )
    other = factories.registration(event=factories.event())
    actions.cancel_registration(other.pk)
    for query in (
        {"event": event.pk},
        {"status__exact": "confirmed"},
        {"region": "CZ05"},
        {"sector": "city"},
    ):
        assert found(desk.get(LIST, query)) == {meant.pk}, query
    assert found(desk.get(LIST, {"event": "9" * 30})) == {meant.pk, other.pk}


def test_registrations_are_found_by_tag(desk: Client, event: Event) -> None:
    meant, other, neither = factories.fill(event, 3)
    actions.write_note(meant.pk, note="", tags="řečník vip")
    actions.write_note(other.pk, note="vip", tags="viplus")
    assert found(desk.get(LIST, {"tag": "vip"})) == {meant.pk}
    assert found(desk.get(LIST, {"q": "recnik"})) == {meant.pk}
    assert found(desk.get(LIST, {"tag": "%"})) == set()
    assert Registration.objects.all().tags_in_use() == ["vip", "viplus", "řečník"]
    assert neither.pk not in found(desk.get(LIST, {"q": "vip"}))


@pytest.mark.parametrize("count", [1, 3])
def test_list_asks_as_often_for_one_row_as_for_three(
    desk: Client, count: int, django_assert_max_num_queries: Any
) -> None:
    for _n in range(count):
        town = factories.municipality(name=f"Obec {_n}")
        factories.registration(event=factories.event(), town_id=town.pk)
    with django_assert_max_num_queries(10):
        assert len(found(desk.get(LIST))) == count


def test_page_shows_all_but_the_secrets(desk: Client, event: Event) -> None:
    contact = {"contact_name": "Karel Kontakt", "contact_email": "karel@mesto.example"}
    town = factories.municipality(name="Milevsko")
    person = factories.registration(
        event=event, needs_note="Přijedu na vozíku", town_id=town.pk, **contact
    )
    html = desk.get(page(person)).content.decode()
    for text in (
        person.name,
        person.email,
        person.reference,
        "Karel Kontakt",
        "karel@mesto.example",
        "Přijedu na vozíku",
        "Milevsko",
        "Confirmed",
    ):
        assert text in html, text
    for secret in (person.token, person.door_code, person.booking.token):
        assert secret not in html


def test_page_shows_position_history_and_what_can_be_done(
    desk: Client, organiser: User, event: Event
) -> None:
    *_others, last = factories.fill(event, 4)
    answer = desk.get(page(last))
    html = answer.content.decode()
    assert (answer.context["position"], [line.what for line in answer.context["lines"]]) == (
        2,
        ["Registered"],
    )
    assert (
        f'href="{page(last, "cancel")}"' in html,
        f'href="{page(last, "address")}"' in html,
    ) == (
        True,
        True,
    )
    actions.cancel_registration(last.pk, actor_id=organiser.pk, via="desk", note="Nemoc")
    answer = desk.get(page(last))
    line = answer.context["lines"][0]
    assert (line.what, line.who, line.note) == ("Attendance cancelled", str(organiser), "Nemoc")
    assert page(last, "cancel") not in answer.content.decode()


def test_corrected_rows_lead_to_each_other(desk: Client, event: Event) -> None:
    old = factories.registration(event=event)
    new = actions.correct_address(old.pk, "nova@mesto.example")
    assert f'href="{page(new)}"' in desk.get(page(old)).content.decode()
    assert f'href="{page(old)}"' in desk.get(page(new)).content.decode()


def test_who_had_the_place_and_who_has_it_lead_to_each_other(desk: Client, event: Event) -> None:
    old = factories.registration(event=event)
    new = actions.hand_over(old.pk, factories.substitute(name="Žofie Příkladná"))
    pages = {row: desk.get(page(row)) for row in (old, new)}
    assert f'href="{page(new)}">Žofie Příkladná, ' in pages[old].content.decode()
    assert f'href="{page(old)}">{old.name}, ' in pages[new].content.decode()
    assert pages[old].context["lines"][0].what == "Place handed over"
    assert pages[new].context["lines"][0].what == "Place taken over"


def test_note_tags_and_deadline_stand_on_the_page_and_no_word_in_the_history(
    desk: Client, event: Event
) -> None:
    person = factories.registration(event=event)
    assert event.starts_at is not None
    actions.write_note(person.pk, note="Přijede později", tags="tisk")
    actions.reopen_deadline(person.pk, event.starts_at - timedelta(hours=1))
    answer = desk.get(page(person))
    html = answer.content.decode()
    assert "Přijede později" in html
    assert "<dd>tisk</dd>" in html
    reopened, noted, _registered = answer.context["lines"]
    assert [row.label for row in noted.differences] == ["Note", "Tags"]
    assert noted.differences[0].new == noted.note == ""
    (difference,) = reopened.differences
    assert difference.label == "Deadline reopened until"
    assert (difference.old, difference.new != "") == ("", True)


def test_nothing_is_added_changed_or_deleted_by_hand(desk: Client, event: Event) -> None:
    person = factories.registration(event=event)
    before = Registration.objects.values().get()
    assert desk.get(f"{LIST}add/").status_code == 404
    assert desk.post(page(person), {"status": "cancelled", "name": "X"}).status_code == 404
    assert desk.post(page(person, "delete"), {"post": "yes"}).status_code == 404
    assert Registration.objects.values().get() == before
    assert led(desk.get(page(person, "history"))) == (302, page(person) + "#history")


def test_registrations_are_nothing_to_others(client: Client, event: Event) -> None:
    person = factories.registration(event=event)
    for path in (LIST, page(person)):
        assert led(client.get(path)) == (302, f"/admin/login/?next={path}")
    client.force_login(factories.user())
    for path in (LIST, page(person)):
        answer = client.get(path, follow=True)
        assert answer.status_code == 404
        assert person.name not in answer.content.decode()


@pytest.mark.parametrize("number", ["987654321", "9" * 30, "x"])
def test_missing_registration_is_404(desk: Client, number: str) -> None:
    assert desk.get(f"{LIST}{number}/change/").status_code == 404


def test_reading_people_behind_a_closed_door_is_kept_once_an_hour(
    desk: Client, event: Event, organiser: User
) -> None:
    closed = factories.event(series=factories.series(is_closed_door=True))
    for each in (event, closed):
        factories.registration(event=each)
    created = set(EventChange.objects.values_list("pk", flat=True))

    for _again in range(2):
        desk.get("/admin/registrations/registration/")
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        desk.force_login(organiser)
        desk.get("/admin/registrations/registration/")

    kept = EventChange.objects.exclude(pk__in=created)
    expected = (closed.pk, "list_read", organiser.pk)
    assert [(row.event_id, row.kind, row.actor_id) for row in kept] == [expected] * 2


def test_reading_others_keeps_nothing(desk: Client, event: Event) -> None:
    factories.registration(event=event)
    factories.event(series=factories.series(is_closed_door=True))
    desk.get("/admin/registrations/registration/")
    assert not EventChange.objects.filter(kind="list_read").exists()
