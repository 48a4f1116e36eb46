import re
from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest
import time_machine

from events import actions
from events.models import Area, Event, Partner, Series
from events.states import Status
from tests import factories

pytestmark = pytest.mark.django_db

NOW = datetime(2018, 3, 1, 8, 0, tzinfo=UTC)
START = datetime(2018, 4, 24, 7, 0, tzinfo=UTC)
REGIONS = {"CZ01": "Praha", "CZ03": "Jihozápad", "CZ05": "Severovýchod"}


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as travelled:
        yield travelled


def words(markup):
    """What a person reads, in one line: no tags, no typography."""
    text = unescape(re.sub(r"<[^>]+>", " ", markup))
    line = " ".join(text.replace("\u00a0", " ").replace("\u2060", "").split())
    return re.sub(r" (?=[,)])", "", line)


def main_of(response):
    return re.search(r"<main.*</main>", response.content.decode(), re.DOTALL)[0]


def read(response):
    return words(main_of(response))


def links_of(response):
    return re.findall(r'href="([^"]+)"', main_of(response))


def tiles_of(response):
    tiles = re.findall(r'<li class="tile.*?</li>', main_of(response), re.DOTALL)
    return [words(tile) for tile in tiles]


def card_of(response):
    """The side of an event's page that says when, where, how many, and how to get in."""
    side = re.search(r"<aside.*?</aside>", main_of(response), re.DOTALL)[0]
    return re.split("<nav|<form", side)[0]


def session(**fields):
    """An event of a known day and size."""
    return factories.event(**{"starts_at": START, "capacity": 120} | fields)


def full_series(**fields):
    series = factories.series(
        slug="smart-regiony-2018", headline_cs="Osm regionů, osm setkání", **fields
    )
    Area.objects.create(series=series, position=1, name_cs="Doprava", name_en="Transport")
    Partner.objects.create(series=series, position=1, rank="general", name="ČEZ")
    Partner.objects.create(series=series, position=1, rank="partner", name="XT-Card")
    return series


def roadshow(codes=REGIONS):
    series = full_series()
    for number, code in enumerate(codes):
        session(
            series=series,
            slug=code.lower(),
            title_cs=REGIONS[code],
            region=factories.region(code=code, name=REGIONS[code]),
            starts_at=START + timedelta(days=number),
        )
    return series


# --- Home ---------------------------------------------------------------------------------------


def test_home_without_a_series_is_one_sentence(client):
    assert (
        read(client.get("/")) == "Setkání Zatím tu nic není. Jakmile bude termín, objeví se tady."
    )


def test_home_shows_each_region_at_a_glance(client):
    factories.kraj()
    series = roadshow()
    Event.objects.filter(slug="cz03").update(places_taken=113)
    Event.objects.filter(slug="cz05").update(places_taken=120, places_waiting=14)

    response = client.get("/")

    town = str(series.events.get(slug="cz01").town)
    assert tiles_of(response) == [
        f"Praha úterý 24. dubna 2018 {town} Zbývá 120 míst, celkem 120 Volno",
        (
            f"Jihozápad Jihočeský kraj středa 25. dubna 2018 {town}"
            " Zbývá 7 míst, celkem 120 Poslední místa"
        ),
        f"Severovýchod čtvrtek 26. dubna 2018 {town} Obsazeno, čeká 14 lidí Čekací listina",
    ]
    assert '<rect class="taken" width="113" height="8"/>' in main_of(response)
    assert "Osm regionů, osm setkání" in read(response)
    assert {"Doprava", "ČEZ", "XT-Card"} < set(re.findall(r"[\w-]+", read(response)))


def test_home_is_a_map_only_if_no_event_lies_upon_another(client):
    series = roadshow()
    assert 'class="tiles map"' in main_of(client.get("/"))

    session(series=series, slug="again", region=factories.region())

    assert 'class="tiles map"' not in main_of(client.get("/"))


