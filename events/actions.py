"""What organisers do with an event: each verb is one transaction, one fact, a higher revision."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.transactions import action
from events import history, rules
from events.models import Event, EventChange, Venue
from events.states import Status

# Who reads a list on within this time is kept once.
ONE_READING = timedelta(hours=1)


class EventError(Exception):
    """An event cannot be changed so; carries the reasons, each fit to show a person."""

    def __init__(self, problems: list[rules.Problem]) -> None:
        super().__init__(*problems)
        self.problems = problems

    def __str__(self) -> str:
        return " ".join(str(problem) for problem in self.problems)


def _refuse(problems: list[rules.Problem]) -> None:
    if problems:
        raise EventError(problems)


@action
def create_event(event: Event, *, actor_id: int | None = None) -> Event:
    """Stores a new event with its first fact. Raises EventError for impossible times."""
    if event.starts_at and event.ends_at:
        _refuse(rules.problems_of_times(event.starts_at, event.ends_at))
    history.write_creation(event, timezone.now(), actor_id=actor_id)
    return event


@action
def announce_event(
    event_id: int, period_from: date, period_to: date, *, actor_id: int | None = None
) -> EventChange:
    """Names the period (days, inclusive) in which an event without a date will be."""
    event = Event.objects.locked_one(event_id)
    if event.starts_at:
        raise EventError([_("The session has a date already; move it.")])
    if period_to < period_from:
        raise EventError([_("The end must be after the start.")])
    fields = {"period_from": period_from, "period_to": period_to}
    return history.write_change(
        event, EventChange.Kind.ANNOUNCED, timezone.now(), fields, actor_id=actor_id
    )


@action
def move_event(
    event_id: int,
    starts_at: datetime,
    ends_at: datetime | None = None,
    venue: Venue | None = None,
    *,
    actor_id: int | None = None,
    note: str = "",
) -> EventChange | None:
    """Gives an event its date, or another one, and with `venue` another hall.

    Aware datetimes; without `ends_at` the length stays. Returns the fact, or None where nothing
    would change. Raises EventError with the reasons; a called-off event may be moved, people hear
    of it when it is reinstated.
    """
    event = Event.objects.locked_one(event_id)
    now = timezone.now()
    if ends_at is None:
        if event.starts_at is None or event.ends_at is None:
            raise EventError([_("Enter the end, too.")])
        ends_at = starts_at + (event.ends_at - event.starts_at)
    fields = _moved_fields(event, starts_at, ends_at, venue)
    if not fields:
        return None
    _refuse(rules.problems_of_moving(event, starts_at, ends_at, now))
    kind = EventChange.Kind.MOVED if event.starts_at else EventChange.Kind.SCHEDULED
    return history.write_change(event, kind, now, fields, actor_id=actor_id, note=note)


def _moved_fields(
    event: Event, starts_at: datetime, ends_at: datetime, venue: Venue | None
) -> dict[str, Any]:
    """What a move changes; `moved_from_*` keep the last start and hall for the page."""
    fields: dict[str, Any] = {}
    if (starts_at, ends_at) != (event.starts_at, event.ends_at):
        fields |= {"starts_at": starts_at, "ends_at": ends_at}
        if event.starts_at:
            fields |= {"moved_from_starts_at": event.starts_at, "moved_from_ends_at": event.ends_at}
    if venue and venue.pk != event.venue_id:
        fields["venue"] = venue
        if event.starts_at and event.venue:
            fields["moved_from_venue"] = event.venue
    return fields


@action
def retitle_event(
    event_id: int, title_cs: str, title_en: str, *, actor_id: int | None = None
) -> EventChange | None:
    """Renames an event; None where the titles are these already."""
    event = Event.objects.locked_one(event_id)
    fields = {"title_cs": title_cs, "title_en": title_en}
    if all(getattr(event, name) == value for name, value in fields.items()):
        return None
    return history.write_change(
        event, EventChange.Kind.RETITLED, timezone.now(), fields, actor_id=actor_id
    )


@action
def cancel_event(event_id: int, *, actor_id: int | None = None, note: str = "") -> EventChange:
    """Calls an event off; registrations stay as they are. Raises EventError."""
    event = Event.objects.locked_one(event_id)
    now = timezone.now()
    _refuse(rules.problems_of_calling_off(event, now))
    fields = {"status": Status.CANCELLED}
    return history.write_change(
        event, EventChange.Kind.CALLED_OFF, now, fields, actor_id=actor_id, note=note
    )


@action
def reinstate_event(event_id: int, *, actor_id: int | None = None, note: str = "") -> EventChange:
    """Takes a calling-off back. Calendars get a new UID (`incarnation`). Raises EventError."""
    event = Event.objects.locked_one(event_id)
    now = timezone.now()
    _refuse(rules.problems_of_reinstating(event, now))
    event.incarnation += 1
    fields = {"status": Status.PUBLISHED}
    return history.write_change(
        event, EventChange.Kind.REINSTATED, now, fields, actor_id=actor_id, note=note
    )


@action
def note_reading(event_ids: Iterable[int], *, actor_id: int | None) -> list[EventChange]:
    """Keeps who read the lists of closed-door events (rule 16): one fact an hour each."""
    now = timezone.now()
    recent = EventChange.objects.filter(
        kind=EventChange.Kind.LIST_READ, actor_id=actor_id, at__gt=now - ONE_READING
    )
    known = set(recent.filter(event__in=event_ids).values_list("event_id", flat=True))
    events = Event.objects.behind_closed_doors().filter(pk__in=set(event_ids) - known)
    return [
        history.write_fact(event, EventChange.Kind.LIST_READ, now, {}, actor_id=actor_id)
        for event in events.order_by("pk")
    ]


@action
def note_export(event_id: int, *, actor_id: int | None) -> EventChange | None:
    """Keeps who took the list of a closed-door event away (rule 16); None for other events."""
    event = Event.objects.behind_closed_doors().filter(pk=event_id).first()
    if event is None:
        return None
    kind = EventChange.Kind.LIST_EXPORTED
    return history.write_fact(event, kind, timezone.now(), {}, actor_id=actor_id)
