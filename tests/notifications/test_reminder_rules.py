from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events import dates
from notifications.reminder_rules import Rule, due_at, parsed, wait_until

PRAGUE = ZoneInfo("Europe/Prague")
YEARS = (datetime(2018, 1, 1), datetime(2034, 12, 31))  # noqa: DTZ001


def local(*parts):
    return datetime(*parts, tzinfo=PRAGUE)


def due(rule, *starts):
    (only,) = parsed(rule)
    return due_at(only, local(*starts)).astimezone(PRAGUE)


def test_rules_are_read_from_the_words_of_a_series():
    assert parsed("7d@9 1d@9 3h") == (
        Rule("7d@9", days=7, hour=9),
        Rule("1d@9", days=1, hour=9),
        Rule("3h", hours=3),
    )


def test_a_rule_named_twice_is_one_rule():
    assert parsed("1d@9 1d@9") == (Rule("1d@9", days=1, hour=9),)


@pytest.mark.parametrize("slip", ["", "1d@24", "d@9", "1d", "ten", "1d@9h", "-1d@9", "๑d@9"])
def test_a_slip_is_no_rule_and_silences_no_other(slip):
    assert parsed(f"7d@9 {slip}") == (Rule("7d@9", days=7, hour=9),)


@pytest.mark.parametrize(
    ("rule", "starts", "expected"),
    [
        # Wednesday 13 June 2018: plain days.
        ("1d@9", (2018, 6, 13, 9), (2018, 6, 12, 9)),
        ("7d@9", (2018, 6, 13, 9), (2018, 6, 6, 9)),
        ("0d@7", (2018, 6, 13, 9), (2018, 6, 13, 7)),
        # Monday: clerks are not at work on Sunday.
        ("1d@9", (2018, 6, 11, 9), (2018, 6, 8, 9)),
        ("1d@9", (2018, 6, 10, 9), (2018, 6, 8, 9)),
        # Easter 2018: Good Friday 30 March, Easter Monday 2 April.
        ("1d@9", (2018, 4, 3, 9), (2018, 3, 29, 9)),
        # 8 May and 1 May are holidays.
        ("1d@9", (2018, 5, 9, 9), (2018, 5, 7, 9)),
        ("7d@9", (2018, 5, 8, 9), (2018, 4, 30, 9)),
        # Christmas: 24 to 26 December 2018, the weekend before it.
        ("1d@9", (2018, 12, 27, 9), (2018, 12, 21, 9)),
        # Across the change to summer time the wall clock decides.
        ("1d@9", (2018, 3, 26, 9), (2018, 3, 23, 9)),
        ("7d@9", (2018, 3, 28, 9), (2018, 3, 21, 9)),
        ("7d@9", (2018, 10, 31, 9), (2018, 10, 24, 9)),
        # A start after midnight belongs to its own day.
        ("1d@9", (2018, 6, 14, 0, 30), (2018, 6, 13, 9)),
    ],
)
def test_days_before_are_working_days_on_the_wall_clock(rule, starts, expected):
    assert due(rule, *starts) == local(*expected)


@pytest.mark.parametrize(
    ("rule", "starts", "expected"),
    [
        ("3h", (2018, 6, 13, 12), (2018, 6, 13, 9)),
        ("3h", (2018, 6, 13, 10), (2018, 6, 13, 7)),
        ("3h", (2018, 6, 13, 9, 59), (2018, 6, 12, 20, 30)),
        ("3h", (2018, 6, 13, 9), (2018, 6, 12, 20, 30)),
        ("12h", (2018, 6, 13, 9), (2018, 6, 12, 20, 30)),
        ("12h", (2018, 6, 13, 8, 59), (2018, 6, 12, 20, 59)),
        ("3h", (2018, 6, 13, 2), (2018, 6, 12, 20, 30)),
        # A Monday morning: hours before do not know weekends.
        ("3h", (2018, 6, 11, 9), (2018, 6, 10, 20, 30)),
    ],
)
def test_hours_before_never_come_due_at_night(rule, starts, expected):
    assert due(rule, *starts) == local(*expected)


def test_hours_before_are_absolute_over_the_change_of_clocks():
    # Four hours before 12:00 on the night to summer time; the hour from 2 to 3 is skipped.
    starts = local(2018, 3, 25, 12)

    (rule,) = parsed("24h")

    assert starts.astimezone(UTC) - due_at(rule, starts) == timedelta(hours=24)
    assert due("24h", 2018, 3, 25, 12) == local(2018, 3, 24, 11)


def test_an_hour_that_spring_skips_moves_forward(monkeypatch):
    # Only a Sunday has such an hour, and no reminder is due on one: were it a working day.
    monkeypatch.setattr(dates, "is_working_day", lambda _day: True)

    (rule,) = parsed("1d@2")

    assert due_at(rule, local(2018, 3, 26, 9)) == datetime(2018, 3, 25, 1, 0, tzinfo=UTC)
    assert due("1d@2", 2018, 3, 26, 9) == local(2018, 3, 25, 3)


def test_of_an_hour_that_autumn_repeats_the_first_counts(monkeypatch):
    monkeypatch.setattr(dates, "is_working_day", lambda _day: True)

    (rule,) = parsed("1d@2")

    assert due_at(rule, local(2018, 10, 29, 9)) == datetime(2018, 10, 28, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "morning"),
    [
        ((2018, 6, 13, 20, 59), None),
        ((2018, 6, 13, 21), (2018, 6, 14, 7)),
        ((2018, 6, 14, 0, 30), (2018, 6, 14, 7)),
        ((2018, 6, 14, 6, 59), (2018, 6, 14, 7)),
        ((2018, 6, 14, 7), None),
        ((2018, 3, 24, 23), (2018, 3, 25, 7)),
        ((2018, 10, 28, 2, 30), (2018, 10, 28, 7)),
    ],
)
def test_at_night_a_mail_waits_for_seven(now, morning):
    assert wait_until(local(*now)) == (local(*morning) if morning else None)


@settings(deadline=None)
@given(
    st.datetimes(*YEARS),
    st.integers(0, 99),
    st.integers(0, 23),
)
def test_a_rule_of_days_is_due_before_the_start_within_its_reach(naive, days, hour):
    starts = naive.replace(tzinfo=UTC)
    rule = Rule(f"{days}d@{hour}", days=days, hour=hour)

    at = due_at(rule, starts)
    day = at.astimezone(PRAGUE).date()

    assert dates.is_working_day(day)
    assert day <= starts.astimezone(PRAGUE).date() - timedelta(days=days)
    assert starts - at < rule.reach + timedelta(days=1)


@settings(deadline=None)
@given(
    st.datetimes(*YEARS),
    st.integers(1, 99),
)
def test_a_rule_of_hours_is_due_by_day_and_before_the_start(naive, hours):
    starts = naive.replace(tzinfo=UTC)

    at = due_at(Rule(f"{hours}h", hours=hours), starts).astimezone(PRAGUE)

    assert time(7) <= at.time() < time(21)
    assert at <= starts - timedelta(hours=hours)
    assert starts - at < timedelta(hours=hours + 11)


def test_the_longest_row_of_holidays_is_within_reach():
    # Over fifteen years no reminder moves by more than the rules' reach allows.
    day, longest = date(2018, 1, 1), timedelta(0)
    while day.year < 2033:
        if not dates.is_working_day(day):
            longest = max(longest, day - dates.working_day_before(day))
        day += timedelta(days=1)

    assert longest < Rule("0d@0", days=0).reach
