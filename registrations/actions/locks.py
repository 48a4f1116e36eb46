"""The locks under which a registration changes: its event's, then its own (rule 2).

An invitation is locked after events and before registrations.
"""

from django.db.models import Q

from events.models import Event
from registrations.models import Invitation, Registration


def locked_event(event_id: int) -> Event:
    """The event under its lock. Raises Event.DoesNotExist."""
    return Event.objects.locked_one(event_id)


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
    Event.objects.locked(*events.values_list("pk", flat=True))
    return locked_invitation(invitation_id)
