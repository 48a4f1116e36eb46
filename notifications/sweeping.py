"""Everything that ticks, once and to the end: what a worker does, without worker and broker."""

from dataclasses import dataclass
from datetime import UTC, datetime

from notifications import announcing, delivery, forgetting, reminders
from registrations import waiting_list


@dataclass
class Swept:
    """What one sweep did."""

    settled: int = 0
    announced: int = 0
    reminded: int = 0
    sent: int = 0
    put_back: int = 0
    failed: int = 0
    void: int = 0
    forgotten: int = 0

    def __str__(self) -> str:
        return ", ".join(f"{name} {value}" for name, value in vars(self).items())


def sweep(now: datetime) -> Swept:
    """Settles, announces, reminds and delivers until nothing is left, then forgets; `now` is aware.

    A mail server that does not answer ends the delivering; the mails wait in the queue.
    """
    now = now.astimezone(UTC)
    swept = Swept(settled=waiting_list.settle(now))
    while count := announcing.announce(now):
        swept.announced += count
    while count := reminders.remind(now):
        swept.reminded += count
    _deliver(swept, now)
    swept.forgotten = sum(vars(forgetting.forget(now)).values())
    return swept


def _deliver(swept: Swept, now: datetime) -> None:
    has_more = True
    while has_more:
        batch = delivery.deliver(now)
        swept.sent += batch.sent
        swept.put_back += batch.put_back
        swept.failed += batch.failed
        swept.void += batch.void
        has_more = batch.has_more
