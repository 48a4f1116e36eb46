"""How places are counted: always from the rows, under the event's lock; the columns only show."""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from django.db.models import Count, QuerySet

from accounts.transactions import TryAgain
from events.models import Event
from events.states import Status as EventStatus
from registrations.models import Person, Quota, Registration
from registrations.states import Status, holding_a_place


class Unit(NamedTuple):
    """Those of one booking who stand in line together."""

    booking_id: int
    people: tuple[Person, ...]


@dataclass(frozen=True)
class Limit:
    """A quota with how many of each group hold a place."""

    quota: Quota
    counts: Mapping[Hashable, int]

    def has_room(self, people: Sequence[Person]) -> bool:
        """Whether all of these would stay within the quota."""
        coming = Counter(self.quota.group_of(person) for person in people)
        del coming[None]
        most = self.quota.limit
        return all(self.counts.get(group, 0) + n <= most for group, n in coming.items())

    @property
    def left(self) -> int:
        """How many more the quota admits, of one that counts everybody it concerns together."""
        taken = sum(number for group, number in self.counts.items() if group is not None)
        return max(0, self.quota.limit - taken)

    def after(self, person: Person, taken: int) -> "Limit":
        group = self.quota.group_of(person)
        if group is None:
            return self
        counts = {**self.counts, group: self.counts.get(group, 0) + taken}
        return replace(self, counts=counts)


@dataclass(frozen=True)
class Places:
    """The places of an event as its rows say.

    `line` are those who wait, in order; it is read only where a place is free beside them.
    """

    capacity: int
    taken: int
    waiting: int
    limits: tuple[Limit, ...] = ()
    line: tuple[Unit, ...] = ()

    @property
    def free(self) -> int:
        """Below zero where the capacity was lowered under the number of people."""
        return self.capacity - self.taken

    def reached(self, *people: Person) -> list[Quota]:
        """The quotas that these people would exceed, whatever is free."""
        return [limit.quota for limit in self.limits if not limit.has_room(people)]

    def reached_by_all(self, *people: Person) -> list[Quota]:
        """Of those, the quotas that a page may tell of: they know no address (rule 20)."""
        return [quota for quota in self.reached(*people) if not quota.is_of_person]

    @property
    def is_one_per_person(self) -> bool:
        """Whether a person comes to one event of the series only."""
        return any(limit.quota.is_of_person for limit in self.limits)

    def fits(self, people: Sequence[Person]) -> bool:
        """Whether all of these could have a place now: promoting them would break nothing."""
        return self.free >= len(people) and not self.reached(*people)

    def has_room(self, *people: Person) -> bool:
        """Whether newcomers get a place: it is free, and nobody who could have it waits."""
        return self.fits(people) and not self.is_wanted

    @property
    def units_in_line(self) -> list[int]:
        """The bookings of those who wait, as far as the line was read."""
        return [unit.booking_id for unit in self.line]

    @property
    def is_wanted(self) -> bool:
        """Whether somebody who waits could have a free place (invariant 2)."""
        return any(self.fits(unit.people) for unit in self.line)

    def after(self, person: Person, *, taken: int = 0, waiting: int = 0) -> "Places":
        """The places once this person takes one or gives it up, joins the line or leaves it."""
        return replace(
            self,
            taken=self.taken + taken,
            waiting=self.waiting + waiting,
            limits=tuple(limit.after(person, taken) for limit in self.limits),
        )


def holds_a_place(event: Event, status: str) -> bool:
    """Whether somebody of this status takes one of the event's places."""
    return status in holding_a_place(pending_holds=event.has_place_while_pending)


def count(event: Event) -> Places:
    """Counts the rows; only under the event's lock does the answer hold (rule 3)."""
    numbers = _numbers(Registration.objects.filter(event=event))
    quotas = list(Quota.objects.concerning(event))
    refuse_unlocked(event, quotas)
    places = Places(
        capacity=event.capacity,
        taken=sum(numbers.get(status, 0) for status in _holding(event)),
        waiting=numbers.get(Status.WAITING, 0),
        limits=_limits(event, quotas),
    )
    if places.free > 0 and places.waiting:
        return replace(places, line=_line(event))
    return places


