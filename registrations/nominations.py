"""Nominations: they hold no place, and end with their invitation."""

from datetime import datetime

from accounts.transactions import action
from events.models import Event
from registrations.models import Invitation, Registration, RegistrationChange
from registrations.states import Status

Kind = RegistrationChange.Kind


def end(invitation_id: int, now: datetime, *, actor_id: int | None = None) -> int:
    """Ends the open nominations of an invitation; returns how many.

    The caller holds the locks of the events and of the invitation.
    """
    rows = Registration.objects.nominated().filter(invitation=invitation_id).order_by("pk")
    nominated = list(rows.select_related("event").select_for_update(of=("self",), no_key=True))
    for registration in nominated:
        registration.move_to(Status.EXPIRED, kind=Kind.NOMINATION_ENDED, now=now, actor_id=actor_id)
    return len(nominated)


@action
def settle_invitation(invitation_id: int, now: datetime) -> int:
    """Ends the nominations of an invitation whose time is over; returns how many."""
    nominated = Registration.objects.nominated().filter(invitation=invitation_id)
    Event.objects.locked(*nominated.values_list("event_id", flat=True))
    rows = Invitation.objects.select_for_update(of=("self",), no_key=True)
    invitation = rows.get(pk=invitation_id)
    return 0 if invitation.is_valid(now) else end(invitation_id, now)


def settle(now: datetime) -> int:
    """One tick over all invitations; returns how many nominations ended."""
    pks = Invitation.objects.dead(now).nominating().order_by("pk").values_list("pk", flat=True)
    return sum(settle_invitation(pk, now) for pk in list(pks))
