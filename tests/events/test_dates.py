from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.utils import translation
from django.utils.safestring import mark_safe
from hypothesis import given
from hypothesis import strategies as st

from events import dates
from events.templatetags.dates import nbsp

PRAGUE = ZoneInfo("Europe/Prague")
DAY = date(2018, 4, 24)
START = datetime(2018, 4, 24, 7, 0, tzinfo=UTC)
END = datetime(2018, 4, 24, 13, 0, tzinfo=UTC)
NEXT_DAY = datetime(2018, 4, 25, 10, 5, tzinfo=UTC)
# 2018 in Prague, still 2017 in UTC.
NEW_YEAR = datetime(2017, 12, 31, 23, 30, tzinfo=UTC)


@pytest.fixture(params=["cs", "en"])
def language(request: pytest.FixtureRequest) -> Any:
    with translation.override(request.param):
        yield request.param


def said(language: str, czech: str, english: str) -> str:
    """The expected words; a tilde is a non-breaking space, a bar a word joiner."""
    words = czech if language == "cs" else english
    return words.replace("~", "\u00a0").replace("|", "\u2060")


@pytest.mark.parametrize(
    ("function", "value", "czech", "english"),
    [
        (dates.date, DAY, "24.~dubna 2018", "24~April 2018"),
        (dates.date, START, "24.~dubna 2018", "24~April 2018"),
        (dates.date, NEW_YEAR, "1.~ledna 2018", "1~January 2018"),
        (dates.full_date, DAY, "úterý 24.~dubna 2018", "Tuesday 24~April 2018"),
        (dates.full_date, NEW_YEAR, "pondělí 1.~ledna 2018", "Monday 1~January 2018"),
        (dates.short_date, date(2018, 4, 12), "čt~12.~dubna 2018", "Thu~12~April 2018"),
        (dates.time, START, "9:00", "9:00"),
        (dates.time, NEW_YEAR, "0:30", "0:30"),
        (dates.moment, START, "24.~dubna 2018, 9:00", "24~April 2018, 9:00"),
        (
            dates.full_moment,
            datetime(2018, 6, 15, 9, 0, tzinfo=PRAGUE),
            "pátek 15.~června 2018, 9:00",
            "Friday 15~June 2018, 9:00",
        ),
    ],
)
def test_words(language: str, function: Any, value: Any, czech: str, english: str) -> None:
    assert function(value) == said(language, czech, english)


@pytest.mark.parametrize(
    ("function", "ends_at", "czech", "english"),
    [
        (dates.time_range, END, "9:00|–|15:00", "9:00|–|15:00"),
        (
            dates.time_range,
            NEXT_DAY,
            "24.~dubna 2018, 9:00~– 25.~dubna 2018, 12:05",
            "24~April 2018, 9:00~– 25~April 2018, 12:05",
        ),
        (
            dates.full_range,
            END,
            "úterý 24.~dubna 2018, 9:00|–|15:00",
            "Tuesday 24~April 2018, 9:00|–|15:00",
        ),
        (
            dates.full_range,
            NEXT_DAY,
            "úterý 24.~dubna 2018, 9:00~– středa 25.~dubna 2018, 12:05",
            "Tuesday 24~April 2018, 9:00~– Wednesday 25~April 2018, 12:05",
        ),
    ],
)
def test_ranges(language: str, function: Any, ends_at: datetime, czech: str, english: str) -> None:
    assert function(START, ends_at) == said(language, czech, english)


