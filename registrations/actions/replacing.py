"""A registration goes on as another row, with its own uid and secrets."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.transactions import action
from registrations import capacity, placing, questions, rules, waiting_list
from registrations.actions.steps import (
    held_elsewhere,
    known_person,
    new_reference,
    register_again,
    register_elsewhere,
    tell_of_known,
)
from registrations.applications import Substitute
from registrations.capacity import holds_a_place
from registrations.locks import locked_registration
from registrations.models import NEEDS, Person, Registration, RegistrationChange
from registrations.states import Status

Kind = RegistrationChange.Kind
# A fact says that a name is another one, and neither of the two.
_RENAMED = {"name": [None, None]}


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
    if holds_a_place(old.event, old.status) and held_elsewhere(old.event, email):
        raise rules.RegistrationError([_("This address has a place in another session.")])
    return _move_to_address(old, old.name, email, now, actor_id=actor_id, via=via)


@action
def correct_person(registration_id: int, *, name: str, email: str, via: str = "") -> Registration:
    """Writes somebody's name and address (lower-case) as their contact says, until the start.

    A name changes in place, an address as by `correct_address`. Who is registered with the new
    address already keeps what they have, and gets the place if they wait for one; this row ends,
    and the answer tells nobody (rule 20). Returns the row that goes on. Raises RegistrationError,
    also where the new address is another person's of the same booking; Registration.DoesNotExist.
    """
    old = locked_registration(registration_id)
    now = timezone.now()
    rules.refuse(rules.problems_of_correcting_by_link(old, now))
    if email == old.email:
        return _rename(old, name, now, via=via)
    met = _met(old, name, email)
    if met is None:
        return _move_to_address(old, name, email, now, via=via)
    if met.booking_id == old.booking_id:
        raise rules.RegistrationError([_("This address is here twice.")])
    had_place = old.is_confirmed
    old.offered_until = old.checked_in_at = None
    old.move_to(Status.CANCELLED, kind=Kind.TRANSFERRED, now=now, via=via)
    return _give_way(old, name, met, now, had_place=had_place, via=via)


def _rename(registration: Registration, name: str, now: datetime, *, via: str) -> Registration:
    """The fact says that the name changed, and no name."""
    if registration.name != name:
        registration.name = name
        registration.save(update_fields=["name", "search_key"])
        registration.write_fact(Kind.RENAMED, now, via=via, data=_RENAMED)
    return registration


def _move_to_address(
    old: Registration,
    name: str,
    email: str,
    now: datetime,
    *,
    actor_id: int | None = None,
    via: str,
) -> Registration:
    """The same person goes on as a new row; the fact of a new name is that of the address."""
    status, deadline = Status(old.status), old.offered_until
    data = {} if name == old.name else _RENAMED
    old.offered_until = old.checked_in_at = None
    old.move_to(Status.CANCELLED, kind=Kind.TRANSFERRED, now=now, actor_id=actor_id, via=via)
    new = _copy_of(old, name=name, email=email, offered_until=deadline)
    data = {**data, **_data_of_place(new, status, now)}
    new.move_to(status, kind=Kind.CORRECTED, now=now, actor_id=actor_id, via=via, data=data)
    questions.copy(old, new)
    old.attendances.update(membership=new)
    old.replaced_by = new
    old.save(update_fields=["replaced_by"])
    waiting_list.pass_on(old.event, now, actor_id=actor_id)
    return new


def _data_of_place(registration: Registration, status: Status, now: datetime) -> dict[str, Any]:
    """What the fact says of the lines that a person leaves for a place."""
    if status == Status.CONFIRMED and placing.is_one_per_person(registration.event):
        return placing.leave_other_lines(registration, now)
    return {}


def _copy_of(old: Registration, **changed: Any) -> Registration:
    kept = (
        *("event", "booking", "organisation", "organisation_name", "town", "language"),
        *("priority", "joined_at", "created_at", "approved_at", "reference", "invitation"),
        "membership",
        *("is_in_party", "is_substitute", "deadline_reopened_until", "note", "tags", *NEEDS),
    )
    values = {name: getattr(old, name) for name in kept}
    return Registration(**values, **changed)


@action
def hand_over(
    registration_id: int, substitute: Substitute, *, actor_id: int | None = None, via: str = ""
) -> Registration:
    """Passes a place to another person of the same organisation, until its deadline.

    An organiser (`actor_id`) may until the start. Asked again, the first answer stands.
    A new row with its own reference, uid and secrets; needs and answers are the substitute's own to
    give. Who is registered already keeps what they have, and gets the place if they wait for one;
    the answer tells nobody (rule 20), and a place that is left goes to the first in line; only an
    organiser is told, and nothing changes. Returns the substitute's row. Raises RegistrationError,
    Registration.DoesNotExist.
    """
    old = locked_registration(registration_id)
    event, now = old.event, timezone.now()
    is_own = actor_id is None
    if is_own and old.is_handed_over:
        return old.replaced_by or old
    why_not = (
        rules.problems_of_handing_over if is_own else rules.problems_of_handing_over_at_the_desk
    )
    rules.refuse(why_not(old, now))
    met = _met(old, substitute.name, substitute.email)
    if met and met.pk == old.pk:
        raise rules.RegistrationError([_("That is the person who has the place.")])
    if met and not is_own:
        raise rules.RegistrationError([_what_they_have(met, old)])
    old.checked_in_at = None
    old.move_to(Status.CANCELLED, kind=Kind.HANDED_OVER, now=now, actor_id=actor_id, via=via)
    if met:
        return _give_way(old, substitute.name, met, now, had_place=True, actor_id=actor_id, via=via)
    new = _in_place_of(old, substitute, now, actor_id=actor_id, via=via)
    waiting_list.pass_on(event, now, actor_id=actor_id)
    return new


def _give_way(
    old: Registration,
    name: str,
    met: Registration,
    now: datetime,
    *,
    had_place: bool,
    actor_id: int | None = None,
    via: str,
) -> Registration:
    """Whom the cancelled row was to become is registered by themselves: the contact keeps a name,
    and a confirmed place goes to them if they wait for it, else to the first in line.
    """
    tell_of_known(old.booking, name)
    if met.event_id == old.event_id:
        register_again(met, now)
        if had_place:
            _place_known(met, now, actor_id=actor_id, via=via)
    else:
        register_elsewhere(met, old.event, now)
    waiting_list.pass_on(old.event, now, actor_id=actor_id)
    return met


def _met(old: Registration, name: str, email: str) -> Registration | None:
    """What the named person has already: for this event, or elsewhere where that is all."""
    contact_email = old.booking.contact_email
    found = known_person(old.event, email=email, name=name, contact_email=contact_email)
    if found:
        found.event = old.event
        return found
    holds = holds_a_place(old.event, old.status)
    return held_elsewhere(old.event, email) if holds else None


def _what_they_have(met: Registration, old: Registration) -> rules.Problem:
    """What an organiser is told of who has something already."""
    if met.event_id == old.event_id:
        return _("This address is registered already.")
    return _("This address has a place in another session.")


def _place_known(known: Registration, now: datetime, *, actor_id: int | None, via: str) -> None:
    """Somebody who waits gets the very place, unless a quota leaves none for them."""
    places = capacity.count(known.event)
    if not known.is_waiting or not places.fits([Person.of(known)]):
        return
    if placing.needs_approval(known):
        return
    placing.move(
        known,
        Status.CONFIRMED,
        places,
        now,
        kind=Kind.PROMOTED,
        actor_id=actor_id,
        via=via,
        data={"out_of_turn": [False, True]},
    )


def _in_place_of(
    old: Registration, substitute: Substitute, now: datetime, *, actor_id: int | None, via: str
) -> Registration:
    kept = (
        *("event", "booking", "organisation", "organisation_name", "town"),
        *("priority", "joined_at", "approved_at", "invitation", "membership"),
    )
    new = Registration(
        **{name: getattr(old, name) for name in kept},
        name=substitute.name,
        email=substitute.email,
        language=substitute.language,
        reference=new_reference(old.event),
        created_at=now,
        is_substitute=True,
    )
    data = _data_of_place(new, Status.CONFIRMED, now)
    new.move_to(
        Status.CONFIRMED, kind=Kind.TOOK_OVER, now=now, actor_id=actor_id, via=via, data=data
    )
    # Of a membership: who comes by it goes on doing so, and nobody beside them.
    old.attendances.update(membership=new)
    old.replaced_by = new
    old.save(update_fields=["replaced_by"])
    return new
