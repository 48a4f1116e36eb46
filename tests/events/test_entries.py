from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import translation

from events.entries import entry_of, links_of_event, links_of_series
from events.ical import CalendarEntry
from events.states import Status
from tests import factories

pytestmark = pytest.mark.django_db

START = datetime(2018, 4, 24, 7, 0, tzinfo=UTC)


@pytest.fixture
def event():
    venue = factories.venue(
        name_cs="Sál",
        name_en="Hall",
        town=factories.municipality(name="Plzeň"),
        latitude=Decimal("49.74738"),
        longitude=Decimal("13.37759"),
    )
    series = factories.series(slug="smart-regiony-2018")
    return factories.event(series=series, slug="jihozapad", venue=venue, starts_at=START)


def test_entry_of_says_everything_but_secrets(event):
    assert entry_of(event) == CalendarEntry(
        uid=event.uid,
        sequence=1,
        stamped_at=event.changed_at,
        created_at=event.created_at,
        starts_at=START,
        ends_at=START + timedelta(hours=6),
        summary="Smart Regiony 2018, Jihozápad: Plzeň",
        organizer_name="Komora statutárních měst",
        organizer_email="setkani@setkani.example",
        location="Sál, Náměstí 1, 399 01 Plzeň",
        latitude=Decimal("49.74738"),
        longitude=Decimal("13.37759"),
        venue_name="Sál",
        url="http://localhost/smart-regiony-2018/jihozapad/",
    )


def test_entry_of_follows_the_language(event):
    with translation.override("en"):
        entry = entry_of(event)

    assert (entry.summary, entry.venue_name, entry.url) == (
        "Smart Regions 2018, Jihozápad: Plzeň",
        "Hall",
        "http://localhost/en/smart-regiony-2018/jihozapad/",
    )


def test_entry_of_a_closed_door_is_private_and_names_no_page(event):
    event.series.is_closed_door = True

    entry = entry_of(event)

    assert (entry.is_private, entry.url) == (True, "")


def test_entry_of_what_is_called_off_says_so_and_may_lack_a_hall(event):
    event.status, event.venue = Status.CANCELLED, None

    entry = entry_of(event)

    assert (entry.is_cancelled, entry.location, entry.latitude) == (True, "", None)


def test_entry_of_an_event_without_a_date_is_refused(event):
    event.starts_at = event.ends_at = None

    with pytest.raises(ValueError, match="without a date"):
        entry_of(event)


def test_links_are_there_while_something_can_be_added(event):
    before, after = START - timedelta(days=1), START + timedelta(hours=6)

    links = links_of_event(event, before)

    assert links is not None
    assert links.file == "/smart-regiony-2018/jihozapad/calendar.ics"
    assert links.subscribe == "webcal://localhost/smart-regiony-2018/jihozapad/calendar.ics"
    assert "20180424T090000" in links.google
    assert "2018-04-24T09%3A00%3A00%2B02%3A00" in links.outlook
    assert links_of_event(event, after) is None


@pytest.mark.parametrize("status", [Status.DRAFT, Status.CANCELLED])
def test_links_of_what_is_not_public_are_none(event, status):
    event.status = status

    assert links_of_event(event, START - timedelta(days=1)) is None


def test_links_behind_a_closed_door_are_none(event):
    event.series.is_closed_door = True

    assert links_of_event(event, START - timedelta(days=1)) is None
    assert links_of_series(event.series) is None
