"""The sender: claims a batch, speaks SMTP outside of every transaction, marks each mail at once.

Exactly once over SMTP does not exist: a sender that dies between the server's 250 and our mark
leaves a lease that runs out, and the same bytes go again; that is the only way (calendar.md §7).
"""

import logging
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils import timezone

from notifications import settling
from notifications.claims import claim
from notifications.models import Message
from notifications.transports import Answer, Folder, Lost, Smtp, transport

BATCH = 20
# No new mail is begun after so many seconds, so that the last one ends within the lease.
LONGEST_BATCH_SECONDS = 60

logger = logging.getLogger(__name__)


@dataclass
class Delivery:
    """What became of one batch; `words` are the last answer of a server."""

    sent: int = 0
    put_back: int = 0
    failed: int = 0
    void: int = 0
    released: int = 0
    is_connected: bool = True
    words: str = ""
    started: float = field(default_factory=time.monotonic)

    @property
    def has_more(self) -> bool:
        """Whether another batch may find something: this one found something and had a server."""
        found = self.sent + self.put_back + self.failed + self.void + self.released
        return self.is_connected and found > 0

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.started


def deliver(
    now: datetime | None = None, limit: int = BATCH, *, only: int | None = None
) -> Delivery:
    """Sends up to `limit` due messages; never inside a transaction.

    `now` (aware) is the clock of the claim, the time spent sending is added to it. `only` names the
    one message to send.
    """
    now = now or timezone.now()
    claimed = claim(now, limit, only=only)
    delivery = Delivery(void=claimed.void, failed=claimed.failed)
    if claimed.messages:
        _send(claimed.messages, delivery, now)
    return delivery


def _send(messages: list[Message], delivery: Delivery, now: datetime) -> None:
    """One connection for the batch. A lost one costs the mail it broke at a retry, no other."""
    left = list(messages)
    try:
        with transport() as way_out:
            while left and delivery.seconds < LONGEST_BATCH_SECONDS:
                _send_one(left.pop(0), way_out, delivery, now)
    except Lost as error:
        # Nothing was tried: the server is out, and all of them wait.
        delivery.is_connected, delivery.words = False, str(error)
        logger.warning("no connection to the mail server: %s", error)
        for message in left:
            settling.put_back(message, str(error), now, settling.LONGEST_OUTAGE_WAIT)
        delivery.put_back, left = len(left), []
    except _Broken:
        logger.warning("the connection to the mail server broke")
    settling.release(left)
    delivery.released = len(left)


class _Broken(Exception):
    """The connection broke at one mail; the others were not tried."""


def _send_one(message: Message, way_out: Folder | Smtp, delivery: Delivery, now: datetime) -> None:
    try:
        answer = way_out.send(message)
    except Lost as error:
        _put_back(message, str(error), delivery, now)
        raise _Broken from error
    delivery.words = str(answer)
    _mark(message, answer, delivery, now + timedelta(seconds=delivery.seconds))


def _mark(message: Message, answer: Answer, delivery: Delivery, now: datetime) -> None:
    if answer.is_taken:
        settling.mark_sent(message, now)
        delivery.sent += 1
    elif answer.is_final_refusal:
        settling.mark_failed(message, str(answer), now)
        delivery.failed += 1
    else:
        _put_back(message, str(answer), delivery, now)


def _put_back(message: Message, words: str, delivery: Delivery, now: datetime) -> None:
    settling.put_back(message, words, now)
    delivery.put_back += 1
    delivery.words = words
