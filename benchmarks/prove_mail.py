"""make prove-mail: every calendar ends right, every reminder is decided once.

Real PostgreSQL and a real SMTP server; actions and sweeps run in this process under a clock that
stands still until it is moved. Readers are modelled by what a strict calendar program does.
"""

import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import time_machine

from benchmarks.mailboxes import Mailboxes
from benchmarks.stack import setup_django, stack
from tests import services

if TYPE_CHECKING:
    from benchmarks.crowds import World

# A quiet Monday, before the weeks in which reminders are looked at.
BEGINNING = datetime(2024, 1, 8, 9, 0, tzinfo=UTC)


def main() -> int:
    with services.smtp() as smtp, stack(EMAIL_URL=f"smtp://127.0.0.1:{smtp.port}"):
        setup_django()
        from benchmarks import crowds, mail_parts, reminder_weeks

        with time_machine.travel(BEGINNING, tick=False) as clock:
            world = crowds.World(clock, Mailboxes(smtp))
            parts = [*mail_parts.PARTS, *reminder_weeks.PARTS]
            are_true = [_is_true(part, world) for part in parts]
    return 0 if all(are_true) else 1


def _is_true(part: "Callable[[World], str | None]", world: "World") -> bool:
    """Prints one line: what must be true, how long it took, and what was found instead."""
    from benchmarks.crowds import Untrue

    started = time.perf_counter()
    words = (part.__doc__ or "").splitlines()[0]
    try:
        found = part(world)
        world.expect_invariants()
    except Untrue as error:
        print(f"prove-mail: {words} UNTRUE after {time.perf_counter() - started:.1f} s: {error}")
        return False
    print(f"{words} {found or ''} {time.perf_counter() - started:.1f} s", flush=True)
    return True


if __name__ == "__main__":
    sys.exit(main())
