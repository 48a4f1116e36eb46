"""The words of mails to followers, in both languages, as they leave."""

import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from html import unescape

import pytest
import time_machine

from events import actions as event_actions
from notifications import actions
from tests import factories

pytestmark = pytest.mark.django_db
NOW = datetime(2018, 1, 12, 12, 5, tzinfo=UTC)
START = datetime(2018, 4, 24, 7, 0, tzinfo=UTC)
KINDS = ["follow_confirm", "date_set"]


@pytest.fixture(autouse=True)
def _winter_of_2018():
    with time_machine.travel(NOW, tick=False):
        yield


def set_date(event):
    town = factories.municipality(name="Plzeň")
    hall = {"name_cs": "Ukázkový sál", "name_en": "Example hall", "postcode": "301 00"}
    venue = factories.venue(town=town, **hall)
    event_actions.move_event(event.pk, START, START + timedelta(hours=6), venue)


def written(kind, post, *, language="cs", **fields):
    """A wish whose last mail is of this kind, and that mail."""
    event = factories.announced_event(**fields)
    follow = factories.follow(event=event, language=language, is_confirmed=kind == "date_set")
    if kind == "date_set":
        set_date(event)
    post.sweep()
    message = follow.messages.order_by("pk").last()
    assert (message.kind, message.state) == (kind, "sent")
    return follow, message_from_bytes(bytes(message.raw), policy=policy.default)


def text_of(mail):
    return mail.get_body(("plain",)).get_content().replace("\r\n", "\n")


def html_of(mail):
    return mail.get_body(("html",)).get_content()


SUBJECTS = {
    "follow_confirm": ("Potvrďte zájem o termín: Jihozápad", "Please confirm: Jihozápad"),
    "date_set": (
        "Známe termín: Jihozápad, Plzeň, úterý 24. dubna 2018",
        "Date set: Jihozápad, Plzeň, Tuesday 24 April 2018",
    ),
}


@pytest.mark.parametrize("language", ["cs", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_its_subject_and_no_calendar_part(kind, language, post):
    _follow, mail = written(kind, post, language=language)

    assert str(mail["Subject"]) == SUBJECTS[kind][language == "en"]
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/alternative", "text/plain", "text/html"
    ]  # fmt: skip


@pytest.mark.parametrize("language", ["cs", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_text_and_html_say_the_same_and_lead_to_the_same_pages(kind, language, post):
    follow, mail = written(kind, post, language=language)
    prefix = "http://localhost/en" if language == "en" else "http://localhost"
    when = {
        "follow_confirm": {"cs": "1. pololetí 2018", "en": "first half of 2018"},
        "date_set": {
            "cs": "úterý 24. dubna 2018, 9:00–15:00",
            "en": "Tuesday 24 April 2018, 9:00–15:00",
        },
    }[kind][language]
    links = [f"{prefix}/follow/{follow.token}/"]
    if kind == "date_set":
        links.append(f"{prefix}/{follow.event.series.slug}/{follow.event.slug}/register/")

    text, html = text_of(mail), html_of(mail)

    assert when in " ".join(text.split())
    words = unescape(re.sub(r"<[^>]+>", " ", html)).replace("\u2060", "")
    assert when in " ".join(words.split())
    for link in links:
        assert link in text.split()
        assert f'href="{link}"' in html
    assert f"{prefix}/r/" not in text + html


@pytest.mark.parametrize("language", ["cs", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_text_is_plain_and_narrow_and_html_loads_nothing(kind, language, post):
    _follow, mail = written(kind, post, language=language)
    text, html = text_of(mail), html_of(mail)

    assert max(len(line) for line in text.splitlines()) < 73
    assert not set("\u00a0\u2060<>&") & set(text)
    assert "\n\n\n" not in text
    assert not re.search(r"[{}]|None", text)
    assert set(re.findall(r'https?://[^/"\s]+', html)) == {"http://localhost"}
    assert (html.count('class="btn"'), html.count("<h1")) == (1, 1)
    assert not re.search(r"<(img|svg|script|form|link|iframe|input)\b", html)


def test_the_date_can_be_ended_by_one_click_and_the_question_needs_none(post):
    follow, mail = written("date_set", post, language="en")
    _other, question = written("follow_confirm", post)

    assert mail["List-Unsubscribe"] == f"<http://localhost/en/follow/{follow.token}/>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert (question["List-Unsubscribe"], question["List-Unsubscribe-Post"]) == (None, None)
    assert (mail["To"], mail["Reply-To"]) == (follow.email, "poradatele@setkani.example")


def test_registration_that_opens_later_is_said(post):
    opens_at = datetime(2018, 3, 1, 8, 0, tzinfo=UTC)

    _follow, mail = written("date_set", post, opens_at=opens_at)

    assert "Přihlašování začíná 1. března 2018, 9:00:" in text_of(mail)


def test_who_asks_again_reads_that_nothing_has_changed(post):
    follow = factories.follow(event=factories.announced_event())
    post.sweep()
    with time_machine.travel(NOW + timedelta(hours=2), tick=False):
        actions.follow_event(follow.event_id, follow.email, "cs")
        post.sweep()

    message = follow.messages.order_by("pk").last()
    mail = message_from_bytes(bytes(message.raw), policy=policy.default)

    assert str(mail["Subject"]) == "Na termín už čekáte: Jihozápad"
    assert f"http://localhost/follow/{follow.token}/" in text_of(mail).split()
