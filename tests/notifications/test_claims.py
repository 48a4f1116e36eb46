import threading
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from django.db import connection, transaction
from django.utils import timezone

from events import actions as event_actions
from events import dates
from notifications import announcing, claims, delivery, settling
from notifications.models import Follow, Message
from registrations import actions
from registrations.models import Registration
from tests import factories

pytestmark = pytest.mark.django_db
CONTACT = {"contact_name": "Bára Ukázková", "contact_email": "bara@mesto.example"}


def announced(count=1, **fields):
    event = factories.event(capacity=max(count, 1))
    people = [factories.registration(event=event, **fields) for _n in range(count)]
    announcing.announce(timezone.now())
    return people


def claim(limit=50, now=None):
    return claims.claim(now or timezone.now(), limit)


def keys(claimed):
    return [message.key for message in claimed.messages]


def test_a_claim_takes_a_message_under_a_lease_and_builds_it():
    (registration,) = announced()
    now = timezone.now()

    (message,) = claim(now=now).messages

    message.refresh_from_db()
    assert (message.state, message.attempts, message.claimed_at) == ("sending", 1, now)
    assert now < message.leased_until <= now + timedelta(minutes=5)
    assert registration.email.encode() in bytes(message.raw)
    assert (message.calendar_method, message.calendar_sequence) == ("REQUEST", 1)
    assert message.shows_revision == registration.event.revision


def test_what_is_claimed_is_claimed_by_nobody_else_until_its_lease_ends():
    announced()
    now = timezone.now()
    (first,) = claim(now=now).messages

    assert claim(now=now + claims.LEASE).messages == []
    (second,) = claim(now=now + claims.LEASE + timedelta(seconds=1)).messages

    assert second.pk == first.pk
    assert (second.raw, second.message_id, second.attempts) == (first.raw, first.message_id, 2)


def test_a_sender_that_lost_its_lease_changes_nothing_any_more():
    announced()
    now = timezone.now()
    (slow,) = claim(now=now).messages
    (quick,) = claim(now=now + timedelta(minutes=3)).messages

    settling.mark_failed(slow, "550 no", now)
    quick.refresh_from_db()
    assert quick.state == "sending"

    settling.mark_sent(quick, now)
    settling.put_back(slow, "451 later", now)
    quick.refresh_from_db()
    assert quick.state == "sent"


def test_an_older_mail_to_the_same_reader_goes_first_always():
    event = factories.event()
    registration = factories.registration(event=event, **CONTACT)
    event_actions.move_event(event.pk, event.starts_at + timedelta(days=1))
    announcing.announce(timezone.now())

    kinds = [(message.kind, message.is_for_contact) for message in claim().messages]
    assert kinds == [("confirmed", False), ("confirmed", True)]

    assert claim().messages == []
    for message in Message.objects.filter(state="sending", booking__isnull=True):
        settling.mark_sent(message, timezone.now())
    assert [(message.kind, message.is_for_contact) for message in claim().messages] == [
        ("moved", False)
    ]
    assert registration.messages.filter(state="queued").count() == 1


def test_an_older_mail_that_waits_for_its_retry_still_goes_first():
    event = factories.event()
    factories.registration(event=event)
    announcing.announce(timezone.now())
    (first,) = claim().messages
    settling.put_back(first, "451 later", timezone.now())
    registration = event.registrations.get()
    again = factories.application(email=registration.email)
    actions.register(event.pk, again, factories.submit())
    announcing.announce(timezone.now())

    assert claim().messages == []
    later = timezone.now() + timedelta(minutes=2)
    assert [message.kind for message in claim(now=later).messages] == ["confirmed"]


def test_one_person_waits_for_nobody_else():
    announced(3)
    (first,) = claim(limit=1).messages
    settling.put_back(first, "451 later", timezone.now())

    assert len(claim().messages) == 2


def test_a_mail_that_cannot_be_built_fails_at_once_and_blocks_nobody(caplog):
    broken, sound = announced(2)
    Message.objects.filter(registration=broken).update(kind="telegram")

    claimed = claim()
    caplog.clear()

    assert [message.registration for message in claimed.messages] == [sound]
    assert claimed.failed == 1
    row = Message.objects.get(registration=broken)
    assert (row.state, row.reason) == ("failed", "cannot be built: KeyError")


def test_a_released_mail_was_never_claimed():
    announced()
    (message,) = claim().messages

    settling.release([message])

    message.refresh_from_db()
    assert (message.state, message.attempts, message.claimed_at, message.raw) == (
        "queued", 0, None, None
    )  # fmt: skip
    assert (message.calendar_method, message.calendar_uid) == ("", "")


def test_a_released_mail_is_written_anew(post):
    (registration,) = announced()
    (message,) = claim().messages
    settling.release([message])
    event = registration.event
    event_actions.move_event(event.pk, event.starts_at + timedelta(days=3))

    (again,) = claim().messages

    assert again.shows_revision == 2
    assert again.message_id == message.message_id


def test_a_mail_that_was_tried_and_is_stale_now_gives_way_to_the_newer(post):
    (registration,) = announced()
    (message,) = claim().messages
    settling.put_back(message, "451 later", timezone.now())
    event = registration.event
    event_actions.move_event(event.pk, event.starts_at + timedelta(days=3))

    post.sweep(timezone.now() + timedelta(minutes=5))

    assert post.states(registration) == [("confirmed", "void: superseded"), ("moved", "sent")]


