"""What happens when people register, cancel or get a place; each verb is one transaction."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.text import fold
from accounts.transactions import action
from events.models import Event, EventChange
from registrations import capacity, rules, waiting_list
from registrations.applications import Application, organisation_of, town_of
from registrations.models import (
    NEEDS,
    REFERENCE_ALPHABET,
    Booking,
    Registration,
    RegistrationChange,
)
from registrations.states import Status

Kind = RegistrationChange.Kind
# A repeated registration writes to the person at most once in this time.
QUIET_AFTER_REPEAT = timedelta(hours=1)
# What a person needs at the table is deleted this long after the event.
NEEDS_KEPT = timedelta(days=14)


class RegistrationError(Exception):
    """A registration cannot be made or changed so; carries the reasons, fit to show a person."""

    def __init__(self, problems: list[rules.Problem]) -> None:
        super().__init__(*problems)
        self.problems = problems

    def __str__(self) -> str:
        return " ".join(str(problem) for problem in self.problems)


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


def _refuse(problems: list[rules.Problem]) -> None:
    if problems:
        raise RegistrationError(problems)


def _locked_event(event_id: int) -> Event:
    """The event under its lock. Raises Event.DoesNotExist."""
    rows = Event.objects.locked(event_id)
    if not rows:
        raise Event.DoesNotExist
    return rows[0]


def _locked_registration(registration_id: int) -> Registration:
    """The registration under the locks of its event and itself, in that order."""
    event_id = Registration.objects.values_list("event_id", flat=True).get(pk=registration_id)
    event = _locked_event(event_id)
    rows = Registration.objects.select_related("booking", "town")
    registration = rows.select_for_update(of=("self",), no_key=True).get(pk=registration_id)
    registration.event = event
    return registration


@action
def register(event_id: int, application: Application, submit: Submit) -> Registration:
    """Registers one person: confirmed where a place is free and nobody waits, else waiting.

    The same key with the same payload gives the same answer and writes nothing; with another one it
    raises KeyReused. An address that is registered already changes nothing but the fact
    `registered_again`. Raises RegistrationError with the reasons, Event.DoesNotExist.
    """
    event = _locked_event(event_id)
    now = timezone.now()
    answered = Booking.objects.filter(key=submit.key).first()
    if answered:
        return _same_answer(event, application, answered)
    places = capacity.recount(event)
    _refuse(_problems(event, submit, now))
    booking = _book(application, submit, now)
    known = _known(event, application)
    if known:
        return _register_again(known, now)
    registration = _new_registration(event, booking, application)
    _take_place_or_wait(registration, places, now)
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
        _note(known, Kind.REGISTERED_AGAIN, now)
    return known


def _note(registration: Registration, kind: Kind, now: datetime) -> RegistrationChange:
    """A fact that changes no status."""
    return RegistrationChange.objects.create(
        registration=registration,
        at=now,
        kind=kind,
        from_status=registration.status,
        to_status=registration.status,
        registration_revision=registration.revision,
        event_revision=registration.event.revision,
        incarnation=registration.event.incarnation,
    )


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


def _take_place_or_wait(registration: Registration, places: capacity.Places, now: datetime) -> None:
    """A newcomer takes a free place only if nobody waits, also after promotion has ended."""
    if places.free > 0 and not places.waiting:
        _confirm(registration, places, now)
        return
    after = capacity.Places(places.capacity, places.taken, places.waiting + 1)
    _move(registration, Status.WAITING, Kind.REGISTERED, now)
    capacity.show(registration.event, after)


def _confirm(registration: Registration, places: capacity.Places, now: datetime) -> None:
    """Confirms a newcomer; the fact keeps the count it was decided by (invariant 1)."""
    after = capacity.Places(places.capacity, places.taken + 1, places.waiting)
    _move(registration, Status.CONFIRMED, Kind.REGISTERED, now, after)
    capacity.show(registration.event, after)


def _move(
    registration: Registration,
    status: Status,
    kind: Kind,
    now: datetime,
    after: capacity.Places | None = None,
) -> None:
    registration.move_to(
        status,
        kind=kind,
        now=now,
        actor_id=registration.booking.actor_id,
        via=registration.booking.via,
        taken_after=after.taken if after else None,
        capacity_at=after.capacity if after else None,
    )


@action
def register_with_extra_place(
    event_id: int, application: Application, submit: Submit, *, reason: str
) -> Registration:
    """One more place for this person: the capacity rises and they get it, out of turn.

    One transaction; `reason` is kept with both facts. Somebody who waits is promoted; somebody who
    has a place keeps it and nothing changes. Raises RegistrationError.
    """
    event = _locked_event(event_id)
    now = timezone.now()
    _refuse(rules.problems_of_registering_at_the_desk(event, now))
    known = _known(event, application)
    if known and known.is_confirmed:
        raise RegistrationError([_("This person has a place already.")])
    places = capacity.count(event)
    raised = capacity.Places(max(places.capacity, places.taken) + 1, places.taken, places.waiting)
    _write_capacity(event, raised.capacity, now, actor_id=submit.actor_id, note=reason)
    after = capacity.Places(raised.capacity, raised.taken + 1, raised.waiting - bool(known))
    registration = known or _new_registration(event, _book(application, submit, now), application)
    registration.event = event
    registration.move_to(
        Status.CONFIRMED,
        kind=Kind.PROMOTED if known else Kind.REGISTERED,
        now=now,
        actor_id=submit.actor_id,
        via=submit.via,
        note=reason,
        data={"out_of_turn": [False, True]},
        taken_after=after.taken,
        capacity_at=after.capacity,
    )
    capacity.show(event, after)
    return registration


@action
def cancel_registration(
    registration_id: int, *, actor_id: int | None = None, via: str = "", note: str = ""
) -> Registration:
    """Cancels a live registration; its place goes to the first in line in the same transaction.

    Raises RegistrationError with the reasons, Registration.DoesNotExist.
    """
    registration = _locked_registration(registration_id)
    now = timezone.now()
    _refuse(rules.problems_of_cancelling(registration, now))
    registration.offered_until = registration.checked_in_at = None
    registration.move_to(
        Status.CANCELLED, kind=Kind.CANCELLED, now=now, actor_id=actor_id, via=via, note=note
    )
    _fill_and_show(registration.event, now)
    return registration


def _fill_and_show(event: Event, now: datetime, *, actor_id: int | None = None) -> None:
    capacity.show(event, waiting_list.fill(event, now, actor_id=actor_id))


@action
def correct_address(
    registration_id: int, email: str, *, actor_id: int | None = None, via: str = ""
) -> Registration:
    """Gives a person another address: a new row with its own uid and secrets; the old is cancelled.

    The new row keeps status, time, priority, needs and reference. Raises RegistrationError, also
    where the address is registered for the event already; only organisers call this, so the answer
    may say so.
    """
    old = _locked_registration(registration_id)
    now = timezone.now()
    _refuse(rules.problems_of_correcting(old, now))
    if Registration.objects.filter(event=old.event, email=email).live().exists():
        raise RegistrationError([_("This address is registered already.")])
    status, deadline = Status(old.status), old.offered_until
    old.offered_until = old.checked_in_at = None
    old.move_to(Status.CANCELLED, kind=Kind.TRANSFERRED, now=now, actor_id=actor_id, via=via)
    new = _copy_with_address(old, email, deadline)
    new.move_to(status, kind=Kind.CORRECTED, now=now, actor_id=actor_id, via=via)
    old.replaced_by = new
    old.save(update_fields=["replaced_by"])
    return new


def _copy_with_address(
    old: Registration, email: str, offered_until: datetime | None
) -> Registration:
    kept = (
        *("event", "booking", "name", "organisation", "organisation_name", "town", "language"),
        *("priority", "joined_at", "created_at", "reference", *NEEDS),
    )
    values = {name: getattr(old, name) for name in kept}
    return Registration(**values, email=email, offered_until=offered_until)


@action
def change_capacity(
    event_id: int, places: int, *, actor_id: int | None = None, note: str = ""
) -> EventChange | None:
    """Sets the capacity and promotes into added places; lowering it removes nobody.

    Returns the fact, or None where the capacity is this already. Raises RegistrationError below 1.
    """
    if not 1 <= places <= 100_000:
        raise RegistrationError([_("The capacity must be at least 1.")])
    event = _locked_event(event_id)
    if event.capacity == places:
        return None
    now = timezone.now()
    change = _write_capacity(event, places, now, actor_id=actor_id, note=note)
    _fill_and_show(event, now, actor_id=actor_id)
    return change


def _write_capacity(
    event: Event, places: int, now: datetime, *, actor_id: int | None, note: str
) -> EventChange:
    data = {"capacity": [event.capacity, places]}
    event.capacity = places
    event.save(update_fields=["capacity"])
    return EventChange.objects.create(
        event=event,
        at=now,
        kind=EventChange.Kind.CAPACITY_CHANGED,
        actor_id=actor_id,
        note=note,
        event_revision=event.revision,
        incarnation=event.incarnation,
        data=data,
    )


@action
def forget_needs(now: datetime) -> int:
    """Deletes what people needed at events that ended 14 days ago; returns how many rows it met."""
    forgotten = {name: "" if name == "needs_note" else False for name in NEEDS}
    return (
        Registration.objects.filter(event__ends_at__lt=now - NEEDS_KEPT)
        .with_needs()
        .update(**forgotten)
    )
