"""What every page behind a secret link answers with: nobody keeps or indexes it (rule 19)."""

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def secret_page(view: View[P]) -> View[P]:
    """No referrer, no store, no index."""

    def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        response = view(request, *args, **kwargs)
        add_never_cache_headers(response)
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex"
        return response

    functools.update_wrapper(wrapped, view)
    return wrapped
