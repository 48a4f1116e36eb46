"""How many places there are, and how one gets in: what changes goes to the waiting list at once."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.transactions import action
from events import history
from events.models import Event, EventChange, Series
from registrations import capacity, placing, questions, rules, waiting_list
from registrations.actions.steps import write_capacity, write_settings
from registrations.locks import locked_event, locked_events
from registrations.models import Person, Quota, Registration, RegistrationChange
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
    waiting_list.pass_on(event, now, actor_id=actor_id)
    return change


@action
def change_admission(
    event_id: int,
    *,
    admission: str,
    has_place_while_pending: bool,
    offer_hours: int | None,
    admits_from: Event | None = None,
    opens_to_everybody_at: datetime | None = None,
    actor_id: int | None = None,
    note: str = "",
) -> EventChange | None:
    """Sets how one gets in: with or without approval, at once or by an offer of so many hours.

    Of a session for members, `admits_from` is the call that they are members of, and from
    `opens_to_everybody_at` (aware), if it is set, everybody may come; elsewhere both are ignored.

    Applications that await a decision keep awaiting it. Who waits and needs approval now is asked
    for it at once where an applicant holds no place; else they wait on. Returns the fact, or None
    where nothing changes. Raises RegistrationError where the applicants would not fit, or nobody is
    a member.
    """
    event = locked_event(event_id)
    is_for_members = admission == Event.Admission.MEMBERS
    if is_for_members:
        rules.refuse(rules.problems_of_admitting_members(event, admits_from))
    fields = {
        "admission": admission,
        "has_place_while_pending": has_place_while_pending,
        "offer_hours": offer_hours,
        "admits_from": admits_from if is_for_members else None,
        "opens_to_everybody_at": opens_to_everybody_at if is_for_members else None,
    }
    changed = {name: value for name, value in fields.items() if getattr(event, name) != value}
    if not changed:
        return None
    now = timezone.now()
    if has_place_while_pending and not event.has_place_while_pending:
        rules.refuse(_problems_of_holding(event))
    kind = EventChange.Kind.ADMISSION_CHANGED
    change = write_settings(event, kind, changed, now, actor_id=actor_id, note=note)
    if not has_place_while_pending:
        _ask_for_approval(event, now, actor_id=actor_id)
    waiting_list.pass_on(event, now, actor_id=actor_id)
    return change


@action
def set_quotas(
    event_id: int, quotas: Sequence[Quota], *, actor_id: int | None = None, note: str = ""
) -> EventChange | None:
    """Puts these unsaved quotas in the place of the event's; nobody loses a place by it.

    Who was passed over gets a free place at once, if a quota that let go leaves one. Returns the
    fact, or None where nothing changes.
    """
    event = locked_event(event_id)
    old, new = _specs(event.quotas.order_by("pk")), _specs(quotas)
    if old == new:
        return None
    now = timezone.now()
    event.quotas.all().delete()
    for quota in quotas:
        quota.event = event
    Quota.objects.bulk_create(quotas)
    change = history.write_fact(
        event,
        EventChange.Kind.QUOTAS_CHANGED,
        now,
        {"quotas": [old, new]},
        actor_id=actor_id,
        note=note,
    )
    waiting_list.pass_on(event, now, actor_id=actor_id)
    return change


@action
def set_series_limits(
    series_id: int, limits: Sequence[Quota], *, actor_id: int | None = None, note: str = ""
) -> list[EventChange]:
    """Puts these unsaved quotas in the place of the series' own; nobody loses a place by it.

    They count the places of all its events together. Returns a fact of each event, none where
    nothing changes. Raises Series.DoesNotExist.
    """
    series = Series.objects.select_for_update(no_key=True).get(pk=series_id)
    events = locked_events(series)
    old, new = _specs(series.quotas.order_by("pk")), _specs(limits)
    if old == new:
        return []
    now = timezone.now()
    series.quotas.all().delete()
    for limit in limits:
        limit.series = series
    Quota.objects.bulk_create(limits)
    kind, data = EventChange.Kind.QUOTAS_CHANGED, {"series_quotas": [old, new]}
    facts = [
        history.write_fact(event, kind, now, data, actor_id=actor_id, note=note) for event in events
    ]
    if events:
        waiting_list.pass_on(events[0], now, actor_id=actor_id)
    return facts


def _specs(quotas: Iterable[Quota]) -> list[list[Any]]:
    """Quotas as a fact keeps them; they name no town and no organisation."""
    return sorted([quota.scope, sorted(quota.sectors), quota.limit] for quota in quotas)


def _problems_of_holding(event: Event) -> list[rules.Problem]:
    """Nobody gets a place that is not there, those who await a decision neither (invariant 1)."""
    rows = Registration.objects.filter(event=event).pending().select_related("organisation")
    people, places = [Person.of(row) for row in rows], capacity.count(event)
    pending = len(people)
    if pending <= max(0, places.free):
        beyond = rules.problems_of_quotas(places.reached(*people)) if people else []
        return beyond or questions.problems_of_holding(event)
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