def test_after_its_horizon_a_refused_mail_fails_with_the_servers_words(post):
    announced()
    (message,) = claim().messages
    settling.put_back(message, "451 later", timezone.now())

    post.sweep(timezone.now() + timedelta(hours=73))

    message.refresh_from_db()
    assert (message.state, message.reason) == ("failed", "451 later")


def test_accounts_go_before_everybody_else():
    announced(3)
    account = Message.objects.create(
        key="account:1", kind="account", language="cs", raw=b"raw", message_id="<a@b>",
        not_after=timezone.now() + timedelta(hours=1),
    )  # fmt: skip

    assert [message.pk for message in claim(limit=1).messages] == [account.pk]


def test_one_message_may_be_asked_for():
    announced(2)
    second = Message.objects.order_by("pk").last()

    claimed = claims.claim(timezone.now(), 50, only=second.pk)

    assert keys(claimed) == [second.key]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_cancellation_under_way_is_waited_for():
    (registration,) = announced()
    is_locked, may_commit = threading.Event(), threading.Event()

    def cancel():
        with transaction.atomic():
            Registration.objects.select_for_update().get(pk=registration.pk)
            is_locked.set()
            may_commit.wait(10)
        connection.close()

    thread = threading.Thread(target=cancel)
    thread.start()
    is_locked.wait(10)
    meanwhile = claim()
    may_commit.set()
    thread.join()

    assert (meanwhile.messages, meanwhile.void) == ([], 0)
    assert len(claim().messages) == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_senders_at_once_take_each_message_once(post):
    announced(60)
    taken = []

    def take():
        try:
            while claimed := claim(limit=7).messages:
                taken.extend(message.pk for message in claimed)
        finally:
            connection.close()

    threads = [threading.Thread(target=take) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(taken) == sorted(Message.objects.values_list("pk", flat=True))
    assert len(taken) == len(set(taken)) == 60


def test_a_claim_asks_the_same_questions_of_three_as_of_one(django_assert_max_num_queries):
    # Per message at most a handful; per batch the rest.
    announced(1)
    with django_assert_max_num_queries(12):
        claim()
    announced(3)
    with django_assert_max_num_queries(20):
        claim()


def test_a_batch_delivers_what_it_can(post):
    announced(3)

    batch = delivery.deliver(timezone.now(), limit=2)

    assert (batch.sent, batch.has_more) == (2, True)


def told_follower():
    """A wish whose date is set and whose mail is queued."""
    follow = factories.follow(event=factories.announced_event())
    Message.objects.all().delete()
    start = timezone.now() + timedelta(days=60)
    event_actions.move_event(follow.event_id, start, start + timedelta(hours=6))
    announcing.announce(timezone.now())
    return follow


def test_a_mail_to_a_follower_is_built_once_and_stays_the_same_bytes():
    follow = told_follower()
    now = timezone.now()
    (first,) = claim(now=now).messages
    (second,) = claim(now=now + claims.LEASE + timedelta(seconds=1)).messages

    assert (first.to_email, first.calendar_method) == (follow.email, "")
    assert (second.raw, second.message_id) == (first.raw, first.message_id)


def test_a_mail_to_a_follower_that_names_an_old_date_is_written_anew_as_another_mail():
    # To the registered a mail of its own tells that it moved; followers have this one alone.
    follow = told_follower()
    (message,) = claim().messages
    old_id, old_raw = message.message_id, message.raw
    settling.put_back(message, "451 later", timezone.now())
    follow.event.refresh_from_db()
    event_actions.move_event(follow.event_id, follow.event.starts_at + timedelta(days=40))
    announcing.announce(timezone.now())

    (again,) = claim(now=timezone.now() + timedelta(minutes=2)).messages

    follow.event.refresh_from_db()
    new_day = dates.plain(dates.full_date(follow.event.starts_at))
    mail = message_from_bytes(bytes(again.raw), policy=policy.default)
    assert (again.pk, again.shows_revision) == (message.pk, follow.event.revision)
    assert new_day in str(mail["Subject"])
    assert (again.message_id, again.raw) != (old_id, old_raw)
    assert mail["Message-ID"] == again.message_id != old_id


def test_a_released_mail_to_a_follower_is_written_anew():
    told_follower()
    (message,) = claim().messages

    settling.release([message])

    message.refresh_from_db()
    assert (message.state, message.claimed_at, message.raw) == ("queued", None, None)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_wish_that_is_being_stopped_is_waited_for():
    follow = told_follower()
    is_locked, may_commit = threading.Event(), threading.Event()

    def stop():
        with transaction.atomic():
            Follow.objects.select_for_update().filter(pk=follow.pk).update(
                stopped_at=timezone.now()
            )
            is_locked.set()
            may_commit.wait(10)
        connection.close()

    thread = threading.Thread(target=stop)
    thread.start()
    is_locked.wait(10)
    meanwhile = claim()
    may_commit.set()
    thread.join()

    assert (meanwhile.messages, meanwhile.void) == ([], 0)
    after = claim()
    assert (after.messages, after.void) == ([], 1)
