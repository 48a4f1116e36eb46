"""The members of a call, registered for a meeting in one step."""

from django.utils import timezone

from accounts.transactions import action
from registrations import capacity, rules, waiting_list
from registrations.actions.steps import (
    Submit,
    book,
    enter,
    held_elsewhere,
    known_registration,
    new_registration,
)
from registrations.applications import of_same_person
from registrations.locks import locked_event
from registrations.models import Person, Registration
from registrations.rules import refuse


@action
def register_members(event_id: int, *, actor_id: int | None = None) -> list[Registration]:
    """Registers every member of whom nobody is registered yet, in the order of their membership.

    With a place as long as one is free within the quotas, then waiting; done again, it changes
    nothing. Returns the new rows. Raises RegistrationError, Event.DoesNotExist.
    """
    event = locked_event(event_id)
    now = timezone.now()
    refuse(rules.problems_of_registering_members(event, now))
    places, registered = capacity.count(event), list[Registration]()
    members = Registration.objects.members_to_register(event)
    for membership in members.select_for_update(of=("self",), no_key=True):
        application = of_same_person(membership)
        if known_registration(event, application) or held_elsewhere(
            event, membership.email, places
        ):
            continue
        submit = Submit.at_the_desk(actor_id)
        row = new_registration(event, application, now)
        row.membership, row.booking = membership, book(application, submit, now)
        has_room = places.has_room(Person.of(row))
        places = enter(row, places, now, has_room=has_room, via=submit.via, actor_id=actor_id)
        registered.append(row)
    capacity.show(event, places)
    waiting_list.pass_on_elsewhere(event, places, now, actor_id=actor_id)
    return registered
