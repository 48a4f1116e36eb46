"""The claim: takes due messages out of the queue for one sender, looks again, and builds them."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import DatabaseError
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q
from django.db.models.functions import Coalesce

from accounts.transactions import action
from events.models import EventChange, Series
from notifications import settling
from notifications.announcements import EVENT_FAMILY
from notifications.building import (
    build,
    build_for_follower,
    build_for_invited,
    build_for_known_party,
    build_links,
)
from notifications.invited import InvitedCase, LinksCase, links_case
from notifications.known_parties import KnownPartyCase, known_party_case
from notifications.models import Follow, Message, MessageQuerySet
from notifications.truth import AnyCase, Case, FollowCase, reason_to_void
from registrations.models import Invitation, Registration

State = Message.State
# Longer than a sender works on a batch; after it another sender takes over (calendar.md §7).
LEASE = timedelta(minutes=2)

logger = logging.getLogger(__name__)


@dataclass
class Claim:
    """What a claim found: mails to send, and how many messages ended without one."""

    messages: list[Message] = field(default_factory=list)
    void: int = 0
    failed: int = 0


@action
def claim(now: datetime, limit: int, *, only: int | None = None) -> Claim:
    """Takes up to `limit` due messages under a lease; committed before a connection opens.

    Voids what is not true any more and fails what cannot be built; neither blocks the next. `now`
    is aware; `only` names the one message to take.
    """
    found = Claim()
    messages = _lock(_due(now, only), limit)
    if not messages:
        return found
    registrations, follows = _registrations(messages), _follows(messages)
    invitations = _invitations(messages)
    facts = _facts({row.event_id for row in registrations.values()})
    for message in messages:
        if not message.is_built_here:
            _take_as_filed(message, now, found)
        elif follow := follows.get(message.follow_id or 0):
            _take(FollowCase(message, follow), now, found)
        elif invitation := invitations.get(message.invitation_id or 0):
            _take(InvitedCase(message, invitation), now, found)
        elif message.links_of:
            _take_links(message, message.links_of, now, found)
        elif case := _case_of_place(message, registrations, facts):
            _take(case, now, found)
    return found


def _case_of_place(
    message: Message,
    registrations: Mapping[int, Registration],
    facts: Mapping[int, list[EventChange]],
) -> AnyCase | None:
    """The message with its registration, or with its booking where that made none; None: later."""
    if message.is_of_known_party:
        return known_party_case(message)
    registration = registrations.get(message.registration_id or 0)
    if registration is None:
        return None
    message.registration = registration
    return Case(message, registration, facts[registration.event_id])


def _due(now: datetime, only: int | None) -> MessageQuerySet:
    """What may leave now: first what somebody waits for at the sign-in page, then the oldest.

    Of one reader's mails about one place the older goes first, always. A lease that ran out is that
    of a sender that died.
    """
    is_queued = Q(state=State.QUEUED, next_attempt_at__lte=now)
    is_abandoned = Q(state=State.SENDING, leased_until__lt=now)
    is_account = ExpressionWrapper(Q(kind=Message.Kind.ACCOUNT), output_field=BooleanField())
    due = Message.objects.filter(is_queued | is_abandoned).filter(~Exists(_older_unsettled()))
    if only is not None:
        due = due.filter(pk=only)
    return due.order_by(is_account.desc(), "next_attempt_at", "pk")


def _older_unsettled() -> MessageQuerySet:
    """The mails about the same place that the same reader must get before."""
    return (
        Message.objects.unsettled()
        .alias(reader=Coalesce("booking_id", 0))
        .filter(
            registration=OuterRef("registration"),
            reader=Coalesce(OuterRef("booking_id"), 0),
            pk__lt=OuterRef("pk"),
        )
    )


def _lock(messages: MessageQuerySet, limit: int) -> list[Message]:
    causes = ("event_change", "registration_change", "invitation_change", "reminder")
    rows = messages.select_related(*causes, "links_of")
    return list(rows.select_for_update(of=("self",), no_key=True, skip_locked=True)[:limit])


def _registrations(messages: list[Message]) -> dict[int, Registration]:
    """The rows the messages are about, locked: no cancellation commits between look and claim.

    One that somebody changes this moment is left out, and its messages wait for the next claim.
    """
    pks = {message.registration_id for message in messages if message.registration_id}
    rows = Registration.objects.with_event().filter(pk__in=pks)
    locked = rows.select_for_update(of=("self",), no_key=True, skip_locked=True)
    return {row.pk: row for row in locked}


def _follows(messages: list[Message]) -> dict[int, Follow]:
    """The wishes the messages are about, locked likewise: nobody stops one in between."""
    pks = {message.follow_id for message in messages if message.follow_id}
    rows = Follow.objects.with_event().filter(pk__in=pks)
    locked = rows.select_for_update(of=("self",), no_key=True, skip_locked=True) if pks else []
    return {row.pk: row for row in locked}


def _invitations(messages: list[Message]) -> dict[int, Invitation]:
    """The invitations the messages are about, locked likewise: nobody withdraws one in between."""
    pks = {message.invitation_id for message in messages if message.invitation_id}
    rows = Invitation.objects.with_target().filter(pk__in=pks)
    locked = rows.select_for_update(of=("self",), no_key=True, skip_locked=True) if pks else []
    return {row.pk: row for row in locked}


def _facts(event_ids: Iterable[int]) -> dict[int, list[EventChange]]:
    """What happened to these events, announced or not, by revision."""
    facts: dict[int, list[EventChange]] = defaultdict(list)
    rows = EventChange.objects.filter(event__in=event_ids, kind__in=EVENT_FAMILY)
    for fact in rows.order_by("event_revision"):
        facts[fact.event_id].append(fact)
    return facts


def _take_as_filed(message: Message, now: datetime, found: Claim) -> None:
    """A mail that somebody else wrote: only its age can stop it."""
    if now > message.not_after:
        _give_up(message, now, found)
    else:
        _hold(message, now, found)


def _take_links(message: Message, series: Series, now: datetime, found: Claim) -> None:
    """Links that somebody asked for; of an address that has none here nothing is kept."""
    case = links_case(message, series, now)
    _take(case, now, found)
    if not (case.invitations or case.registrations):
        Message.objects.filter(pk=message.pk).update(to_email="")


def _take(case: AnyCase, now: datetime, found: Claim) -> None:
    """Voids, gives up or holds one message; fails one that nobody can write."""
    message = case.message
    if now > message.not_after:
        _give_up(message, now, found)
        return
    try:
        reason = _looked_at(case, now)
    except DatabaseError:
        raise
    except Exception as error:
        logger.exception("message %s cannot be built", message.pk)
        _fail(message, f"cannot be built: {type(error).__name__}", now, found)
        return
    if reason:
        _void(message, reason, now, found)
    else:
        _hold(message, now, found)


def _looked_at(case: AnyCase, now: datetime) -> str:
    """Why the message is void, or an empty text: then it is true, and built."""
    reason = reason_to_void(case, now)
    if not reason and case.is_outdated:
        _build(case, now)
    return reason


def _build(case: AnyCase, now: datetime) -> None:
    if isinstance(case, FollowCase):
        build_for_follower(case.message, case.follow, now)
    elif isinstance(case, InvitedCase):
        build_for_invited(case, now)
    elif isinstance(case, LinksCase):
        build_links(case, now)
    elif isinstance(case, KnownPartyCase):
        build_for_known_party(case, now)
    else:
        build(case.message, case.registration, case.facts, now)


def _hold(message: Message, now: datetime, found: Claim) -> None:
    message.state, message.leased_until = State.SENDING, now + LEASE
    message.claimed_at = message.claimed_at or now
    message.attempts += 1
    message.save()
    found.messages.append(message)


def _give_up(message: Message, now: datetime, found: Claim) -> None:
    """Past its time: failed where a server refused it all along, void where none was asked."""
    if not message.reason:
        _void(message, Message.Reason.LATE, now, found)
    else:
        _fail(message, message.reason, now, found)


def _fail(message: Message, words: str, now: datetime, found: Claim) -> None:
    Message.objects.filter(pk=message.pk).update(
        state=State.FAILED, reason=words, settled_at=now, leased_until=None
    )
    found.failed += 1


def _void(message: Message, reason: str, now: datetime, found: Claim) -> None:
    settling.void(Message.objects.filter(pk=message.pk), reason, now)
    found.void += 1
