"""Against a real SMTP server: what it takes, refuses, delays, and how it breaks."""

import asyncio
import itertools
import threading
from contextlib import contextmanager
from datetime import timedelta
from email import message_from_bytes

import pytest
from aiosmtpd.controller import Controller
from django.db import connection, transaction
from django.utils import timezone

from events import actions as event_actions
from notifications import announcing, claims, delivery, transports
from notifications.models import Message
from notifications.sweeping import sweep
from registrations import actions
from registrations.ical import uid
from tests import factories, services

pytestmark = pytest.mark.django_db


def queued(count=1):
    event = factories.event(capacity=count)
    people = factories.fill(event, count)
    announcing.announce(timezone.now())
    return people


def states():
    rows = Message.objects.order_by("pk")
    return [(row.state, row.attempts, row.reason) for row in rows]


def deliver(now=None, **options):
    return delivery.deliver(now or timezone.now(), **options)


@contextmanager
def server(handler, settings):
    """A server whose handler decides what happens to a mail."""
    port = services.free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    options = {"host": "127.0.0.1", "port": port, "user": "", "password": ""}
    settings.MAIL_TRANSPORT = options | {"use_tls": False, "use_ssl": False}
    try:
        yield
    finally:
        controller.stop()


def test_one_connection_takes_the_batch_and_the_bytes_are_those_of_the_row(smtp_server):
    people = queued(3)

    batch = deliver()

    assert (batch.sent, batch.has_more) == (3, True)
    assert states() == [("sent", 1, "")] * 3
    for message, taken in zip(Message.objects.order_by("pk"), smtp_server.deliveries, strict=True):
        assert taken.raw == bytes(message.raw)
        assert taken.recipients == (message.to_email,)
        assert taken.sender == "setkani@setkani.example"
        assert message.settled_at is not None
        assert message.leased_until is None
    assert [taken.recipients[0] for taken in smtp_server.deliveries] == [
        row.email for row in people
    ]
    assert deliver().has_more is False


def test_a_permanent_refusal_fails_once_with_the_servers_words(smtp_server):
    queued(2)
    smtp_server.answers = ["550 5.1.1 No such user"]

    batch = deliver()

    assert (batch.failed, batch.sent) == (1, 1)
    assert states() == [("failed", 1, "550 5.1.1 No such user"), ("sent", 1, "")]
    deliver(timezone.now() + timedelta(hours=5))
    assert len(smtp_server.refused) == 1


def test_a_temporary_refusal_comes_again_later_with_the_same_bytes(smtp_server):
    queued(2)
    smtp_server.answers = ["451 4.7.1 Greylisted"]
    now = timezone.now()

    assert deliver(now).put_back == 1
    assert states() == [("queued", 1, "451 4.7.1 Greylisted"), ("sent", 1, "")]
    assert deliver(now + timedelta(seconds=30)).sent == 0
    assert deliver(now + timedelta(minutes=2)).sent == 1

    (refused,) = smtp_server.refused
    assert smtp_server.deliveries[-1].raw == refused.raw
    assert states() == [("sent", 2, ""), ("sent", 1, "")]


def test_a_server_that_refuses_for_days_is_asked_ever_less_often_and_then_no_more(smtp_server):
    queued()
    smtp_server.answer = "451 later"
    now = start = timezone.now()
    while waiting := Message.objects.unsettled().first():
        now = max(now, waiting.next_attempt_at) + timedelta(seconds=1)
        deliver(now)

    assert now < start + timedelta(hours=73)
    assert states()[0][0::2] == ("failed", "451 later")
    assert 20 <= len(smtp_server.refused) <= 40
    assert len({refused.raw for refused in smtp_server.refused}) == 1


