"""Registering: by the form, by an organiser, and with one more place where it is full."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.transactions import action
from events.models import Event
from registrations import capacity, placing, questions, rules, waiting_list
from registrations.actions.steps import (
    KeyReused,
    Submit,
    book,
    enter,
    held_elsewhere,
    invitation_used,
    known_registration,
    meet,
    membership_used,
    name_again,
    new_registration,
    problems_of,
    refuse_second,
    write_capacity,
)
from registrations.applications import Application
from registrations.locks import locked_event
from registrations.models import Booking, Person, Registration, RegistrationChange
from registrations.rules import RegistrationError, refuse
from registrations.states import Status

Kind = RegistrationChange.Kind


@action
def register(event_id: int, application: Application, submit: Submit) -> Registration:
    """Registers one person: with a place where one is free and nobody waits, else waiting.

    The same key with the same payload gives the same answer and writes nothing; with another one it
    raises KeyReused. An address that is registered already changes nothing but the fact
    `registered_again`; one that holds a place in another event of a series where that is all, but
    `registered_elsewhere`. Raises RegistrationError with the reasons, OptionFull where a chosen
    option has no place left, Event.DoesNotExist, and DoesNotExist of what the submit names.
    """
    event = locked_event(event_id)
    now = timezone.now()
    answered = Booking.objects.filter(key=submit.key).first()
    if answered:
        return _same_answer(event, application, answered)
    places = capacity.recount(event)
    refuse(problems_of(event, submit, now))
    registration = new_registration(event, application, now)
    registration.invitation = invitation_used(event, submit, now)
    registration.membership = membership_used(event, submit)
    rules.refuse_beyond_quotas(
        event,
        places.reached_by_all(Person.of(registration)),
        waits_within_limit=application.waits_within_limit,
    )
    questions.refuse_full(event, application.answers)
    known = meet(event, application, places, now)
    names = [application.name] if known and application.contact_email else []
    registration.booking = book(application, submit, now, known_names=names)
    if known:
        return _name(known, registration.booking, event, submit, now)
    refuse_second(event, registration.membership)
    after = enter(
        registration,
        places,
        now,
        has_room=places.has_room(Person.of(registration)),
        via=submit.via,
        actor_id=submit.actor_id,
        passed_over=places.units_in_line,
    )
    questions.record(registration, application.answers)
    capacity.show(event, after)
    waiting_list.pass_on_elsewhere(event, after, now, actor_id=submit.actor_id)
    return registration


def _name(
    known: Registration, booking: Booking, event: Event, submit: Submit, now: datetime
) -> Registration:
    """Who named somebody registered already hears only that (an organiser sees it)."""
    if submit.actor_id is None and booking.contact_email != known.email:
        name_again([known], booking, event, now)
    return known


def _same_answer(event: Event, application: Application, booking: Booking) -> Registration:
    """The row that this key made or met. Raises KeyReused for another payload."""
    if booking.digest != application.digest():
        raise KeyReused
    own = booking.registrations.order_by("pk").first()
    known = own or known_registration(event, application)
    found = known or held_elsewhere(event, application.email) or _latest(event, application)
    if found is None:
        raise KeyReused
    return found


def _latest(event: Event, application: Application) -> Registration | None:
    rows = Registration.objects.filter(event=event, email=application.email)
    return rows.order_by("-pk").first()


@action
def register_with_extra_place(
    event_id: int, application: Application, submit: Submit, *, reason: str
) -> Registration:
    """One more place for this person: the capacity rises and they get it, out of turn.

    One transaction; `reason` is kept with both facts. Somebody who waits is promoted. Raises
    RegistrationError, also for who has a place or an application already.
    """
    event = locked_event(event_id)
    now = timezone.now()
    refuse(rules.problems_of_registering_at_the_desk(event, now))
    known = known_registration(event, application)
    if known and not known.is_waiting:
        text = _("This person is registered already: %(status)s.")
        raise RegistrationError([text % {"status": known.get_status_display()}])
    if not known:
        questions.refuse_full(event, application.answers)
    registration = known or new_registration(event, application, now)
    registration.event = event
    places = capacity.count(event)
    refuse(rules.problems_of_quotas(places.reached(Person.of(registration))))
    if not known:
        registration.booking = book(application, submit, now)
    raised = max(places.capacity, places.taken) + 1
    write_capacity(event, raised, now, actor_id=submit.actor_id, note=reason)
    _confirm_out_of_turn(registration, capacity.count(event), now, submit=submit, reason=reason)
    if not known:
        questions.record(registration, application.answers)
    return registration


def _confirm_out_of_turn(
    registration: Registration,
    places: capacity.Places,
    now: datetime,
    *,
    submit: Submit,
    reason: str,
) -> None:
    registration.approved_at = now
    placing.move(
        registration,
        Status.CONFIRMED,
        places,
        now,
        kind=Kind.PROMOTED if registration.pk else Kind.REGISTERED,
        actor_id=submit.actor_id,
        via=submit.via,
        note=reason,
        data={"out_of_turn": [False, True]},
    )
    # Who waited in a party leaves a smaller one, which may fit now.
    event = registration.event
    waiting_list.pass_on(event, now, actor_id=submit.actor_id)
