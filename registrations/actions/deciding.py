"""What organisers decide about people: applications, turns and order."""

from collections.abc import Collection
from dataclasses import dataclass, field

from django.utils import timezone

from accounts.transactions import action
from registrations import capacity, placing, rules, waiting_list
from registrations.actions.steps import write_capacity
from registrations.locks import locked_event, locked_registration
from registrations.models import Person, Registration, RegistrationChange
from registrations.states import Status

Kind = RegistrationChange.Kind


@dataclass
class Decided:
    """Whom a decision reached, by what they are now; who was decided meanwhile is in none."""

    confirmed: list[Registration] = field(default_factory=list)
    waiting: list[Registration] = field(default_factory=list)
    rejected: list[Registration] = field(default_factory=list)


@action
def approve(
    event_id: int, registration_ids: Collection[int], *, actor_id: int | None = None
) -> Decided:
    """Approves applications of one event, in the order they came, in one transaction.

    Who holds a place already, or finds one free, is confirmed; the others wait for one, approved.
    Of a party that comes whole those approved at once get places for all of them, or wait. An
    application that somebody decided meanwhile is left as it is. Raises RegistrationError,
    Event.DoesNotExist.
    """
    event = locked_event(event_id)
    now, decided = timezone.now(), Decided()
    rules.refuse(rules.problems_of_deciding(event, now))
    places = capacity.count(event)
    pending = Registration.objects.filter(event=event, pk__in=registration_ids).pending()
    rows = pending.in_order_of_arrival().select_related("organisation")
    for unit in waiting_list.units_of(rows.select_for_update(of=("self",), no_key=True)):
        for registration in unit:
            registration.event, registration.approved_at = event, now
        status = placing.status_of_approved(unit, places)
        passed_over = places.units_in_line
        for registration in unit:
            places = placing.move(
                registration,
                status,
                places,
                now,
                kind=Kind.APPROVED,
                actor_id=actor_id,
                data=placing.spoken_for(unit, registration),
                passed_over=passed_over if registration is unit[0] else [],
            )
        reached = decided.confirmed if status == Status.CONFIRMED else decided.waiting
        reached += unit
    waiting_list.pass_on(event, now, actor_id=actor_id)
    return decided


@action
def reject(
    event_id: int,
    registration_ids: Collection[int],
    *,
    actor_id: int | None = None,
    reason: str = "",
) -> Decided:
    """Turns applications of one event down; the reason, if any, is what the applicants read.

    Who has a place keeps it, and who was decided meanwhile is left as they are. A place that an
    application held goes to the first in line in the same transaction. Raises RegistrationError,
    Event.DoesNotExist.
    """
    event = locked_event(event_id)
    now, decided = timezone.now(), Decided()
    rules.refuse(rules.problems_of_deciding(event, now))
    asked = Registration.objects.filter(event=event, pk__in=registration_ids).undecided()
    for registration in asked.in_order_of_arrival().select_for_update(of=("self",), no_key=True):
        registration.event = event
        registration.move_to(
            Status.REJECTED, kind=Kind.REJECTED, now=now, actor_id=actor_id, note=reason
        )
        decided.rejected.append(registration)
    waiting_list.pass_on(event, now, actor_id=actor_id)
    return decided


@action
def promote(registration_id: int, *, reason: str, actor_id: int | None = None) -> Registration:
    """Gives somebody who waits a place out of turn; where none is free, there is one more.

    `reason` is kept with the facts. Raises RegistrationError, Registration.DoesNotExist.
    """
    registration = locked_registration(registration_id)
    event, now = registration.event, timezone.now()
    rules.refuse(rules.problems_of_promoting(registration, now))
    places = capacity.count(event)
    rules.refuse(rules.problems_of_quotas(places.reached(Person.of(registration))))
    if places.free <= 0:
        write_capacity(event, places.taken + 1, now, actor_id=actor_id, note=reason)
        places = capacity.count(event)
    registration.approved_at = now
    placing.move(
        registration,
        Status.CONFIRMED,
        places,
        now,
        kind=Kind.PROMOTED,
        actor_id=actor_id,
        note=reason,
        data={"out_of_turn": [False, True]},
    )
    waiting_list.pass_on(event, now, actor_id=actor_id)
    return registration


@action
def set_priority(
    registration_id: int, priority: int, *, actor_id: int | None = None, note: str = ""
) -> Registration:
    """Puts somebody elsewhere in line: the smaller number goes first, 0 is everybody's.

    Who stands in line with a party moves with it.

    Raises RegistrationError for who does not wait, Registration.DoesNotExist.
    """
    registration = locked_registration(registration_id)
    event, now = registration.event, timezone.now()
    rules.refuse(rules.problems_of_promoting(registration, now))
    if registration.priority == priority:
        return registration
    for row in _unit_of(registration):
        data = {"priority": [row.priority, priority]}
        row.priority = priority
        row.save(update_fields=["priority"])
        row.write_fact(Kind.PRIORITISED, now, actor_id=actor_id, note=note, data=data)
    waiting_list.pass_on(event, now, actor_id=actor_id)
    return registration


def _unit_of(registration: Registration) -> list[Registration]:
    """The rows that stand in line with this one, it first; the caller holds the event's lock."""
    if not registration.is_in_party:
        return [registration]
    party = Registration.objects.filter(booking=registration.booking_id, is_in_party=True)
    others = party.waiting().exclude(pk=registration.pk).select_related("event")
    return [registration, *others.select_for_update(of=("self",), no_key=True)]