def test_home_shows_nothing_of_a_closed_door_but_its_series(client):
    roadshow()
    door = factories.series(
        slug="pitch", kind="workshop", is_closed_door=True, title_cs="Smart Cities Pitch"
    )
    hidden = session(series=door, title_cs="Tajné téma")

    page = client.get("/").content.decode()

    assert "Smart Cities Pitch" in page
    assert [text for text in (hidden.title, hidden.venue.name, hidden.slug) if text in page] == []


def test_home_hides_drafts_even_from_organisers(client):
    series = roadshow()
    session(series=series, slug="draft", title_cs="Rozepsáno", status=Status.DRAFT)
    client.force_login(factories.organiser())

    assert "Rozepsáno" not in client.get("/").content.decode()


@pytest.mark.parametrize("codes", [["CZ01"], ["CZ01", "CZ03", "CZ05"]])
def test_home_asks_five_queries_for_any_number_of_events(client, django_assert_num_queries, codes):
    factories.kraj()
    roadshow(codes)

    with django_assert_num_queries(5):
        client.get("/")


@pytest.mark.parametrize("codes", [["CZ01"], ["CZ01", "CZ03", "CZ05"]])
def test_home_asks_for_former_halls_at_once(client, django_assert_num_queries, codes):
    factories.kraj()
    roadshow(codes)
    Event.objects.update(moved_from_venue=factories.venue())

    with django_assert_num_queries(7):
        client.get("/")


def test_home_names_demonstration_data(client):
    series = roadshow()
    assert 'class="demo"' not in client.get("/").content.decode()

    Series.objects.filter(pk=series.pk).update(is_example=True)

    band = re.search(r'<aside class="demo".*?</aside>', client.get("/").content.decode())[0]
    assert words(band) == "Ukázka: dny, sály a počty míst jsou příklady."


@pytest.mark.parametrize(
    ("path", "other"),
    [("/", "/en/"), ("/en/", "/"), ("/town/?q=Milevsko", "/en/town/?q=Milevsko")],
)
def test_language_link_leads_to_the_same_page(client, path, other):
    links = re.findall(r'<a class="lang" href="([^"]+)"', client.get(path).content.decode())

    assert links == [other, other]


# --- A town -------------------------------------------------------------------------------------


def test_town_shows_its_own_session_and_the_nearest_others(client):
    series = full_series()
    town = factories.municipality(latitude="49.45", longitude="14.36")
    near = factories.municipality(name="Blízko", latitude="49.55", longitude="14.36")
    far = factories.municipality(name="Daleko", latitude="50.45", longitude="14.36")
    places = [("CZ05", far, 1), ("CZ01", near, 2), ("CZ03", town, 3)]
    for code, host, day in places:
        session(
            series=series,
            title_cs=REGIONS[code],
            region=factories.region(code=code, name=REGIONS[code]),
            venue=factories.venue(town=host),
            starts_at=START + timedelta(days=day),
        )

    response = client.get("/town/", {"q": "milevsko"})

    assert read(response).startswith(
        "Setkání Milevsko patří do regionu Jihozápad Jihočeský kraj."
        " Přijet můžete i na kterékoli jiné setkání s volnými místy. Vaše setkání Jihozápad"
    )
    assert tiles_of(response) == [
        (
            "Jihozápad Jihočeský kraj pátek 27. dubna 2018 Milevsko, 0 km vzdušnou čarou"
            " Zbývá 120 míst, celkem 120 Volno"
        ),
        (
            "Praha čtvrtek 26. dubna 2018 Blízko, 11 km vzdušnou čarou"
            " Zbývá 120 míst, celkem 120 Volno"
        ),
        (
            "Severovýchod středa 25. dubna 2018 Daleko, 111 km vzdušnou čarou"
            " Zbývá 120 míst, celkem 120 Volno"
        ),
    ]


