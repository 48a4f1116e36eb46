"""The eight regions, their kraje and the towns."""

from decimal import Decimal

import pytest
from django.core.management import call_command

from events.models import Kraj, Municipality, Region
from events.regions import Loaded, load_regions

# The table of the programme's own documents (NUTS 2: Regulation (EC) No 1059/2003).
TABLE = {
    ("CZ01", "Praha"): ["Hlavní město Praha"],
    ("CZ02", "Střední Čechy"): ["Středočeský kraj"],
    ("CZ03", "Jihozápad"): ["Plzeňský kraj", "Jihočeský kraj"],
    ("CZ04", "Severozápad"): ["Karlovarský kraj", "Ústecký kraj"],
    ("CZ05", "Severovýchod"): ["Liberecký kraj", "Královéhradecký kraj", "Pardubický kraj"],
    ("CZ06", "Jihovýchod"): ["Kraj Vysočina", "Jihomoravský kraj"],
    ("CZ07", "Střední Morava"): ["Olomoucký kraj", "Zlínský kraj"],
    ("CZ08", "Moravskoslezsko"): ["Moravskoslezský kraj"],
}
KRAJ_CODES = (
    *("CZ010", "CZ020", "CZ031", "CZ032", "CZ041", "CZ042", "CZ051"),
    *("CZ052", "CZ053", "CZ063", "CZ064", "CZ071", "CZ072", "CZ080"),
)

pytestmark = pytest.mark.django_db


def test_load_regions_stores_the_whole_table_in_its_order() -> None:
    load_regions()
    regions = Region.objects.order_by("code")
    assert {
        (region.code, region.name): [kraj.name for kraj in region.kraje.order_by("position")]
        for region in regions
    } == TABLE
    assert tuple(Kraj.objects.order_by("code").values_list("code", flat=True)) == KRAJ_CODES
    assert regions[2].kraje_words == "Plzeňský, Jihočeský kraj"


def test_load_regions_counts_and_a_second_run_writes_nothing() -> None:
    assert load_regions() == Loaded(regions=8, kraje=14, towns=2_686, changed=2_686)
    before = list(Municipality.objects.order_by("pk").values())
    assert load_regions() == Loaded(regions=8, kraje=14, towns=2_686, changed=0)
    assert list(Municipality.objects.order_by("pk").values()) == before


def test_load_regions_stores_a_town_whole() -> None:
    load_regions()
    plzen = Municipality.objects.with_region().get(geoname_id=3068160)
    assert (plzen.name, plzen.search_key, plzen.kraj.code, plzen.region.code) == (
        *("Plzeň", "plzen", "CZ032", "CZ03"),
    )
    assert (plzen.population, plzen.latitude, plzen.longitude, plzen.is_listed) == (
        *(168_733, Decimal("49.7475"), Decimal("13.3776"), True),
    )


def test_load_regions_keeps_towns_of_the_same_name_apart() -> None:
    load_regions()
    towns = Municipality.objects.listed().named("písek").with_region()
    assert sorted(town.region.code for town in towns) == ["CZ03", "CZ08"]


def test_load_regions_mends_a_changed_town_and_leaves_what_was_typed_by_hand() -> None:
    load_regions()
    plzen = Municipality.objects.get(geoname_id=3068160)
    Municipality.objects.filter(pk=plzen.pk).update(name="Pilsen", search_key="pilsen")
    typed = Municipality.objects.create(name="Ves", kraj=plzen.kraj, is_listed=False)
    assert load_regions().changed == 1
    assert Municipality.objects.get(geoname_id=3068160) == plzen
    assert Municipality.objects.get(pk=plzen.pk).search_key == "plzen"
    assert not Municipality.objects.get(pk=typed.pk).is_listed


def test_command_prints_the_counts(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_regions")
    words = "8 regions, 14 kraje, 2,686 towns (2,686 new or changed)\n"
    assert capsys.readouterr().out == words
