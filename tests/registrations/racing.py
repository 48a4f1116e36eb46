"""Real threads that act at the same moment, and what is asked of the rows afterwards."""

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

from django.db import connection
from django.utils import timezone

from desk import invariants
from events.actions import EventError
from registrations import actions
from registrations.models import Registration
from tests import factories


def at_once(calls: Iterable[Callable[[], object]]) -> list[object]:
    """Starts all calls at the same moment and returns results, or the refusals, in order."""
    calls = list(calls)
    barrier = threading.Barrier(len(calls))

    def run(call):
        try:
            barrier.wait()
            return call()
        except (actions.RegistrationError, EventError) as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def count(event, status):
    return Registration.objects.filter(event=event, status=status).count()


def broken():
    hits = invariants.run(timezone.now())
    return {name: rows for name, rows in hits.items() if "announced" not in name}


def refused(results):
    """How many of the calls were refused."""
    return sum(isinstance(result, actions.RegistrationError) for result in results)


def offered(places=1, behind=3):
    """An event whose places are offered to the first in line."""
    event = factories.event(capacity=places, offer_hours=24)
    holders = factories.fill(event, places)
    line = factories.fill(event, places + behind)
    for holder in holders:
        actions.cancel_registration(holder.pk)
    return event, line
