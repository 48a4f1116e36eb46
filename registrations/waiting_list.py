"""Who is next in line: freed and added places go to the first who wait."""

from datetime import datetime

from django.db.models import F

from accounts.transactions import action
from events.models import Event
from events.states import Status as EventStatus
from registrations import capacity, rules
from registrations.models import Registration, RegistrationChange
from registrations.states import Status


def fill(event: Event, now: datetime, *, actor_id: int | None = None) -> capacity.Places:
    """Gives every free place to the first in line and returns the places after that.

    The caller holds the event's lock. Nobody is promoted while the event is called off or a draft,
    or once promotion has ended.
    """
    places = capacity.count(event)
    if places.free <= 0 or not places.waiting or not rules.can_promote(event, now):
        return places
    for registration in _first_in_line(event, places.free):
        places = _place(registration, event, places, now, actor_id=actor_id)
    return places


def _first_in_line(event: Event, limit: int) -> list[Registration]:
    waiting = Registration.objects.filter(event=event).waiting().in_line()
    return list(waiting.select_for_update(of=("self",), no_key=True)[:limit])


def _place(
    registration: Registration,
    event: Event,
    places: capacity.Places,
    now: datetime,
    *,
    actor_id: int | None,
) -> capacity.Places:
    registration.event = event
    after = capacity.Places(places.capacity, places.taken + 1, places.waiting - 1)
    registration.move_to(
        Status.CONFIRMED,
        kind=RegistrationChange.Kind.PROMOTED,
        now=now,
        actor_id=actor_id,
        taken_after=after.taken,
        capacity_at=after.capacity,
    )
    return after


def events_to_settle(now: datetime) -> list[int]:
    """The events that show a free place and somebody waiting, by their columns: one cheap query.

    What a reinstatement or a later date reopened is found here (architecture.md).
    """
    events = Event.objects.filter(
        status=EventStatus.PUBLISHED,
        starts_at__gt=now,
        places_waiting__gt=0,
        places_taken__lt=F("capacity"),
    )
    return list(events.order_by("pk").values_list("pk", flat=True))


@action
def settle_event(event_id: int, now: datetime) -> int:
    """Promotes wherever a place of the event stands free; returns how many people got one."""
    (event,) = Event.objects.locked(event_id)
    before = event.places_waiting
    places = fill(event, now)
    capacity.show(event, places)
    return max(0, before - places.waiting)


def settle(now: datetime) -> int:
    """One tick over all events; returns how many people got a place."""
    return sum(settle_event(event_id, now) for event_id in events_to_settle(now))
