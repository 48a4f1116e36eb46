"""Organisers' screens of sessions, series and venues."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.admin import site
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client, RequestFactory
from django.utils import timezone

from accounts.models import User
from events import actions
from events.models import AgendaItem, Area, Event, Partner, Series, Venue
from events.states import Status
from registrations import actions as registration_actions
from tests import factories

pytestmark = pytest.mark.django_db

NO_ROWS = {"agenda-TOTAL_FORMS": "0", "agenda-INITIAL_FORMS": "0"}
TYPED = {
    **NO_ROWS,
    "description_cs": "Nový popis",
    "description_en": "",
    "opens_at_0": "",
    "opens_at_1": "",
    "closing_hours": "24",
    "promotion_ends_hours": "18",
    "has_waiting_list": "on",
}


@pytest.fixture(autouse=True)
def _no_second_factor(settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = False


@pytest.fixture
def organiser() -> User:
    return factories.organiser(language="en")


@pytest.fixture
def desk(client: Client, organiser: User) -> Client:
    client.force_login(organiser)
    return client


def page(row: Event | Series | Venue, name: str = "change") -> str:
    return f"/admin/events/{row._meta.model_name}/{row.pk}/{name}/"


def led(answer: HttpResponseBase) -> tuple[int, str]:
    return answer.status_code, answer.headers.get("Location", "")


def names(answer: Any) -> list[str]:
    return [str(row) for row in answer.context["cl"].result_list]


def test_list_of_events_is_in_order_of_dates(desk: Client) -> None:
    now = timezone.now()
    undated = factories.event(
        starts_at=None, title_cs="Bez data", period_from=now.date(), period_to=now.date()
    )
    later = factories.event(starts_at=now + timedelta(days=9), title_cs="Druhé")
    sooner = factories.event(starts_at=now + timedelta(days=2), title_cs="První")
    answer = desk.get("/admin/events/event/")
    assert names(answer) == [sooner.name, later.name, undated.name]


def test_list_of_events_shows_word_and_counts(desk: Client) -> None:
    event = factories.event(capacity=2)
    factories.fill(event, 3)
    html = desk.get("/admin/events/event/").content.decode()
    assert '<span class="status waiting">Waiting list</span>' in html
    row = html[html.index("<tbody>") : html.index("</tbody>")]
    assert [f'field-{name}">{value}<' in row for name, value in COUNTS] == [True] * 3


COUNTS = [("places_taken", 2), ("capacity", 2), ("places_waiting", 1)]


def test_list_of_events_is_filtered(desk: Client) -> None:
    kept = factories.event()
    other = factories.event(region=factories.region(code="CZ05", name="Severovýchod"))
    actions.cancel_event(other.pk)
    for query in (
        f"series__id__exact={kept.series_id}",
        f"region__id__exact={kept.region_id}",
        "status__exact=published",
    ):
        assert names(desk.get(f"/admin/events/event/?{query}")) == [kept.name], query


@pytest.mark.parametrize("count", [1, 3])
def test_lists_ask_as_often_for_one_row_as_for_three(
    desk: Client, count: int, django_assert_max_num_queries: Any
) -> None:
    for _n in range(count):
        factories.event()
    for path, most in (("event", 9), ("series", 7), ("venue", 7)):
        with django_assert_max_num_queries(most):
            assert len(names(desk.get(f"/admin/events/{path}/"))) == count


@pytest.mark.parametrize("path", ["event/", "event/add/", "series/add/", "venue/"])
def test_screens_are_nothing_to_others(client: Client, path: str) -> None:
    path = f"/admin/events/{path}"
    assert led(client.get(path)) == (302, f"/admin/login/?next={path}")
    client.force_login(factories.user())
    assert client.get(path, follow=True).status_code == 404


@pytest.mark.parametrize(
    "path",
    ["event/add/", "series/add/", "event/987654321/change/", "event/x/change/", "event/?e=1"],
)
def test_what_is_not_there_is_404(desk: Client, path: str) -> None:
    assert desk.get(f"/admin/events/{path}").status_code == 404


def test_nothing_is_deleted(desk: Client) -> None:
    event = factories.event()
    assert event.venue is not None
    for row in (event, event.series, event.venue):
        assert desk.post(page(row, "delete"), {"post": "yes"}).status_code == 404
    assert Event.objects.count() == 1


def test_texts_and_hours_are_typed_and_kept_as_a_fact(desk: Client, organiser: User) -> None:
    event = factories.event()
    values = TYPED | {"closing_hours": "48", "opens_at_0": "2026-01-10", "opens_at_1": "08:00"}
    answer = desk.post(page(event), values | {"_continue": "yes"})
    event.refresh_from_db()
    assert led(answer) == (302, page(event))
    assert (event.description_cs, event.closing_hours) == ("Nový popis", 48)
    assert event.opens_at == datetime(2026, 1, 10, 7, tzinfo=UTC)
    fact = event.changes.latest("pk")
    assert (fact.kind, fact.actor_id, fact.event_revision) == ("edited", organiser.pk, 1)
    assert fact.data == {
        "description_cs": [None, None],
        "opens_at": [None, "2026-01-10T07:00:00+00:00"],
        "closing_hours": [24, 48],
    }


def test_same_values_again_are_no_fact(desk: Client) -> None:
    event = factories.event()
    for _n in range(2):
        assert desk.post(page(event), TYPED).status_code == 302
    assert list(event.changes.order_by("pk").values_list("kind", flat=True)) == [
        "created",
        "edited",
    ]


def test_nothing_else_is_changed_by_hand(desk: Client) -> None:
    event = factories.event(capacity=2)
    before: dict[str, Any] = dict(Event.objects.values().get(pk=event.pk))
    smuggled = {
        "status": "cancelled",
        "starts_at": "2030-01-01",
        "starts_at_0": "2030-01-01",
        "starts_at_1": "9:00",
        "capacity": "999",
        "venue": "",
        "title_cs": "Jiný",
        "revision": "9",
        "places_taken": "0",
    }
    assert desk.post(page(event), TYPED | smuggled).status_code == 302
    after: dict[str, Any] = dict(Event.objects.values().get(pk=event.pk))
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"description_cs", "changed_at"}


def test_typing_a_text_leaves_the_counts_to_who_counts(rf: RequestFactory) -> None:
    event = factories.event(capacity=2)
    screen = site.get_model_admin(Event)
    request = rf.post(page(event), TYPED)
    request.user = factories.organiser()
    read = Event.objects.get(pk=event.pk)
    form = screen.get_form(request, read, change=True)(request.POST, instance=read)
    assert form.is_valid()
    # Somebody registers between the reading of the row and its saving.
    factories.registration(event=event)
    registration_actions.change_capacity(event.pk, 9)
    with transaction.atomic():
        screen.save_model(request, form.instance, form, change=True)
    event.refresh_from_db()
    assert (event.places_taken, event.capacity, event.description_cs) == (1, 9, "Nový popis")


@pytest.mark.parametrize(
    "values",
    [
        {"closing_hours": "-1"},
        {"closing_hours": "9" * 30},
        {"closing_hours": ""},
        {"opens_at_0": "2026-03-29", "opens_at_1": "02:30"},
        {"opens_at_0": "0001-01-01", "opens_at_1": "00:00"},
        {"description_cs": "x" * 4001},
        {"agenda-TOTAL_FORMS": "x"},
    ],
)
def test_wrong_values_come_back_filled(desk: Client, values: dict[str, str]) -> None:
    event = factories.event()
    answer = desk.post(page(event), TYPED | values)
    assert (answer.status_code, bool(answer.context["errors"])) == (200, True)
    assert 'role="alert"' in answer.content.decode()
    assert event.changes.count() == 1


def test_programme_is_edited_beside_the_texts(desk: Client) -> None:
    event = factories.event()
    area = Area.objects.create(series=event.series, position=1, name_cs="Doprava")
    foreign = Area.objects.create(series=factories.series(), position=1, name_cs="Cizí")
    rows = {"agenda-TOTAL_FORMS": "1", "agenda-0-minutes_after_start": "30"}
    rows |= {"agenda-0-title_cs": "Zahájení", "agenda-0-area": str(area.pk)}
    html = desk.get(page(event)).content.decode()
    assert ("Doprava" in html, "Cizí" in html) == (True, False)
    refused = desk.post(page(event), TYPED | rows | {"agenda-0-area": str(foreign.pk)})
    assert (refused.status_code, AgendaItem.objects.count()) == (200, 0)
    assert desk.post(page(event), TYPED | rows).status_code == 302
    item = event.agenda.get()
    assert (item.title_cs, item.area) == ("Zahájení", area)
    assert event.changes.latest("pk").data["agenda"] == [None, None]


def test_page_of_an_event_offers_what_is_possible_now(desk: Client) -> None:
    event = factories.event()
    everything = {
        "move",
        "retitle",
        "capacity",
        "register",
        "export",
        "call-off",
    }
    assert offered(desk, event) == everything
    actions.cancel_event(event.pk)
    assert offered(desk, event) == (everything - {"call-off", "register"}) | {"reinstate"}
    now = timezone.now()
    Event.objects.filter(pk=event.pk).update(
        status=Status.PUBLISHED,
        starts_at=now - timedelta(hours=9),
        ends_at=now - timedelta(hours=1),
    )
    assert offered(desk, event) == {"export"}


def offered(desk: Client, event: Event) -> set[str]:
    html = desk.get(page(event)).content.decode()
    tools = ("move", "retitle", "capacity", "register", "export", "call-off", "reinstate")
    return {name for name in tools if f'href="{page(event, name)}"' in html}


def test_history_stands_on_the_page(desk: Client, organiser: User) -> None:
    event = factories.event(starts_at=datetime(2027, 6, 1, 7, tzinfo=UTC))
    start = datetime(2027, 6, 8, 7, tzinfo=UTC)
    actions.move_event(event.pk, start, actor_id=organiser.pk, note="Sál je obsazený.")
    answer = desk.get(page(event))
    line = answer.context["lines"][0]
    assert (line.what, line.who, line.note) == ("Moved", str(organiser), "Sál je obsazený.")
    html = answer.content.decode()
    assert "<del>Tuesday 1\u00a0June 2027, 9:00</del> → Tuesday 8\u00a0June 2027, 9:00" in html
    assert led(desk.get(page(event, "history"))) == (302, page(event) + "#history")


def test_series_keeps_what_stands_in_addresses(desk: Client) -> None:
    series = factories.series(slug="smart", contact_email="a@b.cz")
    rows = {
        f"{prefix}-{name}": value
        for prefix in ("areas", "partners")
        for name, value in (("TOTAL_FORMS", "1"), ("INITIAL_FORMS", "0"))
    }
    rows |= {"areas-0-position": "1", "areas-0-name_cs": "Doprava"}
    rows |= {"partners-0-rank": "general", "partners-0-position": "1", "partners-0-name": "ČEZ"}
    values = {
        "title_cs": "Jiný  název",
        "organiser_cs": "Komora",
        "contact_email": "nova@setkani.example",
        "reminders": "7d@9",
        "position": "2",
        "slug": "jiny",
        "is_closed_door": "on",
        "reference_code": "XX",
    }
    assert desk.post(page(series), rows | values).status_code == 302
    series.refresh_from_db()
    assert (series.title_cs, series.contact_email) == ("Jiný název", "nova@setkani.example")
    assert (series.slug, series.is_closed_door, series.reference_code) == ("smart", False, "SR")
    assert (Area.objects.get().name_cs, Partner.objects.get().name) == ("Doprava", "ČEZ")
    assert desk.get(page(series, "history")).status_code == 200


VENUE = {"name_cs": "Divadlo", "street": "Náměstí 1", "postcode": "399 01"}


def test_venue_is_added_by_the_name_of_its_town(desk: Client) -> None:
    town = factories.municipality(name="Milevsko")
    answer = desk.post("/admin/events/venue/add/", VENUE | {"town": "milevsko"})
    venue = Venue.objects.get()
    assert (answer.status_code, venue.town, venue.name_cs) == (302, town, "Divadlo")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"town": "Písek"}, "town"),
        ({"town": "Nikde"}, "town"),
        ({"town": ""}, "town"),
        ({"latitude": "49.5"}, "longitude"),
        ({"latitude": "1e400", "longitude": "14"}, "latitude"),
    ],
)
def test_venue_is_refused_where_it_lies_nowhere(
    desk: Client, values: dict[str, str], field: str
) -> None:
    factories.municipality(name="Milevsko")
    factories.municipality(name="Písek")
    factories.municipality(name="Písek", kraj=factories.kraj(code="CZ080", name="Slezský kraj"))
    answer = desk.post("/admin/events/venue/add/", VENUE | {"town": "Milevsko"} | values)
    assert list(answer.context["adminform"].form.errors) == [field]
    assert not Venue.objects.exists()


def test_namesakes_are_told_apart_by_their_kraj(desk: Client) -> None:
    factories.municipality(name="Písek")
    meant = factories.municipality(
        name="Písek", kraj=factories.kraj(code="CZ080", name="Slezský kraj")
    )
    desk.post("/admin/events/venue/add/", VENUE | {"town": "Písek, Slezský kraj"})
    venue = Venue.objects.get()
    assert venue.town == meant
    assert "Písek, Slezský kraj" in desk.get(page(venue)).content.decode()


def test_address_is_fixed_once_a_published_event_uses_it(desk: Client) -> None:
    free, used = factories.venue(), factories.venue()
    factories.event(venue=used)
    values = VENUE | {"town": "Milevsko", "travel_cs": "Autobusem"}
    for venue in (free, used):
        Venue.objects.filter(pk=venue.pk).update(town=used.town)
        assert desk.post(page(venue), values | {"name_cs": "Nový"}).status_code == 302
        venue.refresh_from_db()
        assert venue.travel_cs == "Autobusem"
    assert (free.name_cs, used.name_cs) == ("Nový", f"{used.name_cs}")
    assert used.name_cs.startswith("Ukázkový sál")
