"""Calendar entries as bytes: invites and cancellations in mails, feeds, downloads, web links.

The bytes depend on the entry alone: no clock, no settings, no active language.
"""

import logging
import math
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from urllib.parse import quote, urlencode

from django.utils.encoding import iri_to_uri, punycode
from icalendar import Calendar, Event
from icalendar.parser import Parameters
from icalendar.prop import vCalAddress, vInline, vText, vUri

from accounts.text import clean
from events.dates import PRAGUE, plain

PRODID = "-//Setkani//Setkani 1.0//CS"
HOURLY = timedelta(hours=1)
SHORTEST_SUMMARY, LONGEST_SUMMARY, LONGEST_NAME = 3, 255, 60
LONGEST_LINK_TEXT = 300
CALLED_OFF = {"cs": "ZRUŠENO: ", "en": "CALLED OFF: "}

# RFC 5545 §3.6.5. Written out, because the library's own starts summer time an hour late; rules and
# no RDATE, because Exchange refuses these.
VTIMEZONE = (
    b"BEGIN:VTIMEZONE\r\n"
    b"TZID:Europe/Prague\r\n"
    b"BEGIN:STANDARD\r\n"
    b"DTSTART:19961027T030000\r\n"
    b"RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\r\n"
    b"TZNAME:CET\r\n"
    b"TZOFFSETFROM:+0200\r\n"
    b"TZOFFSETTO:+0100\r\n"
    b"END:STANDARD\r\n"
    b"BEGIN:DAYLIGHT\r\n"
    b"DTSTART:19810329T020000\r\n"
    b"RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\r\n"
    b"TZNAME:CEST\r\n"
    b"TZOFFSETFROM:+0100\r\n"
    b"TZOFFSETTO:+0200\r\n"
    b"END:DAYLIGHT\r\n"
    b"END:VTIMEZONE\r\n"
)
_END = b"END:VCALENDAR\r\n"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class CalendarEntry:
    """What one VEVENT says. Texts may be as people typed them: they are cleaned on the way out.

    The caller keeps secrets and other people's names out; for a private entry `url` is not written.
    """

    uid: str
    sequence: int
    # When the fact happened, never "now": DTSTAMP and LAST-MODIFIED. All four are aware datetimes.
    stamped_at: datetime
    created_at: datetime
    starts_at: datetime
    ends_at: datetime
    summary: str
    # The address the mails come from, and whose name stands before it.
    organizer_name: str
    organizer_email: str
    description: str = ""
    # Hall, street, postcode town.
    location: str = ""
    # Degrees (WGS 84), both or neither.
    latitude: Decimal | float | None = None
    longitude: Decimal | float | None = None
    venue_name: str = ""
    # The absolute public page.
    url: str = ""
    attendee_name: str = ""
    attendee_email: str = ""
    is_private: bool = False
    is_cancelled: bool = False


def invite(entry: CalendarEntry) -> bytes:
    """The REQUEST that puts a place into its attendee's calendar or updates it (RFC 5546 §3.2.2).

    ValueError without an attendee, with a naive datetime, or where the end is not after the start.
    """
    event = _vevent(entry)
    _add_status(event, is_cancelled=False)
    event.add("attendee", _attendee(entry))
    return _vcalendar({"method": "REQUEST"}, [event.to_ical()])


def cancellation(entry: CalendarEntry) -> bytes:
    """The CANCEL that takes a place out again (RFC 5546 §3.2.5); ValueError as in `invite`."""
    event = _vevent(entry)
    _add_status(event, is_cancelled=True)
    event.add("attendee", _attendee(entry))
    return _vcalendar({"method": "CANCEL"}, [event.to_ical()])


def feed(entries: Iterable[CalendarEntry], *, name: str, language: str = "cs") -> bytes:
    """A calendar to subscribe to: no METHOD, no ATTENDEE (RFC 7986 §5.1, §5.7).

    The name is cut at 60 characters. An entry that cannot be serialised is left out and logged.
    """
    title = _Text(_one_line(name)[:LONGEST_NAME].rstrip())
    properties = {
        "name": title,
        "x-wr-calname": title,
        "x-wr-timezone": PRAGUE.key,
        "refresh-interval": HOURLY,
        "x-published-ttl": "PT1H",
    }
    return _vcalendar(properties, _serialised(entries, language))


def single(entry: CalendarEntry, *, language: str = "cs") -> bytes:
    """One entry to download: no METHOD, no ATTENDEE, so that a calendar imports it without asking.

    ValueError for a naive datetime or an end that is not after the start.
    """
    return _vcalendar({}, [_shown(entry, language)])


