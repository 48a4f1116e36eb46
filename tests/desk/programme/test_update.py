"""Differences of a programme file, applied by the actions or plainly, each with its fact."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from desk.programme.loading import Report, load_programme
from events import actions
from events.models import Area, Event, EventChange, Series, Venue
from events.rules import PRAGUE
from tests.desk.programme.files import Write

pytestmark = pytest.mark.django_db


@pytest.fixture
def loaded(write: Write) -> None:
    load_programme(write(), upcoming=True)


def facts(slug: str = "kolin") -> list[tuple[str, int]]:
    """Kinds and revisions of what happened after the creation."""
    changes = EventChange.objects.filter(event__slug=slug).order_by("pk")
    return list(changes.values_list("kind", "event_revision"))[1:]


def update(file: Path) -> Report:
    report = load_programme(file, update=True)
    assert load_programme(file).differences == [] or report.refused
    return report


@pytest.mark.usefixtures("loaded")
def test_another_start_moves_the_event(write: Write) -> None:
    before = Event.objects.get(slug="kolin")
    update(
        write(("2018-04-12 09:00", "2018-04-19 09:00"), ("2018-04-12 15:00", "2018-04-19 15:00"))
    )
    after = Event.objects.get(slug="kolin")
    assert before.starts_at is not None
    assert after.starts_at is not None
    days = after.starts_at.astimezone(PRAGUE).date() - before.starts_at.astimezone(PRAGUE).date()
    assert days == timedelta(weeks=1)
    assert after.moved_from_starts_at == before.starts_at
    assert facts() == [("moved", 2)]


@pytest.mark.usefixtures("loaded")
def test_another_street_is_another_hall(write: Write) -> None:
    before = Event.objects.get(slug="kolin")
    update(write(("street: Náměstí 1", "street: Náměstí 2")))
    after = Event.objects.get(slug="kolin")
    assert (before.venue.street, after.venue.street) == ("Náměstí 1", "Náměstí 2")  # type: ignore[union-attr]
    assert after.moved_from_venue == before.venue
    assert facts() == [("moved", 2)]


@pytest.mark.usefixtures("loaded")
def test_title_and_capacity_go_through_their_actions(write: Write) -> None:
    update(write(("en: Central Bohemia", "en: Middle Bohemia"), ("capacity: 120", "capacity: 90")))
    event = Event.objects.get(slug="kolin")
    assert (event.title_en, event.capacity, event.revision) == ("Middle Bohemia", 90, 2)
    assert facts() == [("retitled", 2), ("capacity_changed", 2)]


@pytest.mark.usefixtures("loaded")
def test_event_without_a_date_is_announced_anew_and_then_dated(write: Write) -> None:
    period = "period: {from: 2018-01-01, to: 2018-06-30}"
    update(write((period, "period: {from: 2018-07-01, to: 2018-12-31}")))
    assert facts("pisek") == [("announced", 2)]
    times = "starts: 2018-05-15 09:00\n    ends: 2018-05-15 12:00"
    update(write((period, times)))
    assert facts("pisek") == [("announced", 2), ("scheduled", 3)]


@pytest.mark.usefixtures("loaded")
def test_texts_agenda_and_settings_are_edited_without_a_new_revision(write: Write) -> None:
    report = update(
        write(
            ("capacity: 120", "capacity: 120\n    description: Pro města\n    closing_hours: 12"),
            ("title: Zahájení", "title: Úvod"),
            ("organiser: Kdosi", "organiser: Kdokoli"),
            ("- name: Doprava", "- name: Doprava\n    description: Vlaky"),
            ("name: {cs: Sál, en: Hall}", "name: {cs: Sál, en: Hall}, travel: Vlakem"),
        )
    )
    assert [f"{item.where}: {item.name}" for item in report.differences] == [
        "series: organiser_cs",
        "areas › Doprava: description_cs",
        "kolin: description_cs",
        "kolin: closing_hours",
        "kolin › venue: travel_cs",
        "kolin: agenda",
    ]
    event = Event.objects.get(slug="kolin")
    assert [item.title_cs for item in event.agenda.all()] == ["Úvod"]
    assert (event.revision, event.description_cs, event.closing_hours) == (1, "Pro města", 12)
    assert Series.objects.get().organiser_cs == "Kdokoli"
    assert Area.objects.get().description_cs == "Vlaky"
    assert EventChange.objects.get(kind="edited").data == {
        "texts": [[], ["venue.travel_cs", "description_cs", "agenda"]],
        "closing_hours": [24, 12],
    }


@pytest.mark.usefixtures("loaded")
def test_address_of_a_hall_in_use_stays(write: Write) -> None:
    file = write(("street: Náměstí 1", "street: Náměstí 1, postcode: 280 02"))
    report = update(file)
    assert report.refused == [
        "kolin › venue: postcode (empty) → 280 02 (fixed: a published event uses this hall)"
    ]
    assert Venue.objects.get(street="Náměstí 1").postcode == ""
    assert facts() == []
    with pytest.raises(CommandError, match=r"^Not applied:\nkolin › venue: postcode"):
        call_command("load_programme", str(file), update=True)


def test_event_that_is_over_is_not_moved(write: Write) -> None:
    load_programme(write())
    later = write(("2018-04-12 15:00", "2018-04-12 16:00"))
    report = load_programme(later, update=True)
    assert [line.partition(".")[0] for line in report.refused] == ["kolin: not moved"]
    assert facts() == []


@pytest.mark.usefixtures("loaded")
def test_what_the_file_does_not_name_stays(write: Write) -> None:
    Event.objects.filter(slug="kolin").update(description_cs="Psali pořadatelé", answer_hours=72)
    assert load_programme(write(), update=True).differences == []
    assert Event.objects.get(slug="kolin").description_cs == "Psali pořadatelé"


@pytest.mark.usefixtures("loaded")
def test_move_by_an_organiser_is_listed_and_kept_without_update(write: Write) -> None:
    event = Event.objects.get(slug="kolin")
    assert event.starts_at is not None
    actions.move_event(event.pk, event.starts_at + timedelta(days=14))
    report = load_programme(write(), upcoming=True, today=date(2030, 1, 1))
    assert [item.name for item in report.differences] == ["starts_at", "ends_at"]
    assert facts() == [("moved", 2)]
    assert event.starts_at > timezone.now()
