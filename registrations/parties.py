"""A party as its contact sees it: the rows of one booking, and what can still be done."""

from dataclasses import dataclass
from datetime import datetime

from events.models import Event
from registrations import rules
from registrations.applications import Application, of_same_person
from registrations.companions import MOST_PEOPLE
from registrations.models import Booking, Registration


@dataclass(frozen=True)
class Party:
    """The people of one booking in the order of the form, with their event, as of `now`.

    Who goes on at a corrected address stands there once; `oldest` is who was written first.
    """

    booking: Booking
    oldest: Registration
    people: list[Registration]
    now: datetime

    @property
    def event(self) -> Event:
        return self.oldest.event

    @property
    def live(self) -> list[Registration]:
        return [row for row in self.people if row.is_live]

    @property
    def offered(self) -> list[Registration]:
        """Whose places the contact can take or pass on now."""
        held = [row for row in self.people if row.is_offered and not row.is_offer_over(self.now)]
        return [] if rules.problems_of_answering_at(self.event, self.now) else held

    @property
    def can_cancel(self) -> bool:
        return bool(self.live) and not rules.problems_of_cancelling(self.live[0], self.now)

    @property
    def replaceable(self) -> list[Registration]:
        """Whose places can go to other people now."""
        return [row for row in self.live if not rules.problems_of_handing_over(row, self.now)]

    @property
    def correctable(self) -> list[Registration]:
        """Whose name and address can be corrected now."""
        rows = self.live
        return [row for row in rows if not rules.problems_of_correcting_by_link(row, self.now)]

    @property
    def can_grow(self) -> bool:
        is_open = not rules.problems_of_registering(self.event, self.now)
        return is_open and len(self.live) < MOST_PEOPLE

    @property
    def first(self) -> Application:
        """What the first person asked for, as far as the next one shares it."""
        row = self.oldest
        return of_same_person(
            row, organisation=row.organisation_name, language=self.booking.language
        )

    def person(self, number: str) -> Registration | None:
        """The live person of this number; None for anybody else."""
        return next((row for row in self.live if str(row.pk) == number), None)


def party_of(booking: Booking, now: datetime) -> Party | None:
    """The party of a booking; None for a form of people who were all registered already."""
    rows = Registration.objects.with_event().filter(booking=booking).order_by("pk")
    oldest = rows.first()
    return Party(booking, oldest, list(rows.listed()), now) if oldest else None
