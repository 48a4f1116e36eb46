"""Facts: what happened, written in the transaction of its cause and never changed."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from events.models import Event, EventChange


class Change(models.Model):
    """One fact. It holds no name and no address, so it outlives an erasure and can be replayed.

    `data` holds old and new values of named fields; `announced_at` is set once, when the messages
    of this fact have been derived; `note` is a person's free text and is emptied by an erasure.
    """

    at = models.DateTimeField(_("at"))
    kind = models.CharField(_("what"), max_length=30)
    actor_id = models.BigIntegerField(_("by"), null=True, blank=True)
    via = models.CharField(_("via"), max_length=20, blank=True)
    event_revision = models.PositiveIntegerField(_("revision of the event"))
    incarnation = models.PositiveIntegerField(_("incarnation"))
    data = models.JSONField(_("data"), default=dict, blank=True)
    note = models.TextField(_("note"), blank=True)
    announced_at = models.DateTimeField(_("announced"), null=True, blank=True)

    class Meta:
        abstract = True

    def old(self, name: str) -> Any:
        """The value of a field before this fact; None if the fact does not name it."""
        return (self.data.get(name) or [None, None])[0]

    def new(self, name: str) -> Any:
        """The value of a field after this fact; None if the fact does not name it."""
        return (self.data.get(name) or [None, None])[1]


def unannounced(name: str) -> models.Index:
    """The partial index that finds what is still to be announced (ids commit out of order)."""
    return models.Index(fields=["id"], condition=models.Q(announced_at__isnull=True), name=name)


def write_creation(
    event: "Event", now: datetime, *, actor_id: int | None, data: dict[str, Any] | None = None
) -> "EventChange":
    """Stores a new event with its first fact; `data` says what the event's own columns do not."""
    event.revision = 1
    event.created_at = event.changed_at = now
    event.save()
    return write_fact(event, "created", now, data or {}, actor_id=actor_id)


def write_change(
    event: "Event",
    kind: str,
    now: datetime,
    fields: dict[str, Any],
    *,
    actor_id: int | None,
    note: str = "",
) -> "EventChange":
    """Sets the fields, raises the revision, saves and writes the fact with old and new values."""
    data = {
        name: [plain(getattr(event, name)), plain(value)]
        for name, value in fields.items()
        if name != "status" and not name.startswith("moved_from")
    }
    for name, value in fields.items():
        setattr(event, name, value)
    event.revision += 1
    event.changed_at = now
    event.save()
    return write_fact(event, kind, now, data, actor_id=actor_id, note=note)


def write_fact(
    event: "Event",
    kind: str,
    now: datetime,
    data: dict[str, Any],
    *,
    actor_id: int | None,
    note: str = "",
) -> "EventChange":
    """The fact alone, at the revision the event has now; the caller has saved what it tells of."""
    return event.changes.create(
        at=now,
        kind=kind,
        actor_id=actor_id,
        note=note,
        event_revision=event.revision,
        incarnation=event.incarnation,
        data=data,
    )


def plain(value: Any) -> Any:
    """A field's value as JSON holds it: moments and days in ISO 8601, rows by their number."""
    if isinstance(value, models.Model):
        return value.pk
    return value.isoformat() if isinstance(value, date) else value
