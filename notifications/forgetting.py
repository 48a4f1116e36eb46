"""What is deleted when its time is over: the bodies of old mails, and what people needed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.transactions import action
from notifications.models import Message
from registrations.actions import forget_needs

BODIES_KEPT = timedelta(days=30)


@dataclass(frozen=True)
class Forgotten:
    """How many rows were emptied."""

    bodies: int
    needs: int


@action
def forget_bodies(now: datetime) -> int:
    """Empties the mails that were settled 30 days before `now` (aware); the rows stay."""
    settled = Message.objects.filter(settled_at__lt=now - BODIES_KEPT, raw__isnull=False)
    return settled.update(raw=None)


def forget(now: datetime) -> Forgotten:
    """All that time deletes, each in its own transaction."""
    return Forgotten(bodies=forget_bodies(now), needs=forget_needs(now))
