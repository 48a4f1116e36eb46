"""Django's e-mail backend: what allauth or anybody else sends is filed as a message, not sent."""

import secrets
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from email import encoders
from email.message import Message as Part
from email.utils import format_datetime

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage
from django.utils import timezone
from django.utils.translation import get_language

from events.dates import PRAGUE
from notifications import mails
from notifications.announcements import new_message_id
from notifications.models import Message

# A code or a link of an account is of no use later.
HORIZON = timedelta(hours=24)


class OutboxBackend(BaseEmailBackend):
    """Files one message per recipient, in the caller's transaction if there is one.

    The mail as it was written, with headers of our own; `delivery.py` alone speaks SMTP.
    """

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        now = timezone.now()
        rows = [row for message in email_messages for row in _rows(message, now)]
        Message.objects.bulk_create(rows)
        return len(email_messages)


def _rows(message: EmailMessage, now: datetime) -> Iterator[Message]:
    for address in dict.fromkeys(message.recipients()):
        message_id = new_message_id()
        yield Message(
            key=f"account:{secrets.token_hex(16)}",
            kind=Message.Kind.ACCOUNT,
            language=(get_language() or settings.LANGUAGE_CODE)[:2],
            to_email=address,
            message_id=message_id,
            raw=_raw(message, address, message_id, now),
            created_at=now,
            next_attempt_at=now,
            not_after=now + HORIZON,
        )


def _raw(message: EmailMessage, address: str, message_id: str, now: datetime) -> bytes:
    mime = message.message()
    ours = {
        "From": mails.sender() if message.from_email == settings.MAIL_FROM else mime["From"],
        "To": mails.ascii_address(address),
        "Date": format_datetime(now.astimezone(PRAGUE)),
        "Message-ID": message_id,
        "Auto-Submitted": "auto-generated",
    }
    for name in [*ours, "Cc", "Bcc"]:
        del mime[name]
    for name, value in ours.items():
        mime[name] = value
    for part in mime.walk():
        _as_ascii(part)
    return Part.as_bytes(mime, policy=mails.ON_THE_WIRE)


def _as_ascii(part: Part) -> None:
    """Not every server takes eight bits (RFC 6152)."""
    if part.get("Content-Transfer-Encoding") == "8bit":
        content = part.get_payload(decode=True)
        del part["Content-Transfer-Encoding"]
        part.set_payload(content)
        encoders.encode_quopri(part)
