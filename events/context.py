"""What every page prints around its content: the series of the head and the foot."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from events.models import Series


def site(request: HttpRequest) -> dict[str, Any]:
    """Lazy: a page that prints no head asks nothing."""
    return {
        "all_series": SimpleLazyObject(lambda: list(Series.objects.in_order())),
        "base_url": settings.BASE_URL,
    }
