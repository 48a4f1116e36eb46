"""Parties: several people by one submit, kept together where their contact wants it so."""

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.transactions import action
from events.models import Event
from registrations import capacity, placing, questions, rules, waiting_list
from registrations.actions.steps import (
    Submit,
    book,
    enter,
    meet,
    name_again,
    new_registration,
    problems_of,
    same_answer,
    tell_of_known,
)
from registrations.applications import Application, Party
from registrations.locks import locked_event
from registrations.models import Booking, Person, Registration, RegistrationChange
from registrations.rules import RegistrationError, refuse
from registrations.states import LIVE, Status

Kind = RegistrationChange.Kind
MOST_PEOPLE = 10


@action
def register_party(event_id: int, party: Party, submit: Submit) -> Booking:
    """Registers up to ten people in one transaction: all together, or as many as fit in order.

    The same key with the same payload gives the same answer and writes nothing. Who is registered
    already adds nothing and counts for nothing; the answer goes to their own address. Raises
    RegistrationError with the reasons, Event.DoesNotExist.
    """
    event = locked_event(event_id)
    now = timezone.now()
    answered = Booking.objects.filter(key=submit.key).first()
    if answered:
        return same_answer(party, answered)
    places = capacity.recount(event)
    refuse(problems_of(event, submit, now))
    rows = [new_registration(event, application, now) for application in party.people]
    _refuse_impossible(event, party, rows, places)
    newcomers, known = _newcomers(event, party, rows, places, now)
    questions.refuse_full(event, [answer for one in party.people for answer in one.answers])
    names = [name for name, _row in known]
    booking = book(party, submit, now, is_together=party.is_together, known_names=names)
    if not newcomers:
        name_again([row for _name, row in known], booking, event, now)
    for row, _application in newcomers:
        row.booking, row.is_in_party = booking, party.is_together and len(newcomers) > 1
    entering = [row for row, _application in newcomers]
    after = _enter_all(entering, places, submit, now)
    capacity.show(event, after)
    waiting_list.pass_on_elsewhere(event, after, now, actor_id=submit.actor_id)
    for row, application in newcomers:
        questions.record(row, application.answers)
    return booking


def _refuse_impossible(
    event: Event, party: Party, rows: Sequence[Registration], places: capacity.Places
) -> None:
    """What the whole party is refused for; it knows no address (rule 20)."""
    size = len(rows)
    refuse(rules.problems_of_party(event.capacity, size, is_together=party.is_together))
    if not event.has_waiting_list and places.free < size:
        refuse([_("There are not enough places for all of you.")])
    rules.refuse_beyond_quotas(
        event,
        places.reached_by_all(*(Person.of(row) for row in rows)),
        waits_within_limit=party.people[0].waits_within_limit,
    )


def _newcomers(
    event: Event,
    party: Party,
    rows: Sequence[Registration],
    places: capacity.Places,
    now: datetime,
) -> tuple[list[tuple[Registration, Application]], list[tuple[str, Registration]]]:
    """Who is new; and who is registered already and written to, under the name in the form."""
    newcomers, met = [], []
    for application, row in zip(party.people, rows, strict=True):
        if found := meet(event, application, places, now):
            met.append((application.name, found))
        else:
            newcomers.append((row, application))
    return newcomers, met


def _enter_all(
    rows: Sequence[Registration], places: capacity.Places, submit: Submit, now: datetime
) -> capacity.Places:
    """All with one answer where they come together, else each with their own, in order."""
    passed_over = places.units_in_line
    has_room_for_all = places.has_room(*(Person.of(row) for row in rows))
    for row in rows:
        has_room = has_room_for_all if row.is_in_party else places.has_room(Person.of(row))
        over = passed_over if row is rows[0] else []
        data = placing.spoken_for(rows, row, least=1)
        places = enter(
            row,
            places,
            now,
            has_room=has_room,
            via=submit.via,
            actor_id=submit.actor_id,
            passed_over=over,
            data=data,
        )
    return places


