"""The keys of a programme file, and the columns that each of their values becomes."""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from desk.programme.entries import Entry, Reader, read_record, read_records
from events.models import Municipality, Region
from registrations.models import Sector

MOVED_FROM = ("moved_from_starts_at", "moved_from_ends_at", "moved_from_venue")


def line(name: str) -> Reader:
    return lambda entry: {name: entry.line()}


def truth(name: str) -> Reader:
    return lambda entry: {name: entry.truth()}


def number(name: str, most: int = 9_999) -> Reader:
    def read(entry: Entry) -> dict[str, Any]:
        value = entry.whole_number()
        if value > most:
            raise entry.misread(f"more than {most}")
        return {name: value}

    return read


def moment(name: str) -> Reader:
    return lambda entry: {name: entry.moment()}


def lines(name: str) -> Reader:
    return _pair(name, Entry.line)


def texts(name: str) -> Reader:
    return _pair(name, Entry.text)


def _pair(name: str, read_one: Callable[[Entry], str]) -> Reader:
    """A Czech and an English column; one text alone stands for both, so English stays empty."""

    def one(column: str) -> Reader:
        return lambda entry: {column: read_one(entry)}

    def read(entry: Entry) -> dict[str, Any]:
        if not entry.is_mapping:
            return {f"{name}_cs": read_one(entry), f"{name}_en": ""}
        both = {"cs": one(f"{name}_cs"), "en": one(f"{name}_en")}
        return {f"{name}_en": ""} | read_record(entry, both, ["cs"]).fields

    return read


def region(entry: Entry) -> dict[str, Any]:
    found = Region.objects.filter(code=entry.line()).first()
    if found is None:
        raise entry.misread("no such region; load_regions comes first")
    return {"region": found}


def town(entry: Entry) -> dict[str, Any]:
    """A town of the list by its name, with its kraj where the name alone is not enough."""
    if not entry.is_mapping:
        return {"town": _town(entry, entry.line(), "")}
    keys = {"name": line("name"), "kraj": line("kraj")}
    named = read_record(entry, keys, ["name", "kraj"]).fields
    return {"town": _town(entry, named["name"], named["kraj"])}


def _town(entry: Entry, name: str, kraj: str) -> Municipality:
    named = Municipality.objects.listed().with_region().named(name).order_by("pk")
    found = [row for row in named if row.kraj.code == kraj or not kraj]
    if not found:
        raise entry.misread(f"no such town: {name} {kraj}".rstrip())
    if len(found) > 1:
        kraje = ", ".join(row.kraj.code for row in found)
        raise entry.misread(f"{name} stands {len(found)} times, add its kraj: {kraje}")
    return found[0]


def coordinates(entry: Entry) -> dict[str, Any]:
    """`town` for those of the town, or latitude and longitude in degrees (WGS 84)."""
    if not entry.is_mapping:
        if entry.line() != "town":
            raise entry.misread("neither town nor latitude and longitude")
        return {"coordinates": "town"}
    keys: dict[str, Reader] = {"latitude": _degrees, "longitude": _degrees}
    return read_record(entry, keys, list(keys)).fields


def _degrees(entry: Entry) -> dict[str, Any]:
    try:
        value = Decimal(entry.line())
    except InvalidOperation:
        raise entry.misread("not a number of degrees") from None
    if not (value.is_finite() and abs(value) <= 180):
        raise entry.misread("not a number of degrees")
    return {entry.path[-1]: round(value, 5)}


VENUE: dict[str, Reader] = {
    "town": town,
    "name": lines("name"),
    "street": line("street"),
    "postcode": line("postcode"),
    "coordinates": coordinates,
    "travel": texts("travel"),
    "access": texts("access"),
}


def venue(name: str) -> Reader:
    def read(entry: Entry) -> dict[str, Any]:
        record = read_record(entry, VENUE, ["town"])
        if record.fields.pop("coordinates", ""):
            place = record.fields["town"]
            record.fields |= {"latitude": place.latitude, "longitude": place.longitude}
        return {name: record}

    return read