def test_an_outage_loses_nothing_and_every_mail_leaves_soon_after_it(settings, smtp_server):
    working = settings.MAIL_TRANSPORT
    settings.MAIL_TRANSPORT = working | {"port": services.free_port()}
    queued(3)
    now = timezone.now()
    for _n in range(24):
        batch = deliver(now)
        assert batch.sent == 0
        assert batch.has_more is False
        now += timedelta(hours=1)
    assert all(state == "queued" and "refused" in words for state, _attempts, words in states())

    settings.MAIL_TRANSPORT = working
    for _n in range(6):
        deliver(now)
        now += timedelta(minutes=1)

    assert [state for state, _attempts, _words in states()] == ["sent"] * 3
    assert len(smtp_server.deliveries) == 3


def test_a_connection_that_is_cut_costs_one_mail_a_retry_and_no_other(settings):
    taken, came = [], itertools.count(1)

    class Cutting:
        async def handle_DATA(self, server, session, envelope):  # noqa: N802
            if next(came) == 2:
                server.transport.abort()
                await asyncio.sleep(0.05)
            taken.append(envelope.rcpt_tos[0])
            return "250 OK"

    people = queued(4)
    with server(Cutting(), settings):
        batch = deliver()
        assert (batch.sent, batch.put_back, batch.released) == (1, 1, 2)
        assert batch.has_more
        assert [row[:2] for row in states()] == [
            ("sent", 1), ("queued", 1), ("queued", 0), ("queued", 0)
        ]  # fmt: skip

        assert deliver().sent == 2
        assert deliver(timezone.now() + timedelta(minutes=2)).sent == 1

    assert [row[0] for row in states()] == ["sent"] * 4
    assert sorted(set(taken)) == sorted(row.email for row in people)


def test_a_recipient_that_hangs_blocks_the_others_no_longer_than_its_time(settings, monkeypatch):
    monkeypatch.setattr(transports, "TIMEOUT_SECONDS", 0.5)

    class Hanging:
        async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
            if address == people[0].email:
                await asyncio.sleep(3)
            envelope.rcpt_tos.append(address)
            return "250 OK"

    people = queued(3)
    with server(Hanging(), settings):
        assert (deliver().put_back, deliver().sent) == (1, 2)

    assert [row[:2] for row in states()] == [("queued", 1), ("sent", 1), ("sent", 1)]
    assert "timed out" in states()[0][2]


def test_a_refusal_at_each_step_is_read_as_what_it_is(settings):
    class Strict:
        async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802
            envelope.mail_from = address
            return "250 OK"

        async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
            answers = {people[0].email: "550 unknown", people[1].email: "450 busy"}
            if address in answers:
                return answers[address]
            envelope.rcpt_tos.append(address)
            return "250 OK"

        async def handle_DATA(self, server, session, envelope):  # noqa: N802
            return "554 spam" if envelope.rcpt_tos[0] == people[2].email else "250 OK"

    people = queued(4)
    with server(Strict(), settings):
        deliver()

    assert states() == [
        ("failed", 1, "550 unknown"),
        ("queued", 1, "450 busy"),
        ("failed", 1, "554 spam"),
        ("sent", 1, ""),
    ]


def test_a_server_that_says_goodbye_ends_the_batch(settings):
    class Closing:
        async def handle_DATA(self, server, session, envelope):  # noqa: N802
            return "421 4.3.2 shutting down"

    queued(3)
    with server(Closing(), settings):
        batch = deliver()

    assert (batch.put_back, batch.released) == (1, 2)
    assert states()[0] == ("queued", 1, "421 4.3.2 shutting down")


def test_a_sender_killed_before_its_mark_sends_the_same_mail_again(smtp_server):
    # The one way to send twice: the server has it and nobody wrote that down.
    queued()
    now = timezone.now()
    (message,) = claims.claim(now, 10).messages
    with transports.transport() as way_out:
        assert way_out.send(message).is_taken

    assert deliver(now).sent == 0
    assert deliver(now + timedelta(minutes=3)).sent == 1

    first, second = smtp_server.deliveries
    assert first.raw == second.raw
    assert b"Message-ID: " + message.message_id.encode() in first.raw


