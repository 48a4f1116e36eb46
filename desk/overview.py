"""What the home of the admin shows: the nearest sessions, and how the mail goes."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Max, Q

from accounts.models import User
from events import dates
from events.models import Event
from notifications.models import Message

NEAREST = 8
State = Message.State


def overview(user: User | AnonymousUser, now: datetime) -> dict[str, Any]:
    """Two queries, whatever the number of sessions and mails."""
    events = Event.objects.visible_to(user).upcoming(now).with_place().by_date()
    return {"now": now, "events": list(events[:NEAREST]), "mail": mail_figures(now)}


def mail_figures(now: datetime) -> dict[str, Any]:
    """How many mails left today (Prague), wait, and failed; and when the last one left."""
    midnight = dates.in_prague(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return Message.objects.aggregate(
        sent_today=Count("pk", filter=Q(state=State.SENT, settled_at__gte=midnight)),
        queued=Count("pk", filter=Q(state__in=[State.QUEUED, State.SENDING])),
        failed=Count("pk", filter=Q(state=State.FAILED)),
        last_sent_at=Max("settled_at", filter=Q(state=State.SENT)),
    )
