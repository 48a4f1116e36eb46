"""make bench: how fast the pages and feeds that everybody reads are, beside a bare view.

The same rows in one query and one flat template, behind the same middleware, five interleaved runs.
"""

from collections.abc import Awaitable, Callable

from benchmarks.client import Person, address
from benchmarks.measuring import RUNS, report, throughput
from benchmarks.sites import two_sites

REQUESTS, AT_ONCE = 400, 8


def main() -> None:
    with two_sites() as sites:
        for name, path in sites.pages.items():
            runs = [(_rate(sites.ours, path), _rate(sites.bare, path)) for _run in range(RUNS)]
            report(name, [own for own, _ in runs], [other for _, other in runs], "pages/s")


def _rate(host: str, path: str) -> float:
    people = [Person(host, address(number)) for number in range(AT_ONCE)]

    def job(number: int) -> Callable[[], Awaitable[None]]:
        async def ask() -> None:
            person = Person(host, people[number % AT_ONCE].address)
            answer = await person.get(path)
            await person.close()
            if answer.status != 200:
                raise RuntimeError(f"{path}: {answer.status}")

        return ask

    return throughput([job(number) for number in range(REQUESTS)], AT_ONCE)


if __name__ == "__main__":
    main()
