"""make bench: registrations per second, contested and uncontested, beside a bare view.

Contested: everybody wants one event with few places. Uncontested: each wants an event of their own
row. Forms are fetched beforehand; what is measured is the POST.
"""

import asyncio
import itertools
from collections.abc import Awaitable, Callable

from benchmarks.client import Person, address, registration_form
from benchmarks.measuring import RUNS, report, throughput
from benchmarks.sites import register_paths, two_sites

REQUESTS, AT_ONCE, EVENTS = 240, 16, 16
LONGER_THAN_THE_FASTEST_FILL = 2.1
_people = itertools.count(1)


def main() -> None:
    with two_sites() as (ours, bare, _paths):
        for name, count in (("contested: one event", 1), ("uncontested: sixteen events", EVENTS)):
            runs = []
            for run in range(RUNS):
                paths = register_paths(f"{name[:4]}{run}", count)
                runs.append((_rate(ours, paths), _rate(bare, paths)))
            report(name, [own for own, _ in runs], [other for _, other in runs], "registrations/s")


def _rate(host: str, paths: list[str]) -> float:
    return throughput(asyncio.run(_prepared(host, paths)), AT_ONCE)


async def _prepared(host: str, paths: list[str]) -> list[Callable[[], Awaitable[None]]]:
    """Jobs that send a form which is open already."""
    jobs = []
    for index in range(REQUESTS):
        number, path = next(_people), paths[index % len(paths)]
        person = Person(host, address(number))
        hidden = await person.open_form(path)
        await person.close()
        jobs.append(_job(person, path, registration_form(number) | hidden))
    await asyncio.sleep(LONGER_THAN_THE_FASTEST_FILL)
    return jobs


def _job(person: Person, path: str, values: dict[str, str]) -> Callable[[], Awaitable[None]]:
    async def send() -> None:
        answer = await person.post(path, values)
        await person.close()
        if answer.status != 302:
            raise RuntimeError(f"{path}: {answer.status}")

    return send


if __name__ == "__main__":
    main()
