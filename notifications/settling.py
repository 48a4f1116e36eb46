"""How a message ends: sent, failed or void; and how an unfinished one returns to the queue."""

import random
from datetime import datetime, timedelta

from django.db.models import F

from accounts.transactions import action
from notifications.models import Message, MessageQuerySet, Reminder

State = Message.State
# The first retry comes after a minute; each later one waits twice as long, four hours at most.
FIRST_RETRY = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=4)
# A server that is out comes back for everybody at once, so it is asked again soon.
LONGEST_OUTAGE_WAIT = timedelta(minutes=4)
JITTER = 0.2


def void(messages: MessageQuerySet, reason: str, now: datetime) -> int:
    """Takes messages out of the queue, inside the caller's transaction; returns how many.

    One that a sender is claiming this moment is left to that claim, which looks again.
    """
    rows = messages.select_for_update(of=("self",), skip_locked=True)
    pks = list(rows.values_list("pk", flat=True))
    if pks:
        Message.objects.filter(pk__in=pks).update(
            state=State.VOID, reason=reason, settled_at=now, leased_until=None
        )
        _take_back_reminders(pks, reason)
    return len(pks)


def _take_back_reminders(message_pks: list[int], reason: str) -> None:
    """A reminder whose mail never left was skipped after all, and says why."""
    is_late = reason == Message.Reason.LATE
    outcome = Reminder.Outcome.LATE if is_late else Reminder.Outcome.VOID
    Reminder.objects.filter(message__in=message_pks).update(outcome=outcome)


def retry_at(attempts: int, now: datetime, longest: timedelta = LONGEST_WAIT) -> datetime:
    """When to try again after so many attempts: doubling, with jitter, so that crowds spread."""
    wait = min(FIRST_RETRY * float(2 ** min(attempts - 1, 10)), longest)
    return now + wait * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311


def _leased(message: Message) -> MessageQuerySet:
    """The row as long as it is this sender's: after the lease another one may have it."""
    return Message.objects.filter(
        pk=message.pk, state=State.SENDING, leased_until=message.leased_until
    )


@action
def mark_sent(message: Message, now: datetime) -> None:
    """The server took it. The body of an account's mail holds codes, so it goes at once."""
    forgotten = {"raw": None} if message.kind == Message.Kind.ACCOUNT else {}
    _leased(message).update(
        state=State.SENT, reason="", settled_at=now, leased_until=None, **forgotten
    )


@action
def mark_failed(message: Message, words: str, now: datetime) -> None:
    """The server refused it for good; its words are shown at the desk."""
    _leased(message).update(
        state=State.FAILED, reason=words[:300], settled_at=now, leased_until=None
    )


@action
def put_back(
    message: Message, words: str, now: datetime, longest: timedelta = LONGEST_WAIT
) -> None:
    """Not taken this time: the same mail again later, the last time at `not_after`."""
    later = min(retry_at(message.attempts, now, longest), max(message.not_after, now))
    _leased(message).update(
        state=State.QUEUED, reason=words[:300], next_attempt_at=later, leased_until=None
    )


@action
def release(messages: list[Message]) -> None:
    """Claimed and not attempted: back at once, uncounted, and written anew if we can."""
    for message in messages:
        _leased(message).update(state=State.QUEUED, leased_until=None, attempts=F("attempts") - 1)
        if message.attempts == 1 and message.is_built_here:
            Message.objects.filter(pk=message.pk, attempts=0, state=State.QUEUED).update(
                raw=None,
                claimed_at=None,
                calendar_method="",
                calendar_uid="",
                calendar_sequence=None,
                shows_revision=None,
            )
