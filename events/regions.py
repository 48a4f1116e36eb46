"""Regions, kraje and listed towns as the files of events/data have them."""

import csv
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from accounts.text import fold
from accounts.transactions import action
from events.models import Kraj, Municipality, Region

DATA = Path(__file__).parent / "data"
TOWN_FIELDS = [
    *("name", "kraj_id", "population", "latitude", "longitude", "is_listed", "search_key"),
]


@dataclass(frozen=True)
class Loaded:
    """How many rows the files have, and how many of the towns were new or written anew."""

    regions: int
    kraje: int
    towns: int
    changed: int


@action
def load_regions() -> Loaded:
    """Creates or updates every region, kraj and listed town; a second run writes no town.

    Rows are found by their codes and GeoNames ids; what the files do not hold stays.
    """
    entries = yaml.safe_load((DATA / "regions.yaml").read_text("utf-8"))
    regions = _load_regions(entries)
    kraje = _load_kraje(entries, regions)
    towns = _read_towns(kraje)
    changed = _write_towns(towns)
    _write_seats(entries)
    return Loaded(len(regions), len(kraje), len(towns), changed)


def _load_regions(entries: list[dict[str, Any]]) -> dict[str, int]:
    """The regions' numbers by code."""
    rows = [Region(code=entry["code"], name=entry["name"]) for entry in entries]
    Region.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["code"], update_fields=["name"]
    )
    return dict(Region.objects.values_list("code", "pk"))


def _load_kraje(entries: list[dict[str, Any]], regions: dict[str, int]) -> dict[str, int]:
    """The kraje's numbers by code; their position is their place in the file."""
    pairs = [(regions[entry["code"]], kraj) for entry in entries for kraj in entry["kraje"]]
    rows = [
        Kraj(code=kraj["code"], name=kraj["name"], region_id=region_id, position=position)
        for position, (region_id, kraj) in enumerate(pairs, start=1)
    ]
    Kraj.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "region", "position"],
    )
    return dict(Kraj.objects.values_list("code", "pk"))


def _write_seats(entries: list[dict[str, Any]]) -> None:
    """The largest listed town of the name: the country has two towns called Liberec, one a seat."""
    seats = {kraj["code"]: kraj["seat"] for entry in entries for kraj in entry["kraje"]}
    towns = Municipality.objects.listed().filter(name__in=seats.values()).order_by("population")
    by_name = {town.name: town for town in towns}
    kraje = list(Kraj.objects.filter(code__in=seats))
    for kraj in kraje:
        kraj.seat = by_name[seats[kraj.code]]
    Kraj.objects.bulk_update(kraje, ["seat"])


def _read_towns(kraje: dict[str, int]) -> list[Municipality]:
    with (DATA / "municipalities_cz.csv").open(encoding="utf-8", newline="") as file:
        return [_town(line, kraje) for line in csv.DictReader(file)]


def _town(line: dict[str, str], kraje: dict[str, int]) -> Municipality:
    return Municipality(
        geoname_id=int(line["geonameid"]),
        name=line["name"],
        kraj_id=kraje[line["nuts3"]],
        population=int(line["population"]),
        latitude=Decimal(line["latitude"]),
        longitude=Decimal(line["longitude"]),
        is_listed=True,
        search_key=fold(line["name"]),
    )


def _write_towns(towns: list[Municipality]) -> int:
    """Writes those that are new or differ; returns how many."""
    known = {
        row["geoname_id"]: [row[name] for name in TOWN_FIELDS]
        for row in Municipality.objects.listed().values("geoname_id", *TOWN_FIELDS)
    }
    changed = [
        town
        for town in towns
        if known.get(town.geoname_id) != [getattr(town, name) for name in TOWN_FIELDS]
    ]
    Municipality.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["geoname_id"],
        update_fields=[name.removesuffix("_id") for name in TOWN_FIELDS],
    )
    return len(changed)