def test_town_leaves_out_others_without_a_place(client):
    series = full_series()
    factories.municipality()
    full = {"region": factories.region(code="CZ01", name="Praha"), "title_cs": "Plno"}
    session(series=series, places_taken=120, **full)
    session(series=series, starts_at=NOW + timedelta(hours=3), **full)
    session(series=series, starts_at=NOW - timedelta(days=3), **full)

    assert tiles_of(client.get("/town/", {"q": "Milevsko"})) == []


def test_town_of_an_ambiguous_name_asks_which(client):
    full_series()
    other = factories.kraj(
        code="CZ080",
        name="Moravskoslezský kraj",
        region=factories.region(code="CZ08", name="Moravskoslezsko"),
    )
    large = factories.municipality(name="Písek", population=30_000)
    small = factories.municipality(name="Písek", population=2_000, kraj=other)

    response = client.get("/town/", {"q": "pisek"})

    choices = re.findall(r'value="(\d+)" required> (.*?)</label>', main_of(response))
    assert [(int(pk), words(label)) for pk, label in choices] == [
        (large.pk, "Písek, Jihočeský kraj (region Jihozápad)"),
        (small.pk, "Písek, Moravskoslezský kraj (region Moravskoslezsko)"),
    ]
    chosen = client.get("/town/", {"town": small.pk})
    assert "Písek patří do regionu Moravskoslezsko" in read(chosen)


@pytest.mark.parametrize("query", ["?q=Nikde", "?town=999", "?town=x", "?town=9" + "9" * 30, ""])
def test_town_that_is_not_found_says_so_and_asks_again(client, query):
    response = client.get(f"/town/{query}")

    assert response.status_code == 200
    assert ("Nikde: tuto obec v seznamu nemáme" in read(response)) == ("Nikde" in query)
    assert 'name="q"' in main_of(response)


def test_town_typed_by_hand_is_offered_to_nobody(client):
    hidden = factories.municipality(name="Skrytá", is_listed=False)

    for query in ({"q": "Skrytá"}, {"town": hidden.pk}):
        assert "patří do regionu" not in read(client.get("/town/", query))


def test_town_asks_the_same_number_of_queries_for_one_and_three_events(
    client, django_assert_max_num_queries
):
    factories.municipality()
    roadshow()

    with django_assert_max_num_queries(7):
        client.get("/town/", {"q": "Milevsko"})


# --- Type-ahead ---------------------------------------------------------------------------------


def suggestions(client, **query):
    content = client.get("/towns/", query).content.decode()
    known = re.search(r'id="towns-known"[^>]*>(.*?)</p>', content)[1]
    return re.findall(r'<option value="([^"]*)">', content), known


def test_towns_suggests_larger_towns_first_and_names_the_only_one(client):
    factories.municipality(name="Milevsko", population=8_000)
    factories.municipality(name="Milín", population=2_000)
    factories.municipality(name="Mělník", population=19_000)

    assert suggestions(client, q="mil") == (["Milevsko", "Milín"], "")
    assert suggestions(client, town="MILEVSKO") == (
        ["Milevsko"],
        "Jihočeský kraj, region Jihozápad",
    )


def test_towns_needs_two_letters_and_offers_at_most_ten(client):
    for number in range(12):
        factories.municipality(name=f"Lhota {number}")

    assert suggestions(client, q="l") == ([], "")
    assert len(suggestions(client, q="lh")[0]) == 10


def test_towns_may_be_kept_by_anybody_and_sets_no_cookie(client):
    response = client.get("/towns/?q=mi")

    assert response["Cache-Control"] == "public, max-age=3600"
    assert response.cookies == {}


# --- A series -----------------------------------------------------------------------------------


