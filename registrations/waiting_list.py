"""Who is next in line: freed and added places go to the first who wait."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q

from accounts.transactions import action
from events.models import Event
from events.states import Status as EventStatus
from registrations import capacity, offers, placing, rules
from registrations.models import (
    Person,
    Registration,
    RegistrationChange,
    RegistrationQuerySet,
)
from registrations.states import Status

Kind = RegistrationChange.Kind


def fill(event: Event, now: datetime, *, actor_id: int | None = None) -> capacity.Places:
    """Gives every free place to the first in line and returns the places after that.

    The caller holds the event's lock. Nobody is promoted while the event is called off or a draft,
    or once promotion has ended.
    """
    places = capacity.count(event)
    if places.free <= 0 or not places.waiting or not rules.can_promote(event, now):
        return places
    rows = line_of(event, None if places.limits else places.free)
    locked = rows.select_for_update(of=("self",), no_key=True)
    for registration, passed_over in chosen(locked, places):
        registration.event = event
        places = _promote(registration, places, now, passed_over, actor_id=actor_id)
    return places


def chosen(
    line: Iterable[Registration], places: capacity.Places
) -> list[tuple[Registration, list[int]]]:
    """Who of a line gets a free place, each with the bookings passed over before them.

    A person is passed over only while a quota leaves no place for them.
    """
    found, passed_over = [], list[int]()
    for registration in line:
        person = Person.of(registration)
        if places.free <= 0:
            break
        if places.fits([person]):
            found.append((registration, [*passed_over]))
            places = places.after(person, taken=1, waiting=-1)
        else:
            passed_over.append(registration.booking_id)
    return found


def line_of(event: Event, limit: int | None = None) -> RegistrationQuerySet:
    """Those who wait, in order: so many as are free, or all where a quota may pass some over."""
    waiting = Registration.objects.filter(event=event).waiting().in_line()
    return waiting.select_related("organisation", "booking")[:limit]


def _promote(
    registration: Registration,
    places: capacity.Places,
    now: datetime,
    passed_over: list[int],
    *,
    actor_id: int | None,
) -> capacity.Places:
    """Their place: to be approved first, offered for some hours, or theirs at once."""
    kind, status = placing.status_of_promoted(registration)
    if status == Status.OFFERED:
        registration.offered_until = offers.deadline(registration.event, now)
    return placing.move(
        registration,
        status,
        places,
        now,
        kind=kind,
        actor_id=actor_id,
        passed_over=passed_over,
    )


def expire(event: Event, now: datetime) -> int:
    """Ends the offers whose time is over; the caller holds the lock and fills what they free.

    Nothing expires while the event is called off or a draft.
    """
    if event.status != EventStatus.PUBLISHED:
        return 0
    late = Registration.objects.filter(event=event).offered_before(now).in_line()
    rows = list(late.select_for_update(of=("self",), no_key=True))
    for registration in rows:
        registration.event = event
        end_offer(registration, Status.EXPIRED, Kind.OFFER_EXPIRED, now)
    return len(rows)


def end_offer(
    registration: Registration, status: Status, kind: Kind, now: datetime, *, via: str = ""
) -> None:
    """An offer is answered, or its time is over: nothing is held for this person any more."""
    registration.offered_until = None
    registration.move_to(status, kind=kind, now=now, via=via)


def events_to_settle(now: datetime) -> list[int]:
    """The events that show a free place and somebody waiting, or hold an offer that is over.

    By their columns, in one cheap query. What a reinstatement or a later date reopened is found
    here (architecture.md).
    """
    late = Registration.objects.filter(event=OuterRef("pk")).offered_before(now)
    is_coming = Q(starts_at__gt=now) | Q(kind=Event.Kind.CALL)
    has_place = Q(places_waiting__gt=0, places_taken__lt=F("capacity")) & is_coming
    events = Event.objects.filter(has_place | Q(Exists(late)), status=EventStatus.PUBLISHED)
    return list(events.order_by("pk").values_list("pk", flat=True))


@action
def settle_event(event_id: int, now: datetime) -> int:
    """Expires offers and promotes wherever a place stands free; returns how many rows it moved."""
    (event,) = Event.objects.locked(event_id)
    expired = expire(event, now)
    before = event.places_waiting
    places = fill(event, now)
    capacity.show(event, places)
    return expired + max(0, before - places.waiting)


def settle(now: datetime) -> int:
    """One tick over all events; returns how many registrations moved."""
    return sum(settle_event(event_id, now) for event_id in events_to_settle(now))