@action
def add_to_party(
    booking_id: int, application: Application, *, via: str = ""
) -> Registration | None:
    """One more person for the event of a booking; they stand alone, by their own time.

    Returns their row, or None for who is registered already: the answer goes to their own address.

    Raises RegistrationError where the event takes nobody or ten people are there already,
    Booking.DoesNotExist.
    """
    booking, event, now = _locked(booking_id)
    places = capacity.recount(event)
    refuse(rules.problems_of_registering(event, now))
    if booking.registrations.live().count() >= MOST_PEOPLE:
        raise RegistrationError([_("Ten people are registered already; that is the most.")])
    row = new_registration(event, application, now)
    rules.refuse_beyond_quotas(
        event,
        places.reached_by_all(Person.of(row)),
        waits_within_limit=application.waits_within_limit,
    )
    questions.refuse_full(event, application.answers)
    if meet(event, application, places, now):
        tell_of_known(booking, application.name)
        return None
    row.booking = booking
    has_room = places.has_room(Person.of(row))
    after = enter(row, places, now, has_room=has_room, via=via, passed_over=places.units_in_line)
    questions.record(row, application.answers)
    capacity.show(event, after)
    waiting_list.pass_on_elsewhere(event, after, now)
    return row


def _locked(booking_id: int) -> tuple[Booking, Event, datetime]:
    """The booking with its event under the lock, and the clock read then."""
    booking = Booking.objects.get(pk=booking_id)
    first = booking.registrations.order_by("pk").values_list("event_id", flat=True).first()
    if first is None:
        raise RegistrationError([_("The registration is not valid any more.")])
    event = locked_event(first)
    return booking, event, timezone.now()


@action
def cancel_party(
    booking_id: int, *, via: str = "", note: str = "", actor_id: int | None = None
) -> list[Registration]:
    """Cancels everybody of a booking who is still registered; the places go on at once.

    Raises RegistrationError with the reasons, Booking.DoesNotExist.
    """
    booking, event, now = _locked(booking_id)
    rows = _rows(booking, event, *LIVE)
    if not rows:
        raise RegistrationError([_("The registration is not valid any more.")])
    refuse(rules.problems_of_cancelling(rows[0], now))
    for row in rows:
        row.offered_until = row.checked_in_at = None
        row.move_to(
            Status.CANCELLED,
            kind=Kind.CANCELLED,
            now=now,
            actor_id=actor_id,
            via=via,
            note=note,
            data=placing.spoken_for(rows, row),
        )
    waiting_list.pass_on(event, now)
    return rows


def _rows(booking: Booking, event: Event, *statuses: str) -> list[Registration]:
    rows = booking.registrations.filter(status__in=statuses).select_related("organisation")
    found = list(rows.order_by("pk").select_for_update(of=("self",), no_key=True))
    for row in found:
        row.event = event
    return found


@action
def accept_party_offer(booking_id: int, *, via: str = "") -> list[Registration]:
    """Takes the places offered to a party; the rows returned tell what became of them.

    An offer past its deadline expires in the same transaction, as of one person. Raises
    RegistrationError where nothing is offered, Booking.DoesNotExist.
    """
    return _answer(booking_id, Status.CONFIRMED, Kind.ACCEPTED, via)


@action
def decline_party_offer(booking_id: int, *, via: str = "") -> list[Registration]:
    """Passes the places offered to a party on. Raises as `accept_party_offer`."""
    return _answer(booking_id, Status.DECLINED, Kind.DECLINED, via)


def _answer(booking_id: int, status: Status, kind: Kind, via: str) -> list[Registration]:
    booking, event, now = _locked(booking_id)
    rows = _rows(booking, event, Status.OFFERED)
    if not rows:
        raise RegistrationError([_("No place is offered to you now.")])
    refuse(rules.problems_of_answering_at(event, now))
    late = [row for row in rows if row.is_offer_over(now)]
    waiting_list.end_offer(late, Status.EXPIRED, Kind.OFFER_EXPIRED, now)
    in_time = [row for row in rows if row not in late]
    waiting_list.end_offer(in_time, status, kind, now, via=via)
    waiting_list.pass_on(event, now)
    return rows
