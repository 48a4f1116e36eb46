"""The pages of what went wrong: each says one sentence and one way on."""

import sys

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import get_language_from_path

# What the database's driver raises while the database does not answer.
DATABASE_IS_AWAY = (OperationalError, InterfaceError)


def _page(request: HttpRequest, template: str, status: int) -> HttpResponse:
    """In the language of the request, also where it was refused before that was looked up."""
    known = getattr(request, "LANGUAGE_CODE", None) or get_language_from_path(request.path_info)
    with translation.override(known or settings.LANGUAGE_CODE):
        return render(request, template, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, "400.html", 400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Foreign and hidden things are as absent as missing ones (rule 15)."""
    return not_found(request, exception)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, "404.html", 404)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(request, "403_csrf.html", 403)


def too_many_requests(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, "429.html", 429)


def server_error(request: HttpRequest) -> HttpResponse:
    """Our fault; but where the database is away, in whatever middleware, it is a 503 (rule 24)."""
    if isinstance(sys.exc_info()[1], DATABASE_IS_AWAY):
        return unavailable(request)
    return _page(request, "500.html", 500)


def unavailable(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    response = _page(request, "503.html", 503)
    response["Retry-After"] = "30"
    return response
