"""The steps that registering one and registering many share; the caller holds the event's lock."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.text import fold
from events import history
from events.models import Event, EventChange
from registrations import capacity, invitation_rules, placing, rules
from registrations.applications import Application, Party, sender_of
from registrations.locks import locked_invitation
from registrations.models import (
    NEEDS,
    REFERENCE_ALPHABET,
    Booking,
    Invitation,
    Registration,
    RegistrationChange,
)
from registrations.rules import RegistrationError, refuse

Kind = RegistrationChange.Kind
# A repeated registration writes to the person at most once in this time.
QUIET_AFTER_REPEAT = timedelta(hours=1)
# Who comes this way was let in by an organiser.
APPROVED = {Booking.Via.DESK, Booking.Via.INVITATION}


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
    invitation_id: int | None = None
    membership_id: int | None = None

    @classmethod
    def at_the_desk(cls, actor_id: int | None) -> "Submit":
        """An organiser's own entry, or a command's: every one is new."""
        return cls(key=secrets.token_urlsafe(24), via=Booking.Via.DESK, actor_id=actor_id)


def problems_of(event: Event, submit: Submit, now: datetime) -> list[rules.Problem]:
    """Why nobody can register for the event in this way now."""
    if submit.via == Booking.Via.DESK:
        return rules.problems_of_registering_at_the_desk(event, now)
    return rules.problems_of_registering(
        event,
        now,
        is_invited=submit.invitation_id is not None,
        is_member=submit.membership_id is not None,
    )


def invitation_used(event: Event, submit: Submit, now: datetime) -> Invitation | None:
    """The invitation that somebody comes by, locked. Raises RegistrationError where it is none.

    Its places are counted here, under the event's lock (rule 3).
    """
    if submit.invitation_id is None:
        return None
    invitation = locked_invitation(submit.invitation_id)
    refuse(invitation_rules.problems_of_using(invitation, event, now))
    return invitation


def membership_used(event: Event, submit: Submit) -> Registration | None:
    """The membership that somebody comes by, locked: it does not end meanwhile.

    Raises RegistrationError where it is none, or somebody comes by it already.
    """
    if submit.membership_id is None:
        return None
    rows = Registration.objects.select_for_update(of=("self",), no_key=True)
    membership = rows.get(pk=submit.membership_id)
    refuse(rules.problems_of_membership(membership, event))
    return membership


def refuse_second(event: Event, membership: Registration | None) -> None:
    """Raises RegistrationError where somebody comes by this membership already."""
    if membership and membership.attendances.live().filter(event=event).exists():
        raise RegistrationError([_("Somebody is registered by this membership.")])


def known_registration(event: Event, application: Application) -> Registration | None:
    """The live registration of who applies."""
    own = application
    return known_person(event, email=own.email, name=own.name, contact_email=own.contact_email)


def known_person(event: Event, *, email: str, name: str, contact_email: str) -> Registration | None:
    """The live registration of this person: by address, or by contact and name without one."""
    live = Registration.objects.filter(event=event, email=email).live()
    if email:
        # Nearly everybody is new: the whole row is read of who is not.
        pk = live.values_list("pk", flat=True).first()
        return Registration.objects.get(pk=pk) if pk else None
    same_contact = live.filter(booking__contact_email=contact_email)
    return next((row for row in same_contact if fold(row.name) == fold(name)), None)


def tell_of_known(booking: Booking, name: str) -> None:
    """The contact's page says of this person only that the answer went to their own address."""
    if name not in booking.known_names:
        booking.known_names = [*booking.known_names, name]
        booking.save(update_fields=["known_names"])


def book(application: Application | Party, submit: Submit, now: datetime, **fields: Any) -> Booking:
    """One submit with the key and the digest that tell it again."""
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
        **fields,
    )


def same_answer(party: Party, booking: Booking) -> Booking:
    """The booking that this key made. Raises KeyReused for another payload."""
    if booking.digest != party.digest():
        raise KeyReused
    return booking


def held_elsewhere(
    event: Event, email: str, places: capacity.Places | None = None
) -> Registration | None:
    """Where this address holds a place, in a series of which people come to one event only.

    `places` are the event's, where they have been counted.
    """
    is_one = places.is_one_per_person if places else placing.is_one_per_person(event)
    if not email or not is_one:
        return None
    siblings = {other.pk: other for other in event.locked_siblings if not other.is_called_off}
    held = Registration.objects.holding_a_place().of_address(email).filter(event__in=siblings)
    found = held.order_by("pk").first()
    if found:
        found.event = siblings[found.event_id]
    return found


