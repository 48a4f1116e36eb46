from email import message_from_bytes, policy

import pytest
from django.core import mail
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.db import transaction
from django.utils import timezone, translation

from notifications import delivery
from notifications.models import Message
from notifications.shown import Shown, shown
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _our_backend(settings):
    """The test runner puts Django's own outbox in its place."""
    settings.EMAIL_BACKEND = "notifications.outbox.OutboxBackend"


def read(message):
    return message_from_bytes(bytes(message.raw), policy=policy.default)


def test_a_mail_is_filed_and_not_sent(post, tmp_path):
    before = timezone.now()

    assert mail.send_mail("Kód: 123456", "Váš kód je 123456", None, ["anna@mesto.example"]) == 1

    (message,) = Message.objects.all()
    assert (message.kind, message.state, message.to_email) == (
        "account", "queued", "anna@mesto.example"
    )  # fmt: skip
    assert message.key.startswith("account:")
    assert "anna" not in message.key
    assert before <= message.created_at <= timezone.now()
    assert list(tmp_path.iterdir()) == []


def test_it_leaves_as_it_was_written_with_headers_of_ours():
    mail.send_mail("Příliš žluťoučký", "kůň úpěl\n", None, ["anna@mesto.example"])

    (message,) = Message.objects.all()
    filed = read(message)

    assert {name: str(filed[name]) for name in ("From", "To", "Subject", "Message-ID")} == {
        "From": "Setkání <setkani@setkani.example>",
        "To": "anna@mesto.example",
        "Subject": "Příliš žluťoučký",
        "Message-ID": message.message_id,
    }
    assert filed["Auto-Submitted"] == "auto-generated"
    assert filed.get_content() == "kůň úpěl\r\n"
    assert bytes(message.raw).isascii()
    for name in ("Date", "Message-ID", "From", "To", "Subject"):
        assert len(filed.get_all(name)) == 1


def test_one_recipient_per_message_and_nobody_sees_the_others():
    EmailMessage(
        "Subject", "Text", None, ["a@x.example", "b@x.example", "a@x.example"],
        bcc=["c@x.example"], cc=["d@x.example"],
    ).send()  # fmt: skip

    rows = Message.objects.order_by("pk")
    assert [row.to_email for row in rows] == [
        "a@x.example", "b@x.example", "d@x.example", "c@x.example"
    ]  # fmt: skip
    for row in rows:
        assert str(read(row)["To"]) == row.to_email
        assert bytes(row.raw).count(b"@x.example") == 1
    assert len({row.message_id for row in rows}) == 4


def test_alternatives_and_another_sender_are_kept():
    message = EmailMultiAlternatives("Subject", "text", "Jiný <jiny@x.example>", ["a@x.example"])
    message.attach_alternative("<p>Žlutý</p>", "text/html")
    message.send()

    filed = read(Message.objects.get())

    assert str(filed["From"]) == "Jiný <jiny@x.example>"
    assert filed.get_body(("html",)).get_content() == "<p>Žlutý</p>"


def test_it_is_filed_in_the_language_that_is_active():
    with translation.override("en"):
        mail.send_mail("Subject", "Text", None, ["a@x.example"])

    assert Message.objects.get().language == "en"


@pytest.mark.django_db(transaction=True)
def test_it_belongs_to_the_callers_transaction():
    with transaction.atomic():
        mail.send_mail("Subject", "Text", None, ["a@x.example"])
        transaction.set_rollback(True)
    assert not Message.objects.exists()

    mail.send_mail("Subject", "Text", None, ["a@x.example"])
    assert Message.objects.count() == 1


def test_a_body_with_a_code_is_shown_to_nobody_and_forgotten_when_it_left(post, tmp_path):
    mail.send_mail("Kód", "123456", None, ["a@x.example"])
    message = Message.objects.get()
    assert shown(message) == Shown()

    delivery.deliver(timezone.now())

    message.refresh_from_db()
    assert (message.state, message.raw) == ("sent", None)
    (file,) = tmp_path.iterdir()
    assert b"123456" in file.read_bytes()


def test_a_code_to_sign_in_travels_through_the_outbox(client, post):
    user = factories.organiser(email="olga@example.org")
    client.post("/account/login/code/", {"email": user.email})

    (message,) = Message.objects.all()

    assert (message.kind, message.to_email) == ("account", "olga@example.org")
    assert delivery.deliver(timezone.now()).sent == 1
