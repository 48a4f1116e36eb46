from datetime import timedelta

import pytest
from django.utils import timezone

from events import actions as event_actions
from registrations import actions, memberships
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def call():
    return factories.call()


@pytest.fixture
def membership(call):
    return factories.registration(event=call)


def named(membership, now=None):
    found = memberships.meetings_of(membership, now or timezone.now())
    return [(item.event.slug, item.can_register) for item in found]


def test_a_member_sees_the_meetings_to_come_by_date(call, membership):
    later = timezone.now() + timedelta(days=60)
    factories.meeting(call=call, slug="druhe", starts_at=later)
    first = factories.meeting(call=call, slug="prvni")
    factories.event(series=call.series, slug="pro-vsechny")
    factories.meeting(call=factories.call(), slug="cizi")

    assert named(membership) == [("prvni", True), ("druhe", True)]
    factories.attendance(membership, event=first)
    assert named(membership) == [("prvni", False), ("druhe", True)]
    assert named(membership, first.ends_at + timedelta(minutes=1)) == [("druhe", True)]


def test_a_meeting_that_takes_nobody_says_why(call, membership):
    factories.meeting(call=call, closing_hours=24 * 90)
    (meeting,) = memberships.meetings_of(membership, timezone.now())

    assert (meeting.can_register, list(map(str, meeting.problems))) == (
        False,
        ["Přihlašování skončilo."],
    )


@pytest.mark.parametrize("kind", ["left", "waiting", "no call"])
def test_who_is_no_member_sees_none(call, membership, kind):
    meeting = factories.meeting(call=call)
    if kind == "left":
        own = actions.cancel_registration(membership.pk)
    elif kind == "waiting":
        factories.fill(call)
        own = factories.registration(event=call)
    else:
        own = factories.registration(event=factories.event(series=call.series))

    assert named(own) == []
    assert memberships.meeting_named(own, meeting.slug, timezone.now()) is None


def test_a_called_off_meeting_is_gone(call, membership):
    meeting = factories.meeting(call=call)
    event_actions.cancel_event(meeting.pk)
    assert named(membership) == []


def test_the_list_asks_the_same_for_one_and_for_many(call, membership, django_assert_num_queries):
    factories.meeting(call=call)
    with django_assert_num_queries(2):
        named(membership)
    factories.meeting(call=call)
    factories.meeting(call=call)
    with django_assert_num_queries(2):
        named(membership)
