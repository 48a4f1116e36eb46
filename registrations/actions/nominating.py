"""Nominating: a town or a company names its people, and each of them accepts or declines."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone

from accounts.transactions import action
from events.models import Event
from registrations import capacity, invitation_rules, placing, questions, rules, waiting_list
from registrations.actions.steps import (
    Submit,
    book,
    held_elsewhere,
    known_registration,
    new_registration,
    register_again,
    register_elsewhere,
    rewrite_person,
    same_answer,
)
from registrations.applications import Application, Party
from registrations.locks import locked_event, locked_invitation, locked_registration
from registrations.models import (
    Booking,
    Invitation,
    Person,
    Registration,
    RegistrationChange,
    Sector,
)
from registrations.rules import refuse
from registrations.states import Status

Kind = RegistrationChange.Kind


@action
def nominate(
    invitation_id: int, event_id: int, people: Sequence[tuple[str, str]], submit: Submit
) -> Booking:
    """Nominates people, each by name and e-mail (lower-case), for one event of an invitation.

    A nomination holds no place. Who is registered already gets the link again and nothing else. The
    same key with the same people is the same answer. Raises RegistrationError with the reasons,
    KeyReused, Event.DoesNotExist, Invitation.DoesNotExist.
    """
    event = locked_event(event_id)
    now = timezone.now()
    invitation = locked_invitation(invitation_id)
    party = _party(invitation, people)
    answered = Booking.objects.filter(key=submit.key).first()
    if answered:
        return same_answer(party, answered)
    refuse(invitation_rules.problems_of_nominating(invitation))
    refuse(invitation_rules.problems_of_using(invitation, event, now, people=len(people)))
    refuse(rules.problems_of_registering(event, now, is_invited=True))
    booking = book(party, submit, now)
    for application in party.people:
        _nominate(event, invitation, application, booking, now)
    return booking


def _party(invitation: Invitation, people: Sequence[tuple[str, str]]) -> Party:
    """The people as the town hall or the company that nominates them."""
    is_city = invitation.kind == Invitation.Kind.CITY
    applications = tuple(
        Application(
            name=name,
            email=email,
            organisation=invitation.organisation,
            sector=Sector.CITY if is_city else Sector.PRIVATE,
            language=invitation.language,
            town_id=invitation.town_id,
        )
        for name, email in people
    )
    return Party(people=applications, is_together=False)


def _nominate(
    event: Event,
    invitation: Invitation,
    application: Application,
    booking: Booking,
    now: datetime,
) -> None:
    known = known_registration(event, application)
    if known:
        register_again(known, now)
        return
    registration = new_registration(event, application, now)
    registration.booking, registration.invitation = booking, invitation
    registration.move_to(Status.NOMINATED, kind=Kind.NOMINATED, now=now, via=booking.via)


@action
def accept_nomination(
    registration_id: int, said: Mapping[str, Any] | None = None, *, via: str = ""
) -> Registration:
    """Registers a nominee as anybody else: with a place where one is free, else waiting from now.

    Who holds a place in another event of a series where that is all stays nominated, and reads in a
    mail where it is. `said` is what the person answers, as `change_answers` takes it; None where
    nothing is asked. Raises RegistrationError with the reasons, also where the nomination has
    ended, OptionFull for an option without a place, Registration.DoesNotExist.
    """
    registration = _locked_nominee(registration_id)
    event, now = registration.event, timezone.now()
    places = capacity.recount(event)
    refuse(invitation_rules.problems_of_accepting(registration, now))
    person = Person.of(registration)
    held = held_elsewhere(event, registration.email, places)
    if held:
        register_elsewhere(held, event, now)
        return registration
    rules.refuse_beyond_quotas(event, places.reached_by_all(person), waits_within_limit=True)
    changed = _write_said(registration, said) if said else []
    # An invitation is an organiser's approval; the place in line is that of the acceptance.
    registration.approved_at = registration.joined_at = now
    after = placing.move(
        registration,
        placing.status_of_newcomer(registration, has_room=places.has_room(person)),
        places,
        now,
        kind=Kind.NOMINATION_ACCEPTED,
        via=via,
        data={name: [None, None] for name in changed},
        passed_over=places.units_in_line,
    )
    capacity.show(event, after)
    waiting_list.pass_on_elsewhere(event, after, now)
    return registration


def _write_said(registration: Registration, said: Mapping[str, Any]) -> list[str]:
    """Writes a nominee's answers, before the place is taken, and returns what changed."""
    questions.refuse_full(registration.event, said["answers"], questions.held_by(registration))
    written = {"name": said["name"], "organisation_name": said["organisation"], **said["needs"]}
    changed = rewrite_person(registration, written)
    return [*changed, "answers"] if questions.rewrite(registration, said["answers"]) else changed


@action
def decline_nomination(registration_id: int, *, via: str = "") -> Registration:
    """The nominee does not come; somebody else can be nominated instead.

    Raises RegistrationError where the nomination has ended, Registration.DoesNotExist.
    """
    registration = _locked_nominee(registration_id)
    now = timezone.now()
    refuse(invitation_rules.problems_of_nominee(registration, now))
    registration.move_to(Status.DECLINED, kind=Kind.NOMINATION_DECLINED, now=now, via=via)
    return registration


def _locked_nominee(registration_id: int) -> Registration:
    """The registration with its invitation, which nobody withdraws meanwhile: that needs the lock
    of the event, too.
    """
    registration = locked_registration(registration_id)
    if registration.invitation_id:
        registration.invitation = Invitation.objects.get(pk=registration.invitation_id)
    return registration
