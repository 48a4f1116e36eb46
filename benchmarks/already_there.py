"""Registrations that are there already, written in bulk; `check_invariants` finds nothing in them.

Import it when Django is set up.
"""

import itertools
from collections.abc import Sequence
from datetime import timedelta

from django.utils import timezone

from benchmarks.contest import broken
from events.models import Event
from notifications.models import Message
from registrations import capacity
from registrations.models import Booking, Organisation, Registration, RegistrationChange
from registrations.states import Status
from tests import factories

OF_EVENT = 200
NOT_AFTER = timedelta(days=30)
_numbers = itertools.count(1)


def fill_up_to(total: int) -> None:
    """Adds full events until so many registrations are there, each confirmed and written to.

    Raises RuntimeError where a rule is broken afterwards.
    """
    missing = total - Registration.objects.count()
    venue, series = factories.venue(), factories.series()
    organisation = Organisation.objects.create(name=f"Ukázka {series.pk}", sector="other")
    for _event in range(missing // OF_EVENT):
        event = factories.event(series=series, venue=venue, capacity=OF_EVENT)
        _fill(event, organisation)
    if names := broken():
        raise RuntimeError(f"broken invariants: {names}")


def _fill(event: Event, organisation: Organisation) -> None:
    numbers = list(itertools.islice(_numbers, OF_EVENT))
    bookings = [Booking(key=f"there-{n}", digest="-", language="cs") for n in numbers]
    Booking.objects.bulk_create(bookings)
    rows = [
        _row(event, organisation, booking, number)
        for booking, number in zip(bookings, numbers, strict=True)
    ]
    Registration.objects.bulk_create(rows)
    facts = RegistrationChange.objects.bulk_create(_facts(rows))
    Message.objects.bulk_create(map(_message, facts))
    capacity.show(event, capacity.count(event))


def _row(event: Event, organisation: Organisation, booking: Booking, number: int) -> Registration:
    row = Registration(
        event=event,
        booking=booking,
        organisation=organisation,
        organisation_name=organisation.name,
        name=f"Jan Vzorový {number}",
        email=f"jan{number}@mesto.example",
        language="cs",
        status=Status.CONFIRMED,
        joined_at=timezone.now(),
        # No drawn reference has a zero.
        reference=f"SR-0{number}",
        since_revision=event.revision,
    )
    row.search_key = row.folded()
    return row


def _facts(rows: Sequence[Registration]) -> list[RegistrationChange]:
    return [
        RegistrationChange(
            registration=row,
            at=row.joined_at,
            kind=RegistrationChange.Kind.REGISTERED,
            to_status=row.status,
            registration_revision=row.revision,
            event_revision=row.event.revision,
            incarnation=row.event.incarnation,
            announced_at=row.joined_at,
            taken_after=taken,
            capacity_at=row.event.capacity,
        )
        for taken, row in enumerate(rows, start=1)
    ]


def _message(fact: RegistrationChange) -> Message:
    number = fact.registration_id
    return Message(
        key=f"confirmed:registrationchange:{fact.pk}:r{number}",
        kind=Message.Kind.CONFIRMED,
        state=Message.State.SENT,
        language="cs",
        registration_change=fact,
        event_id=fact.registration.event_id,
        registration=fact.registration,
        message_id=f"<there-{number}@setkani.example>",
        claimed_at=fact.at,
        settled_at=fact.at,
        not_after=fact.at + NOT_AFTER,
    )
