"""Who hears what: the one total table from facts to kinds of mail, and who the recipients are."""

import secrets
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from django.conf import settings

from events.models import EventChange
from notifications.models import Follow, Message
from registrations.models import Booking, InvitationChange, Registration, RegistrationChange
from registrations.states import Status

Fact = EventChange | RegistrationChange
Kind = Message.Kind
Spec = Message.Kind | Callable[[RegistrationChange], Message.Kind | None] | None

SILENT = None
# A mail older than this says nothing any more: a restored or long-stopped system stays silent.
HORIZON = timedelta(hours=72)

_BY_STATUS: dict[str, Message.Kind] = {
    Status.CONFIRMED: Kind.CONFIRMED,
    Status.WAITING: Kind.WAITING,
    Status.PENDING: Kind.PENDING,
    Status.OFFERED: Kind.OFFERED,
    Status.NOMINATED: Kind.NOMINATED,
}


def by_status(fact: RegistrationChange) -> Message.Kind | None:
    """The mail of a new or decided row: what became of it says which."""
    return _BY_STATUS.get(fact.to_status, SILENT)


def of_promoted(fact: RegistrationChange) -> Message.Kind | None:
    """A place that came free, or one that is kept until the application is decided."""
    return Kind.PROMOTED if fact.to_status == Status.CONFIRMED else by_status(fact)


EVENT_FACTS: dict[str, Message.Kind | None] = {
    EventChange.Kind.CREATED: SILENT,
    EventChange.Kind.ANNOUNCED: SILENT,
    EventChange.Kind.SCHEDULED: SILENT,
    EventChange.Kind.MOVED: Kind.MOVED,
    EventChange.Kind.RETITLED: Kind.MOVED,
    EventChange.Kind.CALLED_OFF: Kind.CALLED_OFF,
    EventChange.Kind.REINSTATED: Kind.REINSTATED,
    EventChange.Kind.CAPACITY_CHANGED: SILENT,
    EventChange.Kind.ADMISSION_CHANGED: SILENT,
    EventChange.Kind.QUOTAS_CHANGED: SILENT,
    EventChange.Kind.EDITED: SILENT,
    EventChange.Kind.LIST_READ: SILENT,
    EventChange.Kind.LIST_EXPORTED: SILENT,
}
REGISTRATION_FACTS: dict[str, Spec] = {
    RegistrationChange.Kind.REGISTERED: by_status,
    RegistrationChange.Kind.REGISTERED_AGAIN: Kind.ALREADY_REGISTERED,
    RegistrationChange.Kind.REGISTERED_ELSEWHERE: Kind.ALREADY_REGISTERED,
    # Told to the contact who named this person, not to the person (`message_of_known_party`).
    RegistrationChange.Kind.NAMED_AGAIN: Kind.PARTY,
    RegistrationChange.Kind.PROMOTED: of_promoted,
    RegistrationChange.Kind.APPROVED: by_status,
    RegistrationChange.Kind.REJECTED: Kind.REJECTED,
    RegistrationChange.Kind.OFFERED: Kind.OFFERED,
    RegistrationChange.Kind.ACCEPTED: Kind.CONFIRMED,
    RegistrationChange.Kind.DECLINED: Kind.DECLINED,
    RegistrationChange.Kind.OFFER_EXPIRED: Kind.OFFER_EXPIRED,
    RegistrationChange.Kind.NOMINATED: Kind.NOMINATED,
    RegistrationChange.Kind.NOMINATION_ACCEPTED: by_status,
    # Who declines reads it on the page; the mail of the nomination said how long it stands.
    RegistrationChange.Kind.NOMINATION_DECLINED: SILENT,
    RegistrationChange.Kind.NOMINATION_ENDED: SILENT,
    RegistrationChange.Kind.PRIORITISED: SILENT,
    RegistrationChange.Kind.ANSWERS_CHANGED: Kind.ANSWERS_CHANGED,
    # The badge bears another name: the person reads how their registration stands.
    RegistrationChange.Kind.RENAMED: Kind.ANSWERS_CHANGED,
    RegistrationChange.Kind.CANCELLED: Kind.CANCELLED,
    # The mail about the place that was given says so.
    RegistrationChange.Kind.LEFT_LINE: SILENT,
    # The old row of a corrected address: its words never show the new one.
    RegistrationChange.Kind.TRANSFERRED: Kind.CANCELLED,
    RegistrationChange.Kind.CORRECTED: by_status,
    RegistrationChange.Kind.HANDED_OVER: Kind.HANDED_OVER,
    RegistrationChange.Kind.TOOK_OVER: Kind.TOOK_OVER,
    RegistrationChange.Kind.NOTED: SILENT,
    RegistrationChange.Kind.DEADLINE_REOPENED: SILENT,
}


