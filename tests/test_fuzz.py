"""Raw bytes to every route: whatever comes, the answer is no 5xx (rules 23 and 24).

FUZZ=100000 sends as many requests; SEED=7 sends others. A failure prints what was sent.
"""

import os
import random
import sys
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from registrations.nonces import Nonce
from tests.routes import World, routes

COUNT = int(os.environ.get("FUZZ", "1500"))
SEED = int(os.environ.get("SEED", "2018"))
pytestmark = pytest.mark.django_db

CSRF = "a" * 32
# Bytes that broke something once, here or elsewhere (rules.md, Measured facts).
NASTY = [
    *(b"", b"%00", b"\x00", b"\xff", b"\xc3", b"%ff", b"\xed\xa0\x80", b"%ed%a0%80", b"\xf0\x9f"),
    *(
        b"%",
        b"%zz",
        b"%u0000",
        b"%25",
        b"%2e%2e%2f",
        b"../../",
        b"//",
        b"\\",
        b"\r\nX: y",
        b"%0d%0a",
    ),
    *(
        "İ".encode(),
        "ß".encode(),
        "\u202e".encode(),
        "\ufeff".encode(),
        "a\u0301".encode(),
        b"\x85",
    ),
    *(b"0001-01-01", b"9999-12-31T23:59:59Z", b"2018-02-30", b"1e999", b"-1", b"NaN", b"Infinity"),
    *(
        b"9" * 400,
        b"a" * 5_000,
        b"[" * 3_000,
        b'{"a":' * 500,
        b"&" * 600,
        b"a=b&" * 600,
        b"'\"><svg>",
    ),
    *(b"{{7*7}}", b"{%", b"%(a)s", b"%s%n", b"$(id)", b"=1+1", b"on", b"true", b"null", b"\\ud800"),
    *(b'"\\ud800"', b"\xe2\x80\xa8", b"_00", b"_5F", b"id__in", b"password__startswith", b"a@b.cz"),
    *(
        b"@",
        b"a@" + b"b" * 300 + b".cz",
        b"a@\xc4\x8d.cz",
        b"http://[",
        b"https://x.example/",
        b"//x",
    ),
]
METHODS = (
    ["GET"] * 8
    + ["POST"] * 8
    + ["HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "GE T", "\xe9"]
)
TYPES = [
    *["application/x-www-form-urlencoded"] * 20,
    *["multipart/form-data; boundary=x"] * 12,
    *("application/json", "text/plain", "", "/", ";;", "multipart/form-data", "multipart/mixed"),
    *("multipart/form-data; boundary=" + "b" * 300, "text/html; charset=hex", "a/b; charset=utf-7"),
    *("application/x-www-form-urlencoded; charset=utf-16", "a/b; charset*=hex''%61", "\xff\x00"),
]
HEADERS = [
    *("HTTP_COOKIE", "HTTP_REFERER", "HTTP_ORIGIN", "HTTP_ACCEPT_LANGUAGE", "HTTP_IF_NONE_MATCH"),
    *(
        "HTTP_IF_MODIFIED_SINCE",
        "HTTP_RANGE",
        "HTTP_HX_REQUEST",
        "HTTP_HX_CURRENT_URL",
        "HTTP_HOST",
    ),
    *(
        "HTTP_HX_CURRENT_URL_URI_AUTOENCODED",
        "HTTP_HX_TRIGGER",
        "HTTP_ACCEPT_ENCODING",
        "HTTP_ACCEPT",
    ),
    *("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_CSRFTOKEN", "HTTP_USER_AGENT"),
    *(
        "HTTP_X_REQUESTED_WITH",
        "HTTP_CONNECTION",
        "CONTENT_LENGTH",
        "REMOTE_ADDR",
        "HTTP_TRIGGERING_EVENT",
    ),
]
FIELDS = [
    *("name", "email", "who", "town", "town_choice", "kraj", "organisation", "sector", "website"),
    *("contact_name", "contact_email", "needs_note", "vegetarian", "addresses_are_right", "reason"),
    *("login", "password", "oldpassword", "password1", "password2", "code", "credential", "next"),
    *(
        "q",
        "p",
        "o",
        "e",
        "all",
        "status__exact",
        "region__id__exact",
        "_to_field",
        "_popup",
        "action",
    ),
    *("_selected_action", "_changelist_filters", "term", "app_label", "model_name", "field_name"),
    *("starts_at", "starts_at_0", "starts_at_1", "ends_at", "venue", "note", "places", "capacity"),
    *(
        "title_cs",
        "title_en",
        "language",
        "event",
        "csrfmiddlewaretoken",
        "series",
        "event__id__exact",
    ),
    *(
        "agenda-TOTAL_FORMS",
        "agenda-INITIAL_FORMS",
        "agenda-0-minutes_after_start",
        "areas-TOTAL_FORMS",
    ),
]


class Fuzzer:
    """Makes requests from a seed: mostly sense, with something broken in it."""

    def __init__(
        self, chance: random.Random, world: World, *, session: str = "", prefix: bytes = b""
    ) -> None:
        self.chance = chance
        self.cookie = f"{session}csrf={CSRF}"
        self.paths = [path for path in addresses(world) if path.startswith(prefix)]
        self.nonce = Nonce.new(world.event.pk, world.event.created_at).signed().encode()

    def environ(self) -> dict[str, Any]:
        body = self.body()
        path, query = self.path(), self.form()
        made: dict[str, Any] = {
            "REQUEST_METHOD": self.chance.choice(METHODS),
            "SCRIPT_NAME": "",
            "PATH_INFO": path.decode("latin-1"),
            "QUERY_STRING": query.decode("latin-1") if self.chance.random() < 0.5 else "",
            "CONTENT_TYPE": self.chance.choice(TYPES),
            "CONTENT_LENGTH": str(len(body)),
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "localhost",
            "HTTP_COOKIE": self.cookie,
            "HTTP_X_CSRFTOKEN": CSRF,
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": False,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name in self.chance.sample(HEADERS, self.chance.choice([0, 0, 0, 1, 3])):
            made[name] = self.value().decode("latin-1")
        return made

    def value(self) -> bytes:
        kind = self.chance.random()
        if kind < 0.1:
            return self.chance.choice([b"", b"a"]) + b"\x00"
        if kind < 0.6:
            return self.chance.choice(NASTY)
        if kind < 0.8:
            return self.chance.randbytes(self.chance.randint(0, 40))
        return self.chance.choice(NASTY) + self.chance.choice([b"1", b"Anna", b"=", b";"])

    def path(self) -> bytes:
        """An address that leads somewhere; in every third, one segment is something else.

        The administration has most of the routes and gets half of the requests.
        """
        is_admin = self.chance.random() < 0.5
        paths = [path for path in self.paths if path.startswith(b"/admin/") == is_admin]
        parts = self.chance.choice(paths or self.paths).split(b"/")
        if self.chance.random() < 0.35:
            parts[self.chance.randrange(len(parts))] = self.value()
        return b"/" + b"/".join(parts).lstrip(b"/")

    def form(self) -> bytes:
        names = self.chance.choices(FIELDS, k=self.chance.randint(0, 8))
        pairs = [name.encode() + b"=" + self.value() for name in names]
        if self.chance.random() < 0.5:
            pairs.append(b"nonce=" + self.nonce)
        return b"&".join(pairs)

    def body(self) -> bytes:
        kind = self.chance.random()
        if kind < 0.6:
            return self.form()
        if kind < 0.85:
            return b"".join(self.part() for _n in range(self.chance.randint(1, 4))) + b"--x--\r\n"
        return self.value() * self.chance.choice([1, 1, 50])

    def part(self) -> bytes:
        name = self.chance.choice(FIELDS).encode() if self.chance.random() < 0.8 else self.value()
        extra = self.chance.choice(
            [
                b"",
                b'; filename="a"',
                b"; filename*=utf-8''%ff",
                b"\r\nContent-Transfer-Encoding: base64",
            ]
        )
        head = b'--x\r\nContent-Disposition: form-data; name="' + name + b'"' + extra
        return head + self.chance.choice([b"\r\n\r\n", b"\n\n", b""]) + self.value() + b"\r\n"


def addresses(world: World) -> Iterator[bytes]:
    for route in routes():
        for arguments in world.variants(route).values():
            for language in route.languages:
                yield route.address(arguments, language).encode()
    yield from (
        b"/static/setkani.css",
        b"/static/nowhere",
        b"/nowhere",
        b"/en",
        b"/de/",
        b"//",
        b"*",
    )


Application = Callable[[dict[str, Any], Callable[..., Any]], Any]


def status_of(application: Application, environ: dict[str, Any]) -> int:
    """The status of the answer, read to its end."""
    statuses: list[str] = []
    answer = application(environ, lambda status, _headers, *_rest: statuses.append(status))
    try:
        for _chunk in answer:
            pass
    finally:
        if hasattr(answer, "close"):
            answer.close()
    return int(statuses[0].split()[0])


def shown(environ: dict[str, Any]) -> str:
    """What it takes to send it again."""
    body = environ["wsgi.input"].getvalue()[:300]
    return repr({name: value for name, value in environ.items() if "wsgi." not in name}) + repr(
        body
    )


def session_of(user: User | None) -> str:
    """The cookie of somebody signed in; "" for a stranger."""
    client = Client()
    if user:
        client.force_login(user)
    return "".join(f"{name}={morsel.value}; " for name, morsel in client.cookies.items())


def send(fuzzer: Fuzzer, count: int) -> list[str]:
    """The requests that were answered with a 5xx; each leaves the database as it was."""
    application, broken = get_wsgi_application(), []
    for _n in range(count):
        environ = fuzzer.environ()
        before = transaction.savepoint()
        try:
            if status_of(application, environ) >= 500:
                broken.append(shown(environ))
        finally:
            transaction.savepoint_rollback(before)
    return broken


@pytest.fixture
def world(settings: Any) -> Iterator[World]:
    settings.STAFF_SECOND_FACTOR = False
    # A request must not close the connection that this test's transaction lives on.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield World.build()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize("who", ["stranger", "organiser"])
def test_whatever_comes_is_answered(
    who: str, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    user = world.organiser if who == "organiser" else None
    broken = send(Fuzzer(random.Random(SEED), world, session=session_of(user)), COUNT)
    caplog.clear()
    assert "\n".join(broken[:20]) == ""


@pytest.mark.postgres
def test_planted_bug_is_found(
    world: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Without the guard a NUL reaches the database; PostgreSQL refuses it, SQLite takes it.
    monkeypatch.setattr("config.middleware.is_clean", lambda _text: True)
    assert send(Fuzzer(random.Random(SEED), world, prefix=b"/r/"), 1_500) != []
    caplog.clear()


def test_fuzzer_reaches_the_pages_themselves(world: World) -> None:
    # Requests that are refused at the gate prove nothing about what lies behind it.
    fuzzer, application = Fuzzer(random.Random(SEED), world), get_wsgi_application()
    statuses = [status_of(application, fuzzer.environ()) for _n in range(1_000)]
    assert {200, 302, 400, 404, 405} <= set(statuses)
    assert statuses.count(400) + statuses.count(403) < len(statuses) * 2 / 3
    assert reverse("home").encode() in fuzzer.paths
    public = [path for path in fuzzer.paths if not path.startswith(b"/admin/")]
    form = next(path for path in public if path.endswith(b"/register/"))
    forms = Fuzzer(random.Random(SEED), world, prefix=form)
    assert 422 in {status_of(application, forms.environ()) for _n in range(200)}
