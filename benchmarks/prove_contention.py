"""make prove-contention [DB=sqlite] [GUARD=off]: a crowd meets few places; exactly the places go.

500 clients, 50 at once (SQLite 12), send the real form for 200 places under gunicorn. GUARD=off
runs a patched copy in which the event's lock is missing and 20 ms pass between count and write:
then this proof must fail, or it proves nothing.
"""

import asyncio
import os
import sys
import time
from contextlib import nullcontext

from benchmarks.client import Answer, Person, address, registration_form
from benchmarks.stack import TREE, patched_tree, setup_django, stack, web

CLIENTS, PLACES = 500, 200
AT_ONCE = {"postgres": 50, "sqlite": 12}
LONGER_THAN_THE_FASTEST_FILL = 2.1
NO_LOCK = (
    "events/models/event.py",
    'return list(rows.select_for_update(of=("self",), no_key=True))',
    "return list(rows)",
)
LATE_WRITE = (
    "registrations/capacity.py",
    "    quotas = list(Quota.objects.concerning(event))",
    "    __import__('time').sleep(0.02)\n    quotas = list(Quota.objects.concerning(event))",
)


def main() -> int:
    database = os.environ.get("DB", "postgres")
    guarded = os.environ.get("GUARD") != "off"
    tree = nullcontext(TREE) if guarded else patched_tree(NO_LOCK, LATE_WRITE)
    with tree as place, stack(database=database, tree=place) as made:
        setup_django()
        path = _event_path()
        with web(made) as host:
            answers = asyncio.run(_crowd(host, path, AT_ONCE[database]))
        problems = _problems(answers)
    for problem in problems:
        print(f"prove-contention: {problem}")
    return 1 if problems else 0


def _event_path() -> str:
    from tests import factories

    event = factories.event(capacity=PLACES)
    return f"/{event.series.slug}/{event.slug}/register/"


async def _crowd(host: str, path: str, at_once: int) -> list[Answer]:
    """Everybody opens the form first; then they all send it, so many at once."""
    gate = asyncio.Semaphore(at_once)
    people = [Person(host, address(number)) for number in range(CLIENTS)]

    async def opened(person: Person) -> dict[str, str]:
        async with gate:
            hidden = await person.open_form(path)
            await person.close()
            return hidden

    async def sent(number: int, hidden: dict[str, str]) -> Answer:
        async with gate:
            answer = await people[number].post(path, registration_form(number) | hidden)
            await people[number].close()
            return answer

    forms = await asyncio.gather(*map(opened, people))
    await asyncio.sleep(LONGER_THAN_THE_FASTEST_FILL)
    started = time.perf_counter()
    answers = await asyncio.gather(*(sent(number, form) for number, form in enumerate(forms)))
    seconds = time.perf_counter() - started
    slowest = sorted(answer.seconds for answer in answers)[int(CLIENTS * 0.99) - 1]
    print(f"{CLIENTS} sent in {seconds:.1f} s, {CLIENTS / seconds:.0f}/s, p99 {slowest:.2f} s")
    return list(answers)


def _problems(answers: list[Answer]) -> list[str]:
    from django.utils import timezone

    from desk import invariants
    from registrations.models import Registration

    confirmed = Registration.objects.confirmed().count()
    line = [row.position() for row in Registration.objects.waiting().in_line()]
    errors = [answer.status for answer in answers if answer.status != 302]
    broken = [name for name in invariants.run(timezone.now()) if "announced" not in name]
    print(f"{confirmed} confirmed, {len(line)} waiting, {len(errors)} errors")
    found: dict[str, bool] = {
        f"not answered by a redirect: {errors}": bool(errors),
        f"confirmed {confirmed} instead of {PLACES}": confirmed != PLACES,
        "wrong positions in line": line != list(range(1, CLIENTS - PLACES + 1)),
        f"invariants broken: {broken}": bool(broken),
    }
    return [words for words, is_so in found.items() if is_so]


if __name__ == "__main__":
    sys.exit(main())
