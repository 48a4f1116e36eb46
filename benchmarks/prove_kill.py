"""make prove-kill [GUARD=off]: the sender is killed while it sends; nothing is lost.

A real worker and a real beat on PostgreSQL and Redis send 1,000 invites to a real, slow SMTP
server. The worker has one sender, gets SIGKILL 20 times in the middle of its work and is started
again. Exactly once over SMTP does not exist: a kill between the server's 250 and our mark sends one
mail again, with the same Message-ID and the same bytes. GUARD=off runs a patched copy in which a
dead sender's lease is never taken over: then this proof must fail, or it proves nothing.
"""

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from benchmarks.stack import TREE, Stack, patched_tree, setup_django, stack, stop
from tests import services

MAILS, KILLS = 1_000, 20
# So many mails after its start a worker is killed, and so many milliseconds later.
KILLED_AFTER_MAILS, KILLED_LATER_MS = (5, 30), 12
# Nothing can be gained by waiting longer than a lease and some ticks.
LONGER_THAN_A_LEASE_SECONDS = 60
NO_TAKING_OVER = (
    "notifications/claims.py",
    "Message.objects.filter(is_queued | is_abandoned)",
    "Message.objects.filter(is_queued)",
)
BEAT = ("celery", "--app", "config", "beat", "--loglevel", "WARNING", "--pidfile", "")
WORKER = (
    *("celery", "--app", "config", "worker", "--loglevel", "WARNING"),
    *("--pool", "threads", "--concurrency", "1"),
    *("--without-gossip", "--without-mingle", "--without-heartbeat"),
)


@dataclass
class SlowServer(services.SmtpServer):
    """Keeps a mail first and says so a little later: a kill in between is the one that hurts."""

    seconds: float = 0.008

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = await super().handle_DATA(server, session, envelope)
        await asyncio.sleep(self.seconds)
        return answer

    @property
    def count(self) -> int:
        return len(self.deliveries)


@contextmanager
def slow_smtp() -> Iterator[SlowServer]:
    server = SlowServer(port=services.free_port())
    controller = Controller(server, hostname="127.0.0.1", port=server.port)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()


def main() -> int:
    guarded = os.environ.get("GUARD") != "off"
    tree = nullcontext(TREE) if guarded else patched_tree(NO_TAKING_OVER)
    with tree as place, services.redis() as redis, slow_smtp() as smtp:
        urls = {"BROKER_URL": redis, "EMAIL_URL": f"smtp://127.0.0.1:{smtp.port}"}
        with stack(tree=place, **urls) as made:
            setup_django()
            _register()
            kills = _send_under_fire(made, smtp)
            problems = _problems(smtp, kills)
    for problem in problems:
        print(f"prove-kill: {problem}")
    return 1 if problems else 0


def _register() -> None:
    from tests import factories

    started = time.monotonic()
    factories.fill(factories.event(capacity=MAILS), MAILS)
    print(f"{MAILS} registered in {time.monotonic() - started:.0f} s", flush=True)


# --- The fire ---------------------------------------------------------------------------------
@dataclass
class Kills:
    """How often the worker was killed, and how often that hit a sender at work."""

    done: int = 0
    at_work: int = 0
    started: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.started


def _send_under_fire(made: Stack, smtp: SlowServer) -> Kills:
    """Until every mail is settled, or nothing has moved for longer than a lease."""
    beat, kills, chance = made.start(*BEAT), Kills(), random.Random(2018)
    worker = made.start(*WORKER)
    try:
        while kills.done < KILLS and _have_come(smtp, chance.randint(*KILLED_AFTER_MAILS)):
            time.sleep(chance.uniform(0, KILLED_LATER_MS) / 1000)
            _kill(worker)
            kills.done += 1
            kills.at_work += _is_in_flight()
            worker = made.start(*WORKER)
        _wait_until_settled()
    finally:
        stop(worker)
        stop(beat)
    return kills


def _have_come(smtp: SlowServer, more: int) -> bool:
    """Waits for so many more mails; False where all are sent, or none came for over a lease."""
    wanted = smtp.count + more
    seen, deadline = smtp.count, time.monotonic() + _patience_seconds()
    while smtp.count < wanted:
        if smtp.count > seen:
            seen, deadline = smtp.count, time.monotonic() + _patience_seconds()
        if time.monotonic() > deadline or not _unsettled():
            return False
        time.sleep(0.002)
    return True


def _kill(worker: subprocess.Popen[bytes]) -> None:
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()


def _wait_until_settled() -> None:
    left, deadline = _unsettled(), time.monotonic() + _patience_seconds()
    while left and time.monotonic() < deadline:
        time.sleep(0.5)
        if (now_left := _unsettled()) != left:
            left, deadline = now_left, time.monotonic() + _patience_seconds()


def _patience_seconds() -> float:
    from notifications.claims import LEASE

    return LEASE.total_seconds() + LONGER_THAN_A_LEASE_SECONDS


def _unsettled() -> int:
    """Mails that are neither sent nor given up; those that were never announced count, too."""
    from notifications.models import Message

    return MAILS - Message.objects.exclude(state__in=["queued", "sending"]).count()


def _is_in_flight() -> bool:
    """Whether the sender that was just killed has left mails under its lease."""
    from django.utils import timezone

    from notifications.claims import LEASE
    from notifications.models import Message

    fresh = timezone.now() + LEASE - timedelta(seconds=10)
    return Message.objects.filter(state="sending", leased_until__gt=fresh).exists()


# --- The count --------------------------------------------------------------------------------
def _problems(smtp: SlowServer, kills: Kills) -> list[str]:
    from django.utils import timezone

    from desk import invariants
    from notifications.models import Message

    arrived: dict[str, list[bytes]] = defaultdict(list)
    for delivery in smtp.deliveries:
        arrived[str(message_from_bytes(delivery.raw)["Message-ID"])].append(delivery.raw)
    ids = set(Message.objects.values_list("message_id", flat=True))
    unsent = Message.objects.exclude(state="sent").count()
    duplicates = len(smtp.deliveries) - len(arrived)
    lost, differing = (
        len(ids - set(arrived)),
        [key for key, raws in arrived.items() if len(set(raws)) > 1],
    )
    broken = invariants.run(timezone.now())
    print(
        f"{len(ids)} mails, {kills.done} kills, {kills.at_work} of them at a sender at work,"
        f" {duplicates} duplicates, {lost} lost, {kills.seconds:.0f} s"
    )
    found: dict[str, bool] = {
        f"{len(ids)} mails instead of {MAILS}": len(ids) != MAILS,
        f"{kills.done} kills instead of {KILLS}": kills.done != KILLS,
        f"only {kills.at_work} kills hit a sender at work": kills.at_work < KILLS // 2,
        f"{lost} lost": lost > 0,
        f"{unsent} not marked as sent": unsent > 0,
        f"{duplicates} duplicates by {kills.done} kills": duplicates > kills.done,
        f"the same Message-ID with other bytes: {differing}": bool(differing),
        f"mails that nobody wrote: {set(arrived) - ids}": bool(set(arrived) - ids),
        f"invariants broken: {broken}": bool(broken),
    }
    return [words for words, is_so in found.items() if is_so]


if __name__ == "__main__":
    sys.exit(main())
