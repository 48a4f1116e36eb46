"""The services and guards that all other tests lean on do what they promise."""

import logging
import os
import smtplib
import subprocess
import sys
from pathlib import Path

import pytest
import redis
from django.db import connection
from django.template import Context, Template
from playwright.sync_api import Page

from tests import services
from tests.conftest import UndefinedVariables

PROJECT = Path(__file__).resolve().parents[1]


@pytest.mark.postgres
@pytest.mark.django_db
def test_postgres_is_our_own_and_sorts_czech_words() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW fsync")
        assert cursor.fetchone() == ("off",)
        cursor.execute(
            "SELECT word FROM (VALUES ('Ivančice'), ('Cheb'), ('Hodonín'), ('Čáslav'), ('Cvikov'))"
            ' AS words (word) ORDER BY word COLLATE "cs-x-icu"'
        )
        words = [word for (word,) in cursor.fetchall()]
    assert words == ["Cvikov", "Čáslav", "Hodonín", "Cheb", "Ivančice"]


def test_redis_answers(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.set("key", "value") is True
        assert client.get("key") == b"value"


def test_smtp_server_keeps_raw_bytes(smtp_server: services.SmtpServer) -> None:
    with smtplib.SMTP("127.0.0.1", smtp_server.port, local_hostname="localhost") as client:
        client.sendmail("from@setkani.example", ["to@setkani.example"], b"Subject: A\r\n\r\nB\r\n")
    (delivery,) = smtp_server.deliveries
    assert (delivery.sender, delivery.recipients, delivery.raw) == (
        "from@setkani.example",
        ("to@setkani.example",),
        b"Subject: A\r\n\r\nB\r\n",
    )


def test_smtp_server_refuses_as_told(smtp_server: services.SmtpServer) -> None:
    smtp_server.answers = ["451 later"]
    mail = ("from@setkani.example", ["to@setkani.example"], b"Subject: A\r\n\r\nB\r\n")
    with smtplib.SMTP("127.0.0.1", smtp_server.port, local_hostname="localhost") as client:
        with pytest.raises(smtplib.SMTPDataError) as refusal:
            client.sendmail(*mail)
        client.sendmail(*mail)
    assert refusal.value.smtp_code == 451
    assert (len(smtp_server.refused), len(smtp_server.deliveries)) == (1, 1)


def test_browser_shows_a_page(page: Page) -> None:
    page.set_content("<title>Setkání</title>")
    assert page.title() == "Setkání"


def test_logged_error_is_seen(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("events").error("planted")
    assert [record.getMessage() for record in caplog.get_records("call")] == ["planted"]
    caplog.clear()


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("events/home.html", ["events/home.html: missing"]),
        ("admin/index.html", []),
    ],
)
def test_undefined_variable_is_seen_in_our_own_templates(template: str, found: list[str]) -> None:
    logger, undefined = logging.getLogger("django.template"), UndefinedVariables()
    others = list(logger.filters)
    logger.filters = [undefined]
    Template("{{ present }}{{ missing }}", name=template).render(Context({"present": 1}))
    logger.filters = others
    assert undefined.found == found


@pytest.mark.parametrize(("option", "status"), [(["--fail-on-skip"], 1), ([], 0)])
def test_missing_program_is_said_aloud(option: list[str], status: int) -> None:
    command = [sys.executable, "-m", "pytest", "tests/test_services.py", "-p", "no:cacheprovider"]
    command += ["--db=sqlite", "-k", "redis_answers or refuses", *option]
    environment = os.environ | {"PATH": "/nowhere"}
    ended = subprocess.run(
        command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False
    )
    assert "SKIPPED KIND: Redis not found (apt: redis-server): 1 tests not run" in ended.stdout
    assert "1 passed, 1 skipped" in ended.stdout
    assert ended.returncode == status
