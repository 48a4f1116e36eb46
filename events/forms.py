"""Fields that read what an organiser types about an event: a line, a text, a moment, a town."""

from datetime import UTC, date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.text import clean
from events import rules
from events.models import Municipality
from events.towns import find_towns, label_of

ISO_DAY, CLOCK = "%Y-%m-%d", "%H:%M"
YEARS = range(2000, 2100)


class OneLineField(forms.CharField):
    """One line, cleaned before it is validated (rule 23)."""

    def to_python(self, value: Any) -> str:
        return clean(super().to_python(value) or "")


class ParagraphsField(forms.CharField):
    """A text of several lines, each cleaned; empty lines between them stay."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        return "\n".join(clean(line) for line in text.splitlines()).strip()


class MomentWidget(forms.SplitDateTimeWidget):
    """The browser's own day and time inputs; their values are ISO 8601 in every language."""

    template_name = "events/_moment.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(
            attrs,
            date_format=ISO_DAY,
            time_format=CLOCK,
            date_attrs={"type": "date", "min": "2000-01-01", "max": "2099-12-31"},
            time_attrs={"type": "time"},
        )
        self.widgets[0].attrs["aria-label"] = _("Day")
        self.widgets[1].attrs["aria-label"] = _("Time")


class MomentField(forms.SplitDateTimeField):
    """A day and a time on the wall clock of Prague; the value is aware, in UTC.

    A time that the spring change skips is refused; of the two that the autumn change repeats, the
    first is meant (calendar.md §2).
    """

    widget = MomentWidget
    default_error_messages = {
        "required": _("Enter the day and the time."),
        "invalid_date": _("Enter the day as 2018-04-24."),
        "invalid_time": _("Enter the time as 9:00."),
        "invalid_year": _("The date must lie between the years 2000 and 2100."),
        "skipped": _("The clock skips this time: at 2:00 summer time begins. Choose another one."),
    }

    def compress(self, data_list: Any) -> datetime | None:
        if not data_list:
            return None
        day, clock = data_list
        if not isinstance(day, date):
            raise ValidationError(self.error_messages["invalid_date"], code="invalid_date")
        if not isinstance(clock, time):
            raise ValidationError(self.error_messages["invalid_time"], code="invalid_time")
        return self._aware(datetime.combine(day, clock))

    def _aware(self, wall_clock: datetime) -> datetime:
        if wall_clock.year not in YEARS:
            raise ValidationError(self.error_messages["invalid_year"], code="invalid_year")
        if not rules.exists_on_the_clock(wall_clock):
            raise ValidationError(self.error_messages["skipped"], code="skipped")
        return wall_clock.replace(tzinfo=rules.PRAGUE).astimezone(UTC)


class TownField(OneLineField):
    """A town of the official list; of namesakes with its kraj: "Písek, Jihočeský kraj"."""

    default_error_messages = {
        "unknown": _("Not on our list. Check the name."),
        "ambiguous": _("There is more than one; write one of these: %(towns)s."),
    }

    def prepare_value(self, value: Any) -> Any:
        """A stored town is shown by what one types to mean it."""
        if not isinstance(value, int):
            return value
        town = Municipality.objects.with_region().get(pk=value)
        return label_of(town, find_towns(town.name))

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        towns = find_towns(text) if text else []
        if len(towns) > 1:
            names = "; ".join(label_of(town, towns) for town in towns)
            raise ValidationError(self.error_messages["ambiguous"], "ambiguous", {"towns": names})
        if not towns and text:
            raise ValidationError(self.error_messages["unknown"], code="unknown")
        return towns[0] if towns else None

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.prepare_value(initial) != data)
