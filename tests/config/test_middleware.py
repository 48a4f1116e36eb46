"""What every request passes: refusals before anything reads it, languages, ids, a database away."""

from io import BytesIO
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory
from django.utils import translation

from config import middleware
from tests import factories

FORM = "application/x-www-form-urlencoded"


def accept(request: HttpRequest) -> HttpResponse:
    return HttpResponse("accepted")


def answer(request: HttpRequest) -> int:
    return middleware.refuse_malformed(accept)(request).status_code


def get(path: str = "/", **headers: str) -> HttpRequest:
    return RequestFactory().get(path, **headers)  # type: ignore[arg-type]


def post(body: bytes, content_type: str = FORM, **headers: Any) -> HttpRequest:
    return RequestFactory().generic("POST", "/", body, content_type, **headers)


def test_ordinary_request_is_accepted() -> None:
    assert answer(get("/?town=P%C3%ADsek", HTTP_COOKIE="a=b", HTTP_USER_AGENT="Lynx")) == 200
    assert answer(post(b"name=Anna+Vzorov%C3%A1", f"{FORM}; charset=UTF-8")) == 200


@pytest.mark.parametrize(
    "request_",
    [
        get("/%00/"),
        get("/?town=%00"),
        get("/?%00=town"),
        get("/?" + "a" * 2_000),
        get("/" + "a" * 2_000 + "/"),
        get("/?" + "a=b&" * 501),
        get(HTTP_USER_AGENT="a\x00b"),
        get(HTTP_COOKIE='session="aaaaaaaa\\000"'),
        get(HTTP_COOKIE="a\x00b=c"),
        post(b"name=%00"),
        post(b"name\x00=Anna"),
        post(b"a=b&" * 501),
        post(b"--x", "multipart/form-data"),
        post(b"--x", "multipart/form-data; boundary="),
        post(b"a" * (256 * 1024 + 1)),
        post(b"", CONTENT_LENGTH="999999999999"),
        post(b"", CONTENT_LENGTH="-1"),
        post(b"", CONTENT_LENGTH="many"),
    ],
    ids=repr,
)
def test_what_no_browser_sends_is_refused(request_: HttpRequest) -> None:
    assert answer(request_) == 400


@pytest.mark.django_db
@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", '"utf-8"', "utf8; x=y"])
def test_text_in_utf_8_is_read(client: Client, charset: str) -> None:
    assert client.generic("GET", "/?a=b", b"", f"{FORM}; charset={charset}").status_code == 200


@pytest.mark.parametrize("charset", ["hex", "utf-7", "utf-16", "unicode_escape", "nonsense", ""])
def test_text_in_another_encoding_is_refused(client: Client, charset: str) -> None:
    # Django would decode the query by it before any middleware is asked.
    for method in ("GET", "POST"):
        response = client.generic(method, "/?a=b", b"name=x", f"{FORM}; charset={charset}")
        assert response.status_code == 400


def test_file_is_refused_before_it_is_read() -> None:
    # Django bounds the fields of a form only; a file of any size would fill the disk.
    class Unread(BytesIO):
        def read(self, *_arguments: Any) -> bytes:
            raise AssertionError("the body was read")

    request = post(b"", "multipart/form-data; boundary=x", CONTENT_LENGTH="10000000000")
    request.environ["wsgi.input"] = Unread()  # type: ignore[attr-defined]
    assert answer(request) == 400


def test_body_of_another_kind_is_left_to_the_view() -> None:
    request = post(b'{"a": 1}', "application/json")
    assert answer(request) == 200
    assert request.read() == b'{"a": 1}'


def test_streamed_answer_passes_unread() -> None:
    def stream(request: HttpRequest) -> StreamingHttpResponse:
        return StreamingHttpResponse(iter(lambda: b"never read", None))

    chain: Any = stream
    for layer in (middleware.resource_policy, middleware.refuse_malformed, middleware.request_id):
        chain = layer(chain)
    assert chain(get()).streaming


