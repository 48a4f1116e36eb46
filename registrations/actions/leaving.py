"""Cancelling: the place goes on in the same transaction."""

from django.utils import timezone

from accounts.transactions import action
from registrations import rules, waiting_list
from registrations.locks import locked_registration
from registrations.models import Registration, RegistrationChange
from registrations.states import Status


@action
def cancel_registration(
    registration_id: int, *, actor_id: int | None = None, via: str = "", note: str = ""
) -> Registration:
    """Cancels a live registration; its place goes to the first in line in the same transaction.

    Raises RegistrationError with the reasons, Registration.DoesNotExist.
    """
    registration = locked_registration(registration_id)
    now = timezone.now()
    rules.refuse(rules.problems_of_cancelling(registration, now))
    registration.offered_until = registration.checked_in_at = None
    registration.move_to(
        Status.CANCELLED,
        kind=RegistrationChange.Kind.CANCELLED,
        now=now,
        actor_id=actor_id,
        via=via,
        note=note,
    )
    waiting_list.pass_on(registration.event, now)
    return registration
