from datetime import timedelta

import pytest
from django.utils import timezone

from events import actions as event_actions
from notifications import rules
from tests import factories

pytestmark = pytest.mark.django_db


def words(problems):
    return [str(problem) for problem in problems]


def test_a_published_event_without_a_date_takes_wishes():
    assert rules.problems_of_following(factories.announced_event()) == []


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"status": "cancelled"}, "Setkání je zrušené."),
        ({"status": "draft"}, "Setkání ještě není veřejné."),
        ({"admission": "invitation"}, "Setkání je jen na pozvání."),
        ({"kind": "call"}, "Není na co čekat."),
    ],
)
def test_what_takes_no_wishes_says_why(fields, problem):
    event = factories.announced_event(**fields)
    assert words(rules.problems_of_following(event)) == [problem]


def test_a_closed_door_takes_no_wishes():
    event = factories.announced_event(series=factories.series(is_closed_door=True))
    assert words(rules.problems_of_following(event)) == ["Setkání je jen na pozvání."]


def test_a_dated_event_takes_no_wishes():
    assert words(rules.problems_of_following(factories.event())) == ["Termín už je známý."]


def test_a_wish_is_confirmed_within_a_week():
    follow = factories.follow(event=factories.announced_event(), is_confirmed=False)
    week = follow.created_at + timedelta(days=7)

    assert rules.problems_of_confirming(follow, week) == []
    late = rules.problems_of_confirming(follow, week + timedelta(seconds=1))
    assert words(late) == ["Odkaz už neplatí."]


def test_a_wish_is_not_confirmed_once_the_date_is_set():
    follow = factories.follow(event=factories.announced_event(), is_confirmed=False)
    start = timezone.now() + timedelta(days=60)
    event_actions.move_event(follow.event_id, start, start + timedelta(hours=6))
    follow.event.refresh_from_db()

    found = rules.problems_of_confirming(follow, timezone.now())

    assert words(found) == ["Termín už je známý."]