def test_series_lists_its_sessions_by_date_and_its_calendar(client):
    series = full_series()
    venue = factories.venue(town=factories.municipality(name="Plzeň"))
    session(series=series, title_cs="Druhé", starts_at=START + timedelta(days=1), venue=venue)
    session(series=series, title_cs="První", venue=venue)
    session(
        series=series,
        title_cs="Jednou",
        venue=None,
        starts_at=None,
        period_from=date(2018, 1, 1),
        period_to=date(2018, 6, 30),
    )

    response = client.get("/smart-regiony-2018/")

    lines = re.findall(r'<p class="day">.*?</li>', main_of(response), re.DOTALL)
    assert [words(line) for line in lines] == [
        "úterý 24. dubna 2018 První: Plzeň Jihočeský kraj Volno Zbývá 120 míst, celkem 120",
        "středa 25. dubna 2018 Druhé: Plzeň Jihočeský kraj Volno Zbývá 120 míst, celkem 120",
        "1. pololetí 2018 Jednou Jihočeský kraj Bez termínu Jakmile bude termín, objeví se tady.",
    ]
    assert [link for link in links_of(response) if link.endswith(".ics")] == [
        "webcal://localhost/smart-regiony-2018/calendar.ics",
        "/smart-regiony-2018/calendar.ics",
    ]


def test_series_without_events_says_so(client):
    full_series()

    assert "Zatím tu nic není." in read(client.get("/smart-regiony-2018/"))


@pytest.fixture
def door():
    series = factories.series(
        slug="pitch",
        kind="workshop",
        is_closed_door=True,
        title_cs="Smart Cities Pitch",
        description_cs="Účast je jen na pozvání.",
        organiser_cs="Česká inovace, o.p.s.",
    )
    session(series=series, slug="plzen", title_cs="Tajné téma", admission="invitation")
    return series


def test_closed_series_says_how_it_works_and_nothing_of_its_events(client, door):
    shown = read(client.get("/pitch/"))

    assert shown.startswith(
        "Setkání Smart Cities Pitch Jak to funguje Účast je jen na pozvání."
        " Kdo to pořádá Česká inovace, o.p.s. poradatele@setkani.example"
    )
    assert [secret for secret in ("Tajné", "Plzeň", "2018") if secret in shown] == []


def test_closed_event_is_the_same_nothing_as_a_missing_one(client, door):
    client.force_login(factories.user())
    hidden, missing = client.get("/pitch/plzen/"), client.get("/pitch/nikde/")

    assert (hidden.status_code, missing.status_code) == (404, 404)
    assert hidden.content == missing.content
    assert set(hidden.headers) == set(missing.headers)


def test_closed_event_is_there_for_its_organisers(client, door):
    client.force_login(factories.organiser())

    response = client.get("/pitch/plzen/")

    assert response.status_code == 200
    assert "Tajné téma" in read(response)
    assert "Setkání je jen na pozvání." in words(card_of(response))
    assert [link for link in links_of(response) if "calendar" in link or "register" in link] == []


@pytest.mark.parametrize("path", ["/pitch/calendar.ics", "/pitch/plzen/calendar.ics"])
def test_closed_calendar_is_nothing_even_for_organisers(client, door, path):
    client.force_login(factories.organiser())

    assert client.get(path).status_code == 404


def test_draft_is_nothing_for_strangers_and_marked_for_organisers(client):
    draft = session(status=Status.DRAFT, title_cs="Rozepsáno")
    address = draft.get_absolute_url()

    assert client.get(address).status_code == 404
    assert client.get(f"{address}calendar.ics").status_code == 404
    client.force_login(factories.organiser())
    assert "Koncept Tuto stránku vidí jen pořadatelé." in read(client.get(address))


# --- An event in every state --------------------------------------------------------------------

