import pytest

from events import towns
from events.models import Municipality
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def moravia():
    region = factories.region(code="CZ08", name="Moravskoslezsko")
    return factories.kraj(code="CZ080", name="Moravskoslezský kraj", region=region)


@pytest.mark.parametrize("text", ["Písek", "  písek ", "PISEK", "Písek,"])
def test_find_towns_of_a_name_gives_the_larger_first(moravia, text):
    small = factories.municipality(name="Písek", population=2_000, kraj=moravia)
    large = factories.municipality(name="Písek", population=30_000)
    factories.municipality(name="Písek u Chlumce")

    assert towns.find_towns(text) == [large, small]


@pytest.mark.parametrize("text", ["Písek, Moravskoslezský kraj", "pisek,moravskoslezsky kraj"])
def test_find_towns_of_a_label_gives_the_one(moravia, text):
    factories.municipality(name="Písek", population=30_000)
    small = factories.municipality(name="Písek", population=2_000, kraj=moravia)

    assert towns.find_towns(text) == [small]


@pytest.mark.parametrize("text", ["", "Nikde", "Písek, Nikde", ", Jihočeský kraj"])
def test_find_towns_knows_only_whole_names(text):
    factories.municipality(name="Písek")

    assert towns.find_towns(text) == []


def test_find_towns_leaves_out_towns_typed_by_hand():
    factories.municipality(name="Skrytá", is_listed=False)

    assert towns.find_towns("Skrytá") == []


def test_label_of_says_as_much_as_needed(moravia):
    alone = factories.municipality(name="Milevsko")
    first = factories.municipality(name="Písek")
    second = factories.municipality(name="Písek", kraj=moravia)
    among = [alone, first, second]

    assert [towns.label_of(town, among) for town in among] == [
        "Milevsko",
        "Písek, Jihočeský kraj",
        "Písek, Moravskoslezský kraj",
    ]


def test_label_of_namesakes_in_one_kraj_names_a_town_nearby_and_is_found_again():
    kraj, place = factories.kraj(), {"name": "Lhota", "longitude": "14.36"}
    north = Municipality.objects.create(kraj=kraj, population=600, latitude="50.2", **place)
    south = Municipality.objects.create(kraj=kraj, population=500, latitude="49.0", **place)
    factories.municipality(name="Tábor", population=34_000, latitude="50.0")
    factories.municipality(name="Lišov", population=6_000, latitude="49.1")
    factories.municipality(name="Nedaleko", population=900, latitude="49.0")

    labels = [towns.label_of(town, [north, south]) for town in (north, south)]

    assert labels == [
        "Lhota, Jihočeský kraj, poblíž: Tábor",
        "Lhota, Jihočeský kraj, poblíž: Lišov",
    ]
    assert [towns.find_towns(label) for label in labels] == [[north], [south]]


def test_nearest_larger_town_without_coordinates_is_none():
    town = factories.municipality(name="Lhota", latitude=None, longitude=None)
    factories.municipality(name="Tábor", population=34_000)

    assert towns.nearest_larger_town(town) is None


def test_nearest_first_puts_unknown_distances_last():
    here = factories.municipality(name="Milevsko", latitude="49.45")
    far = factories.municipality(name="Daleko", latitude="50.45")
    events = [
        factories.event(venue=None),
        factories.event(venue=factories.venue(town=far)),
        factories.event(venue=factories.venue(town=here)),
    ]

    pairs = towns.nearest_first(events, here)

    assert [event for event, _km in pairs] == [events[2], events[1], events[0]]
    assert [km and round(km) for _event, km in pairs] == [0, 111, None]


def test_suggest_towns_asks_the_same_queries_for_one_and_ten_towns(django_assert_num_queries):
    factories.municipality(name="Lhotka")
    for number in range(9):
        factories.municipality(name=f"Lhota {number}")

    for text, count in (("lhotka", 1), ("lh", 10)):
        with django_assert_num_queries(2):
            assert len(towns.suggest_towns(text)) == count
