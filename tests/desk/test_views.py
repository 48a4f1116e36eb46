"""The pages of an event's actions, each by the litany: works, stranger, wrong role, bad, twice."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.http import HttpResponseBase
from django.test import Client
from django.utils import timezone, translation

from accounts.models import User
from desk.previews import Preview
from events import actions as event_actions
from events.models import Event, EventChange, Series
from events.rules import PRAGUE
from events.states import Status
from notifications.models import Message
from registrations import actions as registration_actions
from registrations.models import Quota, Registration
from tests import factories
from tests.notifications.post import Post

pytestmark = pytest.mark.django_db


@pytest.fixture
def event() -> Event:
    return factories.event(capacity=2, starts_at=datetime(2027, 6, 1, 9, tzinfo=PRAGUE))


def address(event: Event, page: str) -> str:
    return f"/admin/events/event/{event.pk}/{page}/"


def back(event: Event) -> str:
    return address(event, "change")


def problems(answer: Any) -> list[str]:
    with translation.override("en"):
        errors = answer.context["form"].errors.values()
        return [str(error) for found in errors for error in found]


def facts(event: Event) -> list[tuple[str, str, int | None]]:
    """Kind, note and actor of what happened since the event was made."""
    rows = event.changes.exclude(kind="created").order_by("pk")
    return list(rows.values_list("kind", "note", "actor_id"))


def led(answer: HttpResponseBase) -> tuple[int, str]:
    return answer.status_code, answer.headers.get("Location", "")


MOVE = {"starts_at_0": "2027-06-08", "starts_at_1": "10:30", "note": "Sál je obsazený."}
RENAME = {"title_cs": "Nový název", "title_en": "New title"}
PAGES: list[tuple[str, dict[str, str]]] = [
    ("move", MOVE),
    ("retitle", RENAME),
    ("call-off", {"note": ""}),
    ("capacity", {"places": "5"}),
]


@pytest.mark.parametrize(("page", "values"), PAGES)
def test_action_page_asks_and_shows_before_it_acts(
    desk: Client, event: Event, page: str, values: dict[str, str]
) -> None:
    factories.fill(event)
    asked = desk.get(address(event, page))
    shown = desk.post(address(event, page), values)
    assert (asked.status_code, asked.context["preview"]) == (200, None)
    assert shown.status_code == 200
    assert shown.context["preview"] is not None
    assert facts(event) == []
    assert Message.objects.count() == 0


@pytest.mark.parametrize(("page", "values"), PAGES)
def test_action_page_is_nothing_to_others(
    client: Client, event: Event, page: str, values: dict[str, str]
) -> None:
    sign_in = f"/admin/login/?next={address(event, page)}"
    values = {**values, "confirmed": "yes"}
    assert led(client.get(address(event, page))) == (302, sign_in)
    assert led(client.post(address(event, page), values)) == (302, sign_in)
    client.force_login(factories.user())
    assert client.post(address(event, page), values, follow=True).status_code == 404
    assert facts(event) == []


@pytest.mark.parametrize(("page", "values"), PAGES)
def test_action_page_of_a_missing_event_is_404(
    desk: Client, page: str, values: dict[str, str]
) -> None:
    missing = f"/admin/events/event/987654321/{page}/"
    assert desk.get(missing).status_code == 404
    assert desk.post(missing, {**values, "confirmed": "yes"}).status_code == 404


@pytest.mark.parametrize(("page", "values"), PAGES)
def test_back_to_the_form_keeps_what_was_typed(
    desk: Client, event: Event, page: str, values: dict[str, str]
) -> None:
    answer = desk.post(address(event, page), {**values, "edit": "yes"})
    assert answer.status_code == 200
    assert answer.context["preview"] is None
    assert {name: answer.context["form"].data[name] for name in values} == values
    assert facts(event) == []


def test_move_event_moves_it_and_keeps_its_length(
    desk: Client, organiser: User, event: Event
) -> None:
    answer = desk.post(address(event, "move"), {**MOVE, "confirmed": "yes"}, follow=True)
    event.refresh_from_db()
    assert answer.redirect_chain == [(back(event), 302)]
    assert [str(message) for message in answer.context["messages"]] == [
        f"{event.name}: the start is Tuesday 8\u00a0June 2027, 10:30."
    ]
    assert event.starts_at == datetime(2027, 6, 8, 10, 30, tzinfo=PRAGUE)
    assert event.ends_at == datetime(2027, 6, 8, 16, 30, tzinfo=PRAGUE)
    assert facts(event) == [("moved", "Sál je obsazený.", organiser.pk)]


def test_move_event_takes_another_hall(desk: Client, event: Event) -> None:
    hall = factories.venue(town=event.town)
    values = {"starts_at_0": "2027-06-01", "starts_at_1": "09:00", "venue": str(hall.pk)}
    assert desk.post(address(event, "move"), {**values, "confirmed": "yes"}).status_code == 302
    event.refresh_from_db()
    assert (event.venue, event.starts_at) == (hall, datetime(2027, 6, 1, 9, tzinfo=PRAGUE))


def test_move_event_sets_a_first_date_only_with_its_end(desk: Client) -> None:
    today = timezone.now().date()
    event = factories.event(starts_at=None, period_from=today, period_to=today + timedelta(days=90))
    values = {"starts_at_0": "2027-06-08", "starts_at_1": "09:00", "confirmed": "yes"}
    answer = desk.post(address(event, "move"), values)
    assert (answer.status_code, problems(answer)) == (422, ["Enter the day and the time."])
    end = {"ends_at_0": "2027-06-08", "ends_at_1": "12:00"}
    assert desk.post(address(event, "move"), {**values, **end}).status_code == 302
    assert [kind for kind, _note, _actor in facts(event)] == ["scheduled"]


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        (
            {"starts_at_0": "2027-03-28", "starts_at_1": "02:30"},
            "The clock skips this time: at 2:00 summer time begins. Choose another one.",
        ),
        ({"starts_at_0": "2020-01-01", "starts_at_1": "9:00"}, "The new start has passed already."),
        ({"starts_at_0": "0001-01-01"}, "The date must lie between the years 2000 and 2100."),
        ({"starts_at_0": "tomorrow"}, "Enter the day as 2018-04-24."),
        ({"starts_at_1": ""}, "Enter the day and the time."),
        ({"starts_at_0": "2027-06-01", "starts_at_1": "9:00"}, "Nothing would change."),
        (
            {"ends_at_0": "2027-06-08", "ends_at_1": "10:00"},
            "The end must be after the start.",
        ),
    ],
)
def test_move_event_refuses_what_cannot_be(
    desk: Client, event: Event, values: dict[str, str], problem: str
) -> None:
    answer = desk.post(address(event, "move"), {**MOVE, **values, "confirmed": "yes"})
    assert (answer.status_code, problems(answer)) == (422, [problem])
    assert answer.context["form"].data["note"] == MOVE["note"]
    assert facts(event) == []


def test_the_first_of_the_two_hours_in_autumn_is_meant(desk: Client, event: Event) -> None:
    values = {"starts_at_0": "2027-10-31", "starts_at_1": "02:30", "confirmed": "yes"}
    desk.post(address(event, "move"), values)
    event.refresh_from_db()
    assert event.starts_at == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


def test_action_done_twice_is_refused_the_second_time(desk: Client, event: Event) -> None:
    answers = [desk.post(address(event, "move"), {**MOVE, "confirmed": "yes"}) for _n in range(2)]
    assert [answer.status_code for answer in answers] == [302, 422]
    assert problems(answers[1]) == ["Nothing would change."]
    assert len(facts(event)) == 1


def test_retitle_event_renames_it(desk: Client, organiser: User, event: Event) -> None:
    answer = desk.post(address(event, "retitle"), {**RENAME, "confirmed": "yes"})
    event.refresh_from_db()
    assert led(answer) == (302, back(event))
    assert (event.title_cs, event.title_en) == ("Nový název", "New title")
    assert facts(event) == [("retitled", "", organiser.pk)]


@pytest.mark.parametrize("title", ["", " \u202e ", "x" * 121])
def test_retitle_event_needs_a_title(desk: Client, event: Event, title: str) -> None:
    values = {"title_cs": title, "title_en": "", "confirmed": "yes"}
    assert desk.post(address(event, "retitle"), values).status_code == 422
    assert facts(event) == []


def test_cancel_event_calls_it_off_once(desk: Client, organiser: User, event: Event) -> None:
    values = {"note": "Nemoc", "confirmed": "yes"}
    answers = [desk.post(address(event, "call-off"), values) for _n in range(2)]
    event.refresh_from_db()
    assert led(answers[0]) == (302, back(event))
    assert event.status == Status.CANCELLED
    assert problems(answers[1]) == ["Only a published session can be called off."]
    assert facts(event) == [("called_off", "Nemoc", organiser.pk)]


def test_reinstate_event_takes_it_back_once(desk: Client, organiser: User, event: Event) -> None:
    page, values = address(event, "reinstate"), {"note": "", "confirmed": "yes"}
    assert problems(desk.post(page, values)) == ["The session is not called off."]
    event_actions.cancel_event(event.pk)
    assert desk.get(page).status_code == 200
    assert led(desk.post(page, values)) == (302, back(event))
    event.refresh_from_db()
    assert event.status == Status.PUBLISHED
    assert facts(event)[-1] == ("reinstated", "", organiser.pk)


def test_change_capacity_promotes_the_first_in_line(
    desk: Client, organiser: User, event: Event
) -> None:
    people = factories.fill(event, 4)
    shown = desk.post(address(event, "capacity"), {"places": "3"})
    assert shown.context["preview"] == Preview(calendars=1, mails=1, promoted=1)
    answer = desk.post(address(event, "capacity"), {"places": "3", "confirmed": "yes"})
    assert led(answer) == (302, back(event))
    rows = Registration.objects.in_bulk([person.pk for person in people])
    assert [rows[person.pk].status for person in people] == ["confirmed"] * 3 + ["waiting"]
    assert facts(event) == [("capacity_changed", "", organiser.pk)]


@pytest.mark.parametrize(
    ("places", "problem"),
    [
        ("2", "Nothing would change."),
        ("0", "Ensure this value is greater than or equal to 1."),
        ("1e9", "Enter a whole number."),
        ("", "This field is required."),
    ],
)
def test_change_capacity_refuses_what_cannot_be(
    desk: Client, event: Event, places: str, problem: str
) -> None:
    answer = desk.post(address(event, "capacity"), {"places": places, "confirmed": "yes"})
    assert (answer.status_code, problems(answer)) == (422, [problem])
    assert facts(event) == []


def test_export_is_a_file_for_a_spreadsheet(desk: Client, event: Event) -> None:
    factories.registration(event=event, name="Žofie Příkladná")
    answer: Any = desk.get(address(event, "export"))
    body = b"".join(answer.streaming_content)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/csv; charset=utf-8")
    name = f"{event.series.slug}-{event.slug}.csv"
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    assert body.startswith("\ufeffReference;Name;".encode())
    assert "Žofie Příkladná".encode() in body


def test_export_of_a_closed_list_is_kept(desk: Client, event: Event, organiser: User) -> None:
    desk.get(address(event, "export"))
    assert facts(event) == []

    Series.objects.update(is_closed_door=True)
    desk.get(address(event, "export"))
    desk.get(address(event, "export"))
    assert facts(event) == [("list_exported", "", organiser.pk)] * 2
    assert "List of people exported" in desk.get(address(event, "change")).content.decode()


def test_export_has_a_limit(desk: Client, event: Event) -> None:
    answers = [desk.get(address(event, "export")).status_code for _again in range(31)]
    assert answers == [200] * 30 + [429]


def test_export_is_nothing_to_others(client: Client, event: Event) -> None:
    page = address(event, "export")
    assert led(client.get(page)) == (302, f"/admin/login/?next={page}")
    client.force_login(factories.user())
    assert client.get(page, follow=True).status_code == 404
    client.force_login(factories.organiser())
    assert client.post(page).status_code == 405
    assert client.get("/admin/events/event/987654321/export/").status_code == 404


@pytest.fixture
def failed(post: Post, event: Event) -> Message:
    """A mail that the server refused."""
    person = factories.registration(event=event)
    post.sweep()
    message = post.messages(person)[0]
    Message.objects.filter(pk=message.pk).update(state="failed", reason="550 no such user")
    return message


def again(message: Message) -> str:
    return f"/admin/notifications/message/{message.pk}/again/"


def test_send_again_queues_a_new_message_of_the_same_fact(desk: Client, failed: Message) -> None:
    answer = desk.post(again(failed))
    new = Message.objects.latest("pk")
    assert led(answer) == (302, f"/admin/notifications/message/{new.pk}/change/")
    assert (new.state, new.registration_change) == ("queued", failed.registration_change)
    assert new.actor_id == User.objects.get().pk
    assert "Sent again by" in desk.get(led(answer)[1]).content.decode()


def test_send_again_refuses_what_has_not_failed(desk: Client, failed: Message) -> None:
    Message.objects.filter(pk=failed.pk).update(state="sent")
    answer = desk.post(again(failed), follow=True)
    assert [str(message) for message in answer.context["messages"]] == [
        "Only a failed mail about a registration can be sent again."
    ]
    assert Message.objects.count() == 1


def test_send_again_is_nothing_to_others_and_on_get(client: Client, failed: Message) -> None:
    assert led(client.post(again(failed))) == (302, f"/admin/login/?next={again(failed)}")
    client.force_login(factories.user())
    assert client.post(again(failed), follow=True).status_code == 404
    client.force_login(factories.organiser())
    assert client.get(again(failed)).status_code == 405
    assert client.post("/admin/notifications/message/987654321/again/").status_code == 404
    assert Message.objects.count() == 1


def test_door_leads_organisers_to_the_registration(desk: Client, event: Event) -> None:
    person = factories.registration(event=event)
    answer = desk.get(f"/d/{person.door_code}/")
    assert led(answer) == (302, f"/admin/registrations/registration/{person.pk}/change/")
    assert answer["Referrer-Policy"] == "no-referrer"


def test_door_is_the_same_nothing_to_everybody_else(client: Client, event: Event) -> None:
    person = factories.registration(event=event)
    doors = [f"/d/{person.door_code}/", f"/d/{person.token}/", "/d/nobody/"]
    for user in (None, factories.user()):
        if user:
            client.force_login(user)
        answers = [client.get(door) for door in doors]
        assert {answer.status_code for answer in answers} == {404}
        assert {answer.content for answer in answers} == {client.get("/nothing/here/").content}


def test_door_opens_nothing_before_the_second_factor(
    desk: Client, event: Event, settings: Any
) -> None:
    settings.STAFF_SECOND_FACTOR = True
    person = factories.registration(event=event)
    assert desk.get(f"/d/{person.door_code}/").status_code == 404


def test_every_action_is_kept_with_its_actor(desk: Client, organiser: User, event: Event) -> None:
    # Liveness twin of the refusals: what is confirmed is done, each with its name.
    for page, values in PAGES:
        answer = desk.post(address(event, page), {**values, "confirmed": "yes"})
        assert answer.status_code == 302, page
    kinds = list(event.changes.order_by("pk").values_list("kind", "actor_id"))
    assert kinds == [
        (EventChange.Kind.CREATED, None),
        (EventChange.Kind.MOVED, organiser.pk),
        (EventChange.Kind.RETITLED, organiser.pk),
        (EventChange.Kind.CALLED_OFF, organiser.pk),
        (EventChange.Kind.CAPACITY_CHANGED, organiser.pk),
    ]


# --- The way in and the quotas ----------------------------------------------------------------
WAY_IN = {"admission": "approval", "has_place_while_pending": "on", "offer_hours": "24", "note": ""}


def test_change_admission_says_who_gets_what(desk: Client, organiser: User, event: Event) -> None:
    shown = desk.post(address(event, "admission"), WAY_IN)
    assert shown.context["preview"] == Preview()
    assert shown.content.decode().count("<del>") == 2
    with translation.override("en"):
        before, now = shown.context["form"].before, shown.context["form"].after
    assert before == [
        "Everybody, as long as there are places",
        "An application holds a place until it is decided",
    ]
    assert now == [
        "Whom the organisers approve",
        "An application holds a place until it is decided",
        "Hours a freed place is offered: 24",
    ]
    answer = desk.post(address(event, "admission"), WAY_IN | {"confirmed": "yes"})
    assert led(answer) == (302, back(event))
    event.refresh_from_db()
    assert (event.admission, event.offer_hours) == ("approval", 24)
    assert facts(event) == [("admission_changed", "", organiser.pk)]
    again = desk.post(address(event, "admission"), WAY_IN)
    assert (again.status_code, problems(again)) == (422, ["Nothing would change."])


def test_more_applications_than_places_cannot_hold_them(desk: Client) -> None:
    event = factories.event(capacity=1, admission="approval", has_place_while_pending=False)
    factories.fill(event, 2)
    answer = desk.post(address(event, "admission"), WAY_IN | {"confirmed": "yes"})
    assert answer.status_code == 422
    assert problems(answer) == ["2 applications await a decision, more than places are free."]


def test_without_approval_who_waits_gets_the_free_place(desk: Client) -> None:
    event = factories.event(capacity=1, admission="approval", has_place_while_pending=False)
    first, second = factories.fill(event, 2)
    registration_actions.approve(event.pk, [first.pk, second.pk])
    registration_actions.cancel_registration(first.pk)
    values = {"admission": "open", "offer_hours": "", "note": ""}
    shown = desk.post(address(event, "admission"), values)
    assert shown.context["preview"] == Preview()
    second.refresh_from_db()
    assert second.is_confirmed


QUOTAS = {"each_municipality": "3", "sectors1": ["private", "other"], "limit1": "2", "note": ""}


def test_set_quotas_says_what_stands_and_what_will(desk: Client, event: Event) -> None:
    asked = desk.post(address(event, "quotas"), QUOTAS).context["form"]
    with translation.override("en"):
        after = asked.after
    desk.post(address(event, "quotas"), QUOTAS | {"confirmed": "yes"})
    page = desk.post(address(event, "quotas"), {"note": ""}).content.decode()

    assert asked.before == []
    assert after == [
        "At most 3 people from one town.",
        "Company, Other organisation: at most 2 people.",
    ]
    assert page.count("<del>") == 2
    assert "<strong>No limit</strong>" in page


def test_set_quotas_replaces_them_whole(desk: Client, organiser: User, event: Event) -> None:
    answer = desk.post(address(event, "quotas"), QUOTAS | {"confirmed": "yes"})
    assert led(answer) == (302, back(event))
    rows = event.quotas.order_by("pk").values_list("scope", "sectors", "limit")
    assert list(rows) == [("each_municipality", [], 3), ("sectors", ["private", "other"], 2)]
    assert facts(event) == [("quotas_changed", "", organiser.pk)]
    form = desk.get(address(event, "quotas")).context["form"]
    assert (form["each_municipality"].value(), form["limit1"].value()) == (3, 2)
    assert desk.post(address(event, "quotas"), QUOTAS).status_code == 422
    desk.post(address(event, "quotas"), {"each_organisation": "1", "note": "", "confirmed": "yes"})
    assert list(event.quotas.values_list("scope", "limit")) == [("each_organisation", 1)]


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"sectors1": ["city"]}, ["Enter the number."]),
        ({"limit2": "3"}, ["Choose the types of organisation."]),
    ],
)
def test_set_quotas_refuses_half_a_quota(
    desk: Client, event: Event, values: dict[str, Any], wrong: list[str]
) -> None:
    answer = desk.post(address(event, "quotas"), values)
    assert (answer.status_code, problems(answer)) == (422, wrong)


def test_set_quotas_shows_who_gets_the_place_that_a_quota_held_back(
    desk: Client, event: Event
) -> None:
    registration_actions.set_quotas(event.pk, [Quota(scope="each_organisation", limit=1)])
    factories.registration(event=event)
    factories.registration(event=event, waits_within_limit=True)
    shown = desk.post(address(event, "quotas"), {"each_organisation": "2", "note": ""})
    assert shown.context["preview"] == Preview(calendars=1, mails=1, promoted=1)


def test_a_session_becomes_one_for_members_who_come_first(desk: Client, event: Event) -> None:
    call = factories.call(series=event.series)
    way = {"admission": "members", "has_place_while_pending": "on", "offer_hours": "", "note": ""}
    whose = {"admits_from": str(call.pk)}
    day = {"opens_to_everybody_at_0": "2018-03-20", "opens_to_everybody_at_1": "08:00"}

    nobodys = desk.post(address(event, "admission"), way)
    assert (nobodys.status_code, problems(nobodys)) == (422, ["Choose whose members may come."])
    foreign = desk.post(address(event, "admission"), way | {"admits_from": factories.call().pk})
    assert foreign.status_code == 422
    shown = desk.post(address(event, "admission"), way | whose | day)
    with translation.override("en"):
        assert shown.context["form"].after == [
            "Members of a group",
            "An application holds a place until it is decided",
            "Whose members: Transport group",
            "Everybody from: Tuesday 20\u00a0March 2018, 8:00",
        ]
    answer = desk.post(address(event, "admission"), way | whose | day | {"confirmed": "yes"})
    assert led(answer) == (302, back(event))
    event.refresh_from_db()
    assert (event.admission, event.admits_from) == ("members", call)
    assert event.opens_to_everybody_at == datetime(2018, 3, 20, 7, 0, tzinfo=UTC)
    page = desk.get(back(event)).content.decode()
    assert "Transport group" in page

    opened = desk.post(
        address(event, "admission"), way | whose | {"admission": "open", "confirmed": "yes"}
    )
    assert led(opened) == (302, back(event))
    event.refresh_from_db()
    assert event.admission == "open"
    assert event.admits_from is None
    assert event.opens_to_everybody_at is None
