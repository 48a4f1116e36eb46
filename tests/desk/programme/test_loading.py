"""Programme files: what they create, what they refuse, and that a reload changes nothing."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import IntegrityError

from desk.programme.checks import check
from desk.programme.entries import ProgrammeError
from desk.programme.file import read_programme
from desk.programme.loading import create_programme, load_programme
from desk.programme.shift import place_in_time
from events.dates import is_working_day
from events.models import AgendaItem, Area, Event, EventChange, Partner, Series
from events.rules import PRAGUE
from tests.desk.programme.files import NOTHING, Write, rows

DATA = settings.BASE_DIR / "events" / "data"
ROADSHOW = DATA / "smart-regiony-2018.yaml"
WORKSHOPS = DATA / "smart-cities-pitch.yaml"
GROUPS = DATA / "pracovni-skupiny.yaml"
pytestmark = pytest.mark.django_db


def starts(series: str) -> dict[str, str]:
    events = Event.objects.filter(series__slug=series).by_date()
    return {
        event.slug: f"{event.starts_at.astimezone(PRAGUE):%a %Y-%m-%d %H:%M}"
        for event in events
        if event.starts_at
    }


# --- The files of the project ----------------------------------------------------------------


def test_roadshow_has_a_session_on_a_working_day_in_each_region(regions: None) -> None:
    load_programme(ROADSHOW)
    assert starts("smart-regiony-2018") == {
        "praha": "Tue 2018-03-20 09:00",
        "stredni-cechy": "Thu 2018-04-12 09:00",
        "jihozapad": "Tue 2018-04-24 09:00",
        "severozapad": "Thu 2018-05-17 09:00",
        "severovychod": "Wed 2018-05-23 09:00",
        "jihovychod": "Wed 2018-05-30 09:00",
        "stredni-morava": "Wed 2018-06-06 09:00",
        "moravskoslezsko": "Thu 2018-06-14 09:00",
    }
    events = list(Event.objects.with_place().order_by("position"))
    assert [event.region and event.region.code for event in events] == [
        f"CZ0{number}" for number in range(1, 9)
    ]
    assert all(event.starts_at and is_working_day(event.starts_at.date()) for event in events)
    ends = [event.ends_at for event in events if event.ends_at]
    assert [f"{moment.astimezone(PRAGUE):%H:%M}" for moment in ends] == ["15:00"] * 8
    assert {
        (event.capacity, event.admission, event.kind, event.status, event.opens_at, event.revision)
        for event in events
    } == {(120, "open", "regional_meeting", "published", None, 1)}
    assert {(event.period_from, event.period_to) for event in events} == {
        (date(2018, 1, 1), date(2018, 6, 30))
    }
    assert ", ".join(str(event.town) for event in events) == (
        "Praha, Kolín, Plzeň, Litoměřice, Liberec, Brno, Prostějov, Třinec"
    )


def test_roadshow_has_its_areas_partners_and_agenda(regions: None) -> None:
    load_programme(ROADSHOW)
    series = Series.objects.get()
    assert (series.reference_code, series.is_example, series.is_closed_door) == ("SR", True, False)
    assert [area.name_cs for area in series.areas.order_by("position")] == [
        *("Doprava", "Energetika", "e-Governance"),
    ]
    assert list(series.partners.order_by("position").values_list("rank", "name")) == [
        ("general", "Česká spořitelna"),
        ("general", "Hewlett Packard Enterprise"),
        ("general", "ČEZ"),
        ("general", "Operátor ICT"),
        ("partner", "XT-Card"),
    ]
    plzen = Event.objects.get(slug="jihozapad")
    points = plzen.agenda.order_by("minutes_after_start").select_related("area")
    assert [
        (item.minutes_after_start, item.title_cs, item.area and item.area.name_cs, item.is_break)
        for item in points
    ] == [
        (0, "Registrace a káva", None, False),
        (30, "Zahájení", None, False),
        (60, "Elektromobilita a placení v hromadné dopravě", "Doprava", False),
        (135, "Přestávka", None, True),
        (150, "Odpady, osvětlení a úspory energie", "Energetika", False),
        (225, "Oběd", None, True),
        (270, "Chytrý úřad a aplikace pro občany", "e-Governance", False),
        (360, "Závěr", None, False),
    ]
    assert plzen.venue is not None
    assert plzen.venue.address == "Ukázkový sál, Náměstí 1, Plzeň"
    assert plzen.venue.latitude == plzen.venue.town.latitude


def test_workshops_have_their_days_and_the_second_one_moved(regions: None) -> None:
    load_programme(WORKSHOPS)
    assert starts("smart-cities-pitch") == {
        "plzen": "Fri 2018-06-15 10:00",
        "praha": "Thu 2018-11-15 10:00",
        "litomerice": "Thu 2019-02-28 10:00",
    }
    series = Series.objects.get()
    assert (series.kind, series.is_closed_door, series.reference_code, series.organiser_cs) == (
        *("workshop", True, "SP", "Česká inovace, o.p.s."),
    )
    praha = Event.objects.with_place().get(slug="praha")
    assert praha.moved_from_starts_at == datetime(2018, 9, 14, 10, tzinfo=PRAGUE)
    assert praha.venue is not None
    assert praha.moved_from_venue is not None
    assert (praha.venue.address, praha.moved_from_venue.address) == (
        *("Výstaviště Letňany, Praha", "Praha"),
    )
    assert set(Event.objects.values_list("admission", flat=True)) == {"invitation"}


def test_texts_of_the_files_stand_in_both_languages(regions: None) -> None:
    load_programme(ROADSHOW)
    load_programme(WORKSHOPS)
    series = Series.objects.values_list("lead_en", "description_en")
    assert all(all(texts) for texts in series)
    assert not AgendaItem.objects.filter(title_en="").exists()
    assert not Area.objects.filter(description_en="").exists()


# --- Creating and reloading ------------------------------------------------------------------


def test_each_new_event_has_one_fact(write: Write) -> None:
    load_programme(write())
    assert list(
        EventChange.objects.values_list("event__slug", "kind", "event_revision", "data")
    ) == [
        *(("kolin", "created", 1, {}), ("pisek", "created", 1, {})),
    ]


@pytest.mark.parametrize("file", [ROADSHOW, WORKSHOPS])
@pytest.mark.parametrize("upcoming", [False, True])
def test_reload_changes_nothing(regions: None, file: Path, *, upcoming: bool) -> None:
    load_programme(file, upcoming=upcoming, today=date(2026, 11, 24))
    before = rows()
    for later in (date(2026, 11, 24), date(2027, 6, 1)):
        report = load_programme(file, upcoming=True, update=True, today=later)
        assert (report.created, report.differences, report.refused) == ([], [], [])
    assert rows() == before


def test_missing_event_area_and_partner_are_created(write: Write) -> None:
    load_programme(write())
    kolin = Event.objects.filter(slug="kolin").values().get()
    another = "dalsi: {title: Další, kind: workshop, capacity: 5, period: *half}"
    file = write(
        ("[ČEZ]", "[ČEZ, XT-Card]"),
        ("- name: Doprava", "- name: Doprava\n  - name: Energetika"),
        ("period: {", "period: &half {"),
    )
    file.write_text(f"{file.read_text('utf-8')}  {another}\n", "utf-8")
    report = load_programme(file)
    assert (report.created, report.differences) == (["event dalsi"], [])
    assert list(Partner.objects.order_by("pk").values_list("name", flat=True)) == ["ČEZ", "XT-Card"]
    assert list(Area.objects.order_by("pk").values_list("name_cs", flat=True)) == [
        "Doprava",
        "Energetika",
    ]
    assert Event.objects.filter(slug="kolin").values().get() == kolin


def test_town_that_stands_twice_is_told_apart_by_its_kraj(write: Write) -> None:
    load_programme(write())
    venue = Event.objects.get(slug="pisek").venue
    assert venue is not None
    assert venue.town.kraj.code == "CZ031"


@pytest.mark.django_db(transaction=True)
def test_failure_at_the_very_end_leaves_nothing(write: Write) -> None:
    # The database refuses the last event, which no check can foresee.
    loaded = read_programme(write())
    place_in_time(loaded, 0)
    check(loaded)
    loaded.events["pisek"].fields["capacity"] = 0
    with pytest.raises(IntegrityError, match="event_has_capacity"):
        create_programme(loaded, 0)
    assert rows() == NOTHING


# --- Upcoming --------------------------------------------------------------------------------


def test_upcoming_keeps_weekdays_wall_clock_times_and_distances(regions: None) -> None:
    load_programme(ROADSHOW, upcoming=True, today=date(2026, 11, 24))
    assert starts("smart-regiony-2018") == {
        "praha": "Tue 2026-12-15 09:00",
        "stredni-cechy": "Thu 2027-01-07 09:00",
        "jihozapad": "Tue 2027-01-19 09:00",
        "severozapad": "Thu 2027-02-11 09:00",
        "severovychod": "Wed 2027-02-17 09:00",
        "jihovychod": "Wed 2027-02-24 09:00",
        "stredni-morava": "Wed 2027-03-03 09:00",
        "moravskoslezsko": "Thu 2027-03-11 09:00",
    }
    periods = Event.objects.order_by("position").values_list("period_from", "period_to")
    first = (date(2026, 7, 1), date(2026, 12, 31))
    assert list(periods) == [first, *[(date(2027, 1, 1), date(2027, 6, 30))] * 7]
    assert Series.objects.get().title_cs == "Smart Regiony 2018"


def test_upcoming_moves_what_was_moved_from_by_the_same_weeks(regions: None) -> None:
    report = load_programme(WORKSHOPS, upcoming=True, today=date(2026, 11, 24))
    praha = Event.objects.get(slug="praha")
    announced = datetime(2018, 9, 14, 10, tzinfo=PRAGUE)
    assert praha.moved_from_starts_at == announced + timedelta(weeks=report.weeks)


@pytest.mark.parametrize("days", range(8))
def test_upcoming_puts_the_first_event_20_to_26_days_ahead(write: Write, days: int) -> None:
    today = date(2026, 3, 1) + timedelta(days=days)
    load_programme(write(), upcoming=True, today=today)
    start = Event.objects.get(slug="kolin").starts_at
    assert start is not None
    assert 20 <= (start.astimezone(PRAGUE).date() - today).days <= 26
    assert f"{start.astimezone(PRAGUE):%a %H:%M}" == "Thu 09:00"


def test_difference_is_relative_to_the_first_move(write: Write) -> None:
    load_programme(write(), upcoming=True, today=date(2026, 11, 24))
    file = write(("2018-04-12 09:00", "2018-04-12 10:00"), ('"09:30"', '"10:30"'))
    report = load_programme(file, upcoming=True, today=date(2027, 1, 1))
    assert [str(item) for item in report.differences] == [
        "kolin: starts_at 2026-12-17 09:00 → 2026-12-17 10:00"
    ]


# --- The command -----------------------------------------------------------------------------


def test_command_reports_and_lists_differences(
    write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("load_programme", str(write()))
    assert capsys.readouterr().out.splitlines() == [
        "created series pokus",
        "created event kolin",
        "created event pisek",
        "The database says what the file says.",
    ]
    before = rows()
    call_command("load_programme", str(write(("capacity: 120", "capacity: 90"))))
    assert capsys.readouterr().out.splitlines() == [
        "kolin: capacity 120 → 90",
        "1 difference, nothing changed. To apply use --update.",
    ]
    assert rows() == before


def test_command_fails_with_the_complaints(write: Write) -> None:
    with pytest.raises(CommandError, match=r"^pokus\.yaml:2: series › slug: This address"):
        call_command("load_programme", str(write(("slug: pokus", "slug: admin"))))


def test_groups_have_their_calls_seats_and_a_meeting_of_members(regions: None) -> None:
    load_programme(GROUPS)
    calls = list(Event.objects.calls().order_by("position"))
    assert [call.slug for call in calls] == ["doprava", "energetika", "ict", "smart-governance"]
    assert {f"{call.closes_at:%Y-%m-%d %H:%M}" for call in calls if call.closes_at} == {
        "2016-08-31 21:59"
    }
    assert list(calls[0].quotas.order_by("pk").values_list("sectors", "limit")) == [
        (["city", "region", "ministry"], 5),
        (["private"], 7),
        (["academia"], 3),
    ]
    meeting = Event.objects.get(kind="group_meeting")
    assert (meeting.admission, meeting.admits_from) == ("members", calls[0])
    assert not meeting.quotas.exists()
    assert load_programme(GROUPS).differences == []


def test_calls_of_groups_close_in_about_three_weeks(regions: None) -> None:
    load_programme(GROUPS, upcoming=True, today=date(2026, 3, 2))
    closing = Event.objects.calls().earliest("pk").closes_at
    assert closing
    assert f"{closing.astimezone(PRAGUE):%a %Y-%m-%d %H:%M}" == "Wed 2026-03-25 23:59"


def test_other_seats_and_another_call_are_found_and_loaded(regions: None, tmp_path: Path) -> None:
    load_programme(GROUPS)
    other = tmp_path / "groups.yaml"
    text = GROUPS.read_text().replace("limit: 7", "limit: 8")
    other.write_text(text.replace("admits_from: doprava", "admits_from: ict"))

    report = load_programme(other, update=True)
    assert {(item.where, item.name) for item in report.differences} == {
        *((slug, "quotas") for slug in ("doprava", "energetika", "ict", "smart-governance")),
        ("prvni-jednani-doprava", "admits_from"),
    }
    assert (report.refused, load_programme(other).differences) == ([], [])
    assert Event.objects.get(kind="group_meeting").admits_from == Event.objects.get(slug="ict")


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("admits_from: doprava", "admits_from: plyn", "no such call: plyn"),
        ("    admits_from: doprava\n", "", "say whose members"),
        ("admission: members", "admission: open", "the event is not for members"),
        ("limit: 7", "limit: 0", "limit"),
    ],
)
def test_members_of_nobody_and_no_seats_are_refused(
    regions: None, tmp_path: Path, old: str, new: str, complaint: str
) -> None:
    file = tmp_path / "groups.yaml"
    text = GROUPS.read_text()
    assert old in text
    file.write_text(text.replace(old, new))
    with pytest.raises(ProgrammeError, match=complaint):
        load_programme(file)
    assert not Event.objects.exists()
