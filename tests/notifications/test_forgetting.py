from datetime import timedelta

import pytest
from django.utils import timezone

from events import actions as event_actions
from notifications import actions as follow_actions
from notifications import forgetting
from notifications.models import Follow
from tests import factories

pytestmark = pytest.mark.django_db


def test_bodies_are_emptied_thirty_days_after_they_were_settled(post):
    registration = factories.registration(event=factories.event())
    post.sweep()
    (message,) = post.messages(registration)

    assert forgetting.forget(message.settled_at + timedelta(days=30)).bodies == 0
    assert forgetting.forget(message.settled_at + timedelta(days=30, seconds=1)).bodies == 1

    message.refresh_from_db()
    assert message.raw is None
    assert message.mail is None
    # What a later CANCEL and a thread need is no body.
    assert message.calendar_uid == registration.uid


def test_needs_are_deleted_a_fortnight_after_the_event(post):
    event = factories.event()
    registration = factories.registration(event=event, vegetarian=True, needs_note="bez ořechů")

    assert forgetting.forget(event.ends_at + timedelta(days=13)).needs == 0
    assert forgetting.forget(event.ends_at + timedelta(days=14, seconds=1)).needs == 1

    registration.refresh_from_db()
    assert (registration.vegetarian, registration.needs_note) == (False, "")


def test_what_is_still_to_be_sent_keeps_its_body():
    factories.registration(event=factories.event())

    assert forgetting.forget(timezone.now() + timedelta(days=40)).bodies == 0


def set_date(event, days=60):
    start = timezone.now() + timedelta(days=days)
    event_actions.move_event(event.pk, start, start + timedelta(hours=6))


def kept(follow, moment):
    """Whether the wish and its mails are still there after all that time deletes."""
    forgetting.forget(moment)
    rows = {Follow.objects.filter(pk=follow.pk).exists(), follow.messages.exists()}
    assert len(rows) == 1
    return rows == {True}


def test_a_wish_that_nobody_confirms_is_deleted_after_a_week(post):
    follow = factories.follow(event=factories.announced_event(), is_confirmed=False)
    post.sweep()
    week = follow.created_at + timedelta(days=7)

    assert kept(follow, week)
    assert not kept(follow, week + timedelta(seconds=1))


def test_a_wish_that_waits_is_kept_as_long_as_it_waits(post):
    follow = factories.follow(event=factories.announced_event())
    post.sweep()

    assert kept(follow, timezone.now() + timedelta(days=400))


def test_a_wish_is_deleted_a_fortnight_after_the_date_was_told(post):
    follow = factories.follow(event=factories.announced_event())
    set_date(follow.event)
    post.sweep()
    told_at = follow.messages.get(kind="date_set").settled_at

    assert kept(follow, told_at + timedelta(days=14))
    assert not kept(follow, told_at + timedelta(days=14, seconds=1))


def test_a_stopped_wish_is_deleted_a_fortnight_later(post):
    follow = factories.follow(event=factories.announced_event())
    post.sweep()
    stopped_at = follow_actions.stop_follow(follow.pk).stopped_at

    assert kept(follow, stopped_at + timedelta(days=14))
    assert not kept(follow, stopped_at + timedelta(days=14, seconds=1))


def test_a_wish_for_a_session_that_is_called_off_is_deleted_a_fortnight_later(post):
    follow = factories.follow(event=factories.announced_event())
    post.sweep()
    called_off_at = event_actions.cancel_event(follow.event_id).at

    assert kept(follow, called_off_at + timedelta(days=14))
    assert not kept(follow, called_off_at + timedelta(days=14, seconds=1))


def test_a_wish_whose_mail_is_under_way_is_kept(post):
    follow = factories.follow(event=factories.announced_event())
    follow_actions.stop_follow(follow.pk)

    assert follow.messages.get().state == "queued"
    assert kept(follow, timezone.now() + timedelta(days=30))


def test_deleted_wishes_are_counted(post):
    event = factories.announced_event()
    for _n in range(2):
        factories.follow(event=event, is_confirmed=False)
    factories.follow(event=event)
    post.sweep()

    assert forgetting.forget(timezone.now() + timedelta(days=8)).follows == 2
    assert Follow.objects.count() == 1
