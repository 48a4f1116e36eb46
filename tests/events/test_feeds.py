import gzip
import hashlib
from datetime import UTC, datetime
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import path

from events import feeds

BODY = "BEGIN:VCALENDAR\r\nNAME:Střední Čechy\r\nEND:VCALENDAR\r\n".encode()
CHANGED_AT = datetime(2018, 4, 1, 8, 0, 5, 999_999, tzinfo=UTC)
LAST_MODIFIED = "Sun, 01 Apr 2018 08:00:05 GMT"
ETAG = f'"{hashlib.sha256(BODY).hexdigest()[:32]}"'
GZIP_ETAG = f'{ETAG[:-1]}-gzip"'
PLAIN_HEADERS = {
    "Content-Type": "text/calendar; charset=utf-8",
    "ETag": ETAG,
    "Last-Modified": LAST_MODIFIED,
    "Vary": "Accept-Encoding",
    "Cache-Control": "public, max-age=900",
    "Content-Length": str(len(BODY)),
}
NOT_MODIFIED_HEADERS = {
    name: PLAIN_HEADERS[name] for name in ("ETag", "Last-Modified", "Vary", "Cache-Control")
}
PERSONAL_HEADERS = {
    "Cache-Control": "private, no-cache",
    "X-Robots-Tag": "noindex",
    "Referrer-Policy": "no-referrer",
}


@feeds.read_only
def calendar(request: HttpRequest) -> HttpResponse:
    return feeds.calendar_response(request, BODY, changed_at=CHANGED_AT, is_public=True)


urlpatterns = [path("calendar.ics", calendar)]


@pytest.fixture
def static_folder(settings: Any) -> None:
    """WhiteNoise warns where it finds none."""
    settings.STATIC_ROOT.mkdir(exist_ok=True)


def answer(
    method: str = "get", *, is_public: bool = True, filename: str = "", **headers: str
) -> tuple[int, dict[str, str], bytes]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = getattr(RequestFactory(), method)("/calendar.ics", headers=named)
    response = feeds.calendar_response(
        request, BODY, changed_at=CHANGED_AT, is_public=is_public, filename=filename
    )
    return response.status_code, dict(response.items()), response.content


def test_public_feed_is_this_answer() -> None:
    assert answer() == (200, PLAIN_HEADERS, BODY)


def test_personal_feed_is_not_shared_indexed_or_told_of() -> None:
    assert answer(is_public=False) == (200, PLAIN_HEADERS | PERSONAL_HEADERS, BODY)


def test_download_has_a_name() -> None:
    disposition = {"Content-Disposition": 'attachment; filename="setkani.ics"'}
    assert answer(filename="setkani.ics") == (200, PLAIN_HEADERS | disposition, BODY)


@pytest.mark.parametrize("accepted", ["", "gzip"])
def test_head_is_get_without_a_body(accepted: str) -> None:
    status, headers, _body = answer(accept_encoding=accepted)
    assert answer("head", accept_encoding=accepted) == (status, headers, b"")


def test_gzip_has_its_own_tag_and_the_same_bytes_each_time(time_machine: Any) -> None:
    time_machine.move_to(datetime(2018, 4, 2, tzinfo=UTC))
    first = answer(accept_encoding="br, gzip")
    time_machine.move_to(datetime(2019, 4, 2, tzinfo=UTC))
    status, headers, body = answer(accept_encoding="br, gzip")
    assert (status, headers, body) == first
    assert (status, gzip.decompress(body)) == (200, BODY)
    assert headers == PLAIN_HEADERS | {
        "ETag": GZIP_ETAG,
        "Content-Encoding": "gzip",
        "Content-Length": str(len(body)),
    }


@pytest.mark.parametrize(
    ("header", "accepted"),
    [
        ("", False),
        ("identity", False),
        ("gzip", True),
        ("GZIP", True),
        ("deflate, gzip;q=1.0, *;q=0.5", True),
        ("gzip;q=0.1", True),
        ("gzip; q=0", False),
        ("gzip;q=0.000, *", False),
        ("*", True),
        ("*;q=0", False),
        ("x-gzip-like", False),
        (";;,=,q", False),
    ],
)
def test_accepts_gzip(header: str, accepted: bool) -> None:
    assert feeds.accepts_gzip(header) is accepted


@pytest.mark.parametrize("method", ["get", "head"])
@pytest.mark.parametrize(
    ("condition", "etag"),
    [
        ({"if_none_match": ETAG}, ETAG),
        ({"if_none_match": f'"old", W/{ETAG}'}, ETAG),
        ({"if_none_match": GZIP_ETAG}, GZIP_ETAG),
        ({"if_none_match": ETAG, "accept_encoding": "gzip"}, ETAG),
        ({"if_none_match": f"{ETAG}, {GZIP_ETAG}", "accept_encoding": "gzip"}, GZIP_ETAG),
        ({"if_none_match": "*"}, ETAG),
        ({"if_none_match": ETAG, "if_modified_since": "Sun, 01 Apr 2012 08:00:05 GMT"}, ETAG),
        ({"if_modified_since": LAST_MODIFIED}, ETAG),
        (
            {"if_modified_since": "Mon, 02 Apr 2018 08:00:00 GMT", "accept_encoding": "gzip"},
            GZIP_ETAG,
        ),
    ],
)
def test_client_that_has_it_gets_304(method: str, condition: dict[str, Any], etag: str) -> None:
    assert answer(method, **condition) == (304, NOT_MODIFIED_HEADERS | {"ETag": etag}, b"")


@pytest.mark.parametrize(
    "condition",
    [
        {"if_none_match": '"old"'},
        {"if_none_match": '"old"', "if_modified_since": LAST_MODIFIED},
        {"if_none_match": "nonsense"},
        {"if_modified_since": "Sun, 01 Apr 2018 08:00:04 GMT"},
        {"if_modified_since": "nonsense"},
    ],
)
def test_client_that_has_something_older_gets_it_whole(condition: dict[str, Any]) -> None:
    assert answer(**condition) == (200, PLAIN_HEADERS, BODY)


def test_304_of_a_personal_feed_stays_personal() -> None:
    expected = NOT_MODIFIED_HEADERS | PERSONAL_HEADERS
    assert answer(is_public=False, if_none_match=ETAG) == (304, expected, b"")


@pytest.mark.urls(__name__)
@pytest.mark.usefixtures("static_folder")
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"])
def test_writing_methods_get_405(method: str) -> None:
    response = Client(enforce_csrf_checks=True).generic(method, "/calendar.ics")
    assert (response.status_code, response["Allow"], response.content) == (405, "GET, HEAD", b"")


@pytest.mark.urls(__name__)
@pytest.mark.usefixtures("static_folder")
@pytest.mark.parametrize("personal", [False, True])
def test_no_middleware_adds_a_cookie_or_varies_by_language(personal: bool) -> None:
    headers = {"Accept-Language": "en", "Accept": "text/html", "User-Agent": "Outlook"}
    response = Client().get("/calendar.ics", headers=headers if personal else {})
    assert (response.status_code, response.content, dict(response.cookies)) == (200, BODY, {})
    assert {name: response[name] for name in PLAIN_HEADERS} == PLAIN_HEADERS
