"""A session that far too many want: what each of them types, and what must come of it exactly.

From each of 102 towns come equally many; a quota lets two of a town in. The people of 12 towns want
an option with 20 places; those of 80 others would wait within the quota, the rest would not. So 20
places go with the option and two to each of the other 90 towns: 200 in all, whoever is first.

Import it when Django is set up.
"""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from django.utils import timezone

from benchmarks.client import Answer
from desk import invariants
from events.models import Event
from registrations import actions
from registrations.models import Answer as Said
from registrations.models import Booking, Option, Quota, Registration, RegistrationChange
from tests import factories

PLACES, OF_OPTION, OF_TOWN = 200, 20, 2
TOWNS, WITH_OPTION, WITH_PATIENCE = 102, 12, 80
# Facts and mails catch up by ticks, and nothing ticks while a crowd is at the door.
OF_TICKS = ("6 ", "8 ")


@dataclass(frozen=True)
class Contest:
    """The session, and how many people want to come."""

    event: Event
    scarce: Option
    other: Option
    people: int

    @property
    def path(self) -> str:
        return f"/{self.event.series.slug}/{self.event.slug}/register/"

    def form(self, number: int) -> dict[str, str]:
        """What this person types."""
        town = number % TOWNS
        option = self.scarce if town < WITH_OPTION else self.other
        waits = WITH_OPTION <= town < WITH_OPTION + WITH_PATIENCE
        return {
            "who": "me",
            "name": f"Anna Vzorová {number}",
            "email": f"vzorova{number}@mesto.example",
            "town": town_name(town),
            "sector": "city",
            f"q{option.question_id}": str(option.pk),
            **({"waits_within_limit": "on"} if waits else {}),
        }

    @cached_property
    def waiting(self) -> int:
        """How many must wait in the end: the patient who have no place."""
        came = Counter(number % TOWNS for number in range(self.people))
        patient = range(WITH_OPTION, WITH_OPTION + WITH_PATIENCE)
        return sum(came[town] for town in patient) - OF_TOWN * WITH_PATIENCE


def town_name(number: int) -> str:
    return f"Ukázkov {number}"


def contest(people: int) -> Contest:
    """The session with its quota, its option and the towns, before anybody has come."""
    for number in range(TOWNS):
        factories.municipality(name=town_name(number))
    event = factories.event(capacity=PLACES)
    actions.set_quotas(event.pk, [Quota(scope="each_municipality", limit=OF_TOWN)])
    asked = factories.question("Exkurze", "Přednáška", event=event, is_required=True)
    scarce, other = asked.options.order_by("pk")
    scarce.limit = OF_OPTION
    scarce.save()
    return Contest(event, scarce, other, people)


def problems_of(made: Contest, answers: list[Answer]) -> list[str]:
    """What is not exactly as it must be once everybody has an answer."""
    rows = Registration.objects.filter(event=made.event)
    facts = RegistrationChange.objects.filter(registration__event=made.event)
    line = [row.position() for row in rows.waiting().in_line()]
    by_town = Counter(rows.confirmed().values_list("town__name", flat=True))
    full = {town_name(number): OF_TOWN for number in range(WITH_OPTION, TOWNS)}
    booked, pages = PLACES + made.waiting, Counter(answer.status for answer in answers)
    found = {
        "confirmed": (rows.confirmed().count(), PLACES),
        "positions in line": (line, list(range(1, made.waiting + 1))),
        "towns at their quota": ({name: by_town[name] for name in full}, full),
        "of a town at most": (max(by_town.values(), default=0), OF_TOWN),
        "by option": (
            Said.objects.held_in(made.event).by_option(),
            {made.scarce.pk: OF_OPTION, made.other.pk: PLACES - OF_OPTION},
        ),
        "registrations": (rows.count(), booked),
        "submits": (Booking.objects.filter(registrations__event=made.event).count(), booked),
        "facts": (facts.count(), booked),
        "pages seen": (dict(pages), {200: booked, 422: made.people - booked}),
        "broken invariants": (broken(), []),
    }
    print(f"{rows.confirmed().count()} confirmed, {len(line)} waiting, pages {dict(pages)}")
    return differences(found)


def differences(found: dict[str, tuple[object, object]]) -> list[str]:
    """In words, what was found and is not what was wanted."""
    return [
        f"{what}: {own} instead of {wanted}"
        for what, (own, wanted) in found.items()
        if own != wanted
    ]


def broken() -> list[str]:
    """The invariants that are broken, but for those that wait for a tick."""
    names = invariants.run(timezone.now())
    return [name for name in names if not name.startswith(OF_TICKS)]
