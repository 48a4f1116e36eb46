"""How places are counted: always from the rows, under the event's lock; the columns only show."""

from dataclasses import dataclass, replace

from django.db.models import Count, Q

from events.models import Event
from registrations.models import Registration
from registrations.states import Status, holding_a_place


@dataclass(frozen=True)
class Places:
    """The places of an event as its rows say."""

    capacity: int
    taken: int
    waiting: int

    @property
    def free(self) -> int:
        """Below zero where the capacity was lowered under the number of people."""
        return self.capacity - self.taken

    @property
    def has_room(self) -> bool:
        """Whether a newcomer gets a place: one is free, and nobody waits for it."""
        return self.free > 0 and not self.waiting

    def after(self, *, taken: int = 0, waiting: int = 0) -> "Places":
        """The places once so many more are taken, and so many more people wait."""
        return replace(self, taken=self.taken + taken, waiting=self.waiting + waiting)


def holds_a_place(event: Event, status: str) -> bool:
    """Whether somebody of this status takes one of the event's places."""
    return status in holding_a_place(pending_holds=event.has_place_while_pending)


def count(event: Event) -> Places:
    """Counts in one query; only under the event's lock does the answer hold (rule 3)."""
    holding = holding_a_place(pending_holds=event.has_place_while_pending)
    rows = Registration.objects.filter(event=event).aggregate(
        taken=Count("pk", filter=Q(status__in=holding)),
        waiting=Count("pk", filter=Q(status=Status.WAITING)),
    )
    return Places(capacity=event.capacity, **rows)


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
    live = Registration.objects.filter(event=event).live()
    return dict(live.values_list("status").annotate(number=Count("pk")).order_by())
