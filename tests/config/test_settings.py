"""The settings as a whole: headers of every answer, what follows BASE_URL, what stops the start."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests import factories

PROJECT = Path(__file__).resolve().parents[2]
STRONG = "kT7-Zq2xV9_mR4wYb8LdN6sJf3HgC5pAe1UoXiQnKvBtMrEzWy"
REAL = {
    "BASE_URL": "https://setkani.example",
    "SECRET_KEY": STRONG,
    "DATABASE_URL": "postgres://setkani@127.0.0.1:1/setkani",
}
CSP = (
    "default-src 'none'; base-uri 'none'; connect-src 'self'; font-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; img-src 'self'; manifest-src 'self'; script-src 'self'; "
    "style-src 'self'"
)
GUARDS = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}

Page = Callable[[Client], Any]


def refused_form(client: Client) -> Any:
    event = factories.event()
    return Client(enforce_csrf_checks=True).post(f"/{event.series.slug}/{event.slug}/register/")


def broken_page(client: Client) -> Any:
    from django.db import OperationalError, connection

    def refuse(*_arguments: Any, **_keywords: Any) -> None:
        raise OperationalError

    with connection.execute_wrapper(refuse):
        return client.get("/")


def signed_in(client: Client, path: str) -> Any:
    client.force_login(factories.organiser())
    return client.get(path)


def secret_page(client: Client) -> Any:
    registration = factories.registration(event=factories.event())
    return client.get(f"/r/{registration.token}/")


PAGES: dict[str, tuple[int, Page]] = {
    "home": (200, lambda client: client.get("/")),
    "english home": (200, lambda client: client.get("/en/")),
    "sign-in": (200, lambda client: client.get("/account/login/")),
    "own account": (200, lambda client: signed_in(client, "/account/2fa/")),
    "administration": (200, lambda client: signed_in(client, "/admin/")),
    "secret page": (200, secret_page),
    "redirect": (302, lambda client: client.get("/admin/")),
    "malformed": (400, lambda client: client.get("/?a=%00")),
    "wrong host": (400, lambda client: client.get("/", headers={"host": "other.example"})),
    "refused form": (403, refused_form),
    "missing": (404, lambda client: client.get("/nowhere/")),
    "wrong method": (405, lambda client: client.post("/")),
    "database away": (503, broken_page),
    "health": (200, lambda client: client.get("/healthz")),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", PAGES)
def test_every_answer_is_guarded(
    name: str, client: Client, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.STAFF_SECOND_FACTOR = False
    status, page = PAGES[name]
    response = page(client)
    caplog.clear()
    assert response.status_code == status
    assert {header: response.get(header) for header in GUARDS} == GUARDS
    assert sorted(response["Content-Security-Policy"].split("; ")) == sorted(CSP.split("; "))
    assert "camera=()" in response["Permissions-Policy"]
    expected = "no-referrer" if name == "secret page" else "same-origin"
    assert response["Referrer-Policy"] == expected


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/en/", "/privacy/", "/accessibility/", "/nowhere/"])
def test_reading_sets_no_cookie(client: Client, path: str) -> None:
    assert "Set-Cookie" not in str(client.get(path).serialize_headers())
    assert client.cookies == {}


@pytest.mark.django_db
def test_form_sets_the_cookie_that_guards_it_and_no_other(client: Client) -> None:
    event = factories.event()
    client.get(f"/{event.series.slug}/{event.slug}/register/")
    assert list(client.cookies) == ["csrf"]
    cookie = client.cookies["csrf"]
    assert (cookie["samesite"], cookie["httponly"], cookie["secure"]) == ("Lax", True, "")


@pytest.mark.django_db
def test_signing_in_sets_a_session_of_the_browser(client: Client) -> None:
    password = "correct horse battery"
    user = factories.organiser(password=password)
    client.post("/account/login/", {"login": user.email, "password": password})
    cookie = client.cookies["session"]
    assert (cookie["samesite"], cookie["httponly"], cookie["max-age"]) == ("Lax", True, "")


# --- Another environment, another process -----------------------------------------------------
def run(tmp_path: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """The program in a process of its own, with nothing of this one's environment."""
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path), **variables}
    environment["DJANGO_SETTINGS_MODULE"] = "config.settings"
    command = [sys.executable, *arguments]
    return subprocess.run(
        command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False
    )