@pytest.mark.parametrize(
    ("first", "last", "czech", "english"),
    [
        ((1, 1), (6, 30), "1.~pololetí 2018", "first half of 2018"),
        ((7, 1), (12, 31), "2.~pololetí 2018", "second half of 2018"),
        ((1, 1), (3, 31), "1.~čtvrtletí 2018", "first quarter of 2018"),
        ((4, 1), (6, 30), "2.~čtvrtletí 2018", "second quarter of 2018"),
        ((10, 1), (12, 31), "4.~čtvrtletí 2018", "fourth quarter of 2018"),
        ((5, 1), (5, 31), "květen 2018", "May 2018"),
        ((2, 1), (2, 28), "únor 2018", "February 2018"),
        ((1, 1), (12, 31), "rok 2018", "2018"),
        ((3, 5), (3, 5), "5.~března 2018", "5~March 2018"),
        (
            (2, 1),
            (4, 30),
            "od 1.~února 2018 do 30.~dubna 2018",
            "from 1~February 2018 to 30~April 2018",
        ),
        (
            (1, 1),
            (6, 29),
            "od 1.~ledna 2018 do 29.~června 2018",
            "from 1~January 2018 to 29~June 2018",
        ),
        (
            (3, 2),
            (5, 31),
            "od 2.~března 2018 do 31.~května 2018",
            "from 2~March 2018 to 31~May 2018",
        ),
        (
            (1, 1),
            (2, 28),
            "od 1.~ledna 2018 do 28.~února 2018",
            "from 1~January 2018 to 28~February 2018",
        ),
    ],
)
def test_period(
    language: str, first: tuple[int, int], last: tuple[int, int], czech: str, english: str
) -> None:
    words = dates.period(date(2018, *first), date(2018, *last))
    assert words == said(language, czech, english)


def test_period_over_a_new_year_has_no_name() -> None:
    words = dates.period(date(2018, 1, 1), date(2019, 6, 30))
    assert dates.plain(words) == "od 1. ledna 2018 do 30. června 2019"


@pytest.mark.parametrize(
    ("days", "czech", "english"),
    [
        (0, "dnes", "today"),
        (1, "zítra", "tomorrow"),
        (2, "za 2~dny", "in 2~days"),
        (4, "za 4~dny", "in 4~days"),
        (5, "za 5~dní", "in 5~days"),
        (6, "za 6~dní", "in 6~days"),
        (7, "za týden", "in a week"),
        (22, "za 22~dní", "in 22~days"),
    ],
)
def test_days_words(language: str, days: int, czech: str, english: str) -> None:
    assert dates.days_words(days) == said(language, czech, english)


def test_days_words_do_not_speak_of_the_past() -> None:
    with pytest.raises(ValueError, match="passed"):
        dates.days_words(-1)


def test_naive_datetime_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        dates.moment(datetime(2018, 4, 24, 9, 0))  # noqa: DTZ001


@pytest.mark.parametrize("code", [None, "de"])
def test_any_other_language_reads_czech(code: str | None) -> None:
    with translation.override(code):
        assert dates.plain(dates.full_date(DAY)) == "úterý 24. dubna 2018"


def test_plain_takes_the_typography_out() -> None:
    words = f"{dates.full_range(START, END)}, e-\u2060mail"
    assert dates.plain(words) == "úterý 24. dubna 2018, 9:00–15:00, e-mail"


@pytest.mark.parametrize(
    ("day", "before"),
    [
        (date(2018, 4, 24), date(2018, 4, 23)),  # Tuesday
        (date(2018, 4, 22), date(2018, 4, 20)),  # Sunday
        (date(2018, 4, 3), date(2018, 3, 29)),  # after Good Friday and Easter Monday
        (date(2018, 5, 2), date(2018, 4, 30)),  # after Labour Day
        (date(2018, 12, 27), date(2018, 12, 21)),  # after Christmas and a weekend
        (date(2019, 1, 2), date(2018, 12, 31)),  # over New Year
    ],
)
def test_working_day_before(day: date, before: date) -> None:
    assert dates.working_day_before(day) == before


def test_working_days_of_a_year() -> None:
    year = [date(2018, 1, 1) + timedelta(days=number) for number in range(365)]
    weekdays_off = [day for day in year if day.weekday() < 5 and not dates.is_working_day(day)]
    assert weekdays_off == [
        date(2018, 1, 1),
        date(2018, 3, 30),
        date(2018, 4, 2),
        date(2018, 5, 1),
        date(2018, 5, 8),
        date(2018, 7, 5),
        date(2018, 7, 6),
        date(2018, 9, 28),
        date(2018, 12, 24),
        date(2018, 12, 25),
        date(2018, 12, 26),
    ]
    assert sum(map(dates.is_working_day, year)) == 250


@given(day=st.dates(date(2000, 1, 8), date(2099, 12, 31)))
def test_last_working_day_is_near_and_a_working_day(day: date) -> None:
    before = dates.working_day_before(day)
    assert dates.is_working_day(before)
    assert timedelta(days=1) <= day - before <= timedelta(days=6)


