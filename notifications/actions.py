"""What organisers do with mails: send a failed one again, see whether mail works."""

import secrets
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.transactions import action
from notifications.announcements import HORIZON, new_message_id
from notifications.letters import test_letter
from notifications.mails import Mail, ascii_address, compose
from notifications.models import Message

TEST_HORIZON = timedelta(hours=1)


class NotSendable(Exception):
    """A message cannot be sent again; the text is fit to show a person."""


@action
def send_again(message_id: int, *, actor_id: int | None = None) -> Message:
    """Queues a failed mail anew: a new message of the same fact, with its UID and SEQUENCE.

    What it says is read again when it leaves. Raises NotSendable, Message.DoesNotExist.
    """
    failed = Message.objects.select_for_update(of=("self",)).get(pk=message_id)
    now = timezone.now()
    if failed.state != Message.State.FAILED or failed.fact is None:
        raise NotSendable(_("Only a failed mail about a registration can be sent again."))
    return Message.objects.create(
        key=f"again:{secrets.token_hex(4)}:{_first_key(failed)}",
        kind=failed.kind,
        language=failed.language,
        event_change=failed.event_change,
        registration_change=failed.registration_change,
        event=failed.event,
        registration=failed.registration,
        booking=failed.booking,
        to_email=failed.to_email,
        actor_id=actor_id,
        message_id=new_message_id(),
        created_at=now,
        next_attempt_at=now,
        not_after=now + HORIZON,
    )


def _first_key(message: Message) -> str:
    """The key of the fact's own message, however often it was sent again."""
    is_again = message.key.startswith("again:")
    return message.key.split(":", 2)[2] if is_again else message.key


@action
def file_test_mail(address: str, language: str = "cs") -> Message:
    """Queues a mail that shows that mail works."""
    now, message_id = timezone.now(), new_message_id()
    return Message.objects.create(
        key=f"test:{secrets.token_hex(16)}",
        kind=Message.Kind.TEST,
        language=language,
        to_email=address,
        message_id=message_id,
        raw=_test_mail(address, language, message_id, now),
        created_at=now,
        next_attempt_at=now,
        not_after=now + TEST_HORIZON,
    )


def _test_mail(address: str, language: str, message_id: str, now: datetime) -> bytes:
    letter = test_letter(language)
    return compose(
        Mail(
            to_email=ascii_address(address),
            subject=letter.subject,
            text=letter.text,
            html=letter.html,
            message_id=message_id,
            sent_at=now,
            reply_to=address,
        )
    )
