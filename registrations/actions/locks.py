"""The locks under which a registration changes: its event's, then its own (rule 2)."""

from events.models import Event
from registrations.models import Registration


def locked_event(event_id: int) -> Event:
    """The event under its lock. Raises Event.DoesNotExist."""
    rows = Event.objects.locked(event_id)
    if not rows:
        raise Event.DoesNotExist
    return rows[0]


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
