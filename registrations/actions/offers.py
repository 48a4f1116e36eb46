"""Answering an offered place: it is taken, or it goes to the next in line."""

from django.utils import timezone

from accounts.transactions import action
from registrations import rules, waiting_list
from registrations.locks import locked_registration
from registrations.models import Registration, RegistrationChange
from registrations.states import Status

Kind = RegistrationChange.Kind


@action
def accept_offer(registration_id: int, *, via: str = "") -> Registration:
    """Takes the offered place; the row returned tells what became of it.

    After the deadline nothing is taken: the offer expires in the same transaction, and the place
    goes on. Raises RegistrationError where none is offered, Registration.DoesNotExist.
    """
    registration = locked_registration(registration_id)
    now = timezone.now()
    rules.refuse(rules.problems_of_answering(registration, now))
    if registration.is_offer_over(now):
        waiting_list.end_offer([registration], Status.EXPIRED, Kind.OFFER_EXPIRED, now)
    else:
        waiting_list.end_offer([registration], Status.CONFIRMED, Kind.ACCEPTED, now, via=via)
    waiting_list.pass_on(registration.event, now)
    return registration


@action
def decline_offer(registration_id: int, *, via: str = "") -> Registration:
    """Passes the offered place on to the next in line, in the same transaction.

    Raises RegistrationError where none is offered, Registration.DoesNotExist.
    """
    registration = locked_registration(registration_id)
    now = timezone.now()
    rules.refuse(rules.problems_of_answering(registration, now))
    waiting_list.end_offer([registration], Status.DECLINED, Kind.DECLINED, now, via=via)
    waiting_list.pass_on(registration.event, now)
    return registration
