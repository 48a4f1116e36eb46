"""How many places there are, and how one gets in: what changes goes to the waiting list at once."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.transactions import action
from events import history
from events.models import Event, EventChange
from registrations import capacity, placing, questions, rules, waiting_list
from registrations.actions.locks import locked_event
from registrations.models import Registration, RegistrationChange
from registrations.states import Status


@action
def change_capacity(
    event_id: int, places: int, *, actor_id: int | None = None, note: str = ""
) -> EventChange | None:
    """Sets the capacity and promotes into added places; lowering it removes nobody.

    Returns the fact, or None where the capacity is this already. Raises RegistrationError below 1.
    """
    if not 1 <= places <= 100_000:
        raise rules.RegistrationError([_("The capacity must be at least 1.")])
    event = locked_event(event_id)
    if event.capacity == places:
        return None
    now = timezone.now()
    change = write_capacity(event, places, now, actor_id=actor_id, note=note)
    capacity.show(event, waiting_list.fill(event, now, actor_id=actor_id))
    return change


def write_capacity(
    event: Event, places: int, now: datetime, *, actor_id: int | None, note: str
) -> EventChange:
    """Another capacity and its fact; the caller holds the lock and fills what became free."""
    return _write(
        event,
        EventChange.Kind.CAPACITY_CHANGED,
        {"capacity": places},
        now,
        actor_id=actor_id,
        note=note,
    )


@action
def change_admission(
    event_id: int,
    *,
    admission: str,
    has_place_while_pending: bool,
    offer_hours: int | None,
    actor_id: int | None = None,
    note: str = "",
) -> EventChange | None:
    """Sets how one gets in: with or without approval, at once or by an offer of so many hours.

    Applications that await a decision keep awaiting it. Who waits and needs approval now is asked
    for it at once where an applicant holds no place; else they wait on. Returns the fact, or None
    where nothing changes. Raises RegistrationError where the applicants would not fit.
    """
    event = locked_event(event_id)
    fields = {
        "admission": admission,
        "has_place_while_pending": has_place_while_pending,
        "offer_hours": offer_hours,
    }
    changed = {name: value for name, value in fields.items() if getattr(event, name) != value}
    if not changed:
        return None
    now = timezone.now()
    if has_place_while_pending and not event.has_place_while_pending:
        rules.refuse(_problems_of_holding(event))
    kind = EventChange.Kind.ADMISSION_CHANGED
    change = _write(event, kind, changed, now, actor_id=actor_id, note=note)
    if not has_place_while_pending:
        _ask_for_approval(event, now, actor_id=actor_id)
    capacity.show(event, waiting_list.fill(event, now, actor_id=actor_id))
    return change


def _problems_of_holding(event: Event) -> list[rules.Problem]:
    """Nobody gets a place that is not there, those who await a decision neither (invariant 1)."""
    pending = Registration.objects.filter(event=event).pending().count()
    free = capacity.count(event).free
    if pending <= max(0, free):
        return questions.problems_of_holding(event)
    text = ngettext(
        "%(count)s application awaits a decision, more than places are free.",
        "%(count)s applications await a decision, more than places are free.",
        pending,
    )
    return [text % {"count": pending}]


def _ask_for_approval(event: Event, now: datetime, *, actor_id: int | None) -> None:
    """Who waits for a place to apply with has nothing to wait for where none is held."""
    waiting = Registration.objects.filter(event=event).waiting().in_line()
    for registration in waiting.select_for_update(of=("self",), no_key=True):
        registration.event = event
        if placing.needs_approval(registration):
            kind = RegistrationChange.Kind.PROMOTED
            registration.move_to(Status.PENDING, kind=kind, now=now, actor_id=actor_id)


def _write(
    event: Event,
    kind: EventChange.Kind,
    fields: dict[str, Any],
    now: datetime,
    *,
    actor_id: int | None,
    note: str,
) -> EventChange:
    """Sets the fields and writes their fact; nobody hears of it, so the revision stays."""
    data = {name: [getattr(event, name), value] for name, value in fields.items()}
    for name, value in fields.items():
        setattr(event, name, value)
    event.save(update_fields=list(fields))
    return history.write_fact(event, kind, now, data, actor_id=actor_id, note=note)