@given(moment=st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31), timezones=st.just(UTC)))  # noqa: DTZ001
def test_every_moment_has_its_words(moment: datetime) -> None:
    local = moment.astimezone(PRAGUE)
    words = dates.plain(dates.full_moment(moment))
    assert words.endswith(f"{local.year}, {local.hour}:{local:%M}")
    assert (
        dates.plain(dates.time_range(moment, moment))
        == f"{local.hour}:{local:%M}–{local.hour}:{local:%M}"
    )


# --- Filters ---------------------------------------------------------------------------------


def rendered(source: str, **context: Any) -> str:
    return Template("{% load dates %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("full_date", "úterý 24.~dubna 2018"),
        ("date_words", "24.~dubna 2018"),
        ("short_date", "út~24.~dubna 2018"),
        ("time_words", "9:00"),
        ("moment", "24.~dubna 2018, 9:00"),
        ("full_moment", "úterý 24.~dubna 2018, 9:00"),
        ("full_date|plain", "úterý 24. dubna 2018"),
        ('date:"j.n.Y"', "24.4.2018"),
    ],
)
def test_filter_of_a_moment(name: str, expected: str) -> None:
    assert rendered("{{ value|" + name + " }}", value=START) == said("cs", expected, "")


@pytest.mark.parametrize("name", ["full_date", "date_words", "short_date", "time_words", "moment"])
@pytest.mark.parametrize("value", [None, ""])
def test_filter_of_nothing_is_empty(name: str, value: Any) -> None:
    assert rendered("{{ value|" + name + " }}", value=value) == ""


@pytest.mark.parametrize(
    ("name", "expected"),
    [("time_range", "9:00|–|15:00"), ("full_range", "úterý 24.~dubna 2018, 9:00|–|15:00")],
)
def test_filter_of_a_range(name: str, expected: str) -> None:
    source = "{{ event|" + name + " }}"
    event = SimpleNamespace(starts_at=START, ends_at=END)
    assert rendered(source, event=event) == said("cs", expected, "")
    assert rendered(source, event=SimpleNamespace(starts_at=None, ends_at=None)) == ""
    assert rendered(source, event=None) == ""


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("V Plzni a v Písku, u jezu i z mostu", "V~Plzni a~v~Písku, u~jezu i~z~mostu"),
        ("Setkání o dopravě s  městy (k věci)", "Setkání o~dopravě s~městy (k~věci)"),
        ("e-mail, E-maily a e-Governance", "e-|mail, E-|maily a~e-|Governance"),
        (
            "e-mail@obec.cz, https://x.cz/e-mail a e-salon.cz",
            "e-mail@obec.cz, https://x.cz/e-mail a~e-salon.cz",
        ),
        ("Pošlete e-mail.", "Pošlete e-|mail."),
        ("Plán B je na 1-a, don’t s", "Plán B je na 1-a, don’t s"),
        ("it's a", "it's a"),
        ("", ""),
    ],
)
def test_nbsp(text: str, bound: str) -> None:
    assert nbsp(text) == said("cs", bound, "")


def test_nbsp_leaves_other_languages_alone() -> None:
    with translation.override("en"):
        assert nbsp("a place in a town") == "a place in a town"


def test_nbsp_does_not_trust_text_and_does_not_touch_tags() -> None:
    escaped = said("cs", "&lt;b&gt;v~Plzni &amp; B&lt;/b&gt;", "")
    assert rendered("{{ text|nbsp }}", text="<b>v Plzni & B</b>") == escaped
    block = '{% filter nbsp %}<a class="a b" href="/e-mail">v {{ town }}</a>{% endfilter %}'
    expected = said("cs", '<a class="a b" href="/e-mail">v~Brně &lt; Bor</a>', "")
    assert rendered(block, town="Brně < Bor") == expected
    assert rendered("{{ text|nbsp }}", text=mark_safe("<i>v Praze</i>")) == said(
        "cs", "<i>v~Praze</i>", ""
    )


@given(text=st.text(st.characters()))
def test_nbsp_adds_and_removes_nothing_else(text: str) -> None:
    with translation.override("cs"):
        bound = dates.plain(nbsp(text))
    assert "".join(bound.split()) == "".join(dates.plain(text).split())