def of_reinstated(fact: EventChange) -> Message.Kind | None:
    """A date that was set while the session was called off is told when it is held after all."""
    return SILENT if fact.event.starts_at is None else Kind.DATE_SET


# What followers hear, each once: that there is a date.
FOLLOWER_FACTS: dict[str, Message.Kind | Callable[[EventChange], Message.Kind | None] | None] = {
    EventChange.Kind.CREATED: SILENT,
    EventChange.Kind.ANNOUNCED: SILENT,
    EventChange.Kind.SCHEDULED: Kind.DATE_SET,
    EventChange.Kind.MOVED: SILENT,
    EventChange.Kind.RETITLED: SILENT,
    EventChange.Kind.CALLED_OFF: SILENT,
    EventChange.Kind.REINSTATED: of_reinstated,
    EventChange.Kind.CAPACITY_CHANGED: SILENT,
    EventChange.Kind.ADMISSION_CHANGED: SILENT,
    EventChange.Kind.QUOTAS_CHANGED: SILENT,
    EventChange.Kind.EDITED: SILENT,
    EventChange.Kind.LIST_READ: SILENT,
    EventChange.Kind.LIST_EXPORTED: SILENT,
}
INVITATION_FACTS: dict[str, Message.Kind | None] = {
    InvitationChange.Kind.INVITED: Kind.INVITED,
    InvitationChange.Kind.SENT_AGAIN: Kind.INVITED,
    InvitationChange.Kind.REMINDED: Kind.INVITED,
    InvitationChange.Kind.DECLINED: SILENT,
    InvitationChange.Kind.REVOKED: SILENT,
}
# What the contact of a booking reads a summary of.
SUMMARISED = frozenset(
    {
        Kind.CONFIRMED,
        Kind.WAITING,
        Kind.PENDING,
        Kind.OFFERED,
        Kind.PROMOTED,
        Kind.REJECTED,
        Kind.TOOK_OVER,
        Kind.CANCELLED,
        Kind.MOVED,
        Kind.CALLED_OFF,
        Kind.REINSTATED,
    }
)
# What tells that a registration is over: true for good.
FINAL = frozenset(
    {Kind.CANCELLED, Kind.HANDED_OVER, Kind.REJECTED, Kind.DECLINED, Kind.OFFER_EXPIRED}
)
# What speaks of a place to come, and is untrue while the session is called off.
PROMISING = frozenset(
    {
        *(Kind.CONFIRMED, Kind.PROMOTED, Kind.WAITING, Kind.PENDING, Kind.OFFERED),
        *(Kind.TOOK_OVER, Kind.NOMINATED, Kind.ALREADY_REGISTERED),
    }
)
# Facts of an event of which the newest alone is told.
EVENT_FAMILY = frozenset(kind for kind, mail in EVENT_FACTS.items() if mail is not SILENT)


def kind_of(fact: Fact) -> Message.Kind | None:
    """The kind of mail that tells of a fact; None where nobody is told. KeyError: unmapped."""
    if isinstance(fact, EventChange):
        return EVENT_FACTS[fact.kind]
    spec = REGISTRATION_FACTS[fact.kind]
    return spec(fact) if callable(spec) else spec


def kind_for_followers(fact: EventChange) -> Message.Kind | None:
    """The kind of mail that tells followers of a fact; None: none. KeyError: unmapped."""
    spec = FOLLOWER_FACTS[fact.kind]
    return spec(fact) if callable(spec) else spec


def told(facts: Iterable[EventChange]) -> list[EventChange]:
    """What people hear of one event's facts (by revision), oldest first.

    A session that moves or is renamed while it is called off moves silently: people hear of it when
    it is reinstated.
    """
    heard, is_off = [], False
    for fact in facts:
        kind = EVENT_FACTS[fact.kind]
        if kind in {Kind.CALLED_OFF, Kind.REINSTATED}:
            is_off = kind == Kind.CALLED_OFF
        if kind is not SILENT and not (is_off and kind == Kind.MOVED):
            heard.append(fact)
    return heard


def messages_of(fact: Fact, registrations: Sequence[Registration], now: datetime) -> list[Message]:
    """The messages that tell the people behind these registrations of a fact, not saved yet.

    `registrations` are read with their booking and event. An address that is missing gets nothing.
    """
    kind = kind_of(fact)
    if kind is SILENT:
        return []
    rows, spoken_for = [], set()
    for registration in registrations:
        if registration.mail_to:
            rows.append(_message(kind, fact, registration, now, to_contact=False))
        summary = _summary(kind, fact, registration)
        if summary and registration.booking_id not in spoken_for:
            rows.append(_message(summary, fact, registration, now, to_contact=True))
            spoken_for.add(registration.booking_id)
    return rows


