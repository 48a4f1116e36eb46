"""Finding a town by what a person types, and telling towns of the same name apart."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from accounts.text import fold
from events.models import Event, Municipality, MunicipalityQuerySet

SHORTEST_QUERY = 2
MOST_SUGGESTIONS = 10
# A town that people from the next kraj have heard of.
KNOWN_POPULATION = 5_000


def find_towns(text: str) -> list[Municipality]:
    """The listed towns a text names: "Písek" two of them, "Písek, Jihočeský kraj" one.

    Case and diacritics do not matter; the larger town comes first.
    """
    return _named(text, Municipality.objects.listed())


def towns_asked_for(number: str, text: str) -> list[Municipality]:
    """The listed town of a number that a choice of namesakes sent, else those a text names.

    Each with its region.
    """
    listed = Municipality.objects.listed().with_region()
    if number.isascii() and number.isdecimal():
        return list(listed.filter(pk=int(number)))
    return _named(text, listed)


def _named(text: str, among: MunicipalityQuerySet) -> list[Municipality]:
    name, _comma, rest = text.partition(",")
    if not name.strip():
        return []
    towns = list(among.named(name).in_order())
    if len(towns) > 1 or rest.strip():
        # By these they are told apart; of most names there is one town.
        prefetch_related_objects(towns, "kraj__region")
    if not rest.strip():
        return towns
    in_kraj = [town for town in towns if fold(town.kraj.name) == fold(rest)]
    return in_kraj or [town for town in towns if fold(label_of(town, towns)) == fold(text)]


def suggest_towns(text: str) -> list[tuple[Municipality, str]]:
    """Up to ten listed towns that begin with the text, larger first, each with its label."""
    if len(fold(text)) < SHORTEST_QUERY:
        return []
    found = Municipality.objects.listed().starting_with(text).with_region().in_order()
    towns = list(found[:MOST_SUGGESTIONS])
    namesakes = list(Municipality.objects.listed().namesakes_of(towns).with_region())
    return [(town, label_of(town, namesakes)) for town in towns]


def label_of(town: Municipality, among: Iterable[Municipality]) -> str:
    """The town's name; where others bear it, with its kraj; where these share it, a town nearby."""
    others = [other for other in among if other.pk != town.pk and other.name == town.name]
    if not others:
        return town.name
    values = {"town": town.name, "kraj": town.kraj.name}
    near = nearest_larger_town(town) if _shares_kraj(town, others) else None
    if near is None:
        return _("%(town)s, %(kraj)s") % values
    return _("%(town)s, %(kraj)s, near: %(near)s") % (values | {"near": near.name})


def _shares_kraj(town: Municipality, others: Iterable[Municipality]) -> bool:
    return any(other.kraj_id == town.kraj_id for other in others)


def nearest_larger_town(town: Municipality) -> Municipality | None:
    """The nearest listed town that is larger and widely known; None where distances are unknown."""
    larger = Municipality.objects.listed().larger_than(max(town.population, KNOWN_POPULATION))
    distances = [(town.distance_to(other), other) for other in larger]
    known = [(distance, other) for distance, other in distances if distance is not None]
    return min(known, key=lambda pair: pair[0])[1] if known else None


def alternatives_to(
    event: Event, town: Municipality | None, now: datetime
) -> Sequence[tuple[Event, float | None]]:
    """The other events of the series with free places, nearest to the town first, with km.

    None behind a closed door, whose events are named to nobody, and none to a call: who seeks
    membership is not helped by a session.
    """
    if event.series.is_closed_door or event.is_call:
        return []
    free = Event.objects.published().public().with_free_places(now).of_series(event.series)
    return nearest_first(free.exclude(pk=event.pk).with_place().with_kraje().by_date(), town)


def nearest_first(
    events: Iterable[Event], town: Municipality | None
) -> Sequence[tuple[Event, float | None]]:
    """Events with their distance from a town (km); those without one come last, in their order."""
    pairs = [(event, _distance(event, town)) for event in events]
    return sorted(pairs, key=lambda pair: (pair[1] is None, pair[1] or 0))


def _distance(event: Event, town: Municipality | None) -> float | None:
    return town.distance_to(event.town) if town and event.town else None
