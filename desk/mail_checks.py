"""What must hold of mails: each fact told once, nothing lost, nothing untrue sent."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from desk.checks import ANNOUNCED_WITHIN, SETTLED_WITHIN, Checks
from events.models import EventChange
from notifications.announcements import FINAL, INVITATION_FACTS, REGISTRATION_FACTS, SILENT
from notifications.models import Follow, Message, Reminder
from registrations.models import InvitationChange, RegistrationChange
from registrations.states import LIVE

CHECKS = Checks()
EventKind = EventChange.Kind


@CHECKS.under("6 every fact is announced within two minutes")
def unannounced(now: datetime) -> Iterator[str]:
    late = Q(announced_at__isnull=True, at__lt=now - ANNOUNCED_WITHIN)
    for change in EventChange.objects.filter(late).iterator():
        yield f"eventchange {change.pk}"
    for registration_change in RegistrationChange.objects.filter(late).iterator():
        yield f"registrationchange {registration_change.pk}"
    for invitation_change in InvitationChange.objects.filter(late).iterator():
        yield f"invitationchange {invitation_change.pk}"


@CHECKS.under("6 every announced fact of a registration has its message")
def without_message(now: datetime) -> Iterator[str]:
    for change in _without_message(RegistrationChange.objects.all(), REGISTRATION_FACTS):
        yield f"registrationchange {change.pk}"


@CHECKS.under("6 every announced fact of an invitation has its message")
def invited_without_message(now: datetime) -> Iterator[str]:
    for change in _without_message(InvitationChange.objects.all(), INVITATION_FACTS):
        yield f"invitationchange {change.pk}"


def _without_message(changes: QuerySet[Any], facts: Mapping[str, object]) -> QuerySet[Any]:
    """The announced facts that somebody is to hear of, and no message tells."""
    told = [kind for kind, mail in facts.items() if mail is not SILENT]
    return changes.filter(announced_at__isnull=False, kind__in=told, messages__isnull=True)


@CHECKS.under("6 a date that is announced is told to every follower, once")
def untold_dates(now: datetime) -> Iterator[str]:
    set_later = EventChange.objects.filter(
        event=OuterRef("event"), kind=EventKind.SCHEDULED, announced_at__gt=OuterRef("confirmed_at")
    )
    told = Message.objects.of_dates().filter(follow=OuterRef("pk"))
    for follow in Follow.objects.active().filter(Exists(set_later), ~Exists(told)).iterator():
        yield f"follow {follow.pk}"
    counted = Message.objects.of_dates().exclude(state__in=["failed", "void"]).values("follow")
    for row in counted.annotate(times=Count("pk")).filter(times__gt=1):
        yield f"follow {row['follow']}"


@CHECKS.under("8 nothing is lost: no message hangs in the queue or in a dead sender's hands")
def stuck(now: datetime) -> Iterator[str]:
    overdue = Q(state="queued", next_attempt_at__lt=now - SETTLED_WITHIN)
    abandoned = Q(state="sending", leased_until__lt=now - SETTLED_WITHIN)
    for message in Message.objects.filter(overdue | abandoned).iterator():
        yield f"message {message.pk}"


@CHECKS.under("9 no mail but the cancellation is claimed after a registration is over")
def written_to_the_cancelled(now: datetime) -> Iterator[str]:
    over = RegistrationChange.objects.filter(
        registration=OuterRef("registration"), at__lt=OuterRef("claimed_at")
    ).exclude(to_status__in=LIVE)
    claimed = Message.objects.filter(claimed_at__isnull=False, registration__isnull=False)
    for message in claimed.exclude(kind__in=FINAL).filter(Exists(over)).iterator():
        yield f"message {message.pk}"


@CHECKS.under("9 nobody is told a date who has stopped following")
def told_to_the_stopped(now: datetime) -> Iterator[str]:
    late = Message.objects.of_dates().filter(claimed_at__gt=F("follow__stopped_at"))
    for message in late.iterator():
        yield f"message {message.pk}"


@CHECKS.under("9 no reminder is claimed after the start")
def reminded_late(now: datetime) -> Iterator[str]:
    late = Reminder.objects.filter(message__claimed_at__gte=F("event_starts_at"))
    for reminder in late.iterator():
        yield f"reminder {reminder.pk}"


@CHECKS.under("10 a reminder is one row, and one message of its own")
def reminders(now: datetime) -> Iterator[str]:
    for message in Message.objects.filter(kind="reminder", reminder__isnull=True).iterator():
        yield f"message {message.pk}"


@CHECKS.under("21 a calendar entry's SEQUENCE grows, and a cancelled UID is dead")
def sequences(now: datetime) -> Iterator[str]:
    uid, sequence, is_dead = "", -1, False
    # A CANCEL that never arrived took nothing out, and a later one does.
    missing = Q(calendar_method="CANCEL", state__in=["failed", "void"])
    rows = Message.objects.exclude(Q(calendar_method="") | missing).order_by("calendar_uid", "id")
    values = rows.values_list("calendar_uid", "calendar_sequence", "calendar_method", "id", "key")
    for own_uid, own_sequence, method, pk, key in values.iterator():
        if own_uid != uid:
            uid, sequence, is_dead = own_uid, -1, False
        is_repeat = key.startswith("again:")
        if not is_repeat and (is_dead or (own_sequence or 0) <= sequence):
            yield f"message {pk}"
        sequence, is_dead = max(sequence, own_sequence or 0), is_dead or method == "CANCEL"
