"""The points of an event's programme."""

from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from events.models.series import Area
from events.models.texts import translated


class AgendaItem(models.Model):
    """A point of an event's programme; it moves with the start."""

    event = models.ForeignKey("Event", on_delete=models.CASCADE, related_name="agenda")
    minutes_after_start = models.PositiveSmallIntegerField(_("minutes after the start"))
    title_cs = models.CharField(_("title (Czech)"), max_length=200)
    title_en = models.CharField(_("title (English)"), max_length=200, blank=True)
    note_cs = models.CharField(_("note (Czech)"), max_length=200, blank=True)
    note_en = models.CharField(_("note (English)"), max_length=200, blank=True)
    area = models.ForeignKey(
        Area, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("area")
    )
    is_break = models.BooleanField(_("break"), default=False)

    class Meta:
        verbose_name = _("point of the programme")
        verbose_name_plural = _("programme")
        constraints = [
            models.UniqueConstraint(
                fields=["event", "minutes_after_start"], name="agenda_has_one_point_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        return translated(self, "title")

    @property
    def note(self) -> str:
        return translated(self, "note")

    @property
    def starts_at(self) -> datetime | None:
        start = self.event.starts_at
        return start + timedelta(minutes=self.minutes_after_start) if start else None
