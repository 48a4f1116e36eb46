"""A registration goes on as another row, with its own uid and secrets."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.transactions import action
from registrations import questions, rules
from registrations.actions.locks import locked_registration
from registrations.models import NEEDS, Registration, RegistrationChange
from registrations.states import Status

Kind = RegistrationChange.Kind


@action
def correct_address(
    registration_id: int, email: str, *, actor_id: int | None = None, via: str = ""
) -> Registration:
    """Gives a person another address: a new row with its own uid and secrets; the old is cancelled.

    The new row keeps status, time, priority, needs, answers and reference. Raises
    RegistrationError, also where the address is registered for the event already; only organisers
    call this, so the answer may say so.
    """
    old = locked_registration(registration_id)
    now = timezone.now()
    rules.refuse(rules.problems_of_correcting(old, now))
    if Registration.objects.filter(event=old.event, email=email).live().exists():
        raise rules.RegistrationError([_("This address is registered already.")])
    status, deadline = Status(old.status), old.offered_until
    old.offered_until = old.checked_in_at = None
    old.move_to(Status.CANCELLED, kind=Kind.TRANSFERRED, now=now, actor_id=actor_id, via=via)
    new = _copy_with_address(old, email, deadline)
    new.move_to(status, kind=Kind.CORRECTED, now=now, actor_id=actor_id, via=via)
    questions.copy(old, new)
    old.replaced_by = new
    old.save(update_fields=["replaced_by"])
    return new


def _copy_with_address(
    old: Registration, email: str, offered_until: datetime | None
) -> Registration:
    kept = (
        *("event", "booking", "name", "organisation", "organisation_name", "town", "language"),
        *("priority", "joined_at", "created_at", "approved_at", "reference", "invitation"),
        *NEEDS,
    )
    values = {name: getattr(old, name) for name in kept}
    return Registration(**values, email=email, offered_until=offered_until)
