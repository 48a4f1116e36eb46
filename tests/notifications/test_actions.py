from datetime import timedelta

import pytest
from django.utils import timezone

from events import actions as event_actions
from notifications import actions, announcing, delivery
from notifications.models import Message
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