def google_link(entry: CalendarEntry) -> str:
    """The Google Calendar page that offers to add the entry, with the times of Prague."""
    query = {
        "action": "TEMPLATE",
        "text": _summary(entry),
        "dates": f"{_compact(entry.starts_at)}/{_compact(entry.ends_at)}",
        "ctz": PRAGUE.key,
        "details": _link_text(entry),
        "location": _one_line(entry.location),
    }
    return "https://calendar.google.com/calendar/render?" + urlencode(query)


def outlook_link(entry: CalendarEntry) -> str:
    """The Outlook on the web page that offers to add the entry; its times carry their offset."""
    query = {
        "path": "/calendar/action/compose",
        "rru": "addevent",
        "subject": _summary(entry),
        "startdt": _aware(entry.starts_at).astimezone(PRAGUE).isoformat(timespec="seconds"),
        "enddt": _aware(entry.ends_at).astimezone(PRAGUE).isoformat(timespec="seconds"),
        "body": _link_text(entry),
        "location": _one_line(entry.location),
    }
    return "https://outlook.office.com/calendar/0/deeplink/compose?" + urlencode(query)


class _Text(vText):
    """A TEXT escaped once (RFC 5545 §3.3.11); the library breaks the line at a typed \\N."""

    def to_ical(self) -> bytes:
        return re.sub(r"([\\;,])", r"\\\1", self).replace("\n", r"\n").encode()


class _Quoted(Parameters):
    """Parameters whose names of people and places always stand in quotes (RFC 5545 §3.2)."""

    always_quoted = (*Parameters.always_quoted, "CN")  # type: ignore[assignment]


def _vcalendar(properties: dict[str, object], events: Iterable[bytes]) -> bytes:
    calendar = Calendar()
    for name, value in {"version": "2.0", "prodid": PRODID, **properties}.items():
        calendar.add(name, value, {"VALUE": "DURATION"} if isinstance(value, timedelta) else {})
    head: bytes = calendar.to_ical().removesuffix(_END)
    return b"".join([head, VTIMEZONE, *events, _END])


def _serialised(entries: Iterable[CalendarEntry], language: str) -> Iterable[bytes]:
    for entry in entries:
        try:
            yield _shown(entry, language)
        except Exception as error:  # noqa: BLE001 - one bad row must not cost the others
            # Without the message, which may quote what a person typed, and without the domain,
            # with which a UID reads like an address and is masked.
            uid, error_name = entry.uid.partition("@")[0], type(error).__name__
            logger.error("%s left out of a feed: %s", uid, error_name)  # noqa: TRY400


def _shown(entry: CalendarEntry, language: str) -> bytes:
    """The entry as feeds show it; the summary says what Outlook ignores in STATUS."""
    prefix = CALLED_OFF.get(language[:2], CALLED_OFF["cs"]) if entry.is_cancelled else ""
    event = _vevent(entry, prefix)
    _add_status(event, is_cancelled=entry.is_cancelled)
    serialised: bytes = event.to_ical()
    return serialised


def _vevent(entry: CalendarEntry, prefix: str = "") -> Event:
    if _whole_seconds(entry.ends_at) <= _whole_seconds(entry.starts_at):
        raise ValueError("an entry ends after it starts")
    event = Event()
    event.add("uid", _Text(_one_line(entry.uid)))
    event.add("sequence", entry.sequence)
    event.add("dtstamp", _whole_seconds(entry.stamped_at))
    event.add("last-modified", _whole_seconds(entry.stamped_at))
    event.add("created", _whole_seconds(entry.created_at))
    event.add("dtstart", _wall_clock(entry.starts_at))
    event.add("dtend", _wall_clock(entry.ends_at))
    event.add("summary", _Text(_summary(entry, prefix)))
    event.add("organizer", _address(entry.organizer_email, entry.organizer_name))
    _add_words(event, entry)
    _add_place(event, entry)
    return event


def _add_words(event: Event, entry: CalendarEntry) -> None:
    if description := _lines(entry.description):
        event.add("description", _Text(description))
    if entry.is_private:
        event.add("class", "PRIVATE")
    elif entry.url:
        event.add("url", vUri(iri_to_uri(_one_line(entry.url))))