def test_no_transaction_is_open_while_smtp_is_spoken(settings, transactional_db):
    seen = []

    class Watching:
        async def handle_DATA(self, server, session, envelope):  # noqa: N802
            seen.append(envelope.rcpt_tos[0])
            return "250 OK"

    queued(2)
    way_out = transports.Smtp.send

    def watched(self, message):
        seen.append(connection.in_atomic_block)
        return way_out(self, message)

    transports.Smtp.send = watched
    try:
        with server(Watching(), settings):
            deliver()
    finally:
        transports.Smtp.send = way_out

    assert seen[::2] == [False, False]


def test_sending_inside_a_transaction_is_refused(transactional_db, post):
    with transaction.atomic(), pytest.raises(RuntimeError):
        deliver()


def test_after_a_minute_the_rest_of_a_batch_is_given_back(post, monkeypatch):
    monkeypatch.setattr(delivery, "LONGEST_BATCH_SECONDS", 0)
    queued(2)

    batch = deliver()

    assert (batch.sent, batch.released) == (0, 2)
    assert states() == [("queued", 0, "")] * 2


def test_at_the_desk_each_mail_is_one_file(post, tmp_path):
    (registration,) = queued()

    deliver()

    (message,) = Message.objects.all()
    (file,) = tmp_path.iterdir()
    assert file.name == f"{message.created_at:%Y%m%dT%H%M%S}-{message.pk}.eml"
    assert file.read_bytes() == bytes(message.raw)
    assert registration.email.encode() in file.read_bytes()


def test_a_folder_that_cannot_be_written_is_an_outage(settings, tmp_path):
    (tmp_path / "file").touch()
    settings.MAIL_TRANSPORT = {"folder": tmp_path / "file"}
    queued()

    batch = deliver()

    assert (batch.is_connected, batch.put_back) == (False, 1)
    assert states()[0][:2] == ("queued", 1)


def test_a_cancellation_between_two_attempts_is_seen(smtp_server):
    (registration,) = queued()
    smtp_server.answers = ["451 later"]
    deliver()
    actions.cancel_registration(registration.pk)

    deliver(timezone.now() + timedelta(minutes=2))

    assert [row[0] for row in states()] == ["void"]
    assert smtp_server.deliveries == []


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_senders_at_once_send_each_mail_once(smtp_server):
    people = queued(50)

    def send():
        try:
            while deliver(limit=7).has_more:
                pass
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    taken = sorted(taken.recipients[0] for taken in smtp_server.deliveries)
    assert taken == sorted(row.email for row in people)


@pytest.fixture
def called_off(smtp_server):
    """Calls off a session whose invite has left; the server answers the CANCEL as told."""

    def call_off(answer):
        person = factories.registration(event=factories.event())
        now = timezone.now()
        sweep(now)
        event_actions.cancel_event(person.event_id)
        smtp_server.answers = [answer]
        sweep(now + timedelta(minutes=1))
        return person, now

    return call_off


def test_a_cancel_that_waits_for_its_next_attempt_leaves_before_the_reinstatement(
    called_off, smtp_server
):
    person, now = called_off("451 later")
    event_actions.reinstate_event(person.event_id)
    sweep(now + timedelta(minutes=2))
    sweep(now + timedelta(hours=1))

    taken = [message_from_bytes(mail.raw)["Message-ID"] for mail in smtp_server.deliveries]
    rows = {row.message_id: row for row in person.messages.all()}
    assert [(rows[name].calendar_method, rows[name].calendar_uid) for name in taken] == [
        ("REQUEST", person.uid),
        ("CANCEL", person.uid),
        ("REQUEST", uid(person, 1)),
    ]


def test_a_refused_cancel_took_nothing_out_so_that_the_next_one_does(called_off):
    person, now = called_off("550 no")
    actions.correct_address(person.pk, "nova@mesto.example")
    sweep(now + timedelta(minutes=2))

    last = person.messages.filter(state="sent").latest("pk")
    found = (last.kind, last.calendar_method, last.calendar_uid)
    assert found == ("cancelled", "CANCEL", person.uid)
