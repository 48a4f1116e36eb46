"""The pages of what went wrong: their status, one sentence, one way on, in two languages."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from config import errors
from tests import factories

PAGES: list[tuple[Callable[..., HttpResponse], int, str]] = [
    (errors.bad_request, 400, "This does not make sense to us"),
    (errors.csrf_failure, 403, "The page was open too long"),
    (errors.permission_denied, 404, "Nothing here"),
    (errors.not_found, 404, "Nothing here"),
    (errors.too_many_requests, 429, "Too many attempts at once"),
    (errors.server_error, 500, "Our fault"),
    (errors.unavailable, 503, "It cannot be done now"),
]
NAMES = [page.__name__ for page, *_rest in PAGES]


def asked(path: str) -> HttpRequest:
    return RequestFactory().get(path)


@pytest.mark.parametrize(("page", "status", "english"), PAGES, ids=NAMES)
def test_page_says_what_went_wrong_in_english(
    page: Callable[..., HttpResponse], status: int, english: str
) -> None:
    response = page(asked("/en/nowhere/"))
    text = response.content.decode()
    assert response.status_code == status
    assert f"<h1>{english}</h1>" in text
    assert 'href="/en/"' in text


@pytest.mark.parametrize(("page", "status", "english"), PAGES, ids=NAMES)
def test_page_says_what_went_wrong_in_czech(
    page: Callable[..., HttpResponse], status: int, english: str
) -> None:
    response = page(asked("/nikde/"))
    text = response.content.decode()
    assert response.status_code == status
    assert '<html lang="cs">' in text
    assert english not in text


@pytest.mark.parametrize(("page", "status", "_english"), PAGES, ids=NAMES)
def test_page_asks_no_database(
    page: Callable[..., HttpResponse], status: int, _english: str
) -> None:
    # pytest-django lets no query through here.
    assert page(asked("/")).status_code == status


def test_page_never_names_the_path() -> None:
    texts = {errors.not_found(asked(path)).content for path in ("/a/b/", "/c/d/", "/e/?f=g")}
    assert len(texts) == 1


def test_forbidden_is_as_absent_as_missing() -> None:
    forbidden = errors.permission_denied(asked("/a/"), PermissionDenied("no"))
    assert forbidden.content == errors.not_found(asked("/a/")).content


@pytest.mark.django_db
def test_form_from_elsewhere_is_refused_with_a_page() -> None:
    event = factories.event()
    client = Client(enforce_csrf_checks=True)
    response = client.post(f"/en{event_path(event)}register/", {"name": "Anna"})
    assert response.status_code == 403
    assert "The page was open too long" in response.content.decode()


def event_path(event: Any) -> str:
    return f"/{event.series.slug}/{event.slug}/"
