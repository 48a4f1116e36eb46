import pytest

from notifications.models import Message
from notifications.shown import Shown, shown
from tests import factories

pytestmark = pytest.mark.django_db


def test_secrets_of_links_are_masked_and_the_rest_is_readable(post):
    registration = factories.registration(event=factories.event(), name="Anna Vzorová")
    post.sweep()

    parts = shown(post.messages(registration)[0])

    assert parts.subject.startswith("Máte místo: ")
    assert "Anna Vzorová" in parts.text
    assert "http://localhost/r/***/" in parts.text
    assert "http://localhost/r/***/" in parts.html
    assert parts.invite.startswith("BEGIN:VCALENDAR")
    for part in (parts.subject, parts.text, parts.html, parts.invite):
        assert registration.token not in part


def test_a_mail_that_is_not_built_has_no_parts():
    registration = factories.registration(event=factories.event())

    assert shown(Message(kind="confirmed", registration=registration)) == Shown()
