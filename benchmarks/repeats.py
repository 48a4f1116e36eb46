"""The same form again: replayed by thousands, and as people do it by mishap.

Import it when Django is set up.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable

from django.apps import apps
from django.utils import timezone

from benchmarks.client import Answer, Person, address, registration_form
from benchmarks.contest import broken, differences
from events.models import Event
from notifications import announcing
from notifications.models import Message
from registrations.models import Booking, Registration
from tests import factories

Form = dict[str, str]
Mishap = Callable[[Person, str, Form], Awaitable[list[Answer]]]
# Nobody of the crowd has these numbers.
FIRST_NUMBER = 1_000_000
PEOPLE_PER_MISHAP = 25
BOOKINGS = Booking._meta.label
LONGER_THAN_THE_FASTEST_FILL = 2.1


def rows() -> dict[str, int]:
    """How many rows each table has once every fact has its mails; a mail is a row, too."""
    while announcing.announce(timezone.now()):
        pass
    return {model._meta.label: model._default_manager.count() for model in apps.get_models()}


def problems_of_replays(
    answers: list[Answer], before: dict[str, int], after: dict[str, int]
) -> list[str]:
    """Whether every replay got the first answer and left nothing behind."""
    new = {name: after[name] - before[name] for name in after if after[name] != before[name]}
    pages = dict(Counter(answer.status for answer in answers))
    print(f"{len(answers)} replays: pages {pages}, new rows and mails {new}", flush=True)
    wanted = {200: len(answers)}
    return differences({"pages of replays": (pages, wanted), "new rows and mails": (new, {})})


# --- Mishaps: what a person does who sends one form twice ------------------------------------
async def double_click(person: Person, path: str, values: Form) -> list[Answer]:
    """One form, sent twice at the same moment."""
    other = person.beside()
    return [*await asyncio.gather(person.send(path, values), other.send(path, values))]


async def back_button(person: Person, path: str, values: Form) -> list[Answer]:
    """The answer was read; then back to the form, and sent again."""
    return [await person.send(path, values), await person.send(path, values)]


async def two_tabs(person: Person, path: str, values: Form) -> list[Answer]:
    """The form is open twice, each with its own key; both are sent at the same moment."""
    other = person.beside()
    again = values | await other.open_form(path)
    await other.close()
    await asyncio.sleep(LONGER_THAN_THE_FASTEST_FILL)
    return [*await asyncio.gather(person.send(path, values), other.send(path, again))]


async def cut_line(person: Person, path: str, values: Form) -> list[Answer]:
    """The line was cut before the answer; the form is sent again at once."""
    await person.send_and_hang_up(path, values)
    return [await person.send(path, values)]


# Each with the number of submits that it leaves: every key once.
MISHAPS: dict[Mishap, int] = {double_click: 1, back_button: 1, two_tabs: 2, cut_line: 1}


def problems_of_mishaps(host: str) -> list[str]:
    """Each mishap of each person leaves one registration, and shows the page of success."""
    event = factories.event(capacity=PEOPLE_PER_MISHAP * len(MISHAPS))
    before = rows()
    answers = asyncio.run(_all_mishaps(host, event))
    after, people = rows(), Registration.objects.filter(event=event)
    pages = Counter(answer.status for answer in answers)
    print(f"{event.capacity} mishaps: {people.count()} registrations, pages {dict(pages)}")
    submits = PEOPLE_PER_MISHAP * sum(MISHAPS.values())
    told = Message.objects.filter(registration__event=event)
    kinds = Counter(told.values_list("registration", "kind"))
    return differences(
        {
            "registrations": (people.count(), event.capacity),
            "confirmed": (people.confirmed().count(), event.capacity),
            "people": (len(set(people.values_list("email", flat=True))), event.capacity),
            "submits": (after[BOOKINGS] - before[BOOKINGS], submits),
            "pages of mishaps": (set(pages), {200}),
            "confirmed by mail": (told.filter(kind="confirmed").count(), event.capacity),
            "mails of one kind to one person": (max(kinds.values()), 1),
            "broken invariants": (broken(), []),
        }
    )


async def _all_mishaps(host: str, event: Event) -> list[Answer]:
    path = f"/{event.series.slug}/{event.slug}/register/"
    people = [
        (mishap, FIRST_NUMBER + place * PEOPLE_PER_MISHAP + own)
        for place, mishap in enumerate(MISHAPS)
        for own in range(PEOPLE_PER_MISHAP)
    ]
    seen = await asyncio.gather(*(_suffer(host, path, *one) for one in people))
    return [answer for answers in seen for answer in answers]


async def _suffer(host: str, path: str, mishap: Mishap, number: int) -> list[Answer]:
    person = Person(host, address(number))
    values = registration_form(number) | await person.open_form(path)
    await person.close()
    await asyncio.sleep(LONGER_THAN_THE_FASTEST_FILL)
    answers = await mishap(person, path, values)
    await person.close()
    return answers
