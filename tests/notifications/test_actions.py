import threading
from datetime import timedelta

import pytest
import time_machine
from django.db import connection, transaction
from django.utils import timezone

from events import actions as event_actions
from events.models import Event
from notifications import actions, announcing, delivery
from notifications.models import Follow, Message
from notifications.rules import FollowError
from registrations import actions as registration_actions
from tests import factories

pytestmark = pytest.mark.django_db


def failed(smtp_server, event=None):
    registration = factories.registration(event=event or factories.event())
    announcing.announce(timezone.now())
    smtp_server.answers = ["550 no"]
    delivery.deliver(timezone.now())
    return registration.messages.get()


def test_a_failed_mail_is_sent_again_with_its_uid_and_sequence(smtp_server):
    first = failed(smtp_server)

    again = actions.send_again(first.pk)
    delivery.deliver(timezone.now())

    first.refresh_from_db()
    again.refresh_from_db()
    assert (first.state, again.state) == ("failed", "sent")
    for name in ("kind", "calendar_method", "calendar_uid", "calendar_sequence", "to_email"):
        assert getattr(again, name) == getattr(first, name)
    assert again.message_id != first.message_id
    assert again.key.startswith("again:")
    assert again.key.endswith(f":{first.key}")


def test_again_and_again(smtp_server):
    first = failed(smtp_server)
    for _n in range(3):
        smtp_server.answers = ["550 no"]
        last = actions.send_again(Message.objects.order_by("pk").last().pk)
        delivery.deliver(timezone.now())

    assert last.key.endswith(f":{first.key}")
    assert last.key.count("again:") == 1


def test_a_move_that_was_refused_still_says_what_moved(smtp_server):
    event = factories.event()
    registration = factories.registration(event=event)
    announcing.announce(timezone.now())
    delivery.deliver(timezone.now())
    event_actions.move_event(event.pk, event.starts_at + timedelta(days=7))
    announcing.announce(timezone.now())
    smtp_server.answers = ["550 no"]
    delivery.deliver(timezone.now())

    again = actions.send_again(registration.messages.get(kind="moved").pk)
    delivery.deliver(timezone.now())

    again.refresh_from_db()
    assert (again.state, again.calendar_sequence) == ("sent", 2)


def test_a_refused_cancellation_still_takes_the_entry_out(smtp_server):
    registration = factories.registration(event=factories.event())
    announcing.announce(timezone.now())
    delivery.deliver(timezone.now())
    registration_actions.cancel_registration(registration.pk)
    announcing.announce(timezone.now())
    smtp_server.answers = ["550 no"]
    delivery.deliver(timezone.now())

    again = actions.send_again(registration.messages.get(kind="cancelled").pk)
    delivery.deliver(timezone.now())

    again.refresh_from_db()
    assert (again.calendar_method, again.calendar_uid) == ("CANCEL", registration.uid)


def test_what_is_not_true_any_more_is_not_sent_again(smtp_server):
    first = failed(smtp_server)
    actions.send_again(first.pk)
    registration_actions.cancel_registration(first.registration_id)

    delivery.deliver(timezone.now())

    assert Message.objects.order_by("pk").last().reason == "not live"


@pytest.mark.parametrize("state", ["queued", "sent", "void"])
def test_only_a_failed_mail_is_sent_again(state):
    registration = factories.registration(event=factories.event())
    announcing.announce(timezone.now())
    Message.objects.update(state=state)

    with pytest.raises(actions.NotSendable):
        actions.send_again(registration.messages.get().pk)
    assert Message.objects.count() == 1


def test_nobody_sends_a_code_again():
    message = Message.objects.create(
        key="account:1", kind="account", state="failed", language="cs", message_id="<1@x>",
        not_after=timezone.now(),
    )  # fmt: skip

    with pytest.raises(actions.NotSendable):
        actions.send_again(message.pk)


def set_date(event, days=60):
    start = timezone.now() + timedelta(days=days)
    return event_actions.move_event(event.pk, start, start + timedelta(hours=6))


def links(follow):
    """The mails with the link that were made for a wish."""
    return follow.messages.filter(kind="follow_confirm").count()


def test_a_wish_is_kept_and_asked_to_be_confirmed():
    event = factories.announced_event()

    follow = actions.follow_event(event.pk, "anna@mesto.example", "en")

    assert (follow.confirmed_at, follow.stopped_at, len(follow.token)) == (None, None, 32)
    message = follow.messages.get()
    assert (message.kind, message.to_email, message.language) == (
        "follow_confirm", "anna@mesto.example", "en"
    )  # fmt: skip
    assert (message.event, message.registration, message.fact) == (event, None, None)


