"""The checks of what must hold, each under its sentence, and how long a fault may be under way."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

Check = Callable[[datetime], Iterator[str]]
CHECKS: dict[str, Check] = {}

# Ticks come every five seconds; two minutes late is a fault (invariant 6), five for a mail (8).
ANNOUNCED_WITHIN = timedelta(minutes=2)
SETTLED_WITHIN = timedelta(minutes=5)


def check(name: str) -> Callable[[Check], Check]:
    """Names an invariant as a sentence."""

    def register(function: Check) -> Check:
        CHECKS[name] = function
        return function

    return register
