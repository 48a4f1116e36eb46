"""What leaves after facts overtook each other: swept once, after everything happened."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from events import actions as event_actions
from events.models import Event, Series
from notifications import actions as follow_actions
from notifications import announcing, delivery
from notifications.models import Message
from registrations import actions
from tests import factories

pytestmark = pytest.mark.django_db


def move(event, days=7, **fields):
    event.refresh_from_db()
    return event_actions.move_event(event.pk, event.starts_at + timedelta(days=days), **fields)


def call_off(event):
    return event_actions.cancel_event(event.pk)


def reinstate(event):
    return event_actions.reinstate_event(event.pk)


def announce():
    return announcing.announce(timezone.now())


# Facts after the first mail left; what the confirmed person then reads, with METHOD and SEQUENCE.
AFTER_THE_INVITE = [
    ("moved", [move], [("moved", "REQUEST", 2)]),
    ("moved twice", [move, move], [("moved", "REQUEST", 3)]),
    ("called off", [call_off], [("called_off", "CANCEL", 2)]),
    ("moved, called off", [move, call_off], [("called_off", "CANCEL", 3)]),
    (
        "called off and reinstated",
        [call_off, reinstate],
        [("called_off", "CANCEL", 2), ("reinstated", "REQUEST", 3)],
    ),
    (
        "called off, moved, reinstated",
        [call_off, move, reinstate],
        [("called_off", "CANCEL", 2), ("reinstated", "REQUEST", 4)],
    ),
    (
        "called off and reinstated twice",
        [call_off, reinstate, call_off, reinstate],
        [("called_off", "CANCEL", 2), ("reinstated", "REQUEST", 5)],
    ),
    (
        "called off, reinstated, moved",
        [call_off, reinstate, move],
        [("called_off", "CANCEL", 2), ("moved", "REQUEST", 4)],
    ),
    (
        "called off, reinstated, called off",
        [call_off, reinstate, call_off],
        [("called_off", "CANCEL", 2)],
    ),
]


@pytest.mark.parametrize(
    ("steps", "expected"),
    [case[1:] for case in AFTER_THE_INVITE],
    ids=[c[0] for c in AFTER_THE_INVITE],
)
@pytest.mark.parametrize("swept_between", [False, True], ids=["announced late", "announced each"])
def test_the_confirmed_read_what_is_true(steps, expected, swept_between, post):
    event = factories.event()
    registration = factories.registration(event=event)
    post.sweep()

    for step in steps:
        step(event)
        if swept_between:
            announce()
    post.sweep()

    assert post.calendar(registration) == [("confirmed", "REQUEST", 1), *expected]
    assert not Message.objects.unsettled().exists()


@pytest.mark.parametrize(("steps"), [case[1] for case in AFTER_THE_INVITE])
def test_a_calendar_ends_with_one_right_entry_or_none(steps, post):
    # Replays what a calendar does with the mails: REQUEST puts, CANCEL takes away, by UID.
    event = factories.event()
    registration = factories.registration(event=event)
    post.sweep()

    for step in steps:
        step(event)
    post.sweep()

    entries = {}
    for message in post.messages(registration):
        if message.calendar_method == "REQUEST":
            entries[message.calendar_uid] = message.calendar_sequence
        elif message.calendar_method == "CANCEL":
            assert message.calendar_sequence > entries.pop(message.calendar_uid)
    event.refresh_from_db()
    assert len(entries) == (0 if event.is_called_off else 1)


# The same facts before the first mail left: the calendar holds nothing yet.
BEFORE_THE_INVITE = [
    ("moved", [move], [("confirmed", "sent"), ("moved", "sent")], ["REQUEST", "REQUEST"]),
    (
        "moved twice",
        [move, move],
        [("confirmed", "sent"), ("moved", "void: superseded"), ("moved", "sent")],
        ["REQUEST", "REQUEST"],
    ),
    (
        "called off",
        [call_off],
        [("confirmed", "void: called off"), ("called_off", "sent")],
        [],
    ),
    (
        "called off and reinstated",
        [call_off, reinstate],
        [
            ("confirmed", "void: called off"),
            ("called_off", "void: superseded"),
            ("reinstated", "sent"),
        ],
        ["REQUEST"],
    ),
]


@pytest.mark.parametrize(
    ("steps", "expected", "methods"),
    [case[1:] for case in BEFORE_THE_INVITE],
    ids=[case[0] for case in BEFORE_THE_INVITE],
)
def test_before_the_first_mail_left_nothing_is_cancelled(steps, expected, methods, post):
    event = factories.event()
    registration = factories.registration(event=event)

    for step in steps:
        step(event)
    post.sweep()

    assert post.states(registration) == expected
    assert [row[1] for row in post.calendar(registration)] == methods


def test_the_waiting_hear_the_same_without_a_calendar(post):
    event = factories.event(capacity=1)
    factories.registration(event=event)
    waiting = factories.registration(event=event)
    post.sweep()

    for step in (move, call_off, reinstate):
        step(event)
        post.sweep()

    assert [kind for kind, _state in post.states(waiting)] == [
        "waiting", "moved", "called_off", "reinstated"
    ]  # fmt: skip
    assert post.calendar(waiting) == []


def test_a_calling_off_that_was_taken_back_is_not_told_to_the_waiting(post):
    event = factories.event(capacity=1)
    factories.registration(event=event)
    waiting = factories.registration(event=event)
    post.sweep()

    call_off(event)
    reinstate(event)
    post.sweep()

    assert post.states(waiting)[1:] == [
        ("called_off", "void: superseded"), ("reinstated", "sent")
    ]  # fmt: skip


def test_moved_away_and_back_is_no_news(post):
    event = factories.event()
    registration = factories.registration(event=event)
    post.sweep()

    move(event, days=7)
    move(event, days=-7)
    post.sweep()

    assert post.states(registration)[1:] == [
        ("moved", "void: superseded"), ("moved", "void: unchanged")
    ]  # fmt: skip


def test_a_cancellation_takes_the_entry_out_and_voids_what_was_to_be_said(post):
    event = factories.event()
    registration = factories.registration(event=event)
    post.sweep()
    move(event)
    announce()

    actions.cancel_registration(registration.pk)
    post.sweep()

    assert post.states(registration)[1:] == [
        ("moved", "void: superseded"), ("cancelled", "sent")
    ]  # fmt: skip
    assert post.calendar(registration)[-1] == ("cancelled", "CANCEL", 3)


def test_a_cancellation_before_the_first_mail_has_no_calendar_part(post):
    registration = factories.registration(event=factories.event())

    actions.cancel_registration(registration.pk)
    post.sweep()

    assert post.states(registration) == [
        ("confirmed", "void: superseded"), ("cancelled", "sent")
    ]  # fmt: skip
    assert post.calendar(registration) == []


def test_the_claim_looks_again_at_facts_that_nobody_announced_yet(post):
    event = factories.event()
    registration = factories.registration(event=event)
    announce()
    actions.cancel_registration(registration.pk)

    delivery.deliver(timezone.now())

    assert post.states(registration) == [("confirmed", "void: not live")]


def test_the_claim_sees_a_calling_off_that_nobody_announced_yet(post):
    event = factories.event()
    registration = factories.registration(event=event)
    announce()
    call_off(event)

    delivery.deliver(timezone.now())

    assert post.states(registration) == [("confirmed", "void: called off")]


def test_the_claim_sees_a_newer_move_that_nobody_announced_yet(post):
    event = factories.event()
    registration = factories.registration(event=event)
    post.sweep()
    move(event)
    announce()
    move(event)

    delivery.deliver(timezone.now())
    assert post.states(registration)[1:] == [("moved", "void: superseded")]

    post.sweep()
    assert post.states(registration)[2:] == [("moved", "sent")]


def test_a_promotion_after_a_move_is_one_mail_with_the_new_date(post):
    event = factories.event(capacity=1)
    first, second = factories.registration(event=event), factories.registration(event=event)
    post.sweep()
    move(event)
    actions.cancel_registration(first.pk)

    post.sweep()

    assert post.states(second) == [("waiting", "sent"), ("promoted", "sent")]
    assert post.calendar(second) == [("promoted", "REQUEST", 3)]


def test_an_address_corrected_while_called_off_takes_the_entry_out_once(post):
    event = factories.event()
    old = factories.registration(event=event)
    post.sweep()
    call_off(event)
    announce()
    new = actions.correct_address(old.pk, "nova@mesto.example")

    post.sweep()

    assert [row[1] for row in post.calendar(old)] == ["REQUEST", "CANCEL"]
    assert post.states(new) == [("confirmed", "void: called off")]


def test_a_cancelled_uid_is_dead(post):
    event = factories.event()
    registration = factories.registration(event=event)
    for step in (None, call_off, reinstate, move, call_off, reinstate):
        if step:
            step(event)
        post.sweep()

    uids = [message.calendar_uid for message in post.messages(registration)]
    name, _at, domain = registration.uid.partition("@")
    first, second, third = registration.uid, f"{name}-1@{domain}", f"{name}-2@{domain}"
    assert uids == [first, first, second, second, second, third]


def test_old_mail_stays_silent_after_a_long_stop(post):
    # A restored backup, or a system that stood still: what was to be said is old.
    event = factories.event()
    registration = factories.registration(event=event)
    announce()

    post.sweep(timezone.now() + timedelta(hours=73))

    assert post.states(registration) == [("confirmed", "void: late")]


def test_a_fact_that_was_never_announced_is_old_mail_too(post):
    registration = factories.registration(event=factories.event())

    post.sweep(timezone.now() + timedelta(hours=73))

    assert post.states(registration) == [("confirmed", "void: late")]


def test_an_event_that_is_over_leaves_nothing_to_say(post):
    now = timezone.now()
    event = factories.event(starts_at=now + timedelta(hours=30))
    registration = factories.registration(event=event)

    with time_machine.travel(now + timedelta(hours=37), tick=False):
        post.sweep()

    assert post.states(registration)[0] == ("confirmed", "void: late")


def set_date(event, days=60):
    start = timezone.now() + timedelta(days=days)
    return event_actions.move_event(event.pk, start, start + timedelta(hours=6))


def outcomes(follow):
    rows = follow.messages.order_by("pk")
    return [(row.kind, row.state if row.state != "void" else row.reason) for row in rows]


def begin(event):
    Event.objects.filter(pk=event.pk).update(starts_at=timezone.now() - timedelta(minutes=1))


def take_the_date_back(event):
    # Nothing of ours does; a hand at the database might.
    Event.objects.filter(pk=event.pk).update(starts_at=None, ends_at=None)


def stop_following(event):
    follow_actions.stop_follow(event.follows.get().pk)


def close_the_door(event):
    Series.objects.filter(pk=event.series_id).update(is_closed_door=True)


FOLLOWERS = [
    (close_the_door, "hidden"),
    (lambda _event: None, "sent"),
    (stop_following, "not followed"),
    (call_off, "called off"),
    (move, "sent"),
    (take_the_date_back, "unchanged"),
    (begin, "late"),
]


@pytest.mark.parametrize(("happens", "outcome"), FOLLOWERS)
def test_a_follower_reads_what_is_true_when_it_leaves(happens, outcome, post):
    follow = factories.follow(event=factories.announced_event())
    post.sweep()
    set_date(follow.event)
    announce()
    happens(follow.event)

    post.sweep()

    assert outcomes(follow) == [("follow_confirm", "sent"), ("date_set", outcome)]


WISHES = [
    (stop_following, "not followed"),
    (call_off, "called off"),
    (set_date, "date is set"),
    (close_the_door, "hidden"),
]


@pytest.mark.parametrize(("happens", "reason"), WISHES)
def test_nobody_is_asked_to_confirm_a_wish_that_is_void(happens, reason, post):
    follow = factories.follow(event=factories.announced_event(), is_confirmed=False)
    happens(follow.event)

    post.sweep()

    assert outcomes(follow) == [("follow_confirm", reason)]


def test_of_answers_changed_twice_the_newest_is_told(post):
    own = factories.registration(event=factories.event())
    post.sweep()
    for name in ("Město Zlín", "Statutární město Zlín"):
        actions.change_answers(own.pk, organisation=name, needs={}, answers=())

    post.sweep()

    assert post.states(own)[1:] == [
        ("answers_changed", "void: superseded"),
        ("answers_changed", "sent"),
    ]


def test_answers_changed_and_then_cancelled_are_told_no_more(post):
    own = factories.registration(event=factories.event())
    post.sweep()
    actions.change_answers(own.pk, organisation="Město Zlín", needs={}, answers=())
    actions.cancel_registration(own.pk)

    post.sweep()

    assert [state for _kind, state in post.states(own)] == ["sent", "void: superseded", "sent"]
