"""What every request passes through before and after Django's own middleware."""

import logging
import re
import secrets
from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.core.signals import request_started
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, QueryDict, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils import translation
from django.utils.translation import get_language_from_path

from accounts.text import is_clean
from config import errors, health
from config.logging import request_id as current_request_id

Handler = Callable[[HttpRequest], HttpResponse]
logger = logging.getLogger(__name__)

LONGEST_URL = 2_000
# The pages of the signed-in: there the person's own language is spoken.
STAFF_PATHS = ("/admin/", "/account/", "/d/")
_UTF_8 = re.compile(r"""charset=["']?utf-?8["']?\s*(;|$)""", re.IGNORECASE)
_FOREIGN_ENCODING = "setkani.foreign_encoding"
# What reading a form raises when the form is none.
_UNREADABLE = (
    BadRequest,
    SuspiciousOperation,
    MultiPartParserError,
    UnreadablePostError,
    ValueError,
)


def request_id(get_response: Handler) -> Handler:
    """Gives each request an id that its log lines carry and its answer shows."""

    def middleware(request: HttpRequest) -> HttpResponse:
        token = current_request_id.set(secrets.token_hex(8))
        try:
            response = get_response(request)
            response["X-Request-ID"] = current_request_id.get()
            return response
        finally:
            current_request_id.reset(token)

    return middleware


def refuse_malformed(get_response: Handler) -> Handler:
    """Answers 400 to what no browser sends: NUL, lone surrogates, endless or undecodable input.

    It stands before everything that reads the request, so nothing behind it need look (rule 23).
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        try:
            is_refused = _is_malformed(request)
        except _UNREADABLE:
            is_refused = True
        return errors.bad_request(request) if is_refused else get_response(request)

    return middleware


def _is_malformed(request: HttpRequest) -> bool:
    """Cheap questions first: a body is read only once its length and encoding are accepted."""
    return (
        len(request.get_full_path()) > LONGEST_URL
        or not is_clean(" ".join(_head(request)))
        or _lacks_proxies(request)
        or _FOREIGN_ENCODING in request.META
        or _is_too_long(request)
        or not is_clean(" ".join(_fields(request)))
    )


def _head(request: HttpRequest) -> Iterator[str]:
    """The path, the headers, and the cookies as they are read: an octal escape can hide a NUL."""
    yield request.path
    yield from (str(value) for name, value in request.META.items() if name.startswith("HTTP_"))
    yield from request.COOKIES
    yield from request.COOKIES.values()


def _lacks_proxies(request: HttpRequest) -> bool:
    """Whether it came past the reverse proxy: fewer addresses than proxies (rule 22).

    A supervisor asks for health directly.
    """
    if request.path in health.PATHS:
        return False
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    trusted: int = settings.TRUSTED_PROXIES
    return len([part for part in forwarded if part.strip()]) < trusted


@receiver(request_started, dispatch_uid="config.middleware")
def _forget_foreign_encoding(sender: Any, **keywords: Any) -> None:
    """Everything is UTF-8; what a client names instead is marked for refusal.

    Django decodes the query by it while it makes the request, before any middleware: a codec that
    is none of text (`hex`) ends in an error that nobody catches, others decode to surrogates.
    """
    environ: dict[str, Any] = keywords.get("environ") or {}
    content_type = str(environ.get("CONTENT_TYPE") or "")
    if "charset" in content_type.lower() and not _UTF_8.search(content_type):
        environ["CONTENT_TYPE"], environ[_FOREIGN_ENCODING] = "", True


def _is_too_long(request: HttpRequest) -> bool:
    """Django limits the fields of a form, not the files in it; one page takes a small one."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return not length.isdecimal() or int(length) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE


def _fields(request: HttpRequest) -> Iterator[str]:
    """Names and values of the query and of a sent form. Raises one of `_UNREADABLE`."""
    form = request.POST if request.method == "POST" else QueryDict()
    for sent in (request.GET, form):
        for name, values in sent.lists():
            yield name
            yield from map(str, values)


def resource_policy(get_response: Handler) -> Handler:
    """Other sites may not embed what this one serves (Cross-Origin-Resource-Policy)."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response

    return middleware


def unavailable(get_response: Handler) -> Handler:
    """A database that does not answer is a 503 with a usable page, not a crash (rule 24).

    What fails in a view ends here; what fails in another middleware, in `errors.server_error`.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_exception(request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, errors.DATABASE_IS_AWAY):
            return None
        logger.error("database unavailable: %s", type(exception).__name__)
        return errors.unavailable(request)

    middleware.process_exception = process_exception  # type: ignore[attr-defined]
    return middleware


def language(get_response: Handler) -> Handler:
    """Czech paths have no prefix, English ones begin with /en/; staff pages follow the user.

    Nothing depends on Accept-Language: an address shows everybody the same page.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        code = get_language_from_path(request.path_info) or settings.LANGUAGE_CODE
        if request.path_info.startswith(STAFF_PATHS):
            code = getattr(request.user, "language", "") or code
        with translation.override(code):
            request.LANGUAGE_CODE = code
            response = get_response(request)
        response.setdefault("Content-Language", code)
        return response

    return middleware
