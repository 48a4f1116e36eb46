import threading
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection

from events import actions as event_actions
from notifications import announcing, reminders
from notifications.models import Message, Reminder
from registrations import actions
from tests import factories

pytestmark = pytest.mark.django_db
PRAGUE = ZoneInfo("Europe/Prague")
# Wednesday; registered four weeks before.
START = datetime(2018, 6, 13, 9, 0, tzinfo=PRAGUE)
EARLY = START - timedelta(days=28)
HOUR = timedelta(hours=1)


def at(*parts):
    return datetime(*parts, tzinfo=PRAGUE)


def session(rules="7d@9 1d@9", starts_at=START, **fields):
    series = fields.pop("series", None) or factories.series(reminders=rules)
    return factories.event(starts_at=starts_at.astimezone(UTC), series=series, **fields)


@pytest.fixture
def registration(post):
    with time_machine.travel(EARLY, tick=False):
        row = factories.registration(event=session())
        post.sweep()
    return row


def rows(registration):
    found = Reminder.objects.filter(registration=registration).order_by("decided_at", "due_at")
    return [(row.rule, row.outcome) for row in found]


def sweep(post, *moments):
    for moment in moments:
        with time_machine.travel(moment, tick=False):
            post.sweep()


def sent(registration):
    """When each reminder of a registration left, on the wall clock."""
    mails = Message.objects.filter(registration=registration, kind="reminder", state="sent")
    moments = mails.order_by("pk").values_list("settled_at", flat=True)
    return [moment.astimezone(PRAGUE).replace(second=0, microsecond=0) for moment in moments]


def test_each_rule_reminds_once_at_its_time(registration, post):
    moment = EARLY
    while moment < START + 2 * HOUR:
        sweep(post, moment, moment)
        moment = (moment.astimezone(UTC) + 12 * HOUR).astimezone(PRAGUE)

    assert rows(registration) == [("7d@9", "sent"), ("1d@9", "sent")]
    assert sent(registration) == [at(2018, 6, 6, 9), at(2018, 6, 12, 9)]


def test_a_reminder_is_filed_with_its_message_and_its_key(registration):
    now = at(2018, 6, 6, 9)

    assert [reminders.remind(now), reminders.remind(now)] == [1, 0]

    row = Reminder.objects.get()
    assert (row.due_at, row.event_starts_at, row.decided_at) == (now, START, now)
    assert row.message is not None
    assert row.message.key == f"reminder:7d@9:2018-06-13T07:00+00:00:r{registration.pk}"
    assert row.message.not_after == now + timedelta(hours=24)


def test_before_the_hour_nothing_is_decided(registration):
    assert reminders.remind(at(2018, 6, 6, 8, 59)) == 0


@pytest.mark.parametrize(
    ("first_sweep", "expected"),
    [
        # Up to 24 hours after it came due.
        (at(2018, 6, 13, 7), [("7d@9", "late"), ("1d@9", "sent")]),
        (at(2018, 6, 13, 8), [("7d@9", "late"), ("1d@9", "sent")]),
        # Less than an hour before the start.
        (at(2018, 6, 13, 8, 1), [("7d@9", "late"), ("1d@9", "late")]),
        (at(2018, 6, 13, 9, 30), [("7d@9", "late"), ("1d@9", "late")]),
        # Long after it.
        (at(2018, 6, 20, 9), [("7d@9", "late"), ("1d@9", "late")]),
    ],
)
def test_after_a_gap_a_late_one_is_of_no_use(first_sweep, expected, registration, post):
    sweep(post, first_sweep)

    assert rows(registration) == expected


def test_at_night_it_waits_for_the_morning(registration, post):
    sweep(post, at(2018, 6, 6, 22), at(2018, 6, 7, 3))
    assert rows(registration) == []

    sweep(post, at(2018, 6, 7, 7))
    assert rows(registration) == [("7d@9", "sent")]
    assert sent(registration) == [at(2018, 6, 7, 7)]


def test_at_night_it_leaves_where_the_morning_would_be_too_late(post):
    # A session at 7:30: at seven it is less than an hour away.
    with time_machine.travel(EARLY, tick=False):
        event = session(rules="1d@9", starts_at=at(2018, 6, 13, 7, 30))
        registration = factories.registration(event=event)
        post.sweep()

    sweep(post, at(2018, 6, 13, 3))

    assert sent(registration) == [at(2018, 6, 13, 3)]


def test_an_hours_rule_reminds_until_a_quarter_before(post):
    with time_machine.travel(EARLY, tick=False):
        event = session(rules="3h", starts_at=at(2018, 6, 13, 12))
        first, second = factories.registration(event=event), factories.registration(event=event)
        post.sweep()
    Reminder.objects.create(
        registration=second,
        rule="3h",
        event_starts_at=event.starts_at,
        due_at=EARLY,
        outcome="late",
    )

    sweep(post, at(2018, 6, 13, 11, 45))
    assert rows(first) == [("3h", "sent")]

    Reminder.objects.filter(registration=second).delete()
    sweep(post, at(2018, 6, 13, 11, 46))
    assert rows(second) == [("3h", "late")]


