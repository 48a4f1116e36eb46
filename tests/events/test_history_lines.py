from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils import timezone, translation

from events import actions, history
from events.history_lines import Difference, lines_of_event
from registrations import actions as registration_actions
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english() -> Any:
    with translation.override("en"):
        yield


def test_lines_are_the_newest_first_with_old_and_new_values() -> None:
    organiser = factories.organiser(name="Olga Ukázková")
    event = factories.event(starts_at=datetime(2027, 6, 1, 7, tzinfo=UTC), capacity=3)
    old, new = event.venue, factories.venue()
    actions.move_event(
        event.pk, datetime(2027, 6, 2, 7, tzinfo=UTC), venue=new, actor_id=organiser.pk, note="Proč"
    )
    registration_actions.change_capacity(event.pk, 5)
    capacity, moved, created = lines_of_event(event)
    assert (capacity.what, capacity.who, capacity.differences) == (
        "Capacity changed",
        "",
        [Difference("Capacity", "3", "5")],
    )
    assert (moved.what, moved.who, moved.note) == ("Moved", "Olga Ukázková", "Proč")
    assert moved.differences == [
        Difference("Venue", str(old), str(new)),
        Difference("Starts", "Tuesday 1\u00a0June 2027, 9:00", "Wednesday 2\u00a0June 2027, 9:00"),
        Difference("Ends", "Tuesday 1\u00a0June 2027, 15:00", "Wednesday 2\u00a0June 2027, 15:00"),
    ]
    assert (created.what, created.differences) == ("Created", [])


def test_line_of_an_organiser_who_is_gone_names_nobody() -> None:
    event = factories.event()
    actions.cancel_event(event.pk, actor_id=987_654)
    assert lines_of_event(event)[0].who == "an organiser"


def test_line_of_an_edit_names_the_texts_and_tells_the_values() -> None:
    event = factories.event()
    data = {
        "description_cs": [None, None],
        "agenda": [None, None],
        "has_waiting_list": [True, False],
        "period_from": [None, "2027-01-01"],
        "weeks_later": [0, 456],
    }
    history.write_fact(event, "edited", timezone.now(), data, actor_id=None)
    assert lines_of_event(event)[0].differences == [
        Difference("Description (Czech)"),
        Difference("Period from", "", "1\u00a0January 2027"),
        Difference("Waiting list", "yes", "no"),
        Difference("Programme"),
    ]


@pytest.mark.parametrize("moves", [1, 3])
def test_lines_ask_three_times_whatever_their_number(
    moves: int, django_assert_num_queries: Any
) -> None:
    organiser = factories.organiser()
    event = factories.event()
    for _n in range(moves):
        venue, start = factories.venue(), event.starts_at
        assert start is not None
        actions.move_event(event.pk, start, venue=venue, actor_id=organiser.pk)
    with django_assert_num_queries(3):
        assert len(lines_of_event(event)) == moves + 1
