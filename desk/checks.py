"""What a check is, and how long a fault may be under way before it is one."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

# Yields the rows that break a rule as "table id"; an empty answer is good news.
Check = Callable[[datetime], Iterator[str]]

# Ticks come every five seconds; two minutes late is a fault (invariant 6), five for a mail (8).
ANNOUNCED_WITHIN = timedelta(minutes=2)
SETTLED_WITHIN = timedelta(minutes=5)


class Checks(dict[str, Check]):
    """Checks of one subject, each under the sentence that must hold."""

    def under(self, sentence: str) -> Callable[[Check], Check]:
        """Enters a function as the check of this sentence."""

        def enter(function: Check) -> Check:
            self[sentence] = function
            return function

        return enter
