"""What a change will do to people before it is done: calendars, mails, places (calendar.md §1).

Nothing is written. The counting is the announcers' own: the fact that would be written is derived
into the messages that it would make.
"""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import datetime
from typing import Any

from events.models import Event, EventChange, Series
from notifications.announcements import messages_of, messages_to_followers
from notifications.announcing import untold_followers
from notifications.invites import CANCELS, REQUESTS
from notifications.models import Message
from registrations import capacity, placing, rules, waiting_list
from registrations.models import Invitation, Person, Quota, Registration, RegistrationChange
from registrations.states import Status

EventKind, Kind = EventChange.Kind, RegistrationChange.Kind


@dataclass(frozen=True)
class Preview:
    """Numbers of people and mails; `promoted` get a place, or an offer, from the waiting list.

    Of a decision, `confirmed` get a place by it, `waiting` join the line, `rejected` leave;
    `nominations` end.
    """

    calendars: int = 0
    mails: int = 0
    promoted: int = 0
    confirmed: int = 0
    waiting: int = 0
    rejected: int = 0
    nominations: int = 0

    def __add__(self, other: "Preview") -> "Preview":
        return Preview(*(sum(pair) for pair in zip(astuple(self), astuple(other), strict=True)))


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
    to_followers = messages_to_followers(fact, untold_followers(event.pk), now)
    return _counted([*messages_of(fact, list(live), now), *to_followers])


def of_capacity(event: Event, places: int, now: datetime) -> Preview:
    """What another capacity does: added places go to the first in line."""
    return _of_promoting(event, replace(capacity.count(event), capacity=places), now)


def of_admission(event: Event, fields: Mapping[str, Any], now: datetime) -> Preview:
    """What another way in does: who waits may be asked for approval, or get their place."""
    for name in ("admission", "has_place_while_pending", "offer_hours"):
        setattr(event, name, fields[name])
    places = capacity.count(event)
    if event.is_by_approval and not event.has_place_while_pending:
        places = replace(places, capacity=places.taken + places.waiting, limits=())
    return _of_promoting(event, places, now)


def of_quotas(event: Event, quotas: Sequence[Quota], now: datetime) -> Preview:
    """What other quotas do: who they passed over may get a free place."""
    own = list(Quota.objects.filter(series=event.series_id).order_by("pk"))
    return _of_promoting(event, capacity.with_quotas(event, [*quotas, *own]), now)


def of_series_limits(series: Series, limits: Sequence[Quota], now: datetime) -> Preview:
    """What other limits of a series do: who they passed over may get a free place.

    Each event is looked at alone; a place that goes in one may take it from somebody in another.
    """
    for limit in limits:
        limit.series = series
    events = Event.objects.of_series(series).select_related("series").order_by("pk")
    found = (_of_promoting(event, _with_limits(event, limits), now) for event in events)
    return sum(found, Preview())


def _with_limits(event: Event, limits: Sequence[Quota]) -> capacity.Places:
    own = list(event.quotas.order_by("pk"))
    return capacity.with_quotas(event, [*own, *limits])


def of_cancelling(registration: Registration, now: datetime) -> Preview:
    """What a cancelled attendance does, with the place that it may free."""
    fact = _fact(registration, Kind.CANCELLED, Status.CANCELLED, now)
    own = _counted(messages_of(fact, [registration], now))
    return own + _of_freeing([registration], now)


def of_correcting(registration: Registration, email: str, now: datetime) -> Preview:
    """What a corrected address does: the old one loses the entry, the new one gets it."""
    return _of_replacing(registration, email, Kind.TRANSFERRED, Kind.CORRECTED, now)


def of_handing_over(registration: Registration, email: str, now: datetime) -> Preview:
    """What a place passed to somebody else does: one loses the entry, the other gets it."""
    return _of_replacing(registration, email, Kind.HANDED_OVER, Kind.TOOK_OVER, now)


def _of_replacing(
    registration: Registration,
    email: str,
    old_kind: RegistrationChange.Kind,
    new_kind: RegistrationChange.Kind,
    now: datetime,
) -> Preview:
    old = _fact(registration, old_kind, Status.CANCELLED, now)
    status = Status(registration.status)
    new_row = Registration(
        event=registration.event, booking=registration.booking, email=email, status=status
    )
    new = _fact(new_row, new_kind, status, now)
    lost = _counted(messages_of(old, [registration], now))
    return lost + _counted(messages_of(new, [new_row], now))