def message_of_known_party(
    fact: RegistrationChange, booking: Booking, event_id: int, now: datetime
) -> Message:
    """What a contact reads whose people were all registered already, not saved yet.

    `fact` is of the first of them. The message tells of the booking alone, of no registration.
    """
    return Message(
        key=f"{Kind.PARTY}:registration:{fact.pk}:b{booking.pk}",
        kind=Kind.PARTY,
        language=booking.language,
        registration_change=fact,
        event_id=event_id,
        booking=booking,
        to_email=booking.contact_email,
        message_id=new_message_id(),
        created_at=now,
        next_attempt_at=now,
        not_after=fact.at + HORIZON,
    )


def messages_to_followers(
    fact: EventChange, follows: Sequence[Follow], now: datetime
) -> list[Message]:
    """The messages that tell these followers of a fact, not saved yet."""
    kind = kind_for_followers(fact)
    if kind is SILENT:
        return []
    return [message_to_follower(kind, follow, now, fact=fact) for follow in follows]


def message_to_follower(
    kind: Message.Kind, follow: Follow, now: datetime, *, fact: EventChange | None = None
) -> Message:
    """A message about a wish, not saved yet; one without a fact is known by its second."""
    cause = f"event:{fact.pk}" if fact else f"{now:%Y%m%dT%H%M%S}"
    return Message(
        key=f"{kind}:{cause}:f{follow.pk}",
        kind=kind,
        language=follow.language,
        event_change=fact,
        event_id=follow.event_id,
        follow=follow,
        to_email=follow.email,
        message_id=new_message_id(),
        created_at=now,
        next_attempt_at=now,
        not_after=(fact.at if fact else now) + HORIZON,
    )


def messages_to_invited(fact: InvitationChange, now: datetime) -> list[Message]:
    """The message that tells whoever is invited of a fact, not saved yet; read with its invitation.

    KeyError: unmapped.
    """
    kind, invitation = INVITATION_FACTS[fact.kind], fact.invitation
    if kind is SILENT:
        return []
    message = Message(
        key=f"{kind}:invitation:{fact.pk}:i{invitation.pk}",
        kind=kind,
        language=invitation.language,
        invitation_change=fact,
        event_id=invitation.event_id,
        invitation=invitation,
        to_email=invitation.email,
        message_id=new_message_id(),
        created_at=now,
        next_attempt_at=now,
        not_after=fact.at + HORIZON,
    )
    return [message]


def _summary(kind: Message.Kind, fact: Fact, registration: Registration) -> Message.Kind | None:
    """What the contact reads of it: a party's common move once, whoever the contact is.

    A corrected address is told to the contact once, by the mail about the new row.
    """
    if "party" in fact.data:
        has_contact = bool(registration.booking.contact_email)
        return Kind.PARTY if fact.new("party") and has_contact else SILENT
    is_transfer = fact.kind == RegistrationChange.Kind.TRANSFERRED
    is_told = kind in SUMMARISED and registration.has_own_contact and not is_transfer
    return kind if is_told else SILENT


def recipient(registration: Registration, *, to_contact: bool) -> str:
    """The last part of a key: a row, never an address.

    A booking may hold several registrations, and its contact reads of each.
    """
    delegate = f"r{registration.pk}"
    return f"b{registration.booking_id}-{delegate}" if to_contact else delegate


def new_message_id() -> str:
    return f"<{secrets.token_hex(16)}@{settings.MAIL_DOMAIN}>"


def _message(
    kind: Message.Kind, fact: Fact, registration: Registration, now: datetime, *, to_contact: bool
) -> Message:
    table = "event" if isinstance(fact, EventChange) else "registration"
    booking = registration.booking
    reads_as_contact = to_contact or not registration.email
    return Message(
        key=f"{kind}:{table}:{fact.pk}:{recipient(registration, to_contact=to_contact)}",
        kind=kind,
        language=booking.language if reads_as_contact else registration.language,
        event_change=fact if isinstance(fact, EventChange) else None,
        registration_change=fact if isinstance(fact, RegistrationChange) else None,
        event_id=registration.event_id,
        registration=registration,
        booking=booking if to_contact else None,
        to_email=booking.contact_email if reads_as_contact else registration.email,
        message_id=new_message_id(),
        created_at=now,
        next_attempt_at=now,
        not_after=fact.at + HORIZON,
    )