@pytest.mark.parametrize(
    ("proxies", "forwarded", "status"),
    [
        (0, "", 200),
        (0, "192.0.2.1", 200),
        (1, "192.0.2.1", 200),
        (1, "198.51.100.9, 192.0.2.1", 200),
        (1, "", 400),
        (1, " , ", 400),
        (2, "192.0.2.1", 400),
    ],
)
def test_request_past_the_proxies_is_refused(
    settings: Any, proxies: int, forwarded: str, status: int
) -> None:
    settings.TRUSTED_PROXIES = proxies
    assert answer(get(HTTP_X_FORWARDED_FOR=forwarded)) == status


def test_refusal_speaks_the_language_of_the_path(client: Client) -> None:
    texts = {
        path: client.get(path).content.decode()
        for path in ("/?town=%00", "/en/?town=%00", "/de/?town=%00")
    }
    assert '<html lang="cs">' in texts["/?town=%00"]
    assert '<html lang="en">' in texts["/en/?town=%00"]
    assert '<html lang="cs">' in texts["/de/?town=%00"]


def test_every_answer_has_an_id_of_its_own(client: Client) -> None:
    ids = {client.get("/healthz")["X-Request-ID"] for _n in range(3)}
    assert len(ids) == 3
    assert {len(number) for number in ids} == {16}


def test_id_that_is_sent_is_not_believed(client: Client) -> None:
    response = client.get("/healthz", headers={"X-Request-ID": "mine"})
    assert response["X-Request-ID"] != "mine"


def spoken(path: str, **headers: str) -> tuple[str, str]:
    """The active language and the header of the answer, for a stranger."""
    seen = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(translation.get_language())
        return HttpResponse()

    request = get(path, **headers)
    request.user = None  # type: ignore[assignment]
    response = middleware.language(view)(request)
    return seen[0], response["Content-Language"]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/", "cs"),
        ("/en/", "en"),
        ("/en", "en"),
        ("/english/", "cs"),
        ("/de/", "cs"),
        ("/" + "a" * 1_500 + "/", "cs"),
        ("/account/login/", "cs"),
    ],
)
def test_language_is_that_of_the_path(path: str, code: str) -> None:
    assert spoken(path, HTTP_ACCEPT_LANGUAGE="de, en;q=0.9") == (code, code)


def test_language_ends_with_the_request() -> None:
    before = translation.get_language()
    spoken("/en/")
    assert translation.get_language() == before


@pytest.mark.django_db
def test_staff_pages_speak_the_persons_language(client: Client) -> None:
    client.force_login(factories.organiser(language="en"))
    response = client.get("/account/reauthenticate/")
    assert response["Content-Language"] == "en"
    assert b'<html lang="en">' in response.content
    assert client.get("/nowhere/")["Content-Language"] == "cs"


class Away:
    """Stands before the database and lets nothing through."""

    def __init__(self, error: type[Exception]) -> None:
        self.error = error

    def __call__(self, *_arguments: Any, **_keywords: Any) -> None:
        raise self.error("the database is away")


@pytest.mark.django_db
@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
@pytest.mark.parametrize("path", ["/", "/en/", "/nowhere/at-all/"])
def test_page_without_a_database_says_so(
    client: Client, caplog: pytest.LogCaptureFixture, path: str, error: type[Exception]
) -> None:
    with connection.execute_wrapper(Away(error)):
        response = client.get(path)
    assert (response.status_code, response["Retry-After"]) == (503, "30")
    assert b"<h1>" in response.content
    caplog.clear()


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/admin/", "/account/login/"])
def test_staff_page_without_a_database_says_so(
    client: Client, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    # There the session is asked before any view: the error comes from a middleware.
    client.force_login(factories.organiser())
    client.raise_request_exception = False
    with connection.execute_wrapper(Away(OperationalError)):
        response = client.get(path)
    assert (response.status_code, response["Retry-After"]) == (503, "30")
    caplog.clear()


@pytest.mark.django_db
def test_bug_is_no_outage(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    client.raise_request_exception = False
    with connection.execute_wrapper(Away(ImproperlyConfigured)):
        response = client.get("/nowhere/at-all/")
    assert response.status_code == 500
    assert b"<h1>" in response.content
    caplog.clear()
