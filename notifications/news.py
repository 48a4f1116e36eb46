"""What is new to a reader: the old values of an event since the facts they were last told of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max
from django.utils.translation import get_language

from events.models import Event, EventChange, Venue
from notifications.models import Message, MessageQuerySet
from registrations.models import Registration


@dataclass(frozen=True)
class News:
    """Old values that differ from what is true now; None where nothing changed.

    The times stand together: a reader knew both. `is_back` says that they last read of a
    calling-off.
    """

    starts_at: datetime | None = None
    ends_at: datetime | None = None
    venue: Venue | None = None
    is_venue_new: bool = False
    title: str | None = None
    is_back: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.starts_at or self.is_venue_new or self.title is not None)


def told_revision(message: Message, registration: Registration) -> int:
    """The event's revision that the last mail to this reader told of.

    Where none arrived, the one they registered at: they saw its page. A calling-off tells no new
    value.
    """
    found = (
        _arrived(message)
        .exclude(kind=Message.Kind.CALLED_OFF)
        .aggregate(
            event=Max("event_change__event_revision"),
            own=Max("registration_change__event_revision"),
        )
    )
    revisions = [value for value in found.values() if value is not None]
    return max(revisions, default=registration.since_revision)


def _arrived(message: Message) -> MessageQuerySet:
    """The earlier mails about this place that this reader got."""
    earlier = Message.objects.beside(message).filter(pk__lt=message.pk)
    return earlier.filter(state=Message.State.SENT)


def heard_of_calling_off(message: Message) -> bool:
    """Whether the last news of the event that this reader got is that it is called off."""
    last = _arrived(message).filter(event_change__isnull=False).order_by("-pk").first()
    return last is not None and last.kind == Message.Kind.CALLED_OFF


def news_for(message: Message, registration: Registration, facts: Sequence[EventChange]) -> News:
    """What changed for the reader of this message, in the active language.

    `facts` are all of the event's moves and retitlings by revision, also those made while it was
    called off. Moved away and back is no news.
    """
    base, last = told_revision(message, registration), message.cause.event_revision
    before: dict[str, Any] = {}
    for fact in facts:
        if base < fact.event_revision <= last:
            for name, (old, _new) in fact.data.items():
                before.setdefault(name, old)
    return _compared(before, registration.event, is_back=heard_of_calling_off(message))


def _compared(before: dict[str, Any], event: Event, *, is_back: bool) -> News:
    starts_at, ends_at = _old_times(before, event)
    venue_pk = before.get("venue", event.venue_id)
    is_venue_new = venue_pk != event.venue_id
    return News(
        starts_at=starts_at,
        ends_at=ends_at,
        venue=Venue.objects.select_related("town").get(pk=venue_pk)
        if is_venue_new and venue_pk
        else None,
        is_venue_new=is_venue_new,
        title=_old_title(before, event),
        is_back=is_back,
    )


def _old_times(before: dict[str, Any], event: Event) -> tuple[datetime | None, datetime | None]:
    old = [_moment(before.get(name)) for name in ("starts_at", "ends_at")]
    is_same = old == [event.starts_at, event.ends_at]
    return (None, None) if None in old or is_same else (old[0], old[1])


def _moment(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None


def _old_title(before: dict[str, Any], event: Event) -> str | None:
    """The title that this reader's language showed; None where that is the same."""
    czech = before.get("title_cs", event.title_cs)
    english = before.get("title_en", event.title_en)
    is_english = (get_language() or "cs").startswith("en")
    old: str = (english or czech) if is_english else czech
    return None if old == event.title else old
