from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from notifications import announcing, claims, settling
from notifications.models import Message, Reminder
from tests import factories

NOW = datetime(2018, 6, 13, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("attempts", "minutes"), [(1, 1), (2, 2), (3, 4), (6, 32), (9, 240), (500, 240)]
)
def test_each_retry_waits_twice_as_long_up_to_four_hours(attempts, minutes):
    waits = [settling.retry_at(attempts, NOW) - NOW for _n in range(200)]

    assert timedelta(minutes=minutes * 0.8) <= min(waits)
    assert max(waits) <= timedelta(minutes=minutes * 1.2)
    # Jitter: a crowd that failed together does not come back together.
    assert len(set(waits)) > 100


def test_a_server_that_is_out_is_asked_again_soon():
    wait = settling.retry_at(20, NOW, settling.LONGEST_OUTAGE_WAIT) - NOW

    assert wait <= timedelta(minutes=5)


@pytest.mark.django_db
def test_the_last_retry_is_at_the_horizon():
    factories.registration(event=factories.event())
    announcing.announce(timezone.now())
    (message,) = claims.claim(timezone.now(), 1).messages
    almost = message.not_after - timedelta(seconds=10)

    settling.put_back(message, "451 later", almost)

    message.refresh_from_db()
    assert message.next_attempt_at == message.not_after


@pytest.mark.django_db
@pytest.mark.parametrize(("reason", "outcome"), [("late", "late"), ("not live", "void")])
def test_a_reminder_whose_mail_is_void_was_skipped_after_all(reason, outcome):
    registration = factories.registration(event=factories.event())
    message = Message.objects.create(
        key="reminder:1", kind="reminder", registration=registration, language="cs",
        message_id="<1@x>", not_after=NOW,
    )  # fmt: skip
    reminder = Reminder.objects.create(
        registration=registration, rule="1d@9", event_starts_at=NOW, due_at=NOW,
        outcome="sent", message=message,
    )  # fmt: skip

    assert settling.void(Message.objects.all(), reason, NOW) == 1

    reminder.refresh_from_db()
    message.refresh_from_db()
    assert (reminder.outcome, reminder.message) == (outcome, message)
    assert (message.state, message.reason, message.settled_at) == ("void", reason, NOW)


def test_a_reason_is_told_in_words_and_a_servers_words_as_they_are():
    assert Message(reason="superseded").reason_words == "Místo toho odešla novější zpráva"
    assert Message(reason="550 No such user").reason_words == "550 No such user"
    assert Message().reason_words == ""
