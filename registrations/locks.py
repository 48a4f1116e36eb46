"""The locks under which a registration changes: its event's, then its own (rule 2).

A series that has limits of its own is locked before, with all its events: a place given up in one
of them may be what somebody waits for in another. An invitation is locked after events and before
registrations.
"""

from django.db.models import Q

from events.models import Event, EventQuerySet, Series
from registrations.models import Invitation, Quota, Registration


def locked_event(event_id: int) -> Event:
    """The event under its lock. Raises Event.DoesNotExist."""
    series = _locked_series(Event.objects.filter(pk=event_id))
    if series is None:
        event = Event.objects.locked_one(event_id)
        event.is_locked_alone = True
        return event
    return next(event for event in locked_events(series) if event.pk == event_id)


def _locked_series(events: EventQuerySet) -> Series | None:
    """The series of these events under its lock, where it has limits; one query where it has none.

    A limit that comes between the question and the lock is noticed when places are counted.
    """
    of_events = events.values("series")
    if not Quota.objects.filter(series__in=of_events).exists():
        return None
    rows = Series.objects.filter(pk__in=of_events).order_by("pk")
    return rows.select_for_update(no_key=True).first()


def locked_events(series: Series) -> list[Event]:
    """All events of a series under their locks; the caller holds the lock of the series."""
    pks = Event.objects.of_series(series).values_list("pk", flat=True)
    events = Event.objects.locked(*pks)
    for event in events:
        event.locked_siblings = [other for other in events if other is not event]
    return events


def locked_registration(registration_id: int) -> Registration:
    """The registration under the locks of its event and itself, in that order.

    Raises Registration.DoesNotExist.
    """
    event_id = Registration.objects.values_list("event_id", flat=True).get(pk=registration_id)
    event = locked_event(event_id)
    rows = Registration.objects.select_related("booking", "organisation", "town")
    registration = rows.select_for_update(of=("self",), no_key=True).get(pk=registration_id)
    registration.event = event
    return registration


def locked_invitation(invitation_id: int) -> Invitation:
    """The invitation under its lock. Raises Invitation.DoesNotExist."""
    rows = Invitation.objects.with_target()
    return rows.select_for_update(of=("self",), no_key=True).get(pk=invitation_id)


def locked_with_events(invitation_id: int) -> Invitation:
    """The invitation under the locks of the events that it lets people into, and of itself.

    Raises Invitation.DoesNotExist.
    """
    invitation = Invitation.objects.get(pk=invitation_id)
    events = Event.objects.filter(Q(pk=invitation.event_id) | Q(series=invitation.series_id))
    series = _locked_series(events)
    if series:
        locked_events(series)
    else:
        Event.objects.locked(*events.values_list("pk", flat=True))
    return locked_invitation(invitation_id)
