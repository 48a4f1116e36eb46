"""The words of dates, times and periods, Czech or English by the active language, in Prague time.

Every function takes a date or an aware datetime (any zone) and returns text with the typography of
a page: non-breaking spaces inside a date, word joiners around a time's dash. `plain` takes them out
again for mails and calendars.
"""

import datetime as dt
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays
from django.utils.translation import get_language

PRAGUE = ZoneInfo("Europe/Prague")
NBSP = "\u00a0"
WORD_JOINER = "\u2060"
DASH = f"{WORD_JOINER}–{WORD_JOINER}"

Moment = dt.date | dt.datetime

_WEEKDAYS = {
    "cs": ("pondělí", "úterý", "středa", "čtvrtek", "pátek", "sobota", "neděle"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_SHORT_WEEKDAYS = {
    "cs": ("po", "út", "st", "čt", "pá", "so", "ne"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
_ENGLISH_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
# A Czech month stands in the nominative alone (květen 2018), in the genitive after a day.
_MONTHS = {
    "cs": (
        "leden",
        "únor",
        "březen",
        "duben",
        "květen",
        "červen",
        "červenec",
        "srpen",
        "září",
        "říjen",
        "listopad",
        "prosinec",
    ),
    "en": _ENGLISH_MONTHS,
}
_MONTHS_AFTER_A_DAY = {
    "cs": (
        "ledna",
        "února",
        "března",
        "dubna",
        "května",
        "června",
        "července",
        "srpna",
        "září",
        "října",
        "listopadu",
        "prosince",
    ),
    "en": _ENGLISH_MONTHS,
}
_ORDINALS = ("first", "second", "third", "fourth")


def _language() -> str:
    """cs or en; whatever is neither reads Czech, the first language of the site."""
    return "en" if (get_language() or "cs").startswith("en") else "cs"


def in_prague(value: dt.datetime) -> dt.datetime:
    """The same instant on the wall clock of Prague; ValueError for a datetime without a zone."""
    if value.utcoffset() is None:
        raise ValueError("a datetime without a time zone has no date in Prague")
    return value.astimezone(PRAGUE)


def at(day: dt.date, clock: dt.time) -> dt.datetime:
    """The moment (UTC) of a wall-clock time in Prague; one that spring skips lands behind the gap.

    Fold 0 reads a skipped time with the offset of before (PEP 495).
    """
    return dt.datetime.combine(day, clock, tzinfo=PRAGUE).astimezone(dt.UTC)


def day_of(value: Moment) -> dt.date:
    """The calendar day in Prague."""
    return in_prague(value).date() if isinstance(value, dt.datetime) else value


def date(value: Moment) -> str:
    """22. dubna 2018 · 22 April 2018."""
    day, language = day_of(value), _language()
    point = "." if language == "cs" else ""
    return f"{day.day}{point}{NBSP}{_MONTHS_AFTER_A_DAY[language][day.month - 1]} {day.year}"


def full_date(value: Moment) -> str:
    """Úterý 24. dubna 2018 (lower case) · Tuesday 24 April 2018; nominative, so it stands alone."""
    return f"{_WEEKDAYS[_language()][day_of(value).weekday()]} {date(value)}"


def short_date(value: Moment) -> str:
    """For tables: čt 12. dubna 2018 · Thu 12 April 2018."""
    return f"{_SHORT_WEEKDAYS[_language()][day_of(value).weekday()]}{NBSP}{date(value)}"


def time(value: dt.datetime) -> str:
    """9:00, in both languages."""
    local = in_prague(value)
    return f"{local.hour}:{local.minute:02}"


def moment(value: dt.datetime) -> str:
    """22. dubna 2018, 9:00 · 22 April 2018, 9:00."""
    return f"{date(value)}, {time(value)}"


def full_moment(value: dt.datetime) -> str:
    """With its weekday, alone: pátek 15. června 2018, 9:00 · Friday 15 June 2018, 9:00."""
    return f"{full_date(value)}, {time(value)}"


def time_range(starts_at: dt.datetime, ends_at: dt.datetime) -> str:
    """9:00–15:00; where the end lies on another day, both moments whole."""
    if day_of(starts_at) == day_of(ends_at):
        return f"{time(starts_at)}{DASH}{time(ends_at)}"
    return f"{moment(starts_at)}{NBSP}– {moment(ends_at)}"


def full_range(starts_at: dt.datetime, ends_at: dt.datetime) -> str:
    """The whole of when: úterý 24. dubna 2018, 9:00–15:00; over days, both with their weekdays."""
    if day_of(starts_at) == day_of(ends_at):
        return f"{full_date(starts_at)}, {time_range(starts_at, ends_at)}"
    return f"{full_moment(starts_at)}{NBSP}– {full_moment(ends_at)}"


def period(first: dt.date, last: dt.date) -> str:
    """A span of whole days, both included: 1. pololetí 2018 · first half of 2018.

    Also a year, a quarter, a month, a single day; anything else is "od … do …" · "from … to …".
    """
    if first == last:
        return date(first)
    if first.year == last.year and first.day == 1 and _ends_month(last):
        named = _whole_months(first, last)
        if named:
            return named
    if _language() == "cs":
        return f"od {date(first)} do {date(last)}"
    return f"from {date(first)} to {date(last)}"


def _ends_month(day: dt.date) -> bool:
    return (day + dt.timedelta(days=1)).day == 1


def _whole_months(first: dt.date, last: dt.date) -> str:
    """The name of a span of whole months in one year; empty where it has none."""
    length = last.month - first.month + 1
    if length not in (1, 3, 6, 12) or last.month % length:
        return ""
    if length == 1:
        return f"{_MONTHS[_language()][first.month - 1]} {first.year}"
    return _part_of_year(length, last.month // length, first.year)


def _part_of_year(months: int, number: int, year: int) -> str:
    if months == 12:
        return f"rok {year}" if _language() == "cs" else str(year)
    if _language() == "cs":
        return f"{number}.{NBSP}{'pololetí' if months == 6 else 'čtvrtletí'} {year}"
    return f"{_ORDINALS[number - 1]} {'half' if months == 6 else 'quarter'} of {year}"


def days_words(days: int) -> str:
    """How far a day is: dnes, zítra, za 6 dní · today, tomorrow, in 6 days; a week by its name.

    ValueError for a day that has passed.
    """
    if days < 0:
        raise ValueError("the day has passed")
    words = {0: ("dnes", "today"), 1: ("zítra", "tomorrow"), 7: ("za týden", "in a week")}
    plural = "dny" if days < 5 else "dní"
    czech, english = words.get(days, (f"za {days}{NBSP}{plural}", f"in {days}{NBSP}days"))
    return czech if _language() == "cs" else english


def plain(text: str) -> str:
    """The same text without a page's typography, for plain-text mails and calendars."""
    return text.replace(NBSP, " ").replace(WORD_JOINER, "")


@lru_cache(maxsize=128)
def _public_holidays(year: int) -> frozenset[dt.date]:
    return frozenset(holidays.country_holidays("CZ", years=year))


def is_working_day(day: dt.date) -> bool:
    """False on Saturdays, Sundays and Czech public holidays (Act No. 245/2000 Coll.)."""
    return day.weekday() < 5 and day not in _public_holidays(day.year)


def working_day_before(day: dt.date) -> dt.date:
    """The last working day strictly before the day."""
    day -= dt.timedelta(days=1)
    while not is_working_day(day):
        day -= dt.timedelta(days=1)
    return day
