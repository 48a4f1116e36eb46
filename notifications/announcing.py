"""The worker between facts and messages: derives them once, voids what they overtake."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from accounts.transactions import action
from events.models import EventChange
from notifications import settling
from notifications.announcements import (
    EVENT_FAMILY,
    FINAL,
    PROMISING,
    kind_for_followers,
    kind_of,
    message_of_known_party,
    messages_of,
    messages_to_followers,
    messages_to_invited,
    told,
)
from notifications.models import Follow, Message, MessageQuerySet
from registrations.models import Booking, InvitationChange, Registration, RegistrationChange
from registrations.states import LIVE

Kind = Message.Kind
BATCH = 200


@action
def announce(now: datetime, limit: int = BATCH) -> int:
    """Derives the messages of unannounced facts; returns how many facts, a full batch has more.

    Any number of announcers may run: each fact is announced once. Nothing is rendered here.
    """
    facts = _registration_facts(limit)
    _tell_registrations(facts, now)
    changes = _event_facts(limit - len(facts))
    _tell_events(changes, now)
    invitations = _invitation_facts(limit - len(facts) - len(changes))
    _tell_invited(invitations, now)
    return len(facts) + len(changes) + len(invitations)


def _registration_facts(limit: int) -> list[RegistrationChange]:
    rows = RegistrationChange.objects.filter(announced_at__isnull=True).order_by("pk")
    return list(rows.select_for_update(of=("self",), skip_locked=True)[:limit])


def _event_facts(limit: int) -> list[EventChange]:
    """The facts of events whose people's own older facts are announced: order is what they read.

    No SKIP LOCKED here: a second announcer waits for the first, or a calling-off could leave after
    the reinstatement.
    """
    older = RegistrationChange.objects.filter(
        announced_at__isnull=True,
        registration__event=OuterRef("event"),
        event_revision__lt=OuterRef("event_revision"),
    )
    rows = EventChange.objects.filter(~Exists(older), announced_at__isnull=True).order_by("pk")
    return list(rows.select_for_update(of=("self",))[:limit])


def _tell_registrations(facts: list[RegistrationChange], now: datetime) -> None:
    rows = Registration.objects.select_related("booking", "event").in_bulk(
        {fact.registration_id for fact in facts}
    )
    of_contacts = [fact for fact in facts if fact.kind == RegistrationChange.Kind.NAMED_AGAIN]
    messages = [
        message
        for fact in facts
        if fact not in of_contacts
        for message in messages_of(fact, [rows[fact.registration_id]], now)
    ]
    _file(messages + _messages_of_known_parties(of_contacts, now))
    for fact in facts:
        if fact.from_status and fact.from_status != fact.to_status:
            settling.void(_overtaken_by_registration(fact), Message.Reason.SUPERSEDED, now)
    pks = [fact.pk for fact in facts]
    RegistrationChange.objects.filter(pk__in=pks).update(announced_at=now)


def _messages_of_known_parties(facts: list[RegistrationChange], now: datetime) -> list[Message]:
    bookings = Booking.objects.in_bulk([fact.new("booking") for fact in facts]) if facts else {}
    return [
        message_of_known_party(fact, bookings[fact.new("booking")], fact.new("asked_for"), now)
        for fact in facts
    ]


def _tell_events(facts: list[EventChange], now: datetime) -> None:
    heard = _heard({fact.event_id for fact in facts})
    for fact in facts:
        if kind_for_followers(fact):
            _file(messages_to_followers(fact, untold_followers(fact.event_id), now))
        if fact.pk not in heard:
            continue
        _file(messages_of(fact, _audience(fact), now))
        settling.void(_overtaken_by_event(fact), Message.Reason.SUPERSEDED, now)
        if kind_of(fact) == Kind.CALLED_OFF:
            settling.void(_untrue_when_called_off(fact), Message.Reason.CALLED_OFF, now)
    EventChange.objects.filter(pk__in=[fact.pk for fact in facts]).update(announced_at=now)


def _invitation_facts(limit: int) -> list[InvitationChange]:
    rows = InvitationChange.objects.filter(announced_at__isnull=True).order_by("pk")
    locked = rows.select_related("invitation").select_for_update(of=("self",), skip_locked=True)
    return list(locked[:limit])


def _tell_invited(facts: list[InvitationChange], now: datetime) -> None:
    """What a newer fact overtakes, the claim finds out (truth.py)."""
    _file([message for fact in facts for message in messages_to_invited(fact, now)])
    InvitationChange.objects.filter(pk__in=[fact.pk for fact in facts]).update(announced_at=now)


def _heard(event_ids: Iterable[int]) -> set[int]:
    """The facts of these events that anybody is told of."""
    by_event: dict[int, list[EventChange]] = defaultdict(list)
    rows = EventChange.objects.filter(event__in=event_ids, kind__in=EVENT_FAMILY)
    for fact in rows.order_by("event_revision"):
        by_event[fact.event_id].append(fact)
    return {fact.pk for facts in by_event.values() for fact in told(facts)}


def _audience(fact: EventChange) -> list[Registration]:
    """Live now, and with a last change of their own before the fact: newcomers read no old news."""
    rows = Registration.objects.filter(
        event=fact.event_id, since_revision__lt=fact.event_revision
    ).live()
    return list(rows.select_related("booking", "event").order_by("pk"))


def untold_followers(event_id: int) -> list[Follow]:
    """Who wishes to hear of this event's date, and no mail has told them or is about to.

    One that was void did not: the session was called off meanwhile.
    """
    told_already = Message.objects.of_dates().filter(follow=OuterRef("pk"))
    told_already = told_already.exclude(state=Message.State.VOID)
    follows = Follow.objects.active().filter(~Exists(told_already), event=event_id)
    return list(follows.order_by("pk"))


def _file(messages: list[Message]) -> None:
    """A key that exists already was derived before; deriving twice is harmless."""
    Message.objects.bulk_create(messages, batch_size=500, ignore_conflicts=True)


def _overtaken_by_registration(fact: RegistrationChange) -> MessageQuerySet:
    """What was still to be said of this registration before its own newer fact.

    "Already registered" stays true until the registration is over; a party's summary tells what is
    true of everybody when it leaves. A calling-off that takes an
    entry out of a calendar is overtaken by a cancellation alone, which does the same.
    """
    older = Q(registration_change__lt=fact.pk) | Q(
        event_change__event_revision__lte=fact.event_revision
    )
    queued = Message.objects.queued().filter(registration=fact.registration_id)
    if fact.to_status in LIVE:
        lasting = [Kind.ALREADY_REGISTERED, Kind.PARTY]
        return queued.filter(older).voidable().exclude(kind__in=lasting)
    return queued.filter(older | Q(kind=Kind.REMINDER)).exclude(kind__in=[*FINAL, Kind.PARTY])


def _overtaken_by_event(fact: EventChange) -> MessageQuerySet:
    """Older news of the same event, and reminders of a start that is no more.

    What followers read names the date of the moment it leaves: nothing overtakes it (truth.py).
    """
    queued = Message.objects.queued().filter(event=fact.event_id, follow__isnull=True).voidable()
    older = Q(event_change__event_revision__lt=fact.event_revision)
    is_new_start = fact.old("starts_at") != fact.new("starts_at")
    if is_new_start or kind_of(fact) == Kind.CALLED_OFF:
        older |= Q(kind=Kind.REMINDER)
    return queued.filter(older)


def _untrue_when_called_off(fact: EventChange) -> MessageQuerySet:
    queued = Message.objects.queued().filter(event=fact.event_id)
    return queued.filter(
        kind__in=PROMISING,
        registration_change__event_revision__lt=fact.event_revision,
    )
