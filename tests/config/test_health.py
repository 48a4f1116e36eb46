"""What a supervisor asks: lives it, can it serve."""

from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client


def refuse(*_arguments: Any, **_keywords: Any) -> None:
    raise OperationalError("the database is away")


def test_process_lives_without_asking_the_database(client: Client) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_process_is_ready_with_a_database(client: Client) -> None:
    response = client.get("/readyz")
    assert (response.status_code, response.content) == (200, b"ready\n")


@pytest.mark.django_db
def test_process_is_not_ready_without_a_database(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with connection.execute_wrapper(refuse):
        response = client.get("/readyz")
        alive = client.get("/healthz")
    assert (response.status_code, response.content) == (503, b"database unavailable\n")
    assert alive.status_code == 200
    assert caplog.messages == ["Service Unavailable: /readyz"]
    caplog.clear()


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_told_to_who_came_past_the_proxy(
    client: Client, settings: Any, path: str
) -> None:
    settings.TRUSTED_PROXIES = 1
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_only_read(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405
