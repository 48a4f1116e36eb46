"""What organisers do with mails, and followers with their wishes: each verb is one transaction."""

import secrets
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.transactions import action
from events.models import Series
from notifications.announcements import HORIZON, message_to_follower, new_message_id
from notifications.letters import test_letter
from notifications.mails import Mail, ascii_address, compose
from notifications.models import Follow, Message
from notifications.rules import problems_of_confirming, problems_of_following, refuse
from registrations.limits import email_digest
from registrations.locks import locked_event

TEST_HORIZON = timedelta(hours=1)
# Who asks for a link looks for it now.
LINKS_HORIZON = timedelta(hours=24)
# A repeated wish writes to the address at most once in this time.
QUIET_AFTER_WISH = timedelta(hours=1)


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
        invitation_change=failed.invitation_change,
        event=failed.event,
        registration=failed.registration,
        booking=failed.booking,
        follow=failed.follow,
        invitation=failed.invitation,
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


@action
def follow_event(event_id: int, email: str, language: str) -> Follow:
    """Keeps the wish of an address (lower-case) and sends it the link that confirms it.

    A wish that is known changes nothing; its link is sent again, at most once an hour. One that was
    stopped, or not confirmed in time, begins anew with another link. Raises FollowError,
    Event.DoesNotExist.
    """
    event = locked_event(event_id)
    now = timezone.now()
    refuse(problems_of_following(event))
    follow = Follow.objects.filter(event=event, email=email).first()
    if follow is None:
        follow = Follow(event=event, email=email, language=language, created_at=now)
    elif follow.is_stopped or follow.is_expired(now):
        follow.begin_anew(now)
    follow.save()
    if not follow.messages.filter(created_at__gt=now - QUIET_AFTER_WISH).exists():
        message_to_follower(Message.Kind.FOLLOW_CONFIRM, follow, now).save()
    return follow


@action
def confirm_follow(follow_id: int) -> Follow:
    """Makes the wish count, also again after it was stopped; twice is once.

    Raises FollowError where there is nothing to wait for or the link has expired, and
    Follow.DoesNotExist.
    """
    follow = _locked_follow(follow_id)
    now = timezone.now()
    refuse(problems_of_confirming(follow, now))
    follow.confirmed_at, follow.stopped_at = follow.confirmed_at or now, None
    follow.save()
    return follow


@action
def stop_follow(follow_id: int) -> Follow:
    """Ends the wish, whatever became of the event; twice is once. Raises Follow.DoesNotExist."""
    follow = _locked_follow(follow_id)
    follow.stopped_at = follow.stopped_at or timezone.now()
    follow.save()
    return follow


def _locked_follow(follow_id: int) -> Follow:
    """Under the locks of its event and itself: no date is set between the look and the wish."""
    event = locked_event(Follow.objects.values_list("event_id", flat=True).get(pk=follow_id))
    rows = Follow.objects.select_for_update(of=("self",), no_key=True)
    follow = rows.get(pk=follow_id)
    follow.event = event
    return follow


@action
def send_links(series_id: int, email: str, language: str) -> None:
    """Files the mail with what an address (lower-case) has behind the door of a series.

    The same work for a known and an unknown address: what there is to send, the claim finds out. An
    hour holds one such mail per address. Raises Series.DoesNotExist.
    """
    series = Series.objects.get(pk=series_id)
    now = timezone.now()
    message = Message(
        key=f"{Message.Kind.LINKS}:{series.pk}:{email_digest(email)}:{now:%Y%m%dT%H}",
        kind=Message.Kind.LINKS,
        language=language,
        links_of=series,
        to_email=email,
        message_id=new_message_id(),
        created_at=now,
        next_attempt_at=now,
        not_after=now + LINKS_HORIZON,
    )
    Message.objects.bulk_create([message], ignore_conflicts=True)