def _add_place(event: Event, entry: CalendarEntry) -> None:
    """LOCATION, and the same point twice: GEO for all, a structured location for Apple's maps."""
    location = _one_line(entry.location)
    if location:
        event.add("location", _Text(location))
    point = _point(entry)
    if not point:
        return
    event.add("geo", vInline(";".join(point)), encode=False)
    place = vUri("geo:" + ",".join(point))
    title = _parameter(entry.venue_name) or _parameter(location)
    place.params = _Quoted({"VALUE": "URI", **({"X-TITLE": title} if title else {})})
    event.add("x-apple-structured-location", place)


def _add_status(event: Event, *, is_cancelled: bool) -> None:
    event.add("status", "CANCELLED" if is_cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if is_cancelled else "OPAQUE")


def _attendee(entry: CalendarEntry) -> vCalAddress:
    """The one person invited; ACCEPTED without RSVP, because they have registered themselves."""
    if not entry.attendee_email:
        raise ValueError("an invite needs an attendee")
    attendee = _address(entry.attendee_email, entry.attendee_name)
    attendee.params.update(
        {
            "CUTYPE": "INDIVIDUAL",
            "ROLE": "REQ-PARTICIPANT",
            "PARTSTAT": "ACCEPTED",
            "RSVP": "FALSE",
        }
    )
    return attendee


def _address(email: str, name: str) -> vCalAddress:
    address = vCalAddress(f"mailto:{_bare_address(email)}")
    address.params = _Quoted({"CN": _parameter(name) or _parameter(email)})
    return address


def _bare_address(email: str) -> str:
    """As it stands in To (the domain in Punycode), safe inside a mailto: URI (RFC 6068)."""
    local, at, domain = _one_line(email).rpartition("@")
    with suppress(UnicodeError):
        domain = punycode(domain)
    return quote(f"{local}{at}{domain}", safe="@!$&'*+/=.-_~")


def _point(entry: CalendarEntry) -> tuple[str, str] | None:
    """Latitude and longitude with six decimals, as RFC 5545 §3.8.1.6 allows; None without both."""
    if entry.latitude is None or entry.longitude is None:
        return None
    if not (math.isfinite(entry.latitude) and math.isfinite(entry.longitude)):
        return None
    return f"{entry.latitude:.6f}", f"{entry.longitude:.6f}"


def _summary(entry: CalendarEntry, prefix: str = "") -> str:
    """One line of 3 to 255 characters; a title too short to tell anything gets its organiser."""
    summary = _one_line(entry.summary)
    if len(summary) < SHORTEST_SUMMARY:
        summary = f"{_one_line(entry.organizer_name)}: {summary}".strip()
    return _shortened(prefix + summary, LONGEST_SUMMARY)


def _compact(moment: datetime) -> str:
    """As DTSTART would write it, without its TZID."""
    local = _wall_clock(moment)
    return f"{local:%Y%m%dT%H%M%S}{'Z' if local.tzinfo is UTC else ''}"


def _link_text(entry: CalendarEntry) -> str:
    """Short, because an address over 2,000 characters is refused by some servers."""
    text = _shortened(_lines(entry.description), LONGEST_LINK_TEXT)
    url = "" if entry.is_private else iri_to_uri(_one_line(entry.url))
    return "\n\n".join(part for part in (text, url) if part)


def _shortened(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def _one_line(text: str) -> str:
    return clean(plain(text))


def _lines(text: str) -> str:
    """Several lines, each clean, at most one empty line in a row."""
    return re.sub(r"\n{3,}", "\n\n", "\n".join(map(_one_line, text.splitlines()))).strip()


def _parameter(text: str) -> str:
    """A parameter's value that needs no RFC 6868 escape: many calendars show the carets.

    A backslash is no escape here, yet some parsers, the library's too, take it for one.
    """
    return _one_line(text).translate({ord('"'): "'", ord("^"): "ˆ", ord("\\"): "/"})


def _aware(moment: datetime) -> datetime:
    if moment.utcoffset() is None:
        raise ValueError("a calendar entry needs aware datetimes")
    return moment


def _whole_seconds(moment: datetime) -> datetime:
    return _aware(moment).astimezone(UTC).replace(microsecond=0)


def _wall_clock(moment: datetime) -> datetime:
    """Prague time for TZID; UTC in the second pass of the hour that autumn repeats.

    A local time written twice that night means its first pass (RFC 5545 §3.3.5), so only UTC can
    name the second.
    """
    local = _whole_seconds(moment).astimezone(PRAGUE)
    is_second_pass = local.fold == 1 and local.utcoffset() != local.replace(fold=0).utcoffset()
    return local.astimezone(UTC) if is_second_pass else local
