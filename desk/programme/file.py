"""A programme file as a whole: read into records of columns; nothing is written here.

Moments stay naive (Prague wall clock) until desk/programme/shift.py gives them their place in time.
"""

from dataclasses import dataclass, field
from pathlib import Path

from desk.programme.entries import (
    Entry,
    ProgrammeError,
    Reader,
    Record,
    read_file,
    read_record,
    read_records,
    refuse,
)
from desk.programme.keys import (
    AREA,
    EVENT,
    REQUIRED_OF_EVENT,
    REQUIRED_OF_SERIES,
    SERIES,
    questions,
)
from events.models import Partner


@dataclass
class Programme:
    """One series with everything in it, as a file has it; `events` by their slugs."""

    series: Record
    areas: list[Record] = field(default_factory=list)
    partners: list[Record] = field(default_factory=list)
    questions: list[Record] = field(default_factory=list)
    events: dict[str, Record] = field(default_factory=dict)


def read_programme(path: Path) -> Programme:
    """The programme of a file. Raises ProgrammeError with all that is wrong in it."""
    try:
        return _read(read_file(path))
    except RecursionError as error:
        raise ProgrammeError([f"{path.name}: nested too deeply"]) from error


def _read(whole: Entry) -> Programme:
    keys: dict[str, Reader] = {
        "series": lambda entry: {"series": read_record(entry, SERIES, REQUIRED_OF_SERIES)},
        "areas": lambda entry: {"areas": read_records(entry.items(), AREA, ["name"])},
        "partners": lambda entry: {"partners": _partners(entry)},
        "questions": questions,
        "defaults": lambda entry: {"defaults": _checked_defaults(entry)},
        "events": lambda entry: {"events": _events(entry, whole.children().get("defaults"))},
    }
    fields = read_record(whole, keys, ["series"]).fields
    fields.pop("defaults", None)
    return Programme(**fields)


def _partners(entry: Entry) -> list[Record]:
    found: list[Record] = []
    for rank, names in entry.children().items():
        if rank not in Partner.Rank.values:
            raise names.misread("unknown key")
        found += [Record(item, {"name": item.line(), "rank": rank}) for item in names.items()]
    return found


def _checked_defaults(entry: Entry) -> Entry:
    """Defaults are read with each event; only a key that no event knows is refused here."""
    refuse(
        [
            child.complaint("unknown key")
            for key, child in entry.children().items()
            if key not in EVENT
        ]
    )
    return entry


def _events(entry: Entry, defaults: Entry | None) -> dict[str, Record]:
    """Every event, completed by the defaults, or the complaints about all of them."""
    records, problems = {}, []
    for slug, child in entry.children().items():
        try:
            whole = child.completed_by(defaults) if defaults else child
            records[slug] = read_record(whole, EVENT, REQUIRED_OF_EVENT)
        except ProgrammeError as error:
            problems += error.problems
    refuse(problems)
    return records