def register_elsewhere(held: Registration, event: Event, now: datetime) -> Registration:
    """Writes the fact that tells where the place is, to who asked for another; once an hour."""
    kind = Kind.REGISTERED_ELSEWHERE
    if not held.changes.filter(kind=kind, at__gt=now - QUIET_AFTER_REPEAT).exists():
        held.write_fact(kind, now, data={"asked_for": [None, event.pk]})
    return held


def register_again(known: Registration, now: datetime) -> Registration:
    """Writes the fact that sends the link again, at most once an hour."""
    again = known.changes.filter(kind=Kind.REGISTERED_AGAIN, at__gt=now - QUIET_AFTER_REPEAT)
    if not again.exists():
        known.write_fact(Kind.REGISTERED_AGAIN, now)
    return known


def meet(
    event: Event, application: Application, places: capacity.Places, now: datetime
) -> Registration | None:
    """Who applies and is registered already, or has a place elsewhere where that is all.

    Writes the fact that tells them, and returns that row; None for a newcomer.
    """
    if known := known_registration(event, application):
        return register_again(known, now)
    held = held_elsewhere(event, application.email, places)
    return register_elsewhere(held, event, now) if held else None


def name_again(
    known: Sequence[Registration], booking: Booking, event: Event, now: datetime
) -> None:
    """Of a booking that makes no row the contact hears where the answers went: one fact of the
    first with an own address. The mail of somebody without one goes to the contact anyway.
    """
    first = next((row for row in known if row.email), None)
    if first and booking.contact_email:
        asked = {"booking": [None, booking.pk], "asked_for": [None, event.pk]}
        first.write_fact(Kind.NAMED_AGAIN, now, data=asked)


def new_registration(event: Event, application: Application, now: datetime) -> Registration:
    """The row without its booking, not saved yet; `move_to` saves it with its first fact."""
    town, organisation = sender_of(application)
    return Registration(
        event=event,
        name=application.name,
        email=application.email,
        organisation=organisation,
        organisation_name=application.organisation or organisation.name,
        town=town,
        language=application.language,
        joined_at=now,
        created_at=now,
        reference=new_reference(event),
        **application.needs,
    )


def new_reference(event: Event) -> str:
    """A drawn reference; where a live registration bears it, the whole action is repeated."""
    letters = "".join(secrets.choice(REFERENCE_ALPHABET) for _n in range(5))
    return f"{event.series.reference_code}-{letters}"


def enter(
    registration: Registration,
    places: capacity.Places,
    now: datetime,
    *,
    has_room: bool,
    via: str,
    actor_id: int | None = None,
    passed_over: Sequence[int] = (),
    data: dict[str, Any] | None = None,
) -> capacity.Places:
    """The first move of a new row: a place, a decision to wait for, or the waiting list.

    Returns the places after that; `passed_over` are the bookings that could not have the place.
    """
    if via in APPROVED:
        registration.approved_at = now
    return placing.move(
        registration,
        placing.status_of_newcomer(registration, has_room=has_room),
        places,
        now,
        kind=Kind.REGISTERED,
        actor_id=actor_id,
        via=via,
        data=data,
        passed_over=passed_over,
    )


def rewrite_person(registration: Registration, values: Mapping[str, bool | str]) -> list[str]:
    """Saves the columns and returns what changed: of needs it names no single one."""
    names = [name for name, value in values.items() if getattr(registration, name) != value]
    for name in names:
        setattr(registration, name, values[name])
    if names:
        registration.save(update_fields=[*names, "search_key"])
    return sorted({"needs" if name in NEEDS else name for name in names})


def write_capacity(
    event: Event, places: int, now: datetime, *, actor_id: int | None, note: str
) -> EventChange:
    """Another capacity and its fact; the caller holds the lock and fills what became free."""
    return write_settings(
        event,
        EventChange.Kind.CAPACITY_CHANGED,
        {"capacity": places},
        now,
        actor_id=actor_id,
        note=note,
    )


def write_settings(
    event: Event,
    kind: EventChange.Kind,
    fields: dict[str, Any],
    now: datetime,
    *,
    actor_id: int | None,
    note: str,
) -> EventChange:
    """Sets the fields and writes their fact; nobody hears of it, so the revision stays."""
    data = {
        name: [history.plain(getattr(event, name)), history.plain(value)]
        for name, value in fields.items()
    }
    for name, value in fields.items():
        setattr(event, name, value)
    event.save(update_fields=list(fields))
    return history.write_fact(event, kind, now, data, actor_id=actor_id, note=note)
