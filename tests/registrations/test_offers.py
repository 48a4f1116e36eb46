from datetime import UTC, datetime, timedelta

import pytest

from registrations import offers
from tests import factories

pytestmark = pytest.mark.django_db
# A Thursday, 14:05 in Prague.
NOW = datetime(2018, 4, 12, 12, 5, tzinfo=UTC)


def prague(day, hour, minute=0, month=4):
    return datetime(2018, month, day, hour - 2, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("end", "moved_to"),
    [
        (prague(12, 14, 5), prague(12, 14, 5)),
        (prague(12, 20), prague(12, 20)),
        (prague(12, 20, 1), prague(13, 10)),
        (prague(13, 3), prague(13, 10)),
        (prague(13, 9, 59), prague(13, 10)),
        (prague(13, 10), prague(13, 10)),
        (prague(13, 21), prague(16, 10)),
        (prague(14, 12), prague(16, 10)),
        (prague(15, 8), prague(16, 10)),
        # Tuesday 1 May and Tuesday 8 May are holidays.
        (prague(1, 12, month=5), prague(2, 10, month=5)),
        (prague(7, 22, month=5), prague(9, 10, month=5)),
    ],
)
def test_an_end_out_of_hours_moves_to_the_next_working_morning(end, moved_to):
    assert offers.at_office_hours(end) == moved_to


def test_an_offer_never_lasts_past_the_end_of_promotion():
    event = factories.event(offer_hours=48, starts_at=NOW + timedelta(hours=30))

    assert offers.deadline(event, NOW) == event.promotion_ends_at