WHEN = "úterý 24. dubna 2018 9:00–15:00"
ENDS = "Přihlašování končí 23. dubna 2018, 9:00."
STATES = {
    "open": ({}, "Volno", f"Zbývá 120 míst, celkem 120 Přihlásit se {ENDS}"),
    "few": (
        {"places_taken": 117},
        "Poslední místa",
        f"Zbývají 3 místa, celkem 120 Přihlásit se {ENDS}",
    ),
    "one": (
        {"places_taken": 119},
        "Poslední místa",
        f"Zbývá 1 místo, celkem 120 Přihlásit se {ENDS}",
    ),
    "waiting": (
        {"places_taken": 120, "places_waiting": 1},
        "Čekací listina",
        f"Obsazeno, čeká 1 člověk Zapsat se na čekací listinu {ENDS}",
    ),
    "nobody waits": (
        {"places_taken": 120},
        "Čekací listina",
        f"Obsazeno, celkem 120 Zapsat se na čekací listinu {ENDS}",
    ),
    "place for who waits": (
        {"places_taken": 119, "places_waiting": 2},
        "Čekací listina",
        f"Čekají 2 lidé Zapsat se na čekací listinu {ENDS}",
    ),
    "full": (
        {"places_taken": 120, "has_waiting_list": False},
        "Obsazeno",
        "Obsazeno, celkem 120",
    ),
    "opens later": (
        {"opens_at": datetime(2018, 4, 2, 6, 0, tzinfo=UTC)},
        "Ještě nezačalo",
        "Přihlašování začne 2. dubna 2018, 8:00.",
    ),
    "closed": (
        {"closing_hours": 24 * 60},
        "Přihlašování skončilo",
        (
            "Přihlašování skončilo 23. února 2018"
            " Potřebujete přijet i tak? Napište pořadatelům: poradatele@setkani.example"
        ),
    ),
    "called off": ({"status": Status.CANCELLED}, "Zrušeno", ""),
    "invitation": (
        {"admission": "invitation"},
        "Volno",
        "Zbývá 120 míst, celkem 120 Setkání je jen na pozvání.",
    ),
}


@pytest.mark.parametrize(("fields", "word", "way_in"), STATES.values(), ids=STATES)
def test_event_says_its_state_and_the_way_in(client, fields, word, way_in):
    event = session(**fields)

    response = client.get(event.get_absolute_url())

    status = re.search(r'<span class="status \w+ big">(.*?)</span>', main_of(response))[1]
    assert words(status) == word
    assert words(card_of(response)) == f"{WHEN} {event.venue} {way_in}".strip()
    leads_on = f"{event.get_absolute_url()}register/" in links_of(response)
    assert leads_on == ("Přihlásit se" in way_in or "Zapsat se" in way_in)


def test_event_without_a_date_says_its_period(client):
    event = session(
        starts_at=None, venue=None, period_from=date(2018, 1, 1), period_to=date(2018, 6, 30)
    )

    response = client.get(event.get_absolute_url())

    assert words(card_of(response)) == (
        "1. pololetí 2018 Město ještě neznáme Jakmile bude termín, objeví se tady."
    )
    assert "Do kalendáře" not in read(response)


def test_event_that_is_over_offers_nothing(client, clock):
    event = session()
    clock.move_to(START + timedelta(hours=7))

    response = client.get(event.get_absolute_url())

    assert words(card_of(response)) == f"{WHEN} {event.venue}"
    assert "Setkání proběhlo" in read(response)
    assert "Do kalendáře" not in read(response)


def test_event_that_moved_says_the_new_and_the_old_before_all_else(client):
    event = session()
    hall = factories.venue(name_cs="Nový sál", town=event.town)
    actions.move_event(event.pk, START + timedelta(days=23), None, hall)

    response = client.get(event.get_absolute_url())

    notice = re.search(r'<div class="notice moved read">.*?</div>', main_of(response), re.DOTALL)[0]
    assert words(notice) == (
        "Setkání má nový termín"
        " Nově: čtvrtek 17. května 2018, 9:00–15:00 Dříve: úterý 24. dubna 2018, 9:00–15:00"
        f" Nově: Nový sál, Milevsko Dříve: {event.venue}"
        " Potvrzená místa platí dál, nová pozvánka do kalendáře odešla e-mailem."
    )
    assert "<del>úterý" in notice
    assert "Přihlásit se" in words(card_of(response))


