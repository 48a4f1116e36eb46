"""What the frame of a page asks of the series it lists."""

from collections.abc import Iterable

from django import template
from django.template import Context

from events.models import Series

register = template.Library()


@register.filter
def have_examples(series: Iterable[Series]) -> bool:
    """Whether any of them holds demonstration data."""
    return any(item.is_example for item in series)


@register.simple_tag(takes_context=True)
def current_series(context: Context) -> Series | None:
    """The series a page is about, itself or by its event."""
    event = context.get("event")
    shown: Series | None = context.get("series") or (event.series if event else None)
    return shown


@register.simple_tag(takes_context=True)
def series_of_page(context: Context) -> Series | None:
    """The series a page is about, else the first one: who organises, whom to write to."""
    return current_series(context) or next(iter(context["all_series"]), None)
