"""What a change will do to people before it is done: calendars, mails, places (calendar.md §1).

Nothing is written. The counting is the announcers' own: the fact that would be written is derived
into the messages that it would make.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from events.models import Event, EventChange
from notifications.announcements import messages_of
from notifications.invites import CANCELS, REQUESTS
from notifications.models import Message
from registrations import capacity, rules
from registrations.models import Registration, RegistrationChange
from registrations.states import Status

EventKind, Kind = EventChange.Kind, RegistrationChange.Kind


@dataclass(frozen=True)
class Preview:
    """Numbers of people and mails; `promoted` get a place from the waiting list."""

    calendars: int = 0
    mails: int = 0
    promoted: int = 0

    def __add__(self, other: "Preview") -> "Preview":
        return Preview(
            self.calendars + other.calendars,
            self.mails + other.mails,
            self.promoted + other.promoted,
        )


def of_event_change(event: Event, kind: EventChange.Kind, now: datetime) -> Preview:
    """What moving, renaming, calling off or reinstating an event does.

    A session that moves while it is called off moves silently (announcements.told).
    """
    if event.is_called_off and kind != EventKind.REINSTATED:
        return Preview()
    fact = EventChange(
        event=event, kind=kind, at=now, event_revision=event.revision + 1, incarnation=0
    )
    live = Registration.objects.filter(event=event).live().select_related("booking", "event")
    return _counted(messages_of(fact, list(live), now))


def of_capacity(event: Event, places: int, now: datetime) -> Preview:
    """What another capacity does: added places go to the first in line."""
    counted = capacity.count(event)
    free = places - counted.taken
    return _of_promoting(event, min(free, counted.waiting), now)


def of_cancelling(registration: Registration, now: datetime) -> Preview:
    """What a cancelled attendance does, with the place that it may free."""
    fact = _fact(registration, Kind.CANCELLED, Status.CANCELLED, now)
    own = _counted(messages_of(fact, [registration], now))
    if not registration.is_confirmed:
        return own
    counted = capacity.count(registration.event)
    return own + _of_promoting(registration.event, min(counted.free + 1, counted.waiting), now)


def of_correcting(registration: Registration, email: str, now: datetime) -> Preview:
    """What a corrected address does: the old one loses the entry, the new one gets it."""
    old = _fact(registration, Kind.TRANSFERRED, Status.CANCELLED, now)
    status = Status(registration.status)
    new_row = Registration(
        event=registration.event, booking=registration.booking, email=email, status=status
    )
    new = _fact(new_row, Kind.CORRECTED, status, now)
    lost = _counted(messages_of(old, [registration], now))
    return lost + _counted(messages_of(new, [new_row], now))


def _of_promoting(event: Event, count: int, now: datetime) -> Preview:
    """The first so many in line get a place, if freed places are passed on at all."""
    if count <= 0 or not rules.can_promote(event, now):
        return Preview()
    waiting = Registration.objects.filter(event=event).waiting().in_line()
    rows = list(waiting.select_related("booking", "event")[:count])
    messages: list[Message] = []
    for row in rows:
        row.status = Status.CONFIRMED
        messages += messages_of(_fact(row, Kind.PROMOTED, Status.CONFIRMED, now), [row], now)
    return _counted(messages) + Preview(promoted=len(rows))


def _fact(
    registration: Registration,
    kind: RegistrationChange.Kind,
    to_status: Status,
    now: datetime,
) -> RegistrationChange:
    return RegistrationChange(
        registration=registration, kind=kind, to_status=to_status, at=now, incarnation=0
    )


def _counted(messages: Sequence[Message]) -> Preview:
    return Preview(calendars=sum(map(_has_entry, messages)), mails=len(messages))


def _has_entry(message: Message) -> bool:
    """Whether the mail puts an entry into the attendee's calendar, changes it or takes it out."""
    registration = message.registration
    if registration is None or message.is_for_contact:
        return False
    return registration.is_confirmed and message.kind in REQUESTS | CANCELS