def test_event_that_is_called_off_offers_other_regions(client):
    event = session(status=Status.CANCELLED, title_cs="Zrušené")
    session(series=event.series, title_cs="Volné", slug="volne")
    session(series=event.series, title_cs="Plné", places_taken=120)
    session(title_cs="Cizí")

    response = client.get(event.get_absolute_url())

    assert "Pořadatelé ho zrušili. Vyberte si setkání v jiném regionu." in read(response)
    assert [tile.partition(" ")[0] for tile in tiles_of(response)] == ["Volné"]


def test_event_links_calendars_webcal_first(client):
    event = session(slug="jihozapad", series=full_series(), title_cs="Jihozápad")

    links = links_of(client.get(event.get_absolute_url()))

    calendars = [link for link in links if "calendar" in link]
    assert calendars[:2] == [
        "webcal://localhost/smart-regiony-2018/jihozapad/calendar.ics",
        "/smart-regiony-2018/jihozapad/calendar.ics",
    ]
    assert [re.sub(r"\?.*", "", link) for link in calendars[2:]] == [
        "https://calendar.google.com/calendar/render",
        "https://outlook.office.com/calendar/0/deeplink/compose",
    ]


def test_event_shows_agenda_venue_areas_and_partners(client):
    venue = factories.venue(
        name_cs="Sál", street="Náměstí 1", latitude="49.74738", longitude="13.37759"
    )
    event = session(series=full_series(), venue=venue)
    area = event.series.areas.get()
    event.agenda.create(minutes_after_start=60, title_cs="Elektromobilita", area=area)
    event.agenda.create(minutes_after_start=0, title_cs="Káva", is_break=True)

    response = client.get(event.get_absolute_url())

    agenda = re.search(r'<ol class="agenda".*?</ol>', main_of(response), re.DOTALL)[0]
    assert words(agenda) == "9:00 Káva 10:00 Elektromobilita Oblast Doprava"
    assert "https://www.openstreetmap.org/?mlat=49.74738&amp;mlon=13.37759#map=17/" in main_of(
        response
    )
    assert "Generální partneři ČEZ Partneři XT-Card" in read(response)


@pytest.mark.parametrize("points", [1, 3])
def test_event_asks_the_same_queries_for_any_agenda(client, django_assert_num_queries, points):
    event = session(series=full_series())
    for number in range(points):
        event.agenda.create(
            minutes_after_start=number, title_cs="Bod", area=event.series.areas.get()
        )

    with django_assert_num_queries(6):
        client.get(event.get_absolute_url())


def test_event_reads_english_under_its_prefix(client):
    event = session(title_en="South-West", places_taken=117)

    response = client.get(f"/en{event.get_absolute_url()}")

    assert words(card_of(response)) == (
        f"Tuesday 24 April 2018 9:00–15:00 {event.venue.name_en}, Milevsko"
        " 3 places left of 120 Register Registration ends on 23 April 2018, 9:00."
    )
    assert '<html lang="en">' in response.content.decode()


# --- Calendars ----------------------------------------------------------------------------------


def summaries(response):
    text = response.content.decode().replace("\r\n ", "").replace("\\", "")
    return re.findall(r"SUMMARY:(.*)\r", text)


def test_series_calendar_holds_its_dated_public_sessions(client):
    series = full_series()
    venue = factories.venue(town=factories.municipality(name="Plzeň"))
    session(series=series, venue=venue)
    session(series=series, venue=venue, status=Status.CANCELLED, starts_at=START + timedelta(1))
    session(series=series, status=Status.DRAFT, title_cs="Koncept")
    session(series=series, starts_at=NOW - timedelta(days=401), title_cs="Dávno")
    session(title_cs="Cizí")

    response = client.get("/smart-regiony-2018/calendar.ics")

    assert summaries(response) == [
        "Smart Regiony 2018, Jihozápad: Plzeň",
        "ZRUŠENO: Smart Regiony 2018, Jihozápad: Plzeň",
    ]
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Cache-Control"] == "public, max-age=900"
    assert response.cookies == {}


