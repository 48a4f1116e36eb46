"""A registration goes on as another row, with its own uid and secrets."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.transactions import action
from registrations import questions, rules
from registrations.actions.locks import locked_registration
from registrations.actions.steps import new_reference, register_again
from registrations.applications import Substitute
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
        *("priority", "joined_at", "created_at", "approved_at", "reference", *NEEDS),
        *("is_substitute", "deadline_reopened_until", "note", "tags"),
    )
    values = {name: getattr(old, name) for name in kept}
    return Registration(**values, email=email, offered_until=offered_until)


@action
def substitute(
    registration_id: int, person: Substitute, *, actor_id: int | None = None, via: str = ""
) -> Registration:
    """Passes a confirmed place to another person of the same organisation; the old row is over.

    The new row has the place, the time and the booking of the old one, its own reference, uid and
    secrets, and neither needs nor answers. Sent twice it is done once. The person may until
    `substitution_hours` before the start, an organiser (`actor_id`) until the start.

    An address that is registered already takes nothing over: the row returned is the old one, still
    confirmed, and both addresses are written to. Only an organiser is told, by RegistrationError.
    Raises RegistrationError, Registration.DoesNotExist.
    """
    old = locked_registration(registration_id)
    now = timezone.now()
    if passed := _passed_to(old, person):
        return passed
    why_not = rules.problems_of_substituting if actor_id is None else rules.problems_of_passing_on
    rules.refuse(why_not(old, now))
    known = Registration.objects.filter(event=old.event, email=person.email).live().first()
    if known and (actor_id is not None or known == old):
        raise rules.RegistrationError([_("This address is registered already.")])
    if known:
        return _keep(old, known, now, via=via)
    old.checked_in_at = None
    old.move_to(Status.CANCELLED, kind=Kind.SUBSTITUTED, now=now, actor_id=actor_id, via=via)
    new = _row_of(person, old, now)
    new.move_to(Status.CONFIRMED, kind=Kind.TOOK_OVER, now=now, actor_id=actor_id, via=via)
    old.replaced_by = new
    old.save(update_fields=["replaced_by"])
    return new


def _passed_to(old: Registration, person: Substitute) -> Registration | None:
    """The row of this person, where the same form came before."""
    new = old.replaced_by if old.is_handed_over else None
    return new if new and new.email == person.email else None


def _keep(old: Registration, known: Registration, now: datetime, *, via: str) -> Registration:
    """The place stays where it is; why, no page and no mail to its holder says (rule 20)."""
    known.event = old.event
    register_again(known, now)
    old.write_fact(Kind.NOT_PASSED_ON, now, via=via)
    return old


def _row_of(person: Substitute, old: Registration, now: datetime) -> Registration:
    kept = ("event", "booking", "organisation", "organisation_name", "town")
    values = {name: getattr(old, name) for name in (*kept, "priority", "joined_at", "approved_at")}
    return Registration(
        **values,
        name=person.name,
        email=person.email,
        language=person.language,
        created_at=now,
        reference=new_reference(old.event),
        is_substitute=True,
    )
