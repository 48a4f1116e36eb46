"""The words of dates in templates, and the spaces and hyphens a Czech line must not break at.

Nothing in, nothing out: a missing date is an empty text.
"""

import datetime as dt
import re
from typing import Protocol

from django import template
from django.template.defaultfilters import stringfilter
from django.utils.translation import get_language

from events import dates

register = template.Library()


class HasTimes(Protocol):
    """An event or an agenda item: something with a start and an end (aware datetimes or None)."""

    starts_at: dt.datetime | None
    ends_at: dt.datetime | None


@register.filter
def full_date(value: dates.Moment | None) -> str:
    return dates.full_date(value) if value else ""


@register.filter
def date_words(value: dates.Moment | None) -> str:
    return dates.date(value) if value else ""


@register.filter
def short_date(value: dates.Moment | None) -> str:
    return dates.short_date(value) if value else ""


@register.filter
def time_words(value: dt.datetime | None) -> str:
    return dates.time(value) if value else ""


@register.filter
def moment(value: dt.datetime | None) -> str:
    return dates.moment(value) if value else ""


@register.filter
def full_moment(value: dt.datetime | None) -> str:
    return dates.full_moment(value) if value else ""


@register.filter
def time_range(thing: HasTimes | None) -> str:
    """9:00–15:00 of a thing that has a start and an end; both moments where it lasts for days."""
    if not thing or not thing.starts_at or not thing.ends_at:
        return ""
    return dates.time_range(thing.starts_at, thing.ends_at)


@register.filter
def full_range(thing: HasTimes | None) -> str:
    """Day and hours of a thing: úterý 24. dubna 2018, 9:00–15:00."""
    if not thing or not thing.starts_at or not thing.ends_at:
        return ""
    return dates.full_range(thing.starts_at, thing.ends_at)


@register.filter
@stringfilter
def plain(text: str) -> str:
    """A text for plain-text mail: no non-breaking spaces, no word joiners."""
    return dates.plain(text)


_TAG = re.compile(r"(<[^<>]*>)")
_ONE_LETTER_WORD = re.compile(r"(?<![\w'’.&/-])([ksvzouai]) +(?=\S)", re.IGNORECASE)
# An address is copied, so nothing invisible may get into it.
_E_WORD = re.compile(r"(?<![\w./@-])([eE])-(?=[^\W\d_])(?![\w.-]*[@/]|[\w-]+\.\w)")


@register.filter(is_safe=True)
@stringfilter
def nbsp(text: str) -> str:
    """Keeps k s v z o u a i with the next word and e-mail in one piece; Czech pages only.

    Tags are left alone, so a whole block may be filtered.
    """
    if not (get_language() or "cs").startswith("cs"):
        return text
    parts = _TAG.split(text)
    return "".join(part if index % 2 else _bind(part) for index, part in enumerate(parts))


def _bind(text: str) -> str:
    text = _ONE_LETTER_WORD.sub(rf"\1{dates.NBSP}", text)
    return _E_WORD.sub(rf"\1-{dates.WORD_JOINER}", text)
