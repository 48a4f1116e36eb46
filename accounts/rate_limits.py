"""Counts of what leaves no row of its own, kept in the cache that all processes share (rule 22)."""

from datetime import timedelta

from django.core.cache import cache


def is_exceeded(what: str, who: str, *, limit: int, within: timedelta) -> bool:
    """Counts one more `what` of `who` and tells whether that is more than `limit` in this time.

    Two processes may lose a count to each other: the limit is a brake, no lock.
    """
    key = f"rate-limit:{what}:{who}"
    cache.add(key, 0, timeout=within.total_seconds())
    try:
        return cache.incr(key) > limit
    except ValueError:
        # It ran out between the two lines: the next one counts anew.
        return False
