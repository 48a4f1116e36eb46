"""The desk's own page about a series: its limits across all its events."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from desk import previews
from desk.asking import Question, ask
from desk.forms import SeriesLimitsForm
from desk.views import asks
from events.models import Series
from registrations import actions


def series_or_404(request: HttpRequest, pk: int) -> Series:
    return get_object_or_404(Series.objects.visible_to(request.user), pk=pk)


@asks
def set_series_limits(request: HttpRequest, pk: int) -> HttpResponse:
    """One event for each person, so many people of a town in all of them."""
    series = series_or_404(request, pk)
    form = SeriesLimitsForm(request.POST or None, series=series)

    def act(data: dict[str, Any]) -> str:
        actions.set_series_limits(
            series.pk, form.limits, actor_id=request.user.pk, note=data["note"]
        )
        return _("%(series)s: the limits are set.") % {"series": series.title}

    question = Question(
        template="desk/set_series_limits.html",
        context={"series": series, "opts": Series._meta, "now": timezone.now()},
        back=reverse("admin:events_series_change", args=[series.pk]),
        problems=lambda _data: (
            []
            if {"is_one_event_per_person", "town_limit"} & set(form.changed_data)
            else [_("Nothing would change.")]
        ),
        preview=lambda _data: previews.of_series_limits(series, form.limits, timezone.now()),
        act=act,
    )
    return ask(request, form, question)
