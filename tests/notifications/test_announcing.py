import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from events import actions as event_actions
from events.models import EventChange
from notifications import actions as notification_actions
from notifications import announcing
from notifications.models import Message
from registrations import actions
from registrations.models import RegistrationChange
from tests import factories

pytestmark = pytest.mark.django_db


def announce(limit=announcing.BATCH):
    return announcing.announce(timezone.now(), limit)


def kinds(registration):
    rows = Message.objects.filter(registration=registration).order_by("pk")
    return [(row.kind, row.state) for row in rows]


def later(event, days=7):
    event.refresh_from_db()
    return event_actions.move_event(event.pk, event.starts_at + timedelta(days=days))


def test_each_fact_is_announced_once_and_says_when():
    registration = factories.registration(event=factories.event())

    counts = announce(), announce()

    # The event's own creation is a fact, too; it is told to nobody.
    assert counts == (2, 0)
    assert kinds(registration) == [("confirmed", "queued")]
    assert not RegistrationChange.objects.filter(announced_at__isnull=True).exists()
    assert not EventChange.objects.filter(announced_at__isnull=True).exists()


def test_deriving_twice_is_harmless():
    registration = factories.registration(event=factories.event())
    announce()
    fact = registration.changes.get()

    announcing._file(announcing.messages_of(fact, [registration], timezone.now()))

    assert Message.objects.count() == 1


def test_a_full_batch_says_that_there_is_more():
    event = factories.event(capacity=5)
    factories.fill(event, 5)

    assert [announce(limit=2) for _n in range(4)] == [2, 2, 2, 0]


def test_nothing_is_rendered_while_announcing():
    factories.registration(event=factories.event())

    announce()

    assert Message.objects.get().raw is None


def test_who_came_after_the_move_is_not_told_of_it():
    event = factories.event()
    early = factories.registration(event=event)
    later(event)
    late = factories.registration(event=event)

    announce()

    assert kinds(early) == [("confirmed", "queued"), ("moved", "queued")]
    assert kinds(late) == [("confirmed", "queued")]


def test_who_is_not_registered_any_more_is_not_told_of_the_move():
    event = factories.event()
    gone = factories.registration(event=event)
    actions.cancel_registration(gone.pk)
    later(event)

    announce()

    assert ("moved", "queued") not in kinds(gone)


def test_the_newest_of_two_moves_overtakes_the_older():
    event = factories.event()
    registration = factories.registration(event=event)
    later(event)
    later(event)

    announce()

    assert kinds(registration) == [
        ("confirmed", "queued"), ("moved", "void"), ("moved", "queued")
    ]  # fmt: skip


def test_a_silent_move_overtakes_nothing():
    event = factories.event(capacity=1)
    factories.registration(event=event)
    waiting = factories.registration(event=event)
    announce()
    event_actions.cancel_event(event.pk)
    later(event)

    announce()

    assert kinds(waiting) == [("waiting", "void"), ("called_off", "queued")]


def test_a_promotion_overtakes_the_waiting_list():
    event = factories.event(capacity=1)
    first, second = factories.registration(event=event), factories.registration(event=event)
    announce()
    actions.cancel_registration(first.pk)

    announce()

    assert kinds(first) == [("confirmed", "void"), ("cancelled", "queued")]
    assert kinds(second) == [("waiting", "void"), ("promoted", "queued")]


def test_a_second_registration_overtakes_nothing_and_only_the_end_overtakes_it():
    event = factories.event()
    registration = factories.registration(event=event)
    again = factories.application(email=registration.email)
    actions.register(event.pk, again, factories.submit())
    announce()
    assert kinds(registration) == [("confirmed", "queued"), ("already_registered", "queued")]

    actions.cancel_registration(registration.pk)
    announce()

    assert kinds(registration) == [
        ("confirmed", "void"), ("already_registered", "void"), ("cancelled", "queued")
    ]  # fmt: skip


def test_an_events_fact_waits_for_older_facts_of_its_people():
    # The order of two mails to one person is the order of what happened.
    event = factories.event()
    registration = factories.registration(event=event)
    later(event)

    announce(limit=1)
    announce()
    announce()

    assert kinds(registration) == [("confirmed", "queued"), ("moved", "queued")]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_announcers_at_once_derive_each_message_once():
    event = factories.event(capacity=60)
    factories.fill(event, 60)
    later(event)

    def run():
        try:
            while announcing.announce(timezone.now(), 7):
                pass
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    while announce():
        pass

    for registration in event.registrations.all():
        assert [kind for kind, _state in kinds(registration)] == ["confirmed", "moved"]


def set_date(event, days=60):
    start = timezone.now() + timedelta(days=days)
    return event_actions.move_event(event.pk, start, start + timedelta(hours=6))


def told(follow):
    rows = follow.messages.filter(kind="date_set").order_by("pk")
    return [row.state for row in rows]


def test_each_confirmed_follower_is_told_the_date_once():
    event = factories.announced_event()
    confirmed = [factories.follow(event=event) for _n in range(2)]
    unconfirmed = factories.follow(event=event, is_confirmed=False)
    stopped = factories.follow(event=event)
    notification_actions.stop_follow(stopped.pk)
    elsewhere = factories.follow(event=factories.announced_event())

    set_date(event)
    announce()
    later(event)
    announce()

    assert [told(follow) for follow in confirmed] == [["queued"], ["queued"]]
    assert [told(follow) for follow in (unconfirmed, stopped, elsewhere)] == [[], [], []]


def test_a_date_that_moves_before_the_mail_leaves_overtakes_nothing():
    event = factories.announced_event()
    follow = factories.follow(event=event)

    set_date(event)
    later(event)
    announce()

    assert told(follow) == ["queued"]


def test_a_date_set_while_called_off_is_told_when_it_is_held_after_all(post):
    event = factories.announced_event()
    follow = factories.follow(event=event)
    event_actions.cancel_event(event.pk)
    set_date(event)
    post.sweep()
    assert told(follow) == ["void"]

    event_actions.reinstate_event(event.pk)
    post.sweep()
    event_actions.cancel_event(event.pk)
    event_actions.reinstate_event(event.pk)
    post.sweep()

    assert told(follow) == ["void", "sent"]


def test_an_event_without_a_date_that_is_held_after_all_tells_no_date():
    event = factories.announced_event()
    follow = factories.follow(event=event)
    event_actions.cancel_event(event.pk)
    event_actions.reinstate_event(event.pk)

    announce()

    assert told(follow) == []


def test_a_date_is_told_to_many_in_as_few_questions_as_to_one():
    counts = []
    for number in (1, 3):
        event = factories.announced_event()
        for _n in range(number):
            factories.follow(event=event)
        announce()
        set_date(event)
        with CaptureQueriesContext(connection) as queries:
            announce()
        counts.append(len(queries))

    assert counts[0] == counts[1]
