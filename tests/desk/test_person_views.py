"""The pages about one person's place, note and deadline; each tells first and then acts."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from desk.previews import Preview
from events import actions as event_actions
from events import dates
from events.models import Event
from registrations import actions
from registrations.models import Registration
from tests import factories
from tests.desk.test_registration_views import led, page, problems, said

pytestmark = pytest.mark.django_db
DANA = {"name": "Dana Nová", "email": "dana@mesto.example"}


@pytest.fixture
def event() -> Event:
    return factories.event(capacity=2)


def moment(until: object) -> dict[str, str]:
    local = dates.in_prague(until)  # type: ignore[arg-type]
    return {"until_0": f"{local:%Y-%m-%d}", "until_1": f"{local:%H:%M}"}


def test_hand_over_place_tells_first_and_then_hands_over(
    desk: Client, organiser: User, event: Event
) -> None:
    person = factories.registration(event=event, language="en")
    shown = desk.post(page(person, "hand-over"), DANA)
    assert shown.context["preview"] == Preview(calendars=2, mails=2)
    assert Registration.objects.count() == 1

    answer = desk.post(page(person, "hand-over"), DANA | {"confirmed": "yes"})

    person.refresh_from_db()
    new = person.replaced_by
    assert new is not None
    assert led(answer) == (302, page(person))
    assert said(desk.get(page(person))) == [f"Dana Nová has a place, {new.reference}."]
    assert (new.name, new.status, new.language, person.status) == (
        "Dana Nová",
        "confirmed",
        "en",
        "cancelled",
    )
    facts = (new.changes.get(), person.changes.latest("pk"))
    assert {(fact.actor_id, fact.via) for fact in facts} == {(organiser.pk, "desk")}


def test_hand_over_place_is_open_to_organisers_past_the_deadline(
    desk: Client, event: Event
) -> None:
    person = factories.registration(event=event)
    assert event.starts_at is not None
    with time_machine.travel(event.starts_at - timedelta(hours=1)):
        desk.force_login(factories.organiser())
        answer = desk.post(page(person, "hand-over"), DANA | {"confirmed": "yes"})
    assert led(answer) == (302, page(person))


@pytest.mark.parametrize("email", ["", "x", "own", "taken"])
def test_hand_over_place_refuses_what_cannot_be(desk: Client, event: Event, email: str) -> None:
    person, other = factories.fill(event, 2)
    typed = {"own": person.email, "taken": other.email}.get(email, email)
    answer = desk.post(page(person, "hand-over"), DANA | {"email": typed, "confirmed": "yes"})
    assert (answer.status_code, len(problems(answer))) == (422, 1)
    person.refresh_from_db()
    assert (person.status, person.replaced_by) == ("confirmed", None)


def test_hand_over_place_says_why_not(desk: Client, event: Event) -> None:
    first, _second, waiting = factories.fill(event, 3)
    answer = desk.post(page(waiting, "hand-over"), DANA)
    assert problems(answer) == {"__all__": ["Only who has a place can hand it over."]}
    event_actions.cancel_event(event.pk)
    answer = desk.post(page(first, "hand-over"), DANA)
    assert problems(answer) == {"__all__": ["The session is called off."]}


def test_write_note_keeps_words_and_tags_for_organisers(
    desk: Client, client: Client, organiser: User, event: Event
) -> None:
    person = factories.registration(event=event)
    values = {"note": "Přijede později.\nVolala.", "tags": "VIP, tisk"}
    shown = desk.post(page(person, "note"), values)
    assert shown.context["preview"] == Preview()

    answer = desk.post(page(person, "note"), values | {"confirmed": "yes"})

    person.refresh_from_db()
    assert led(answer) == (302, page(person))
    assert (person.note, person.tags) == ("Přijede později.\nVolala.", "tisk vip")
    assert person.changes.latest("pk").actor_id == organiser.pk
    own = Client().get(f"/r/{person.token}/").content.decode()
    for word in ("později", "tisk vip"):
        assert word not in own


def test_write_note_keeps_the_longest_that_it_takes(desk: Client, event: Event) -> None:
    person = factories.registration(event=event)
    longest = " ".join(letter * 30 for letter in "abcdefghij")
    values = {"note": "ž" * 500, "tags": longest, "confirmed": "yes"}
    assert led(desk.post(page(person, "note"), values)) == (302, page(person))
    person.refresh_from_db()
    assert (len(person.note), person.tags) == (500, longest)


@pytest.mark.parametrize("tags", ["a " * 5 + "b c d e f g h i j k", "x" * 31])
def test_write_note_refuses_long_and_many_tags(desk: Client, event: Event, tags: str) -> None:
    person = factories.registration(event=event)
    answer = desk.post(page(person, "note"), {"note": "", "tags": tags, "confirmed": "yes"})
    assert (answer.status_code, list(problems(answer))) == (422, ["tags"])


def test_write_note_of_what_stands_there_already_changes_nothing(
    desk: Client, event: Event
) -> None:
    person = factories.registration(event=event)
    actions.write_note(person.pk, note="", tags="vip")
    answer = desk.post(page(person, "note"), {"note": "", "tags": "vip"})
    assert problems(answer) == {"__all__": ["Nothing would change."]}


def test_reopen_deadline_tells_first_and_then_gives_time(
    desk: Client, organiser: User, event: Event
) -> None:
    person = factories.registration(event=event)
    assert event.starts_at is not None
    until = event.starts_at - timedelta(hours=1)
    shown = desk.post(page(person, "deadline"), moment(until) | {"note": ""})
    assert shown.context["preview"] == Preview()

    answer = desk.post(
        page(person, "deadline"), moment(until) | {"note": "Volala", "confirmed": "yes"}
    )

    person.refresh_from_db()
    assert led(answer) == (302, page(person))
    assert person.deadline_reopened_until == until
    fact = person.changes.latest("pk")
    assert (fact.kind, fact.note, fact.actor_id) == ("deadline_reopened", "Volala", organiser.pk)


def test_reopen_deadline_is_taken_back_by_an_empty_field(desk: Client, event: Event) -> None:
    person = factories.registration(event=event)
    assert event.starts_at is not None
    actions.reopen_deadline(person.pk, event.starts_at - timedelta(hours=1))
    desk.post(page(person, "deadline"), {"note": "", "confirmed": "yes"})
    person.refresh_from_db()
    assert person.deadline_reopened_until is None
    assert said(desk.get(page(person))) == [f"{person.name}: the deadlines of everybody hold."]


@pytest.mark.parametrize(("hours", "reason"), [(1, "The session starts"), (-9_000, "That moment")])
def test_reopen_deadline_says_why_not(desk: Client, event: Event, hours: int, reason: str) -> None:
    person = factories.registration(event=event)
    assert event.starts_at is not None
    typed = moment(event.starts_at + timedelta(hours=hours))
    answer = desk.post(page(person, "deadline"), typed | {"note": ""})
    assert problems(answer)["__all__"][0].startswith(reason)