def test_who_was_just_written_to_is_not_reminded(post):
    with time_machine.travel(at(2018, 6, 11, 22), tick=False):
        registration = factories.registration(event=session(rules="1d@9"))
        post.sweep()

    sweep(post, at(2018, 6, 12, 9))

    assert rows(registration) == [("1d@9", "recent")]


def test_twelve_hours_later_they_are(post):
    with time_machine.travel(at(2018, 6, 11, 20, 59), tick=False):
        registration = factories.registration(event=session(rules="1d@9"))
        post.sweep()

    sweep(post, at(2018, 6, 12, 9))

    assert rows(registration) == [("1d@9", "sent")]


def test_who_is_about_to_be_written_to_is_not_reminded(registration, post):
    # The move and the reminder of the new start come due in one sweep.
    with time_machine.travel(at(2018, 6, 5, 12), tick=False):
        event_actions.move_event(registration.event_id, at(2018, 6, 6, 9).astimezone(UTC))

        post.sweep()

    assert post.states(registration)[-1] == ("moved", "sent")
    assert rows(registration) == [("1d@9", "recent"), ("7d@9", "late")] or rows(registration) == [
        ("7d@9", "late"),
        ("1d@9", "recent"),
    ]


def test_two_rules_that_fall_on_one_day_remind_once(post):
    # Monday's session: three days and one day before are both Friday.
    with time_machine.travel(EARLY, tick=False):
        event = session(rules="3d@9 1d@9", starts_at=at(2018, 6, 11, 9))
        registration = factories.registration(event=event)
        post.sweep()

    sweep(post, at(2018, 6, 8, 9))

    assert sorted(rows(registration)) == [("1d@9", "recent"), ("3d@9", "sent")]


def test_who_registers_after_a_rule_came_due_gets_no_old_reminder(post):
    with time_machine.travel(at(2018, 6, 11, 10), tick=False):
        registration = factories.registration(event=session())
        post.sweep()

    assert rows(registration) == [("7d@9", "late")]


def test_nobody_is_reminded_of_what_they_cancelled(registration, post):
    with time_machine.travel(at(2018, 6, 1, 9), tick=False):
        actions.cancel_registration(registration.pk)

    sweep(post, at(2018, 6, 6, 9), at(2018, 6, 12, 9), START)

    assert rows(registration) == []
    assert sent(registration) == []


def test_who_cancelled_while_the_system_stood_still_has_a_void_row(registration, post):
    with time_machine.travel(at(2018, 6, 6, 10), tick=False):
        actions.cancel_registration(registration.pk)

    sweep(post, at(2018, 6, 6, 11))

    assert rows(registration) == [("7d@9", "void")]
    assert sent(registration) == []


def test_who_cancels_between_the_decision_and_the_mail_is_not_written_to(registration, post):
    with time_machine.travel(at(2018, 6, 6, 9), tick=False) as clock:
        reminders.remind(at(2018, 6, 6, 9))
        clock.shift(1)
        actions.cancel_registration(registration.pk)
        post.sweep()

    assert rows(registration) == [("7d@9", "void")]
    assert sent(registration) == []
    assert post.states(registration)[-1] == ("cancelled", "sent")


def test_the_waiting_are_not_reminded(post):
    with time_machine.travel(EARLY, tick=False):
        event = session(capacity=1)
        factories.registration(event=event)
        waiting = factories.registration(event=event)
        post.sweep()

    sweep(post, at(2018, 6, 6, 9))

    assert rows(waiting) == []


def test_a_moved_session_has_new_reminders(registration, post):
    sweep(post, at(2018, 6, 6, 9))
    with time_machine.travel(at(2018, 6, 7, 12), tick=False):
        event_actions.move_event(
            registration.event_id, (START + timedelta(days=14)).astimezone(UTC)
        )
    sweep(
        post, at(2018, 6, 7, 12), at(2018, 6, 12, 9), START,
        at(2018, 6, 20, 9), at(2018, 6, 26, 9),
    )  # fmt: skip

    assert rows(registration) == [("7d@9", "sent"), ("7d@9", "sent"), ("1d@9", "sent")]
    assert sent(registration) == [
        at(2018, 6, 6, 9), at(2018, 6, 20, 9), at(2018, 6, 26, 9)
    ]  # fmt: skip


def test_a_move_between_the_decision_and_the_mail_voids_the_reminder(registration, post):
    with time_machine.travel(at(2018, 6, 6, 9), tick=False) as clock:
        reminders.remind(at(2018, 6, 6, 9))
        clock.shift(1)
        event_actions.move_event(
            registration.event_id, (START + timedelta(days=14)).astimezone(UTC)
        )
        post.sweep()

    assert [row[0] for row in post.states(registration)] == ["confirmed", "reminder", "moved"]
    assert sent(registration) == []
    assert rows(registration) == [("7d@9", "void")]


