"""The pages of a series with limits of its own, as data."""

from collections.abc import Iterator

from benchmarks.opening import INVALID, State, at, filled
from benchmarks.scenes import Cast
from events.models import Series

LIMITED = "exkurze"


def states(cast: Cast) -> Iterator[State]:
    yield State("register-series-limits", at("register", LIMITED, "teplarna"))
    yield State("registration-left-line", at("registration", cast.token("left-line")))
    page = at("set_series_limits", Series.objects.get(slug=LIMITED).pk)
    yield State("admin-limits", page, "organiser")
    asks = filled({"town_limit": "3"})
    yield State("admin-limits-asks", page, "organiser", then=asks, shows=".consequences li")
    wrong = filled({"town_limit": "0"})
    yield State("admin-limits-errors", page, "organiser", INVALID, wrong, "main .error")
