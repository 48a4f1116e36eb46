"""What a page says of an event: its one word, its places in words and as a bar, its when."""

from datetime import datetime
from typing import Any

from django import template
from django.template import Context
from django.utils import timezone

from events import dates
from events.models import Event
from events.states import CSS_CLASS

register = template.Library()


def _now(context: Context) -> datetime:
    """The one moment of the page, where its view read the clock."""
    return context.get("now") or timezone.now()


@register.inclusion_tag("events/_status.html", takes_context=True)
def status(context: Context, event: Event, *, big: bool = False) -> dict[str, Any]:
    """The one status word of an event, with its own shape."""
    state = event.state(_now(context))
    return {"state": state, "css_class": CSS_CLASS.get(state, state.value), "big": big}


@register.inclusion_tag("events/_seats.html", takes_context=True)
def seats(context: Context, event: Event) -> dict[str, Any]:
    """The places of an event: the words say it, the bar repeats it, never longer than the whole."""
    return seats_words(context, event) | {"taken": min(event.places_taken, event.capacity)}


@register.inclusion_tag("events/_seats_words.html", takes_context=True)
def seats_words(context: Context, event: Event) -> dict[str, Any]:
    now = _now(context)
    return {"event": event, "way_in": event.way_in(now), "now": now}


@register.inclusion_tag("events/_tile.html", takes_context=True)
def tile(
    context: Context, event: Event, *, on_map: bool = False, km: float | None = None
) -> dict[str, Any]:
    """An event as a card; `on_map` lays it where its region lies, `km` tells how far it is."""
    now = _now(context)
    return {"event": event, "state": event.state(now), "now": now, "on_map": on_map, "km": km}


@register.filter
def when(event: Event) -> str:
    """The day of an event, or the period it is announced for: 1. pololetí 2018."""
    if event.starts_at:
        return dates.full_date(event.starts_at)
    if event.period_from and event.period_to:
        return dates.period(event.period_from, event.period_to)
    return dates.full_date(event.closes_at) if event.closes_at else ""


@register.inclusion_tag("events/_session_line.html", takes_context=True)
def session_line(context: Context, event: Event) -> dict[str, Any]:
    """An event as a line of a list: day, name, state."""
    now = _now(context)
    return {"event": event, "state": event.state(now), "now": now}


@register.filter
def full_range_before(event: Event) -> str:
    """When a moved event was to be: čtvrtek 3. května 2018, 9:00–15:00."""
    start, end = event.moved_from_starts_at, event.moved_from_ends_at
    return dates.full_range(start, end) if start and end else ""