def of_revoking(invitation: Invitation) -> Preview:
    """What withdrawing an invitation does: its open nominations end."""
    return Preview(nominations=invitation.registrations.nominated().count())


def of_changing_answers(registration: Registration, now: datetime) -> Preview:
    """What corrected answers do: the person reads them."""
    fact = _fact(registration, Kind.ANSWERS_CHANGED, Status(registration.status), now)
    return _counted(messages_of(fact, [registration], now))


def of_approving(event: Event, registrations: Sequence[Registration], now: datetime) -> Preview:
    """What approving these applications does, in the order they came."""
    places, preview = capacity.count(event), Preview()
    for registration in registrations:
        registration.event = event
    for unit in waiting_list.units_of(registrations):
        status = placing.status_of_approved(unit, places)
        is_confirmed = status == Status.CONFIRMED
        for registration in unit:
            held = capacity.holds_a_place(event, registration.status)
            person = Person.of(registration)
            places = places.after(person, taken=is_confirmed - held, waiting=not is_confirmed)
            registration.status = status
            fact = _fact(registration, Kind.APPROVED, status, now)
            fact.data = placing.spoken_for(unit, registration)
            preview += _counted(messages_of(fact, [registration], now))
            preview += Preview(confirmed=is_confirmed, waiting=not is_confirmed)
    return preview


def of_registering_members(event: Event, now: datetime) -> Preview:
    """What registering all members does: places in the order of their membership, then the line."""
    places, preview = capacity.count(event), Preview()
    for membership in Registration.objects.members_to_register(event):
        person = Person.of(membership)
        is_confirmed = places.has_room(person)
        places = places.after(person, taken=is_confirmed, waiting=not is_confirmed)
        status = Status.CONFIRMED if is_confirmed else Status.WAITING
        row = Registration(
            event=event, booking=membership.booking, email=membership.email, status=status
        )
        preview += _counted(messages_of(_fact(row, Kind.REGISTERED, status, now), [row], now))
        preview += Preview(confirmed=is_confirmed, waiting=not is_confirmed)
    return preview


def of_rejecting(event: Event, registrations: Sequence[Registration], now: datetime) -> Preview:
    """What turning these applications down does, with the places that they may free."""
    preview = Preview(rejected=len(registrations))
    for registration in registrations:
        registration.event = event
        fact = _fact(registration, Kind.REJECTED, Status.REJECTED, now)
        preview += _counted(messages_of(fact, [registration], now))
    return preview + _of_freeing(registrations, now)


def of_promoting(registration: Registration, now: datetime) -> Preview:
    """What a place out of turn does."""
    registration.status = Status.CONFIRMED
    fact = _fact(registration, Kind.PROMOTED, Status.CONFIRMED, now)
    return _counted(messages_of(fact, [registration], now)) + Preview(promoted=1)


def _of_freeing(registrations: Sequence[Registration], now: datetime) -> Preview:
    """Who gets the places that these people give up; those who leave the line get none."""
    event = registrations[0].event
    places = capacity.count(event)
    for row in registrations:
        freed = capacity.holds_a_place(event, row.status)
        places = places.after(Person.of(row), taken=-freed)
    leaving = [row.pk for row in registrations if row.is_waiting]
    return _of_promoting(event, places, now, leaving=leaving)


def _of_promoting(
    event: Event, places: capacity.Places, now: datetime, *, leaving: Sequence[int] = ()
) -> Preview:
    """The first in line get what is free, if freed places are passed on at all."""
    if places.free <= 0 or not rules.can_promote(event, now):
        return Preview()
    line = [row for row in waiting_list.line_of(event) if row.pk not in leaving]
    messages: list[Message] = []
    promoted = [row for unit, _over in waiting_list.chosen(line, places) for row in unit]
    for row in promoted:
        row.event = event
        kind, row.status = placing.status_of_promoted(row)
        messages += messages_of(_fact(row, kind, row.status, now), [row], now)
    return _counted(messages) + Preview(promoted=len(promoted))


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
    is_dated = registration.event.starts_at is not None
    return is_dated and registration.is_confirmed and message.kind in REQUESTS | CANCELS
