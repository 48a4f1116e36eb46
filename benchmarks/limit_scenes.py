"""What the database holds for the pictures of a series with limits of its own."""

from benchmarks.scenes import Cast
from benchmarks.way_scenes import person
from events.models import Series
from registrations import actions
from registrations.models import Quota
from tests import factories


def limits(cast: Cast) -> None:
    """One event each: who has a place asks for another, and who waited gets one elsewhere."""
    series = factories.series(
        slug="exkurze",
        reference_code="EX",
        title_cs="Exkurze",
        title_en="Excursions",
        is_example=True,
        position=4,
    )
    first, second = (
        factories.event(series=series, slug=slug, title_cs=cs, title_en=en, capacity=4)
        for slug, cs, en in (
            ("vodarna", "Vodárna", "The waterworks"),
            ("teplarna", "Teplárna", "The heating plant"),
        )
    )
    set_limits(series)
    for language in ("cs", "en"):
        held = person(first, "Eva Příkladná", language=language)
        person(second, "Eva Příkladná", email=held.email, language=language)
    for _n in range(2):
        person(first, "Marie Názorná")
    for language in ("cs", "en"):
        waiting = person(first, "Jana Krátká", language=language)
        person(second, "Jana Krátká", email=waiting.email, language=language)
        cast.people["left-line"] = waiting


def set_limits(series: Series) -> None:
    """One event for each person, at most fifty people of a town."""
    scope = Quota.Scope
    actions.set_series_limits(
        series.pk,
        [Quota(scope=scope.EACH_PERSON, limit=1), Quota(scope=scope.EACH_MUNICIPALITY, limit=50)],
    )
