"""make bench: registrations per second beside a bare Django view and beside SQL alone.

Contested: everybody wants one event with few places. Uncontested: there are places for all, in one
event or in eight. Forms are fetched beforehand; what is measured is the POST. The same with few and
with many registrations already there.
"""

import asyncio
import itertools
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from benchmarks import minimal_sql
from benchmarks.client import Person, address, registration_form
from benchmarks.measuring import RUNS, ratio_of, throughput
from benchmarks.sites import Sites, forget_bare_rows, path_of, two_sites

FORMS, FEW, MANY = 160, 1_000, 100_000
ENOUGH_PLACES, FEW_PLACES = 10_000, 20
LONGER_THAN_THE_FASTEST_FILL = 2.1
PGBENCH_IS_MISSING = "SKIPPED: pgbench not found (apt: postgresql), its column is empty"
_people = itertools.count(1)
Job = Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class Case:
    """How many people, by how many forms at once, want places in how many events."""

    name: str
    events: int
    at_once: int
    places: int = ENOUGH_PLACES
    party: int = 1


CONTESTED = Case("contested, one event, 16 at once", 1, 16, places=FEW_PLACES)
SPREAD = Case("eight events, 16 at once", 8, 16)
CASES = (
    CONTESTED,
    Case("one event, 16 at once", 1, 16),
    Case("one event, 50 at once", 1, 50),
    SPREAD,
    Case("eight events, 50 at once", 8, 50),
    Case("parties of three, eight events, 16", 8, 16, party=3),
)
WITH_MANY = (CONTESTED, SPREAD)


@dataclass
class Paces:
    """People a second in each run; SQL alone books one a transaction."""

    ours: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    sql: list[float] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        return ratio_of(self.ours, self.bare)


def main() -> None:
    pgbench = minimal_sql.program()
    if pgbench is None:
        print(PGBENCH_IS_MISSING)
    with two_sites() as sites:
        few = _measured(sites, pgbench, CASES, FEW)
        many = _measured(sites, pgbench, WITH_MANY, MANY)
    for case in WITH_MANY:
        print(
            f"{case.name}: with {MANY:,} rows {many[case].ratio / few[case].ratio:.2f} of {FEW:,}"
        )


def _measured(
    sites: Sites, pgbench: str | None, cases: Sequence[Case], rows: int
) -> dict[Case, Paces]:
    """Each case with so many registrations already there, in interleaved runs, printed."""
    from benchmarks import already_there

    already_there.fill_up_to(rows)
    print(f"{rows:,} registrations already there", flush=True)
    found = {}
    for case in cases:
        found[case] = paces = Paces()
        for _run in range(RUNS):
            _measure(sites, pgbench, case, paces)
        _print(case, paces)
    return found


def _measure(sites: Sites, pgbench: str | None, case: Case, paces: Paces) -> None:
    from tests import factories

    series = factories.series()
    events = [factories.event(series=series, capacity=case.places) for _n in range(case.events)]
    paths = [path_of(event) for event in events]
    ours, bare = asyncio.run(_prepared(sites.ours, sites.bare, paths, case))
    time.sleep(LONGER_THAN_THE_FASTEST_FILL)
    paces.ours.append(throughput(ours, case.at_once) * case.party)
    paces.bare.append(throughput(bare, case.at_once) * case.party)
    if pgbench:
        numbers = [event.pk for event in events]
        pace = minimal_sql.transactions_per_second(
            pgbench, sites.database_url, numbers, case.at_once
        )
        paces.sql.append(pace)
    forget_bare_rows()


async def _prepared(ours: str, bare: str, paths: list[str], case: Case) -> tuple[list[Job], ...]:
    """Jobs that send a form which is open already, for each host."""
    gate = asyncio.Semaphore(case.at_once)

    async def opened(host: str, index: int) -> Job:
        number, path = next(_people), paths[index % len(paths)]
        person = Person(host, address(number))
        async with gate:
            hidden = await person.open_form(path)
            await person.close()
        return _job(person, path, _form(number, case.party) | hidden)

    return tuple(
        [
            list(await asyncio.gather(*(opened(host, n) for n in range(FORMS))))
            for host in (ours, bare)
        ]
    )


def _form(number: int, party: int) -> dict[str, str]:
    """One person's form, or a party's: the others come from the same place."""
    values = registration_form(number)
    for other in range(2, party + 1):
        values |= {
            f"name{other}": f"Boris Vzorový {number}-{other}",
            f"email{other}": f"vzorovy{number}-{other}@mesto.example",
            f"same{other}": "on",
        }
    return values | ({"people": str(party), "together": "yes"} if party > 1 else {})


def _job(person: Person, path: str, values: dict[str, str]) -> Job:
    async def send() -> None:
        answer = await person.post(path, values)
        await person.close()
        if answer.status != 302:
            raise RuntimeError(f"{path}: {answer.status}")

    return send


def _print(case: Case, paces: Paces) -> None:
    sql = f"{statistics.median(paces.sql):7.0f}" if paces.sql else "      -"
    print(
        f"{case.name:<36} {statistics.median(paces.ours):6.1f} people/s   bare"
        f" {statistics.median(paces.bare):6.1f}   SQL {sql}   of bare {paces.ratio:.2f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