def test_event_calendar_holds_the_one_session_in_its_language(client):
    event = session(series=full_series(title_en="Smart Regions 2018"), slug="jihozapad")

    response = client.get("/en/smart-regiony-2018/jihozapad/calendar.ics")

    text = response.content.decode().replace("\r\n ", "")
    assert summaries(response) == ["Smart Regions 2018, Jihozápad: Milevsko"]
    assert f"UID:{event.uid}\r\n" in text
    assert f"SEQUENCE:{event.revision}\r\n" in text
    assert "URL:http://localhost/en/smart-regiony-2018/jihozapad/\r\n" in text
    assert 'ORGANIZER;CN="Chamber of Statutory Cities":mailto:setkani@setkani.example' in text


def test_calendar_is_the_same_a_day_later_and_answers_304(client, clock):
    session(series=full_series())
    first = client.get("/smart-regiony-2018/calendar.ics")
    clock.shift(timedelta(days=1))

    again = client.get("/smart-regiony-2018/calendar.ics")
    known = client.get("/smart-regiony-2018/calendar.ics", headers={"If-None-Match": first["ETag"]})

    assert again.content == first.content
    assert (known.status_code, known.content) == (304, b"")


def test_calendar_without_events_is_a_calendar(client):
    full_series()

    response = client.get("/smart-regiony-2018/calendar.ics")

    assert (response.status_code, summaries(response)) == (200, [])


# --- Words and files ----------------------------------------------------------------------------


def test_privacy_says_when_data_are_deleted(client):
    factories.series(organiser_cs="Česká inovace, o.p.s.")

    text = read(client.get("/privacy/"))

    for sentence in (
        *("mažeme 14 dní po setkání", "mažeme po 30 dnech", "Česká inovace, o.p.s."),
        "jinak 14 dní po e-mailu s termínem, po odhlášení nebo po zrušení setkání",
    ):
        assert sentence in text


def test_accessibility_says_whom_to_write_to(client):
    factories.series(contact_email="pomoc@setkani.example")

    assert "mailto:pomoc@setkani.example" in links_of(client.get("/accessibility/"))


def test_robots_may_fetch_feeds_and_no_secrets(client):
    lines = client.get("/robots.txt").content.decode().splitlines()

    assert "Allow: /*.ics$" in lines
    assert {"Disallow: /r/", "Disallow: /d/", "Disallow: /en/r/"} < set(lines)


def test_favicon_leads_to_the_icon(client):
    response = client.get("/favicon.ico")

    assert (response.status_code, response["Location"]) == (302, "/static/icon.svg")


PAGES = ["/", "/town/", "/towns/", "/x/", "/x/y/", "/x/calendar.ics", "/x/y/calendar.ics"]


@pytest.mark.parametrize("path", [*PAGES, "/privacy/", "/accessibility/", "/robots.txt"])
def test_pages_are_for_reading_only(client, path):
    assert client.post(path).status_code == 405


@pytest.mark.parametrize("path", ["/x/", "/x/y/", "/x/calendar.ics", "/x/y/calendar.ics"])
def test_unknown_page_is_nothing(client, path):
    response = client.get(path)

    assert response.status_code == 404
    assert read(response) == (
        "Chyba 404 Tady nic není Odkaz je neúplný nebo už neplatí."
        " Odkazy z e-mailů kopírujte celé. Všechna setkání"
    )


def test_pages_set_no_cookie(client):
    event = session(series=full_series())

    for path in ("/", "/town/", "/smart-regiony-2018/", event.get_absolute_url(), "/privacy/"):
        response = client.get(path)
        assert (path, dict(response.cookies)) == (path, {})


# --- Calls and members ---------------------------------------------------------------------------


@pytest.fixture
def call():
    closes_at = datetime(2018, 8, 31, 21, 59, tzinfo=UTC)
    group = factories.call(capacity=15, admission="approval", closes_at=closes_at, slug="doprava")
    for sectors, limit in ((["city", "region", "ministry"], 5), (["private"], 7)):
        group.quotas.create(scope="sectors", sectors=sectors, limit=limit)
    return group