def test_another_hall_leaves_the_reminder_as_it_is(registration, post):
    with time_machine.travel(at(2018, 6, 6, 9), tick=False):
        event_actions.move_event(
            registration.event_id, START.astimezone(UTC), venue=factories.venue()
        )
        announcing.announce(at(2018, 6, 6, 9))
    Message.objects.filter(kind="moved").update(settled_at=at(2018, 6, 1, 9), state="sent")

    sweep(post, at(2018, 6, 6, 9))

    assert rows(registration) == [("7d@9", "sent")]


def test_a_session_that_is_called_off_reminds_of_nothing(registration, post):
    with time_machine.travel(at(2018, 6, 1, 9), tick=False):
        event_actions.cancel_event(registration.event_id)

    sweep(post, at(2018, 6, 6, 9), at(2018, 6, 12, 9), START)

    assert rows(registration) == []


def test_reminders_of_a_reinstated_session_come_again(registration, post):
    with time_machine.travel(at(2018, 6, 1, 9), tick=False):
        event_actions.cancel_event(registration.event_id)
    sweep(post, at(2018, 6, 6, 9))
    with time_machine.travel(at(2018, 6, 8, 9), tick=False):
        event_actions.reinstate_event(registration.event_id)

    sweep(post, at(2018, 6, 8, 9), at(2018, 6, 12, 9))

    assert rows(registration) == [("7d@9", "late"), ("1d@9", "sent")]


def test_a_series_without_rules_reminds_of_nothing(post):
    with time_machine.travel(EARLY, tick=False):
        factories.registration(event=session(rules=""))

    assert reminders.remind(at(2018, 6, 12, 9)) == 0


def test_who_has_no_address_is_reminded_by_their_contact(post):
    contact = {"contact_name": "Bára Ukázková", "contact_email": "bara@mesto.example"}
    with time_machine.travel(EARLY, tick=False):
        registration = factories.registration(event=session(), email="", **contact)
        post.sweep()

    sweep(post, at(2018, 6, 12, 9))

    assert post.last(registration)["To"].addresses[0].addr_spec == "bara@mesto.example"


def test_a_reminder_that_could_not_leave_today_does_not_say_tomorrow_tomorrow(
    registration, settings, post
):
    settings.MAIL_TRANSPORT = {
        "host": "127.0.0.1",
        "port": 1,
        "user": "",
        "use_ssl": False,
        "use_tls": False,
    }
    sweep(post, at(2018, 6, 12, 9))

    message = Message.objects.get(key__startswith="reminder:1d@9")

    assert message.state == "queued"
    assert message.not_after.astimezone(PRAGUE) == at(2018, 6, 12, 23, 59, 59)


def test_only_events_within_reach_are_read(django_assert_num_queries):
    with time_machine.travel(EARLY, tick=False):
        session(starts_at=START + timedelta(days=100))

    # The rules of the series; the events near enough, of which there are none; BEGIN and COMMIT
    # are savepoints in a test.
    with django_assert_num_queries(4):
        reminders.remind(EARLY)


def test_a_full_batch_says_that_there_is_more(post):
    with time_machine.travel(EARLY, tick=False):
        event = session(rules="1d@9", capacity=5)
        factories.fill(event, 5)
        post.sweep()
    now = at(2018, 6, 12, 9)

    assert [reminders.remind(now, limit=2) for _n in range(4)] == [2, 2, 1, 0]


@pytest.mark.parametrize(
    ("starts", "due"),
    [
        # The night to 25 March 2018, a Sunday, skips an hour; the one to 28 October repeats one.
        (at(2018, 3, 26, 9), at(2018, 3, 23, 9)),
        (at(2018, 10, 29, 9), at(2018, 10, 26, 9)),
    ],
)
@pytest.mark.parametrize("beats", ["every hour", "twice an hour", "with a gap"])
def test_over_the_nights_of_changing_clocks_each_reminds_once(starts, due, beats, post):
    begin = starts - timedelta(days=9)
    with time_machine.travel(begin, tick=False):
        registration = factories.registration(event=session(starts_at=starts))
        post.sweep()
    now = begin.astimezone(UTC)
    while now <= starts + HOUR:
        now += HOUR / 2 if beats == "twice an hour" else HOUR
        if beats == "with a gap" and timedelta(0) < starts - now < timedelta(days=2, hours=20):
            continue
        if now.astimezone(PRAGUE).hour in {2, 3, 9, 10} or starts - now < 3 * HOUR:
            sweep(post, now)

    assert sorted(rule for rule, _outcome in rows(registration)) == ["1d@9", "7d@9"]
    assert dict(rows(registration))["1d@9"] == "sent"
    assert sent(registration)[-1] == due


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_beats_at_once_remind_each_person_once(post):
    with time_machine.travel(EARLY, tick=False):
        event = session(rules="1d@9", capacity=40)
        people = factories.fill(event, 40)
        post.sweep()

    def beat():
        try:
            while reminders.remind(at(2018, 6, 12, 9), limit=7):
                pass
        finally:
            connection.close()

    threads = [threading.Thread(target=beat) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [rows(person) for person in people] == [[("1d@9", "sent")]] * 40
    assert Message.objects.filter(kind="reminder").count() == 40
