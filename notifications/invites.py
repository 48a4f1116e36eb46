"""The calendar object of a mail: which method, whose UID, which SEQUENCE (calendar.md §1, §2)."""

from dataclasses import dataclass, replace

from django.db.models import Q

from events import ical
from events.history import Change
from notifications.mails import ascii_address
from notifications.models import Message
from registrations.ical import place_entry, uid
from registrations.models import Registration, RegistrationChange

Kind = Message.Kind
REQUEST, CANCEL = "REQUEST", "CANCEL"
REQUESTS = frozenset({Kind.CONFIRMED, Kind.PROMOTED, Kind.TOOK_OVER, Kind.MOVED, Kind.REINSTATED})
CANCELS = frozenset({Kind.CANCELLED, Kind.HANDED_OVER, Kind.CALLED_OFF})


@dataclass(frozen=True)
class Invite:
    """One VCALENDAR and what the message's columns keep of it."""

    method: str
    uid: str
    sequence: int
    content: bytes


def open_uid(registration_id: int) -> str:
    """The UID that stands in the person's calendar, as far as we know; empty where none does.

    Every REQUEST that was ever claimed counts: somebody may have it. A CANCEL counts only once a
    server took it: one that was refused, or still waits for its next attempt, took nothing out.
    """
    built = Message.objects.claimed().to_delegates().filter(registration=registration_id)
    is_taken = Q(calendar_method=CANCEL, state=Message.State.SENT)
    known = built.filter(is_taken | Q(calendar_method=REQUEST))
    last = known.order_by("-pk").values_list("calendar_method", "calendar_uid").first()
    return last[1] if last and last[0] == REQUEST else ""


def must_cancel(message: Message, registration: Registration) -> bool:
    """Whether this message has to take an entry out of a calendar, whatever happened since."""
    if message.is_for_contact or message.kind not in CANCELS:
        return False
    return _uid_to_cancel(message, registration) != ""


def _uid_to_cancel(message: Message, registration: Registration) -> str:
    """A calling-off cancels the UID of its own time; a later one has another (RFC 5546 §3.2.5)."""
    found = open_uid(registration.pk)
    own_uid = uid(registration, message.cause.incarnation)
    return "" if message.kind == Kind.CALLED_OFF and found != own_uid else found


def invite_for(message: Message, registration: Registration) -> Invite | None:
    """The calendar part of a message that is being built; None for a mail without one.

    `registration` is read with its event as of now: the content is what is true, while UID,
    SEQUENCE and stamps are those of the fact, so that a retry and a resend equal the first.
    """
    if message.is_for_contact:
        return None
    # A membership has no day of its own.
    is_dated = registration.event.starts_at is not None
    if message.kind in REQUESTS and registration.is_confirmed and is_dated:
        own_uid = uid(registration, message.cause.incarnation)
        return _invite(message, registration, REQUEST, own_uid)
    cancelled = _uid_to_cancel(message, registration) if message.kind in CANCELS else ""
    return _invite(message, registration, CANCEL, cancelled) if cancelled else None


def _invite(message: Message, registration: Registration, method: str, own_uid: str) -> Invite:
    fact = message.cause
    entry = place_entry(
        registration,
        incarnation=fact.incarnation,
        sequence=_sequence(fact, registration),
        stamped_at=fact.at,
    )
    entry = replace(
        entry,
        uid=own_uid,
        attendee_name=registration.name,
        attendee_email=ascii_address(message.to_email),
    )
    content = ical.invite(entry) if method == REQUEST else ical.cancellation(entry)
    return Invite(method, own_uid, entry.sequence, content)


def _sequence(fact: Change, registration: Registration) -> int:
    """Both parts only grow, and each change worth an update raises one of them (calendar.md §2)."""
    if isinstance(fact, RegistrationChange):
        return fact.event_revision + fact.registration_revision
    return fact.event_revision + registration.revision
