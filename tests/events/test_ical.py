import math
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import product
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr  # type: ignore[import-untyped]
from django.utils import translation
from hypothesis import example, given
from hypothesis import strategies as st
from icalendar import Calendar

from events import ical

PRAGUE = ZoneInfo("Europe/Prague")
ENTRY = ical.CalendarEntry(
    uid="0123456789abcdef0123456789abcdef@setkani.example",
    sequence=3,
    stamped_at=datetime(2018, 4, 1, 8, 0, 5, 999_999, tzinfo=UTC),
    created_at=datetime(2018, 3, 1, 8, 0, tzinfo=UTC),
    starts_at=datetime(2018, 4, 24, 7, 0, tzinfo=UTC),
    ends_at=datetime(2018, 4, 24, 15, 0, tzinfo=PRAGUE),
    summary="Smart Regiony 2018: Jihozápad, Plzeň",
    organizer_name="Komora statutárních měst",
    organizer_email="setkani@setkani.example",
    description="Prezence od 8:30.\nVstup; zdarma.",
    location="Ukázkový sál, Náměstí 1, 301 00 Plzeň",
    latitude=Decimal("49.73840"),
    longitude=13.3736,
    venue_name="Ukázkový sál",
    url="https://setkani.example/smart-regiony-2018/jihozapad/",
    attendee_name="Anna Vzorová",
    attendee_email="anna.vzorova@mesto.example",
)
INVITE = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Setkani//Setkani 1.0//CS
METHOD:REQUEST
BEGIN:VTIMEZONE
TZID:Europe/Prague
BEGIN:STANDARD
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
TZNAME:CET
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19810329T020000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
TZNAME:CEST
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
END:VTIMEZONE
BEGIN:VEVENT
SUMMARY:Smart Regiony 2018: Jihozápad\\, Plzeň
DTSTART;TZID=Europe/Prague:20180424T090000
DTEND;TZID=Europe/Prague:20180424T150000
DTSTAMP:20180401T080005Z
UID:0123456789abcdef0123456789abcdef@setkani.example
SEQUENCE:3
ATTENDEE;CN="Anna Vzorová";CUTYPE=INDIVIDUAL;PARTSTAT=ACCEPTED;ROLE=REQ-PARTICIPANT;\
RSVP=FALSE:mailto:anna.vzorova@mesto.example
CREATED:20180301T080000Z
DESCRIPTION:Prezence od 8:30.\\nVstup\\; zdarma.
GEO:49.738400;13.373600
LAST-MODIFIED:20180401T080005Z
LOCATION:Ukázkový sál\\, Náměstí 1\\, 301 00 Plzeň
ORGANIZER;CN="Komora statutárních měst":mailto:setkani@setkani.example
STATUS:CONFIRMED
TRANSP:OPAQUE
URL:https://setkani.example/smart-regiony-2018/jihozapad/
X-APPLE-STRUCTURED-LOCATION;VALUE=URI;X-TITLE="Ukázkový sál":geo:49.738400,13.373600
END:VEVENT
END:VCALENDAR
"""
ATTENDEE = re.compile(r"ATTENDEE.*\n")


def unfolded(body: bytes) -> str:
    return body.replace(b"\r\n ", b"").decode().replace("\r\n", "\n")


def parsed(body: bytes) -> Any:
    return Calendar.from_ical(body).walk("VEVENT")[0]


def assert_well_formed(body: bytes) -> None:
    """Octets as RFC 5545 §3.1 wants them."""
    assert not body.startswith(b"\xef\xbb\xbf")
    assert body.endswith(b"END:VCALENDAR\r\n")
    for line in body.removesuffix(b"\r\n").split(b"\r\n"):
        assert 0 < len(line) <= 75
        assert not re.search(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]", line.decode())


def test_invite_is_this_object() -> None:
    assert unfolded(ical.invite(ENTRY)) == INVITE
    assert_well_formed(ical.invite(ENTRY))


def test_cancellation_differs_from_the_invite_in_three_lines() -> None:
    expected = (
        INVITE.replace("METHOD:REQUEST", "METHOD:CANCEL")
        .replace("STATUS:CONFIRMED", "STATUS:CANCELLED")
        .replace("TRANSP:OPAQUE", "TRANSP:TRANSPARENT")
    )
    assert unfolded(ical.cancellation(ENTRY)) == expected


def test_single_has_no_method_and_no_attendee() -> None:
    expected = ATTENDEE.sub("", INVITE.replace("METHOD:REQUEST\n", ""))
    assert unfolded(ical.single(ENTRY)) == expected


def test_feed_names_itself_and_shows_what_is_called_off() -> None:
    head = (
        "NAME:Smart Regiony 2018\nX-WR-CALNAME:Smart Regiony 2018\n"
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H\nX-PUBLISHED-TTL:PT1H\n"
        "X-WR-TIMEZONE:Europe/Prague\n"
    )
    expected = (
        ATTENDEE.sub("", INVITE)
        .replace("METHOD:REQUEST\n", head)
        .replace("SUMMARY:", "SUMMARY:ZRUŠENO: ")
        .replace("STATUS:CONFIRMED", "STATUS:CANCELLED")
        .replace("TRANSP:OPAQUE", "TRANSP:TRANSPARENT")
    )
    called_off = replace(ENTRY, is_cancelled=True)
    assert unfolded(ical.feed([called_off], name="Smart Regiony 2018")) == expected
    in_english = ical.feed([called_off], name="Smart Regiony 2018", language="en")
    assert unfolded(in_english) == expected.replace("ZRUŠENO: ", "CALLED OFF: ")


def test_feed_without_entries_is_a_calendar_all_the_same() -> None:
    calendar = Calendar.from_ical(ical.feed([], name="Smart Regiony 2018"))
    assert [part.name for part in calendar.subcomponents] == ["VTIMEZONE"]


def test_feed_leaves_out_and_logs_a_row_it_cannot_write(caplog: pytest.LogCaptureFixture) -> None:
    # A UID with its domain reads like an address, and the log masks those.
    broken = replace(ENTRY, uid="broken@setkani.example", starts_at=datetime(2018, 4, 24, 7))  # noqa: DTZ001
    good = ical.feed([ENTRY, replace(ENTRY, uid="other@setkani.example")], name="Smart Regiony")
    with_broken = [ENTRY, broken, replace(ENTRY, uid="other@setkani.example")]
    assert ical.feed(with_broken, name="Smart Regiony") == good
    assert caplog.messages == ["broken left out of a feed: ValueError"]
    caplog.clear()


def test_same_entry_gives_the_same_bytes_whatever_the_language_and_the_hour(
    time_machine: Any,
) -> None:
    def everything() -> tuple[object, ...]:
        one = (ical.invite, ical.cancellation, ical.single, ical.google_link, ical.outlook_link)
        return (*(write(ENTRY) for write in one), ical.feed([ENTRY], name="Smart Regiony"))

    before = everything()
    time_machine.move_to(datetime(2030, 1, 1, tzinfo=UTC))
    with translation.override("en"):
        assert everything() == before


def test_closed_door_entry_is_private_and_shows_no_page() -> None:
    page = "URL:https://setkani.example/smart-regiony-2018/jihozapad/\n"
    expected = INVITE.replace(page, "").replace("CREATED:", "CLASS:PRIVATE\nCREATED:")
    assert unfolded(ical.invite(replace(ENTRY, is_private=True))) == expected


def test_parameters_are_quoted_without_quotes_carets_and_backslashes() -> None:
    entry = replace(
        ENTRY,
        organizer_name='Komora "statutárních" měst; ^n\r\nBCC:x',
        attendee_name="Anna\\, Vzorová\x00: *",
        venue_name='"^"',
    )
    text = unfolded(ical.invite(entry))
    assert "ORGANIZER;CN=\"Komora 'statutárních' měst; ˆn BCC:x\":mailto:setkani@" in text
    assert 'ATTENDEE;CN="Anna/, Vzorová: *";CUTYPE=' in text
    assert ";X-TITLE=\"'ˆ'\":geo:" in text


def test_nameless_people_are_called_by_their_address() -> None:
    attendee = parsed(ical.invite(replace(ENTRY, attendee_name="\x00")))["ATTENDEE"]
    assert attendee.params["CN"] == "anna.vzorova@mesto.example"


@pytest.mark.parametrize(
    ("email", "address"),
    [
        ("O'Brien+x_y@mesto.example", "mailto:O'Brien+x_y@mesto.example"),
        ("a%b?c#d@mesto.example", "mailto:a%25b%3Fc%23d@mesto.example"),
        ("anna@město.example", "mailto:anna@xn--msto-gwa.example"),
        ("anna@x.example\r\nATTENDEE:mailto:b@x.example", None),
    ],
)
def test_address_stays_one_address(email: str, address: str | None) -> None:
    attendee = parsed(ical.invite(replace(ENTRY, attendee_email=email)))["ATTENDEE"]
    assert not isinstance(attendee, list)
    assert address is None or str(attendee) == address


def test_url_with_a_line_break_stays_one_line() -> None:
    entry = replace(ENTRY, url="https://setkani.example/a b/ž\r\nX-EVIL:1")
    expected = "https://setkani.example/a%20b/%C5%BE%20X-EVIL:1"
    assert str(parsed(ical.invite(entry))["URL"]) == expected


def test_texts_are_escaped_once() -> None:
    entry = replace(ENTRY, summary=r"C:\New; a, b", description="a\r\n\r\n\r\n\r\nb\\n,\tc\u00a0d")
    text = unfolded(ical.invite(entry))
    assert "\nSUMMARY:C:\\\\New\\; a\\, b\n" in text
    assert "\nDESCRIPTION:a\\n\\nb\\\\n\\, c d\n" in text


@pytest.mark.parametrize(
    ("summary", "shown"),
    [
        ("IT", "Komora statutárních měst: IT"),
        ("", "Komora statutárních měst:"),
        ("Dům", "Dům"),
        ("ž" * 255, "ž" * 255),
        ("ž" * 256, "ž" * 254 + "…"),
        ("Na dva\nřádky", "Na dva řádky"),
    ],
)
def test_summary_is_one_line_of_3_to_255_characters(summary: str, shown: str) -> None:
    assert str(parsed(ical.invite(replace(ENTRY, summary=summary)))["SUMMARY"]) == shown


def test_feed_name_has_60_characters_at_most() -> None:
    calendar = Calendar.from_ical(ical.feed([], name="ž" * 61))
    assert (str(calendar["NAME"]), str(calendar["X-WR-CALNAME"])) == ("ž" * 60, "ž" * 60)


@pytest.mark.parametrize("offset", range(75))
def test_czech_text_is_folded_at_75_octets_between_characters(offset: int) -> None:
    summary = "x" * offset + "Příliš žluťoučký kůň úpěl ďábelské ódy, 𝄞; " * 4
    body = ical.invite(replace(ENTRY, summary=summary.strip(), description=summary))
    assert_well_formed(body)
    assert str(parsed(body)["SUMMARY"]) == summary.strip()


@pytest.mark.parametrize(
    ("latitude", "longitude", "geo"),
    [
        (0.00001, Decimal("-0.00001"), "GEO:0.000010;-0.000010\n"),
        (49.7384, None, None),
        (None, 13.3736, None),
        (math.nan, 13.3736, None),
    ],
)
def test_point_is_written_in_full_or_not_at_all(
    latitude: Any, longitude: Any, geo: str | None
) -> None:
    text = unfolded(ical.invite(replace(ENTRY, latitude=latitude, longitude=longitude)))
    found = re.search(r"GEO:.*\n", text)
    assert (found[0] if found else None) == geo
    assert ("X-APPLE-STRUCTURED-LOCATION" in text) == (geo is not None)


def test_entry_without_words_has_no_empty_lines() -> None:
    entry = replace(ENTRY, description="", location="", venue_name="", url="")
    lines = [line.split(":")[0].split(";")[0] for line in unfolded(ical.single(entry)).splitlines()]
    assert not {"DESCRIPTION", "LOCATION", "URL"} & set(lines)
    assert "X-APPLE-STRUCTURED-LOCATION;VALUE=URI:geo:" in unfolded(ical.single(entry))


@pytest.mark.parametrize(
    "entry",
    [
        replace(ENTRY, attendee_email=""),
        replace(ENTRY, ends_at=ENTRY.starts_at),
        replace(ENTRY, ends_at=ENTRY.starts_at + timedelta(microseconds=999_999)),
        replace(ENTRY, stamped_at=datetime(2018, 4, 1)),  # noqa: DTZ001
        replace(ENTRY, ends_at=datetime(2018, 4, 25)),  # noqa: DTZ001
    ],
)
def test_impossible_entry_raises(entry: ical.CalendarEntry) -> None:
    with pytest.raises(ValueError, match=r"entry|invite"):
        ical.invite(entry)
    with pytest.raises(ValueError, match=r"entry|invite"):
        ical.cancellation(entry)


def test_hour_that_autumn_repeats_is_told_apart() -> None:
    first, second = (
        datetime(2018, 10, 28, 0, 30, tzinfo=UTC),
        datetime(2018, 10, 28, 1, 30, tzinfo=UTC),
    )
    text = unfolded(ical.invite(replace(ENTRY, starts_at=first, ends_at=second)))
    assert "\nDTSTART;TZID=Europe/Prague:20181028T023000\nDTEND:20181028T013000Z\n" in text


# --- Time zone -------------------------------------------------------------------------------


def rule_of(part: Any) -> str:
    return str(part["RRULE"].to_ical().decode())


def onsets() -> list[tuple[datetime, timedelta]]:
    """When each offset begins (naive UTC), read from the constant by dateutil."""
    zone = Calendar.from_ical(b"BEGIN:VCALENDAR\r\n" + ical.VTIMEZONE + b"END:VCALENDAR\r\n")
    found = []
    for part in zone.walk("STANDARD") + zone.walk("DAYLIGHT"):
        rule = rrulestr(rule_of(part), dtstart=part.decoded("DTSTART"))
        change = part.decoded("TZOFFSETFROM"), part.decoded("TZOFFSETTO")
        years = rule.between(datetime(2016, 1, 1), datetime(2031, 1, 1))  # noqa: DTZ001
        found += [(local - change[0], change[1]) for local in years]
    return sorted(found)


def half_hours_around_changes() -> Iterator[datetime]:
    for year, month, half_hour in product(range(2018, 2029), (3, 10), range(14 * 48)):
        yield datetime(year, month, 20) + timedelta(minutes=30) * half_hour  # noqa: DTZ001


def test_vtimezone_agrees_with_zoneinfo_around_every_change_of_ten_years() -> None:
    changes = onsets()
    for moment in half_hours_around_changes():
        offset = [offset for begins, offset in changes if begins <= moment][-1]
        assert offset == moment.replace(tzinfo=UTC).astimezone(PRAGUE).utcoffset(), moment


def test_vtimezone_stands_before_the_event_and_is_the_constant() -> None:
    body = ical.invite(ENTRY)
    assert body.count(b"BEGIN:VTIMEZONE") == 1
    assert body.index(ical.VTIMEZONE) < body.index(b"BEGIN:VEVENT")
    assert b"RDATE" not in body


# --- Links -----------------------------------------------------------------------------------


def query(link: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}


DETAILS = f"{ENTRY.description}\n\n{ENTRY.url}"


def test_google_link_has_prague_times() -> None:
    link = ical.google_link(ENTRY)
    assert link.startswith("https://calendar.google.com/calendar/render?action=TEMPLATE&")
    assert query(link) == {
        "action": "TEMPLATE",
        "text": "Smart Regiony 2018: Jihozápad, Plzeň",
        "dates": "20180424T090000/20180424T150000",
        "ctz": "Europe/Prague",
        "details": DETAILS,
        "location": "Ukázkový sál, Náměstí 1, 301 00 Plzeň",
    }


def test_outlook_link_has_times_with_their_offset() -> None:
    winter = replace(ENTRY, ends_at=datetime(2018, 11, 15, 14, tzinfo=UTC))
    link = ical.outlook_link(winter)
    assert link.startswith("https://outlook.office.com/calendar/0/deeplink/compose?path=%2F")
    assert query(link) == {
        "path": "/calendar/action/compose",
        "rru": "addevent",
        "subject": "Smart Regiony 2018: Jihozápad, Plzeň",
        "startdt": "2018-04-24T09:00:00+02:00",
        "enddt": "2018-11-15T15:00:00+01:00",
        "body": DETAILS,
        "location": "Ukázkový sál, Náměstí 1, 301 00 Plzeň",
    }


# --- Totality (invariant 24) -----------------------------------------------------------------

anything = st.text(st.characters(), max_size=300)
moments = st.datetimes(
    datetime(2000, 1, 1),  # noqa: DTZ001
    datetime(2099, 12, 30),  # noqa: DTZ001
    timezones=st.just(UTC),
)
degrees = st.none() | st.floats(-180, 180) | st.decimals(-180, 180, places=5)
entries = st.builds(
    replace,
    st.just(ENTRY),
    sequence=st.integers(0, 2**31 - 1),
    stamped_at=moments,
    created_at=moments,
    starts_at=moments,
    summary=anything,
    description=anything,
    location=anything,
    latitude=degrees,
    longitude=degrees,
    venue_name=anything,
    url=anything,
    organizer_name=anything,
    attendee_name=anything,
    attendee_email=st.emails() | st.text(st.characters(), min_size=1),
    is_private=st.booleans(),
    is_cancelled=st.booleans(),
).flatmap(
    lambda entry: st.integers(1, 10**6).map(
        lambda seconds: replace(entry, ends_at=entry.starts_at + timedelta(seconds=seconds))
    )
)


def whole(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)


@given(entry=entries)
@example(entry=replace(ENTRY, summary="\\N\\n^n^'%2C\u2028\ud800'", attendee_name="\\,%5C’^^\x85"))
@example(entry=replace(ENTRY, description="\ufeff", location="\ufeffSál"))
@example(
    entry=replace(
        ENTRY,
        starts_at=datetime(2018, 10, 28, 0, 45, tzinfo=UTC),
        ends_at=datetime(2018, 10, 28, 1, 15, tzinfo=UTC),
    )
)
def test_every_entry_is_written_and_read_back_equal(entry: ical.CalendarEntry) -> None:
    for body in (ical.invite(entry), ical.cancellation(entry), ical.single(entry)):
        assert_well_formed(body)
        event = parsed(body)
        assert str(event["SUMMARY"]).endswith(ical._summary(entry)[-200:])
        assert str(event.get("DESCRIPTION", "")) == ical._lines(entry.description)
        assert str(event.get("LOCATION", "")) == ical._one_line(entry.location)
        assert event.decoded("DTSTART").astimezone(UTC) == whole(entry.starts_at)
        assert event.decoded("DTEND").astimezone(UTC) == whole(entry.ends_at)
        assert event.decoded("DTSTAMP") == event.decoded("LAST-MODIFIED") == whole(entry.stamped_at)
        assert int(event["SEQUENCE"]) == entry.sequence
        name = ical._parameter(entry.organizer_name) or entry.organizer_email
        assert event["ORGANIZER"].params["CN"] == name
    assert_well_formed(ical.feed([entry], name="Smart Regiony"))
    assert ical.google_link(entry).isascii()
    assert ical.outlook_link(entry).isascii()
