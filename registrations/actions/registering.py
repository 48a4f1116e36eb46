"""Registering: by the form, by an organiser, and with one more place where it is full."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.text import fold
from accounts.transactions import action
from events.models import Event
from registrations import capacity, placing, questions, rules
from registrations.actions.locks import locked_event
from registrations.actions.places import write_capacity
from registrations.applications import Application, organisation_of, town_of
from registrations.models import REFERENCE_ALPHABET, Booking, Registration, RegistrationChange
from registrations.rules import RegistrationError, refuse
from registrations.states import Status

Kind = RegistrationChange.Kind
# A repeated registration writes to the person at most once in this time.
QUIET_AFTER_REPEAT = timedelta(hours=1)


class KeyReused(RegistrationError):
    """The key of a form came back with another payload (rule 4)."""

    def __init__(self) -> None:
        super().__init__([_("This form was sent already. Check it and send it again.")])


@dataclass(frozen=True)
class Submit:
    """Where an application comes from: its key, way in, and keyed hashes that only count."""

    key: str
    via: Booking.Via = Booking.Via.FORM
    actor_id: int | None = None
    client_digest: str = ""
    email_digest: str = ""

    @classmethod
    def at_the_desk(cls, actor_id: int | None) -> "Submit":
        """An organiser's own entry, or a command's: every one is new."""
        return cls(key=secrets.token_urlsafe(24), via=Booking.Via.DESK, actor_id=actor_id)


@action
def register(event_id: int, application: Application, submit: Submit) -> Registration:
    """Registers one person: with a place where one is free and nobody waits, else waiting.

    The same key with the same payload gives the same answer and writes nothing; with another one it
    raises KeyReused. An address that is registered already changes nothing but the fact
    `registered_again`. Raises RegistrationError with the reasons, OptionFull where a chosen option
    has no place left, Event.DoesNotExist.
    """
    event = locked_event(event_id)
    now = timezone.now()
    answered = Booking.objects.filter(key=submit.key).first()
    if answered:
        return _same_answer(event, application, answered)
    places = capacity.recount(event)
    refuse(_problems(event, submit, now))
    questions.refuse_full(event, application.answers)
    booking = _book(application, submit, now)
    known = _known(event, application)
    if known:
        return _register_again(known, now)
    registration = _new_registration(event, booking, application)
    _enter(registration, places, now)
    questions.record(registration, application.answers)
    return registration


def _problems(event: Event, submit: Submit, now: datetime) -> list[rules.Problem]:
    if submit.via == Booking.Via.DESK:
        return rules.problems_of_registering_at_the_desk(event, now)
    return rules.problems_of_registering(event, now)


def _same_answer(event: Event, application: Application, booking: Booking) -> Registration:
    """The row that this key made or met. Raises KeyReused for another payload."""
    if booking.digest != application.digest():
        raise KeyReused
    own = booking.registrations.order_by("pk").first()
    found = own or _known(event, application) or _latest(event, application)
    if found is None:
        raise KeyReused
    return found


def _latest(event: Event, application: Application) -> Registration | None:
    rows = Registration.objects.filter(event=event, email=application.email)
    return rows.order_by("-pk").first()


def _known(event: Event, application: Application) -> Registration | None:
    """The live registration of this person: by address, or by contact and name without one."""
    live = Registration.objects.filter(event=event, email=application.email).live()
    if application.email:
        return live.first()
    same_contact = live.filter(booking__contact_email=application.contact_email)
    name = fold(application.name)
    return next((row for row in same_contact if fold(row.name) == name), None)


def _book(application: Application, submit: Submit, now: datetime) -> Booking:
    return Booking.objects.create(
        key=submit.key,
        digest=application.digest(),
        contact_name=application.contact_name,
        contact_email=application.contact_email,
        language=application.language,
        via=submit.via,
        actor_id=submit.actor_id,
        client_digest=submit.client_digest,
        email_digest=submit.email_digest,
        created_at=now,
    )


def _register_again(known: Registration, now: datetime) -> Registration:
    """Writes the fact that sends the link again, at most once an hour."""
    again = known.changes.filter(kind=Kind.REGISTERED_AGAIN, at__gt=now - QUIET_AFTER_REPEAT)
    if not again.exists():
        known.write_fact(Kind.REGISTERED_AGAIN, now)
    return known


def _new_registration(event: Event, booking: Booking, application: Application) -> Registration:
    """The row, not saved yet; `move_to` saves it with its first fact."""
    town = town_of(application)
    organisation = organisation_of(application, town)
    return Registration(
        event=event,
        booking=booking,
        name=application.name,
        email=application.email,
        organisation=organisation,
        organisation_name=application.organisation or organisation.name,
        town=town,
        language=application.language,
        joined_at=booking.created_at,
        created_at=booking.created_at,
        reference=_new_reference(event),
        **application.needs,
    )


def _new_reference(event: Event) -> str:
    """A drawn reference; where a live registration bears it, the whole action is repeated."""
    letters = "".join(secrets.choice(REFERENCE_ALPHABET) for _n in range(5))
    return f"{event.series.reference_code}-{letters}"


def _enter(registration: Registration, places: capacity.Places, now: datetime) -> None:
    """The first move of a new row: a place, a decision to wait for, or the waiting list."""
    if registration.booking.via == Booking.Via.DESK:
        registration.approved_at = now
    after = placing.move(
        registration,
        placing.status_of_newcomer(registration, places),
        places,
        now,
        kind=Kind.REGISTERED,
        actor_id=registration.booking.actor_id,
        via=registration.booking.via,
    )
    capacity.show(registration.event, after)


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
    known = _known(event, application)
    if known and not known.is_waiting:
        text = _("This person is registered already: %(status)s.")
        raise RegistrationError([text % {"status": known.get_status_display()}])
    if not known:
        questions.refuse_full(event, application.answers)
    registration = known or _new_registration(event, _book(application, submit, now), application)
    registration.event = event
    places = capacity.count(event)
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
    after = placing.move(
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
    capacity.show(registration.event, after)
