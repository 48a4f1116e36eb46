"""The screen of messages: what was written to whom, without a secret."""

from typing import Any

import pytest
from django.http import HttpResponseBase
from django.test import Client
from django.utils import timezone

from events.models import Event, EventChange, Series
from notifications.models import Message
from registrations import actions
from registrations.models import Registration
from tests import factories
from tests.notifications.post import Post

pytestmark = pytest.mark.django_db

LIST = "/admin/notifications/message/"


@pytest.fixture(autouse=True)
def _no_second_factor(settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = False


@pytest.fixture
def desk(client: Client) -> Client:
    client.force_login(factories.organiser(language="en"))
    return client


@pytest.fixture
def event() -> Event:
    return factories.event()


@pytest.fixture
def person(event: Event, post: Post) -> Registration:
    """Somebody whose confirmation has left."""
    person = factories.registration(event=event)
    post.sweep()
    return person


def page(message: Message) -> str:
    return f"{LIST}{message.pk}/change/"


def led(answer: HttpResponseBase) -> tuple[int, str]:
    return answer.status_code, answer.headers.get("Location", "")


def found(answer: Any) -> list[str]:
    return [row.kind for row in answer.context["cl"].result_list]


def test_messages_are_listed_newest_first_and_filtered(
    desk: Client, event: Event, person: Registration, post: Post
) -> None:
    actions.cancel_registration(person.pk)
    post.sweep()
    Message.objects.filter(kind="cancelled").update(state="failed", reason="550 no such user")
    assert found(desk.get(LIST)) == ["cancelled", "confirmed"]
    assert found(desk.get(LIST, {"state__exact": "failed"})) == ["cancelled"]
    assert found(desk.get(LIST, {"kind__exact": "confirmed"})) == ["confirmed"]
    assert found(desk.get(f"{LIST}?event={event.pk}&q={person.email}")) == [
        "cancelled",
        "confirmed",
    ]


@pytest.mark.parametrize("count", [1, 3])
def test_list_asks_as_often_for_one_row_as_for_three(
    desk: Client, post: Post, count: int, django_assert_max_num_queries: Any
) -> None:
    for _n in range(count):
        factories.registration(event=factories.event())
    post.sweep()
    with django_assert_max_num_queries(8):
        assert len(found(desk.get(LIST))) == count


def test_page_shows_text_html_and_invite_without_secrets(
    desk: Client, person: Registration
) -> None:
    message = Message.objects.get()
    assert message.raw
    assert person.token.encode() in bytes(message.raw).replace(b"=\r\n", b"")
    answer = desk.get(page(message))
    html = answer.content.decode()
    assert (person.token in html, person.door_code in html) == (False, False)
    parts = answer.context["parts"]
    assert "/r/***" in parts.text
    for text in (person.reference, "BEGIN:VCALENDAR", "METHOD:REQUEST", 'class="mail"'):
        assert text in html, text
    assert 'style="' not in html


def test_body_of_an_account_is_shown_to_nobody(desk: Client) -> None:
    now = timezone.now()
    message = Message.objects.create(
        key="account:1",
        kind="account",
        language="cs",
        message_id="<1@x>",
        not_after=now,
        raw=b"Subject: Kod\r\nContent-Type: text/plain\r\n\r\nKod je 123456",
    )
    html = desk.get(page(message)).content.decode()
    assert ("123456" in html, "Mails about accounts hold codes" in html) == (False, True)


def test_message_before_it_leaves_has_no_words_yet(desk: Client, event: Event) -> None:
    factories.registration(event=event)
    message = Message.objects.create(
        key="x", kind="confirmed", language="cs", message_id="<1@x>", not_after=timezone.now()
    )
    html = desk.get(page(message)).content.decode()
    assert "It is written in the moment when it leaves." in html
    assert "/again/" not in html


def test_failed_message_says_why_and_can_be_sent_again(desk: Client, person: Registration) -> None:
    message = Message.objects.get()
    Message.objects.update(state="failed", reason="550 <no> such user")
    html = desk.get(page(message)).content.decode()
    assert "550 &lt;no&gt; such user" in html
    assert f'action="{LIST}{message.pk}/again/"' in html


def test_nothing_is_added_changed_or_deleted_by_hand(desk: Client, person: Registration) -> None:
    message = Message.objects.get()
    before = Message.objects.values().get()
    assert desk.get(f"{LIST}add/").status_code == 404
    assert desk.post(page(message), {"state": "queued"}).status_code == 404
    assert desk.post(f"{LIST}{message.pk}/delete/", {"post": "yes"}).status_code == 404
    assert Message.objects.values().get() == before


def test_messages_are_nothing_to_others(client: Client, person: Registration) -> None:
    message = Message.objects.get()
    for path in (LIST, page(message)):
        assert led(client.get(path)) == (302, f"/admin/login/?next={path}")
    client.force_login(factories.user())
    assert client.get(page(message), follow=True).status_code == 404


def test_reading_messages_to_people_behind_a_closed_door_is_kept(
    desk: Client, person: Registration
) -> None:
    Series.objects.update(is_closed_door=True)
    desk.get(LIST)
    assert EventChange.objects.filter(event=person.event, kind="list_read").count() == 1