def values(tmp_path: Path, *names: str, **variables: str) -> dict[str, Any]:
    """Settings as another environment makes them."""
    code = "import json, sys; from config import settings as s\n"
    code += "print(json.dumps({name: getattr(s, name) for name in sys.argv[1:]}))"
    ended = run(tmp_path, "-c", code, *names, **variables)
    assert ended.returncode == 0, ended.stderr
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


def test_cookies_and_transport_follow_an_https_address(tmp_path: Path) -> None:
    expected = {
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "SESSION_COOKIE_NAME": "__Host-session",
        "CSRF_COOKIE_NAME": "__Host-csrf",
        "SECURE_SSL_REDIRECT": True,
        "SECURE_HSTS_SECONDS": 31_536_000,
        "ALLOWED_HOSTS": ["setkani.example"],
        "DEBUG": False,
        "STAFF_SECOND_FACTOR": True,
        "SECURE_PROXY_SSL_HEADER": None,
    }
    assert values(tmp_path, *expected, **REAL) == expected


def test_cookies_and_transport_follow_an_http_address_at_the_desk(tmp_path: Path) -> None:
    expected = {
        "SESSION_COOKIE_SECURE": False,
        "CSRF_COOKIE_SECURE": False,
        "SESSION_COOKIE_NAME": "session",
        "CSRF_COOKIE_NAME": "csrf",
        "SECURE_SSL_REDIRECT": False,
        "SECURE_HSTS_SECONDS": 0,
        "BASE_URL": "http://localhost:8123",
        "DEBUG": False,
        "STAFF_SECOND_FACTOR": False,
    }
    assert values(tmp_path, *expected, PORT="8123") == expected


def test_proxy_is_believed_only_where_it_is_named(tmp_path: Path) -> None:
    names = ("SECURE_PROXY_SSL_HEADER", "ALLAUTH_TRUSTED_PROXY_COUNT")
    assert values(tmp_path, *names, **REAL, TRUSTED_PROXIES="1") == {
        "SECURE_PROXY_SSL_HEADER": ["HTTP_X_FORWARDED_PROTO", "https"],
        "ALLAUTH_TRUSTED_PROXY_COUNT": 1,
    }


def test_values_come_from_files(tmp_path: Path) -> None:
    given = {
        "BASE_URL": "https://setkani.example",
        "SECRET_KEY": STRONG,
        "MAIL_FROM": "a@b.example",
    }
    files = {}
    for name, value in given.items():
        (tmp_path / name).write_text(f"{value}\n")
        files[f"{name}_FILE"] = str(tmp_path / name)
    assert values(tmp_path, *given, **files) == given


@pytest.mark.parametrize(
    ("variables", "name"),
    [
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"SECRET_KEY_FALLBACKS": "short"}, "SECRET_KEY_FALLBACKS"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS"),
        ({"BASE_URL": "http://setkani.example"}, "BASE_URL"),
        ({"DATABASE_URL": "sqlite:////x?transaction_mode=DEFERRED"}, "IMMEDIATE"),
        ({"EMAIL_URL": "consolemail://"}, "EMAIL_URL"),
        ({"MAIL_FROM": "Setkání <a@b.example>"}, "MAIL_FROM"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_weak_value_stops_the_start(tmp_path: Path, variables: dict[str, str], name: str) -> None:
    ended = run(tmp_path, "-c", "from config import settings", **(REAL | variables))
    assert ended.returncode != 0
    assert "ImproperlyConfigured" in ended.stderr
    assert name in ended.stderr.splitlines()[-1]


def test_deployment_check_is_clean(tmp_path: Path) -> None:
    ended = run(tmp_path, "manage.py", "check", "--deploy", "--fail-level", "WARNING", **REAL)
    assert (ended.returncode, ended.stdout) == (
        0,
        "System check identified no issues (0 silenced).\n",
    ), ended.stderr


def test_plain_http_is_led_to_the_sites_own_address(tmp_path: Path) -> None:
    # Whatever host was asked for: the redirect names the one of BASE_URL.
    code = (
        "import django; django.setup(); from django.test import Client\n"
        "answer = Client().get('/privacy/', headers={'host': 'evil.example'})\n"
        "health = Client().get('/healthz', headers={'host': 'setkani.example'})\n"
        "print(answer.status_code, answer.get('Location'), health.status_code)"
    )
    ended = run(tmp_path, "-c", code, **REAL)
    assert ended.stdout.split() == ["301", "https://setkani.example/privacy/", "200"], ended.stderr
