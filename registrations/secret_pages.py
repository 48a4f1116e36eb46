"""What every page behind a secret link answers with: nobody keeps or indexes it (rule 19)."""

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers

from registrations import limits

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def secret_page(view: View[P]) -> View[P]:
    """No referrer, no store, no index; and no end of guesses."""

    def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            response = view(request, *args, **kwargs)
        except Http404:
            if not limits.is_guessing(request):
                raise
            response = render(request, "429.html", status=429)
        add_never_cache_headers(response)
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex"
        return response

    functools.update_wrapper(wrapped, view)
    return wrapped
