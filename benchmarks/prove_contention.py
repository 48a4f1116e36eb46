"""make prove-contention [DB=sqlite] [GUARD=off]: a crowd meets few places; exactly the places go.

10,000 people, 100 at once (SQLite: 1,000, 12 at once), send the real form for 200 places under
gunicorn, with a quota and an option in the way (benchmarks/contest.py). Then as many forms that
were answered are sent again and leave nothing, and people send one form twice as people do
(benchmarks/repeats.py). What comes of a form is read from the page that is seen in the end; the
limit is on the answer to the form. GUARD=off runs a patched copy in which the event's lock is
missing and 20 ms pass between count and write: then this proof must fail, or it proves nothing.
"""

import asyncio
import itertools
import os
import sys
import time
from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.client import Answer, Person, address
from benchmarks.stack import TREE, Stack, patched_tree, setup_django, stack, web

if TYPE_CHECKING:
    from benchmarks.contest import Contest

LONGEST_SECONDS = 5.0
LONGER_THAN_THE_FASTEST_FILL = 2.1
NO_LOCK = (
    "events/models/event.py",
    'return self.select_related("series").select_for_update(of=("self",), no_key=True)',
    'return self.select_related("series")',
)
LATE_WRITE = (
    "registrations/capacity.py",
    "    quotas = list(Quota.objects.concerning(event))",
    "    __import__('time').sleep(0.02)\n    quotas = list(Quota.objects.concerning(event))",
)


@dataclass(frozen=True)
class Size:
    """How many send a form, and how many of them at once."""

    people: int
    at_once: int


SIZES = {"postgres": Size(10_000, 100), "sqlite": Size(1_000, 12)}


@dataclass(frozen=True)
class Sent:
    """A form as somebody sent it, and the page they saw."""

    person: Person
    values: dict[str, str]
    answer: Answer


def main() -> int:
    database = os.environ.get("DB", "postgres")
    guarded = os.environ.get("GUARD") != "off"
    tree = nullcontext(TREE) if guarded else patched_tree(NO_LOCK, LATE_WRITE)
    with tree as place, stack(database=database, tree=place) as made:
        setup_django()
        problems = _problems(made, SIZES[database])
    for problem in problems:
        print(f"prove-contention: {problem[:600]}")
    return 1 if problems else 0


def _problems(made: Stack, size: Size) -> list[str]:
    """Of the crowd, of the replays and of the mishaps; a wrong result ends it."""
    from benchmarks import contest, repeats

    wanted = contest.contest(size.people)
    with web(made) as host:
        sent, late = asyncio.run(_crowd(host, wanted, size))
        if wrong := contest.problems_of(wanted, [one.answer for one in sent]):
            return late + wrong
        before = repeats.rows()
        again = asyncio.run(_replays(wanted.path, sent, size))
        problems = late + repeats.problems_of_replays(again, before, repeats.rows())
        problems += repeats.problems_of_mishaps(host)
    return problems + [f"logged: {line}" for line in made.log().splitlines() if '"ERROR"' in line]


async def _crowd(host: str, wanted: "Contest", size: Size) -> tuple[list[Sent], list[str]]:
    """Everybody opens the form first; then they all send it, so many at once."""
    gate = asyncio.Semaphore(size.at_once)
    people = [Person(host, address(number)) for number in range(size.people)]

    async def opened(person: Person) -> dict[str, str]:
        async with gate:
            hidden = await person.open_form(wanted.path)
            await person.close()
            return hidden

    async def sent(number: int, hidden: dict[str, str]) -> Sent:
        async with gate:
            values = wanted.form(number) | hidden
            return Sent(people[number], values, await _send(people[number], wanted.path, values))

    started = time.perf_counter()
    forms = await asyncio.gather(*map(opened, people))
    print(f"{size.people} forms opened in {time.perf_counter() - started:.0f} s", flush=True)
    await asyncio.sleep(LONGER_THAN_THE_FASTEST_FILL)
    started = time.perf_counter()
    everybody = await asyncio.gather(*(sent(number, form) for number, form in enumerate(forms)))
    slowest = _report("sent", (one.answer for one in everybody), time.perf_counter() - started)
    late = f"the slowest of a hundred waited {slowest:.1f} s"
    return list(everybody), [late] if slowest > LONGEST_SECONDS else []


async def _replays(path: str, sent: list[Sent], size: Size) -> list[Answer]:
    """As many forms as there were people, each one that was answered before, all over again."""
    gate = asyncio.Semaphore(size.at_once)
    used = itertools.cycle(one for one in sent if one.answer.status == 200)

    async def again(one: Sent) -> Answer:
        async with gate:
            return await _send(one.person.beside(), path, one.values)

    started = time.perf_counter()
    chosen = itertools.islice(used, size.people)
    answers = await asyncio.gather(*map(again, chosen))
    _report("replayed", answers, time.perf_counter() - started)
    return list(answers)


async def _send(person: Person, path: str, values: dict[str, str]) -> Answer:
    answer = await person.send(path, values)
    await person.close()
    return answer


def _report(what: str, answers: Iterable[Answer], seconds: float) -> float:
    """Prints the pace; returns what 99 of 100 waited at most for the answer, in seconds."""
    given = list(answers)
    slowest = _most_of_99([answer.seconds for answer in given])
    seen = _most_of_99([answer.seconds_until_seen for answer in given])
    pace = f"{len(given) / seconds:.0f}/s, p99 {slowest:.2f} s, with the page after it {seen:.2f} s"
    print(f"{len(given)} {what} in {seconds:.0f} s, {pace}", flush=True)
    return slowest


def _most_of_99(seconds: list[float]) -> float:
    return sorted(seconds)[int(len(seconds) * 0.99) - 1]


if __name__ == "__main__":
    sys.exit(main())
