"""Questions in a programme file: created where they are missing, and found to be compared."""

from collections.abc import Iterable, Iterator
from typing import Any

from desk.programme.entries import Record
from events.models import Event, Series
from registrations.models import Option, Question


def columns(record: Record) -> dict[str, Any]:
    """The question's own columns."""
    return {name: value for name, value in record.fields.items() if name != "options"}


def options_of(record: Record) -> list[Record]:
    found: list[Record] = record.fields.get("options", [])
    return found


def problems_of_kind(record: Record) -> list[str]:
    """A choice has options, anything else has none."""
    has_options = Question(kind=record.fields["kind"]).has_options
    if has_options and not options_of(record):
        return [record.complaint("kind", "a choice needs options")]
    if options_of(record) and not has_options:
        return [record.complaint("options", "this kind of answer has no options")]
    return []


def create_questions(owner: Series | Event, records: Iterable[Record]) -> None:
    """What is missing of a series' or an event's questions and their options."""
    for position, record in enumerate(records, start=1):
        defaults = columns(record) | {"position": position}
        label_cs = defaults.pop("label_cs")
        question, _is_new = owner.questions.get_or_create(label_cs=label_cs, defaults=defaults)
        for place, option in enumerate(options_of(record), start=1):
            values = option.fields | {"position": place}
            name = values.pop("label_cs")
            question.options.get_or_create(label_cs=name, defaults=values)


def stored(
    owner: Series | Event, records: Iterable[Record]
) -> Iterator[tuple[str, Question | Option, dict[str, Any]]]:
    """Each question and option as it is stored, where it stands, and what the file says of it."""
    for record in records:
        question = owner.questions.get(label_cs=record.fields["label_cs"])
        where = f"questions › {question.label_cs}"
        yield where, question, columns(record)
        for option in options_of(record):
            row = question.options.get(label_cs=option.fields["label_cs"])
            yield f"{where} › {row.label_cs}", row, option.fields
