"""The decorator of everything that writes: repeated after a clash, at once out for a bug."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from accounts.transactions import ATTEMPTS, action, is_passing
from events.models import Region


class Cause(Exception):
    """What PostgreSQL's driver raises, with the state that it reports."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__(sqlstate)
        self.sqlstate = sqlstate


def error(sqlstate: str = "", message: str = "clash") -> OperationalError:
    made = OperationalError(message)
    made.__cause__ = Cause(sqlstate) if sqlstate else None
    return made


@pytest.mark.parametrize("sqlstate", ["40001", "40P01", "55P03", "23505"])
def test_clash_passes(sqlstate: str) -> None:
    assert is_passing(error(sqlstate))


def test_locked_sqlite_passes() -> None:
    assert is_passing(error(message="database is locked"))


@pytest.mark.parametrize("sqlstate", ["57014", "08006", "53300", ""])
def test_other_errors_do_not_pass(sqlstate: str) -> None:
    assert not is_passing(error(sqlstate))


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses between the attempts, noted instead of slept."""
    pauses: list[float] = []
    monkeypatch.setattr("accounts.transactions.time.sleep", pauses.append)
    return pauses


def failing(times: int, raised: Exception) -> tuple[Callable[[], str], list[int]]:
    """An action that fails so often before it succeeds, and the list of its attempts."""
    attempts: list[int] = []

    @action
    def attempt() -> str:
        attempts.append(len(attempts))
        if len(attempts) <= times:
            raise raised
        return "done"

    return attempt, attempts


@pytest.mark.django_db
def test_action_is_repeated_after_a_clash(no_waiting: list[float]) -> None:
    attempt, attempts = failing(3, error("40P01"))
    assert (attempt(), len(attempts), len(no_waiting)) == ("done", ATTEMPTS, 3)


@pytest.mark.django_db
def test_action_gives_up_after_the_last_attempt(no_waiting: list[float]) -> None:
    attempt, attempts = failing(100, error("55P03"))
    with pytest.raises(OperationalError):
        attempt()
    assert (len(attempts), len(no_waiting)) == (ATTEMPTS, ATTEMPTS - 1)
    assert max(no_waiting) < 1


@pytest.mark.django_db
@pytest.mark.parametrize("raised", [error("57014"), IntegrityError("check"), ValueError("a bug")])
def test_other_error_leaves_at_once(no_waiting: list[float], raised: Exception) -> None:
    attempt, attempts = failing(1, raised)
    with pytest.raises(type(raised)):
        attempt()
    assert (len(attempts), no_waiting) == (1, [])


@pytest.mark.django_db(transaction=True)
def test_unique_value_that_another_wrote_is_found_by_the_next_attempt(
    no_waiting: list[float],
) -> None:
    attempts: list[str] = []

    @action
    def name_a_region() -> str:
        attempts.append("CZ98" if attempts else "CZ99")
        return Region.objects.create(code=attempts[-1], name=f"Nikde {attempts[-1]}").code

    Region.objects.create(code="CZ99", name="Jinde")
    assert (name_a_region(), len(attempts), len(no_waiting)) == ("CZ98", 2, 1)


@pytest.mark.django_db(transaction=True)
def test_failed_action_leaves_nothing() -> None:
    @action
    def make_and_fail() -> None:
        Region.objects.create(code="CZ99", name="Nikde")
        raise ValueError

    with pytest.raises(ValueError):
        make_and_fail()
    assert not Region.objects.filter(code="CZ99").exists()


@pytest.mark.django_db(transaction=True)
def test_action_in_an_action_is_a_bug() -> None:
    inner, _attempts = failing(0, ValueError())

    @action
    def outer() -> str:
        return inner()

    with pytest.raises(RuntimeError, match="durable"):
        outer()
    assert inner() == "done"


@pytest.mark.django_db(transaction=True)
def test_action_in_a_transaction_is_a_bug() -> None:
    inner, _attempts = failing(0, ValueError())
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        inner()


def test_action_keeps_its_name_and_its_words() -> None:
    def cancel_event() -> None:
        """Calls an event off."""

    assert (action(cancel_event).__name__, action(cancel_event).__doc__) == (
        "cancel_event",
        "Calls an event off.",
    )


def in_thread(work: Callable[[], Any]) -> tuple[threading.Thread, list[Any]]:
    """Runs the work in a thread with a connection of its own; what it returns or raises."""
    results: list[Any] = []

    def run() -> None:
        try:
            results.append(work())
        except OperationalError as raised:
            results.append(raised)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread, results


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_deadlock_ends_with_both_done() -> None:
    # Each takes its own row first, then waits for the other's: PostgreSQL kills one of them.
    rows = [Region.objects.create(code=f"CZ9{n}", name=f"Nikde {n}") for n in (1, 2)]
    both_hold_one = threading.Barrier(2, timeout=10)
    attempts: list[str] = []

    def swap(first: int, second: int) -> Callable[[], str]:
        @action
        def rename_both() -> str:
            attempts.append("one more")
            Region.objects.select_for_update().get(pk=first)
            if not both_hold_one.broken and len(attempts) <= 2:
                both_hold_one.wait()
            Region.objects.select_for_update().get(pk=second)
            return "done"

        return rename_both

    runs = [in_thread(swap(rows[0].pk, rows[1].pk)), in_thread(swap(rows[1].pk, rows[0].pk))]
    for thread, _results in runs:
        thread.join(30)
    assert [results for _thread, results in runs] == [["done"], ["done"]]
    assert len(attempts) >= 3


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_lock_that_is_never_freed_ends_the_action() -> None:
    region = Region.objects.create(code="CZ91", name="Nikde")
    attempts: list[str] = []

    @action
    def take() -> None:
        attempts.append("one more")
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = 50")
        Region.objects.select_for_update().get(pk=region.pk)

    with transaction.atomic():
        Region.objects.select_for_update().get(pk=region.pk)
        thread, results = in_thread(take)
        thread.join(30)
    (raised,) = results
    assert isinstance(raised, OperationalError)
    assert len(attempts) == ATTEMPTS
