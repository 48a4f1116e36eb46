"""The one decorator of everything that writes: a durable transaction under a retry of the whole."""

import functools
import logging
import random
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.db import IntegrityError, OperationalError, transaction

P = ParamSpec("P")
R = TypeVar("R")
logger = logging.getLogger(__name__)

ATTEMPTS = 4
# PostgreSQL: serialization failure, deadlock, lock not available; and a unique value that another
# transaction wrote in the same moment: the next attempt sees it.
_PASSING = {"40001", "40P01", "55P03", "23505"}
_PASSING_ON_SQLITE = ("database is locked", "database table is locked", "UNIQUE constraint failed")


class TryAgain(OperationalError):
    """What an action read before its locks is not so any more; the whole of it is repeated."""


def is_passing(error: OperationalError | IntegrityError) -> bool:
    """True for a clash with another transaction, after which the same attempt may succeed."""
    if isinstance(error, TryAgain):
        return True
    state = getattr(error.__cause__, "sqlstate", None)
    return state in _PASSING or str(error).startswith(_PASSING_ON_SQLITE)


def action(function: Callable[P, R]) -> Callable[P, R]:
    """One transaction per call, repeated up to three times after a clash (rule 5).

    Durable: calling an action inside an action raises RuntimeError. After the last attempt the
    error leaves; an OperationalError the web answers with 503.
    """

    @functools.wraps(function)
    def attempt(*args: P.args, **kwargs: P.kwargs) -> R:
        for left in reversed(range(ATTEMPTS)):
            try:
                with transaction.atomic(durable=True):
                    return function(*args, **kwargs)
            except (OperationalError, IntegrityError) as error:
                if not left or not is_passing(error):
                    raise
                logger.info("%s: repeated after %s", function.__name__, type(error).__name__)
                time.sleep(random.uniform(0.01, 0.05) * (ATTEMPTS - left))  # noqa: S311
        raise AssertionError("unreachable")

    return attempt
