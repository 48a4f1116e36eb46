"""Who gets a place: what a registration becomes, and the move that keeps the count."""

from datetime import datetime
from typing import Any

from registrations import questions
from registrations.capacity import Places, holds_a_place
from registrations.models import Registration, RegistrationChange
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


def status_of_newcomer(registration: Registration, places: Places) -> Status:
    """What a new row becomes. Nobody is confirmed without approval.

    Where an applicant holds no place while pending, there is nothing to wait for yet.
    """
    if needs_approval(registration):
        is_pending = places.has_room or not registration.event.has_place_while_pending
        return Status.PENDING if is_pending else Status.WAITING
    return Status.CONFIRMED if places.has_room else Status.WAITING


def status_of_approved(registration: Registration, places: Places) -> Status:
    """What a pending row becomes once it is approved: its place is there, or it waits for one."""
    has_place = holds_a_place(registration.event, registration.status) or places.has_room
    return Status.CONFIRMED if has_place else Status.WAITING


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
) -> Places:
    """Moves a registration and returns the places after that; the caller holds the event's lock.

    A fact that takes a place keeps the count it was decided by (invariant 1). Options that filled
    up while the person waited are lost with it.
    """
    event, before = registration.event, registration.status
    takes = holds_a_place(event, status) - holds_a_place(event, before)
    waits = (status == Status.WAITING) - (before == Status.WAITING)
    after = places.after(taken=takes, waiting=waits)
    if takes > 0 and registration.pk:
        questions.drop_full(registration)
    registration.move_to(
        status,
        kind=kind,
        now=now,
        actor_id=actor_id,
        via=via,
        note=note,
        data=data,
        taken_after=after.taken if takes > 0 else None,
        capacity_at=after.capacity if takes > 0 else None,
    )
    return after
