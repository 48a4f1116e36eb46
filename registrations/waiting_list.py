"""Who is next in line: freed and added places go to the first who wait."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q

from accounts.transactions import action
from events.models import Event
from events.states import Status as EventStatus
from registrations import capacity, nominations, offers, placing, rules
from registrations.locks import locked_event
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
    for unit, passed_over in chosen(_locked_line(event, places), places):
        for registration in unit:
            registration.event = event
            # One fact of a placing names those it passed over.
            over = passed_over if registration is unit[0] else []
            data = placing.spoken_for(unit, registration)
            places = _promote(registration, places, now, over, data, actor_id=actor_id)
    return places


def pass_on(event: Event, now: datetime, *, actor_id: int | None = None) -> capacity.Places:
    """Fills what is free, shows the counts and returns the event's places after that.

    In a series with limits of its own its other events are filled, too. The caller holds the locks.
    """
    places = fill(event, now, actor_id=actor_id)
    capacity.show(event, places)
    return pass_on_elsewhere(event, places, now, actor_id=actor_id)


def pass_on_elsewhere(
    event: Event, places: capacity.Places, now: datetime, *, actor_id: int | None = None
) -> capacity.Places:
    """The rest of that, for an event of these places: each place that moves may move another."""
    events = [event, *event.locked_siblings]
    while event.locked_siblings:
        before = [item.places_waiting for item in events]
        for item in events:
            places = fill(item, now, actor_id=actor_id)
            capacity.show(item, places)
        if before == [item.places_waiting for item in events]:
            return capacity.count(event)
    return places


def chosen(
    line: Iterable[Registration], places: capacity.Places
) -> list[tuple[list[Registration], list[int]]]:
    """Who of a line gets the free places, each unit with the bookings passed over before it.

    A party that comes whole is one unit, and stands where its first person stands. A unit is passed
    over only while fewer places are free than it needs, or a quota leaves no place for it.
    """
    found, passed_over = [], list[int]()
    for unit in units_of(line):
        if places.free <= 0:
            break
        people = [Person.of(registration) for registration in unit]
        if places.fits(people):
            found.append((unit, [*passed_over]))
            for person in people:
                places = places.after(person, taken=1, waiting=-1)
        else:
            passed_over.append(unit[0].booking_id)
    return found


def units_of(line: Iterable[Registration]) -> list[list[Registration]]:
    """Those who stand in line together, in the order of their first."""
    units: dict[tuple[bool, int], list[Registration]] = {}
    for row in line:
        key = (row.is_in_party, row.booking_id if row.is_in_party else row.pk)
        units.setdefault(key, []).append(row)
    return list(units.values())


def _locked_line(event: Event, places: capacity.Places) -> list[Registration]:
    """As many as places are free; the whole line where a quota or a party may be passed over."""
    rows = line_of(event).select_for_update(of=("self",), no_key=True)
    first = list(rows[: places.free])
    if places.limits or any(row.is_in_party for row in first):
        return list(rows)
    return first


def line_of(event: Event) -> RegistrationQuerySet:
    """Those who wait, in order, with what a quota counts of them."""
    waiting = Registration.objects.filter(event=event).waiting().in_line()
    return waiting.select_related("organisation", "booking")


def _promote(
    registration: Registration,
    places: capacity.Places,
    now: datetime,
    passed_over: list[int],
    data: dict[str, Any],
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
        data=data,
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
    for unit in units_of(rows):
        for registration in unit:
            registration.event = event
        end_offer(unit, Status.EXPIRED, Kind.OFFER_EXPIRED, now)
    return len(rows)


def end_offer(
    unit: Sequence[Registration], status: Status, kind: Kind, now: datetime, *, via: str = ""
) -> None:
    """An offer to one or to a party is answered, or its time is over: nothing is held any more."""
    for registration in unit:
        registration.offered_until = None
        data = placing.spoken_for(unit, registration)
        if status == Status.CONFIRMED and placing.is_one_per_person(registration.event):
            data |= placing.leave_other_lines(registration, now)
        registration.move_to(status, kind=kind, now=now, via=via, data=data)


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
    event = locked_event(event_id)
    expired = expire(event, now)
    before = event.places_waiting
    places = pass_on(event, now)
    return expired + max(0, before - places.waiting)


def settle(now: datetime) -> int:
    """One tick over all events and invitations; returns how many registrations moved."""
    moved = sum(settle_event(event_id, now) for event_id in events_to_settle(now))
    return moved + nominations.settle(now)
