"""How places are counted: always from the rows, under the event's lock; the columns only show."""

from dataclasses import dataclass

from django.db.models import Count, Q

from events.models import Event
from registrations.models import Registration
from registrations.states import HOLDING_A_PLACE, Status


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


def count(event: Event) -> Places:
    """Counts in one query; only under the event's lock does the answer hold (rule 3)."""
    rows = Registration.objects.filter(event=event).aggregate(
        taken=Count("pk", filter=Q(status__in=HOLDING_A_PLACE)),
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
