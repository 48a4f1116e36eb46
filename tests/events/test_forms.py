from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from events.forms import MomentField, OneLineField, ParagraphsField, TownField
from tests import factories


@pytest.mark.parametrize(
    ("day", "clock", "expected"),
    [
        ("2027-01-15", "09:00", datetime(2027, 1, 15, 8, tzinfo=UTC)),
        ("2027-07-15", "9:00", datetime(2027, 7, 15, 7, tzinfo=UTC)),
        ("2027-03-28", "01:59", datetime(2027, 3, 28, 0, 59, tzinfo=UTC)),
        ("2027-03-28", "03:00", datetime(2027, 3, 28, 1, tzinfo=UTC)),
        ("2027-10-31", "02:30", datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),
        ("2000-01-01", "00:00", datetime(1999, 12, 31, 23, tzinfo=UTC)),
    ],
)
def test_moment_is_read_on_the_clock_of_prague(day: str, clock: str, expected: datetime) -> None:
    assert MomentField().clean([day, clock]) == expected


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (["2027-03-28", "02:00"], "skipped"),
        (["2027-03-28", "02:59"], "skipped"),
        (["0001-01-01", "00:00"], "invalid_year"),
        (["2100-01-01", "00:00"], "invalid_year"),
        (["", ""], "required"),
    ],
)
def test_moment_that_is_none_is_refused(value: list[str], code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        MomentField().clean(value)
    assert [error.code for error in refused.value.error_list] == [code]


@pytest.mark.parametrize(
    "value", [["2027-01-15", ""], ["", "9:00"], ["x", "9:00"], ["2027-01-15", "x"]]
)
def test_half_a_moment_is_refused(value: list[str]) -> None:
    with pytest.raises(ValidationError):
        MomentField(required=False).clean(value)


def test_empty_moment_is_none_where_it_may_be() -> None:
    assert MomentField(required=False).clean(["", ""]) is None


def test_texts_are_cleaned_before_they_are_validated() -> None:
    assert OneLineField(max_length=3).clean("  a\u202e\u0000 b\n") == "a b"
    assert ParagraphsField().clean(" a \r\n\r\n b\u200f ") == "a\n\nb"
    with pytest.raises(ValidationError):
        OneLineField().clean(" \u202e ")


@pytest.mark.django_db
def test_town_shows_what_means_it() -> None:
    town = factories.municipality(name="Milevsko")
    field: Any = TownField()
    assert field.prepare_value(town.pk) == "Milevsko"
    assert field.clean("MILEVSKO ") == town
    assert (field.has_changed(town.pk, "Milevsko"), field.has_changed(town.pk, "Tábor")) == (
        False,
        True,
    )
