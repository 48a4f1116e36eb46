"""The facts about an event."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from events import history
from events.models.event import Event


class EventChange(history.Change):
    """A fact about an event."""

    class Kind(models.TextChoices):
        CREATED = "created", _("Created")
        ANNOUNCED = "announced", _("Announced for a period")
        SCHEDULED = "scheduled", _("Date set")
        MOVED = "moved", _("Moved")
        RETITLED = "retitled", _("Renamed")
        CALLED_OFF = "called_off", _("Called off")
        REINSTATED = "reinstated", _("Reinstated")
        CAPACITY_CHANGED = "capacity_changed", _("Capacity changed")
        ADMISSION_CHANGED = "admission_changed", _("Way in changed")
        QUOTAS_CHANGED = "quotas_changed", _("Quotas changed")
        EDITED = "edited", _("Edited")
        LIST_READ = "list_read", _("List of people read")
        LIST_EXPORTED = "list_exported", _("List of people exported")

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="changes")

    class Meta:
        verbose_name = _("event's history")
        verbose_name_plural = _("events' history")
        indexes = [history.unannounced("event_change_unannounced")]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "event_revision"],
                condition=~Q(
                    kind__in=[
                        *("capacity_changed", "admission_changed", "quotas_changed", "edited"),
                        *("list_read", "list_exported"),
                    ]
                ),
                name="event_change_has_its_own_revision",
            ),
        ]

    def __str__(self) -> str:
        return str(self.Kind(self.kind).label)