@pytest.mark.parametrize("is_confirmed", [False, True])
def test_a_second_wish_changes_nothing_and_sends_the_link_once_an_hour(is_confirmed):
    event = factories.announced_event()
    first = factories.follow(event=event, is_confirmed=is_confirmed)
    kept = Follow.objects.values().get()

    with time_machine.travel(timezone.now(), tick=False) as clock:
        actions.follow_event(event.pk, first.email, "en")
        assert links(first) == 1
        clock.shift(timedelta(hours=1, seconds=1))
        for _n in range(2):
            actions.follow_event(event.pk, first.email, "en")

    assert links(first) == 2
    assert Follow.objects.values().get() == kept


def test_one_address_may_wait_for_two_events():
    for _n in range(2):
        factories.follow(event=factories.announced_event(), email="anna@mesto.example")

    assert Follow.objects.count() == 2


def test_a_wish_for_a_date_that_is_set_is_refused_and_leaves_nothing():
    with pytest.raises(FollowError, match="Termín už je známý"):
        actions.follow_event(factories.event().pk, "anna@mesto.example", "cs")

    assert (Follow.objects.count(), Message.objects.count()) == (0, 0)


def test_confirming_twice_is_once():
    follow = factories.follow(event=factories.announced_event(), is_confirmed=False)

    first = actions.confirm_follow(follow.pk)
    again = actions.confirm_follow(follow.pk)

    assert first.is_active
    assert again.confirmed_at == first.confirmed_at


def test_stopping_twice_is_once_and_can_be_taken_back():
    follow = factories.follow(event=factories.announced_event())

    first = actions.stop_follow(follow.pk)
    again = actions.stop_follow(follow.pk)
    back = actions.confirm_follow(follow.pk)

    assert (first.is_active, again.stopped_at) == (False, first.stopped_at)
    assert (back.is_active, back.confirmed_at) == (True, follow.confirmed_at)


def test_a_link_that_expired_confirms_nothing():
    follow = factories.follow(event=factories.announced_event(), is_confirmed=False)

    with (
        time_machine.travel(timezone.now() + timedelta(days=8)),
        pytest.raises(FollowError, match="Odkaz už neplatí"),
    ):
        actions.confirm_follow(follow.pk)

    follow.refresh_from_db()
    assert follow.confirmed_at is None


@pytest.mark.parametrize("end", ["stopped", "expired"])
def test_a_wish_that_is_over_begins_anew_with_another_link(end):
    event = factories.announced_event()
    old = factories.follow(event=event, is_confirmed=end == "stopped")
    if end == "stopped":
        actions.stop_follow(old.pk)

    with time_machine.travel(timezone.now() + timedelta(days=8)):
        new = actions.follow_event(event.pk, old.email, "cs")

    assert (new.pk, new.token == old.token) == (old.pk, False)
    assert (new.confirmed_at, new.stopped_at) == (None, None)
    assert links(new) == 2


def test_a_stopped_wish_can_be_stopped_whatever_became_of_the_event():
    follow = factories.follow(event=factories.announced_event())
    set_date(follow.event)

    assert not actions.stop_follow(follow.pk).is_active
    with pytest.raises(FollowError):
        actions.confirm_follow(follow.pk)


def test_a_refused_mail_with_the_date_is_sent_again(smtp_server):
    follow = factories.follow(event=factories.announced_event())
    Message.objects.all().delete()
    set_date(follow.event)
    announcing.announce(timezone.now())
    smtp_server.answers = ["550 no"]
    delivery.deliver(timezone.now())

    again = actions.send_again(follow.messages.get().pk)
    delivery.deliver(timezone.now())

    again.refresh_from_db()
    assert (again.state, again.follow, again.kind) == ("sent", follow, "date_set")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_nobody_confirms_a_wish_while_the_date_is_being_set():
    # Else the date could be announced before the wish counts, and nobody would tell them.
    follow = factories.follow(event=factories.announced_event(), is_confirmed=False)
    is_locked, may_commit = threading.Event(), threading.Event()

    def schedule():
        with transaction.atomic():
            (event,) = Event.objects.locked(follow.event_id)
            event.starts_at = timezone.now() + timedelta(days=60)
            event.ends_at = event.starts_at + timedelta(hours=6)
            event.save()
            is_locked.set()
            may_commit.wait(10)
        connection.close()

    thread = threading.Thread(target=schedule)
    thread.start()
    is_locked.wait(10)
    threading.Timer(0.3, may_commit.set).start()
    with pytest.raises(FollowError, match="Termín už je známý"):
        actions.confirm_follow(follow.pk)
    thread.join()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_wishes_of_one_address_at_once_are_one_wish():
    event = factories.announced_event()

    def wish():
        try:
            actions.follow_event(event.pk, "anna@mesto.example", "cs")
        finally:
            connection.close()

    threads = [threading.Thread(target=wish) for _n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert links(Follow.objects.get()) == 1
