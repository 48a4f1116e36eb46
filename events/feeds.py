"""How a calendar leaves the server: cached, conditional, compressed, one for all clients."""

import gzip
import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import content_disposition_header, http_date, parse_etags
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

CONTENT_TYPE = "text/calendar; charset=utf-8"
_PUBLIC = {"Cache-Control": "public, max-age=900"}
_PERSONAL = {
    "Cache-Control": "private, no-cache",
    "X-Robots-Tag": "noindex",
    "Referrer-Policy": "no-referrer",
}

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def read_only(view: View) -> View:
    """GET and HEAD only; POST, PUT, DELETE, PROPFIND and all others get 405.

    Without the exemption the CSRF guard would answer them first, with 403.
    """
    return csrf_exempt(require_safe(view))


def calendar_response(
    request: HttpRequest,
    body: bytes,
    *,
    changed_at: datetime,
    is_public: bool,
    filename: str = "",
) -> HttpResponse:
    """A calendar (serialised, CRLF) as the answer to GET or HEAD, or 304 where the client has it.

    `changed_at` (aware) is the newest change of the rows behind it; nothing here reads the clock.
    A file name makes it a download. Validators and 304 by RFC 9110 §8.8 and §13.
    """
    policy = _PUBLIC if is_public else _PERSONAL
    is_gzipped = accepts_gzip(request.headers.get("Accept-Encoding", ""))
    etag, changed = _etag(request, body, is_gzipped=is_gzipped), int(changed_at.timestamp())
    validators = {"ETag": etag, "Last-Modified": http_date(changed)}
    response = HttpResponse(content_type=CONTENT_TYPE, headers={**validators, **policy})
    patch_vary_headers(response, ["Accept-Encoding"])
    answer = get_conditional_response(request, etag, changed, response)
    if answer is None or answer is response:
        return _with_body(response, request, body, is_gzipped=is_gzipped, filename=filename)
    for header, value in policy.items():
        # Django copies only what RFC 9110 asks for; a secret address stays unindexed here too.
        answer[header] = value
    return answer


def accepts_gzip(header: str) -> bool:
    """Whether an Accept-Encoding header allows gzip (RFC 9110 §12.5.3); q=0 forbids it."""
    wishes = {}
    for wish in header.lower().split(","):
        coding, _, parameters = wish.partition(";")
        quality = parameters.strip().removeprefix("q=")
        wishes[coding.strip()] = quality.strip("0. ") != "" or not parameters
    return wishes.get("gzip", wishes.get("*", False))


def _etag(request: HttpRequest, body: bytes, *, is_gzipped: bool) -> str:
    """The strong ETag of the bytes that would be sent.

    Each encoding has its own (RFC 9110 §8.8.3.3), but a client that names the other one holds the
    same calendar: that tag is then the one to answer with.
    """
    digest = hashlib.sha256(body).hexdigest()[:32]
    own, other = f'"{digest}"', f'"{digest}-gzip"'
    if is_gzipped:
        own, other = other, own
    named = parse_etags(request.headers.get("If-None-Match", ""))
    known = {tag.removeprefix("W/") for tag in named}
    return other if other in known and own not in known else own


def _with_body(
    response: HttpResponse, request: HttpRequest, body: bytes, *, is_gzipped: bool, filename: str
) -> HttpResponse:
    if is_gzipped:
        # A time stamp in the gzip header would change the bytes each second.
        body = gzip.compress(body, mtime=0)
        response["Content-Encoding"] = "gzip"
    if filename:
        response["Content-Disposition"] = str(
            content_disposition_header(as_attachment=True, filename=filename)
        )
    response["Content-Length"] = str(len(body))
    # gunicorn sends whatever it is given, also to HEAD.
    response.content = b"" if request.method == "HEAD" else body
    return response
