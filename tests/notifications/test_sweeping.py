from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from events import actions as event_actions
from notifications import delivery, sweeping, tasks
from notifications.models import Message
from registrations import actions
from tests import factories, services

pytestmark = pytest.mark.django_db


def test_a_sweep_does_everything_until_nothing_is_left(post, tmp_path, monkeypatch):
    monkeypatch.setattr(delivery, "BATCH", 2)
    event = factories.event(capacity=5)
    factories.fill(event, 5)
    waiting = factories.registration(event=event)
    event_actions.cancel_event(event.pk)
    actions.change_capacity(event.pk, 6)
    event_actions.reinstate_event(event.pk)

    swept = sweeping.sweep(timezone.now())

    waiting.refresh_from_db()
    assert waiting.is_confirmed
    # Created, six registrations, called off, capacity, reinstated, promoted.
    assert (swept.settled, swept.announced, swept.sent) == (1, 11, 6)
    assert len(list(tmp_path.iterdir())) == 6
    assert not Message.objects.unsettled().exists()
    assert sweeping.sweep(timezone.now()) == sweeping.Swept()


def test_a_server_that_is_out_ends_the_sweep(settings):
    settings.MAIL_TRANSPORT = {
        "host": "127.0.0.1", "port": services.free_port(), "user": "", "password": "",
        "use_tls": False, "use_ssl": False,
    }  # fmt: skip
    factories.registration(event=factories.event())

    swept = sweeping.sweep(timezone.now())

    assert (swept.sent, swept.put_back) == (0, 1)


def test_the_command_prints_one_line_of_counts(post, capsys):
    factories.registration(event=factories.event())

    call_command("sweep")

    assert capsys.readouterr().out == (
        "settled 0, announced 2, reminded 0, sent 1, put_back 0, failed 0, void 0, forgotten 0\n"
    )


def test_the_command_sweeps_at_a_given_moment(post, capsys):
    event = factories.event()
    registration = factories.registration(event=event)
    call_command("sweep")

    call_command("sweep", "--now", (event.starts_at - timedelta(hours=3)).isoformat())

    # Before seven in the morning of Prague it would wait; the session is at eight or nine.
    assert {row.kind for row in post.messages(registration)} >= {"confirmed"}
    assert "reminded" in capsys.readouterr().out


@pytest.mark.parametrize("moment", ["tomorrow", "2018-06-13T09:00"])
def test_a_moment_needs_its_offset(moment):
    with pytest.raises(CommandError):
        call_command("sweep", "--now", moment)


def test_a_moment_with_its_offset_is_read_as_utc():
    from notifications.management.commands.sweep import moment

    assert moment("2018-06-13T09:00+02:00") == datetime(2018, 6, 13, 7, tzinfo=UTC)


def test_the_ticks_do_what_the_sweep_does(post):
    registration = factories.registration(event=factories.event())

    for task in (tasks.announce, tasks.remind, tasks.deliver, tasks.forget):
        # A batch that found something asks for another one, which goes nowhere here.
        task.app.conf.task_always_eager = True
        try:
            task.apply()
        finally:
            task.app.conf.task_always_eager = False

    assert post.states(registration) == [("confirmed", "sent")]


def test_a_test_mail_leaves_at_once_and_prints_the_servers_answer(smtp_server, capsys):
    call_command("send_test_mail", "olga@example.org")

    (taken,) = smtp_server.deliveries
    assert taken.recipients == ("olga@example.org",)
    assert capsys.readouterr().out == "250 OK\n"
    assert Message.objects.get().state == "sent"


def test_a_test_mail_that_is_refused_is_an_error(smtp_server):
    smtp_server.answer = "550 5.7.1 not allowed here"

    with pytest.raises(CommandError, match=r"550 5\.7\.1 not allowed here"):
        call_command("send_test_mail", "olga@example.org")


def test_a_test_mail_needs_an_address():
    with pytest.raises(CommandError):
        call_command("send_test_mail", "olga")
    assert not Message.objects.exists()
