from datetime import timedelta

import pytest
from django.utils import timezone

from notifications import forgetting
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