def period(entry: Entry) -> dict[str, Any]:
    def day(column: str) -> Reader:
        return lambda child: {column: child.day()}

    keys = {"from": day("period_from"), "to": day("period_to")}
    record = read_record(entry, keys, list(keys))
    if record.fields["period_to"] < record.fields["period_from"]:
        raise record.place("period_to").misread("before the period starts")
    return record.fields


def moved_from(entry: Entry) -> dict[str, Any]:
    """The last start and hall, which pages strike through."""
    starts, ends, hall = MOVED_FROM
    keys = {"starts": moment(starts), "ends": moment(ends), "venue": venue(hall)}
    return read_record(entry, keys, ["starts", "ends"]).fields


AGENDA: dict[str, Reader] = {
    "at": lambda entry: {"at": entry.minutes_of_day()},
    "title": lines("title"),
    "note": lines("note"),
    "area": line("area"),
    "is_break": truth("is_break"),
}


def agenda(entry: Entry) -> dict[str, Any]:
    return {"agenda": read_records(entry.items(), AGENDA, ["at", "title"])}


def sectors(entry: Entry) -> dict[str, Any]:
    """Whom alone a question concerns, by the names of the sectors."""
    for item in entry.items():
        if item.line() not in Sector.values:
            raise item.misread(f"no such sector: {item.line()}")
    return {"sectors": [item.line() for item in entry.items()]}


def options(entry: Entry) -> dict[str, Any]:
    return {"options": read_records(entry.items(), OPTION, ["label"])}


def questions(entry: Entry) -> dict[str, Any]:
    return {"questions": read_records(entry.items(), QUESTION, ["label", "kind"])}


def quotas(entry: Entry) -> dict[str, Any]:
    """At most so many people of these sectors together."""
    keys = {"sectors": sectors, "limit": number("limit", most=100_000)}
    return {"quotas": read_records(entry.items(), keys, ["sectors", "limit"])}


OPTION: dict[str, Reader] = {
    "label": lines("label"),
    "limit": number("limit", most=100_000),
    "is_retired": truth("is_retired"),
}
QUESTION: dict[str, Reader] = {
    "label": lines("label"),
    "hint": lines("hint"),
    "kind": line("kind"),
    "is_required": truth("is_required"),
    "sectors": sectors,
    "options": options,
    "is_retired": truth("is_retired"),
}


SERIES: dict[str, Reader] = {
    "slug": line("slug"),
    "kind": line("kind"),
    "is_closed_door": truth("is_closed_door"),
    "is_example": truth("is_example"),
    "position": number("position"),
    "reference_code": line("reference_code"),
    "title": lines("title"),
    "headline": lines("headline"),
    "lead": texts("lead"),
    "description": texts("description"),
    "organiser": lines("organiser"),
    "contact_email": line("contact_email"),
    "reminders": line("reminders"),
}
AREA = {"name": lines("name"), "description": lines("description")}
EVENT: dict[str, Reader] = {
    "title": lines("title"),
    "description": texts("description"),
    "kind": line("kind"),
    "admission": line("admission"),
    "region": region,
    "starts": moment("starts_at"),
    "ends": moment("ends_at"),
    "period": period,
    "opens": moment("opens_at"),
    "opens_to_everybody": moment("opens_to_everybody_at"),
    "admits_from": line("admits_from"),
    "closes": moment("closes_at"),
    **{
        name: number(name)
        for name in (
            *("closing_hours", "answer_hours", "substitution_hours"),
            *("promotion_ends_hours", "offer_hours"),
        )
    },
    "capacity": number("capacity", most=100_000),
    "has_waiting_list": truth("has_waiting_list"),
    "has_place_while_pending": truth("has_place_while_pending"),
    "venue": venue("venue"),
    "moved_from": moved_from,
    "agenda": agenda,
    "questions": questions,
    "quotas": quotas,
}
REQUIRED_OF_SERIES = ("slug", "kind", "title", "organiser", "contact_email", "reference_code")
REQUIRED_OF_EVENT = ("title", "kind", "capacity")
