"""Who gets a place: what a registration becomes, and the move that keeps the count."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from events.models import Event
from registrations import questions
from registrations.capacity import Places, holds_a_place, refuse_unlocked
from registrations.models import Person, Quota, Registration, RegistrationChange
from registrations.states import Status


def needs_approval(registration: Registration) -> bool:
    """Whether an organiser has to let this person in first."""
    return registration.event.is_by_approval and registration.approved_at is None


def status_of_promoted(registration: Registration) -> tuple[RegistrationChange.Kind, Status]:
    """What the next in line becomes, and by which fact: reviewed first, offered, or confirmed."""
    kind = RegistrationChange.Kind
    if needs_approval(registration):
        return kind.PROMOTED, Status.PENDING
    if registration.event.offer_hours:
        return kind.OFFERED, Status.OFFERED
    return kind.PROMOTED, Status.CONFIRMED


def turn_of(registration: Registration) -> str:
    """What somebody who waits gets when their turn comes: "review", "offer" or "place"."""
    if needs_approval(registration):
        return "review"
    return "offer" if registration.event.offer_hours else "place"


def status_of_newcomer(registration: Registration, *, has_room: bool) -> Status:
    """What a new row becomes, with room for it or without. Nobody is confirmed without approval.

    Where an applicant holds no place while pending, there is nothing to wait for yet.
    """
    if needs_approval(registration):
        is_pending = has_room or not registration.event.has_place_while_pending
        return Status.PENDING if is_pending else Status.WAITING
    return Status.CONFIRMED if has_room else Status.WAITING


def status_of_approved(unit: Sequence[Registration], places: Places) -> Status:
    """What pending rows become once approved together: their places are there, or they wait."""
    is_held = all(holds_a_place(row.event, row.status) for row in unit)
    has_place = is_held or places.has_room(*(Person.of(row) for row in unit))
    return Status.CONFIRMED if has_place else Status.WAITING


def spoken_for(
    unit: Sequence[Registration], registration: Registration, *, least: int = 2
) -> dict[str, Any]:
    """What the facts of a party's common move say: the contact reads of it once, by the first.

    Empty for fewer than `least` people.
    """
    if len(unit) < least:
        return {}
    return {"party": [None, len(unit) if registration is unit[0] else 0]}


def is_one_per_person(event: Event) -> bool:
    """Whether people come to one event of the series only; the caller holds the event's lock."""
    quotas = list(Quota.objects.concerning(event))
    refuse_unlocked(event, quotas)
    return any(quota.is_of_person for quota in quotas)


def leave_other_lines(registration: Registration, now: datetime) -> dict[str, Any]:
    """Who gets a place in a series of one event each waits in no other; what the fact says of it.

    The caller holds the locks of all events of the series.
    """
    others = registration.event.locked_siblings
    siblings = {event.pk: event for event in others if not event.is_called_off}
    waiting = Registration.objects.waiting().filter(event__in=siblings)
    rows = waiting.of_address(registration.email).exclude(email="").order_by("pk")
    left = []
    for row in rows.select_for_update(of=("self",), no_key=True):
        row.event = siblings[row.event_id]
        row.move_to(Status.CANCELLED, kind=RegistrationChange.Kind.LEFT_LINE, now=now)
        left.append(row.event_id)
    return {"left_lines": [[], left]} if left else {}


def move(
    registration: Registration,
    status: Status,
    places: Places,
    now: datetime,
    *,
    kind: RegistrationChange.Kind,
    actor_id: int | None = None,
    via: str = "",
    note: str = "",
    data: dict[str, Any] | None = None,
    passed_over: Sequence[int] = (),
) -> Places:
    """Moves a registration and returns the places after that; the caller holds the event's lock.

    A fact that takes a place keeps the count it was decided by (invariant 1), and the bookings that
    stood before it in line but could not have that place. Options that filled up while the person
    waited are lost with it.
    """
    event, before = registration.event, registration.status
    takes = holds_a_place(event, status) - holds_a_place(event, before)
    waits = (status == Status.WAITING) - (before == Status.WAITING)
    after = places.after(Person.of(registration), taken=takes, waiting=waits)
    more = {"passed_over": [[], list(passed_over)]} if passed_over and takes > 0 else {}
    if status == Status.CONFIRMED and places.is_one_per_person:
        more |= leave_other_lines(registration, now)
    if takes > 0 and registration.pk:
        questions.drop_full(registration)
    registration.move_to(
        status,
        kind=kind,
        now=now,
        actor_id=actor_id,
        via=via,
        note=note,
        data={**(data or {}), **more},
        taken_after=after.taken if takes > 0 else None,
        capacity_at=after.capacity if takes > 0 else None,
    )
    return after