class SeriesUnlocked(TryAgain):
    """The series got limits while its event was being locked: its own lock comes first."""


def refuse_unlocked(event: Event, quotas: Sequence[Quota]) -> None:
    """Raises SeriesUnlocked, so that the action is repeated, where the series must be locked."""
    if event.is_locked_alone and any(quota.series_id for quota in quotas):
        raise SeriesUnlocked


def _holding(event: Event) -> frozenset[str]:
    return holding_a_place(pending_holds=event.has_place_while_pending)


def with_quotas(event: Event, quotas: Sequence[Quota]) -> Places:
    """The places as they would be under other quotas, those of the series among them."""
    return replace(count(event), limits=_limits(event, quotas))


def _limits(event: Event, quotas: Sequence[Quota]) -> tuple[Limit, ...]:
    if not quotas:
        return ()
    holders = Registration.objects.filter(event=event, status__in=_holding(event))
    people = Counter(_people(holders))
    of_series = [quota for quota in quotas if quota.series_id]
    in_series = _people_in_series(event) if of_series else people
    return tuple(_limit(quota, in_series if quota.series_id else people) for quota in quotas)


def _people_in_series(event: Event) -> Mapping[Person, int]:
    """Who holds a place in any event of the series; one who holds two counts twice.

    A place in an event that is called off is none.
    """
    in_series = Registration.objects.filter(event__series=event.series_id)
    holders = in_series.exclude(event__status=EventStatus.CANCELLED).holding_a_place()
    return Counter(_people(holders))


def _limit(quota: Quota, people: Mapping[Person, int]) -> Limit:
    counts: Counter[Hashable] = Counter()
    for person, number in people.items():
        counts[quota.group_of(person)] += number
    return Limit(quota, counts)


def left_by_sectors(event: Event) -> list[tuple[Quota, int]]:
    """The event's quotas of sectors, each with how many places it has left; two queries."""
    quotas = list(event.quotas.filter(scope=Quota.Scope.SECTORS).order_by("pk"))
    return [(limit.quota, limit.left) for limit in _limits(event, quotas)]


PERSON = ("organisation__sector", "town_id", "organisation_id", "email")


def _people(rows: QuerySet[Registration]) -> list[Person]:
    return [Person(*row) for row in rows.values_list(*PERSON)]


def _line(event: Event) -> tuple[Unit, ...]:
    rows = Registration.objects.filter(event=event).waiting().in_line()
    units: dict[tuple[bool, int], Unit] = {}
    for pk, is_in_party, booking_id, *values in rows.values_list(
        "pk", "is_in_party", "booking_id", *PERSON
    ):
        key = (is_in_party, booking_id if is_in_party else pk)
        others = units[key].people if key in units else ()
        units[key] = Unit(booking_id, (*others, Person(*values)))
    return tuple(units.values())


def recount(event: Event) -> Places:
    """Counts, and puts the counts on the row at hand for rules that read them; saves nothing."""
    places = count(event)
    event.places_taken, event.places_waiting = places.taken, places.waiting
    return places


def show(event: Event, places: Places) -> None:
    """Writes the counts to the columns that pages read; the only line that does."""
    event.places_taken, event.places_waiting = places.taken, places.waiting
    Event.objects.filter(pk=event.pk).update(
        places_taken=places.taken, places_waiting=places.waiting
    )


def by_status(event: Event) -> dict[str, int]:
    """How many live registrations have each status, those that nobody has left out."""
    return _numbers(Registration.objects.filter(event=event).live())


def _numbers(rows: QuerySet[Registration]) -> dict[str, int]:
    """How many rows have each status; an index alone tells it while no other column is named."""
    return dict(rows.values_list("status").annotate(number=Count("*")).order_by())