def test_a_call_says_until_when_and_how_many_seats_are_left_by_sector(client, call):
    factories.fill(call, 2)
    response = client.get(call.get_absolute_url())

    assert words(card_of(response)) == (
        "Přihlášky do 31. srpna 2018, 23:59 Zbývá 13 míst, celkem 15"
        " Podat přihlášku O každé přihlášce rozhodují pořadatelé."
    )
    assert (
        "Místa podle sektoru"
        " Veřejný sektor zbývá 5 míst, celkem 5 Soukromý sektor zbývá 5 míst, celkem 7"
    ) in read(response)
    assert f"{call.get_absolute_url()}register/" in links_of(response)
    assert [link for link in links_of(response) if "calendar" in link] == []


def test_no_sector_has_more_seats_left_than_the_call(client, call):
    call.quotas.filter(limit=5).update(limit=14)
    factories.fill(call, 7)
    assert "Veřejný sektor zbývá 8 míst, celkem 14" in read(client.get(call.get_absolute_url()))


def test_the_form_of_a_call_asks_for_no_diet_and_says_whom_it_is_for(client, call):
    page = read(client.get(f"{call.get_absolute_url()}register/"))
    assert page.startswith("Setkání Pracovní skupiny Skupina Doprava Přihláška do skupiny")
    assert "Veřejný sektor: nejvýše 5" in page
    for word in ("Co potřebujete", "jmenovce", "kalendáře"):
        assert word not in page
    assert "Odeslat přihlášku" in page


def test_a_call_closes(client, call, time_machine):
    time_machine.move_to(call.closes_at, tick=False)
    response = client.get(call.get_absolute_url())
    assert "Přihlašování skončilo" in read(response)
    assert f"{call.get_absolute_url()}register/" not in links_of(response)


def test_a_group_lists_its_calls_apart_from_its_meetings(client, call):
    factories.meeting(call=call, title_cs="První jednání", starts_at=START)
    page = read(client.get(call.series.get_absolute_url()))
    assert (
        "Výzvy k členství Přihlášky do 31. srpna 2018 Skupina Doprava Volno"
        " Zbývá 15 míst, celkem 15 Jednání podle data úterý 24. dubna 2018 První jednání"
    ) in page
    assert (
        "call" not in client.get(f"{call.series.get_absolute_url()}calendar.ics").content.decode()
    )


def test_a_meeting_of_members_sends_their_link_and_has_no_form(client, call):
    meeting = factories.meeting(call=call, starts_at=START)
    response = client.get(meeting.get_absolute_url())
    assert "Jen pro členy." in read(response)
    assert "Jste ze skupiny?" in read(response)
    assert f"{meeting.get_absolute_url()}register/" not in links_of(response)
    assert f'action="{call.series.get_absolute_url()}links/ask/"' in main_of(response)

    form = client.get(f"{meeting.get_absolute_url()}register/")
    assert "Jen pro členy." in read(form)
    assert "Jste ze skupiny?" in read(form)
    assert 'name="name"' not in main_of(form)


def test_members_come_first_and_everybody_from_a_day_on(client, call, time_machine):
    day = datetime(2018, 4, 1, 6, 0, tzinfo=UTC)
    first = {"title_cs": "První jednání", "opens_to_everybody_at": day}
    meeting = factories.meeting(call=call, starts_at=START, **first)
    before = client.get(meeting.get_absolute_url())
    assert "Jen pro členy. Všichni se mohou přihlásit od 1. dubna 2018, 8:00." in read(before)
    other = factories.event(series=call.series, starts_at=START, status="cancelled")
    assert meeting.title not in read(client.get(other.get_absolute_url()))

    time_machine.move_to(day, tick=False)
    after = client.get(meeting.get_absolute_url())
    assert "Jste ze skupiny?" not in read(after)
    assert f"{meeting.get_absolute_url()}register/" in links_of(after)
    assert meeting.title in read(client.get(other.get_absolute_url()))
