"""A YAML file read value by value, so that every complaint names its line and its keys."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from accounts.text import clean, is_clean

MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
TIME = re.compile(r"\d\d:\d\d")
YEARS = range(2000, 2100)
BIGGEST_NUMBER = 1_000_000


class ProgrammeError(Exception):
    """The file cannot be loaded; carries every complaint, each with its place in the file."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(*problems)
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join(self.problems)


def refuse(problems: list[str]) -> None:
    if problems:
        raise ProgrammeError(problems)


@dataclass(frozen=True)
class Entry:
    """One value of the file: where it stands, and by which keys one gets there."""

    file: str
    path: tuple[str, ...]
    node: yaml.Node

    def complaint(self, words: str) -> str:
        """A line such as: programme.yaml:42: events › kolin › starts: not a moment."""
        line = self.node.start_mark.line + 1
        keys = " › ".join(self.path)
        return ": ".join(part for part in (f"{self.file}:{line}", keys, words) if part)

    def misread(self, words: str) -> ProgrammeError:
        return ProgrammeError([self.complaint(words)])

    def below(self, key: str, node: yaml.Node) -> "Entry":
        return Entry(self.file, (*self.path, key), node)

    @property
    def is_mapping(self) -> bool:
        return isinstance(self.node, yaml.MappingNode)

    def children(self) -> dict[str, "Entry"]:
        """The values of a mapping by their keys; a key that stands twice is refused."""
        if not isinstance(self.node, yaml.MappingNode):
            raise self.misread("not a mapping of keys to values")
        found: dict[str, Entry] = {}
        for key_node, node in self.node.value:
            key = str(key_node.value)
            if key in found:
                raise self.below(key, key_node).misread("stands twice")
            found[key] = self.below(key, node)
        return found

    def items(self) -> list["Entry"]:
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.misread("not a list")
        return [self.below(str(number), node) for number, node in enumerate(self.node.value, 1)]

    def completed_by(self, other: "Entry") -> "Entry":
        """A mapping with the keys that stand only in the other; a mapping in both likewise."""
        own, others = self.children(), other.children()
        pairs = []
        for key in [*own, *(key for key in others if key not in own)]:
            child = own.get(key) or others[key]
            if key in own and key in others and child.is_mapping and others[key].is_mapping:
                child = child.completed_by(others[key])
            pairs.append((yaml.ScalarNode("tag:yaml.org,2002:str", key), child.node))
        mark = self.node.start_mark
        return Entry(self.file, self.path, yaml.MappingNode(self.node.tag, pairs, mark))

    def text(self) -> str:
        """Cleaned line by line (rule 23); never empty."""
        if not isinstance(self.node, yaml.ScalarNode):
            raise self.misread("not a text")
        if not is_clean(self.node.value):
            raise self.misread("holds characters that cannot be stored")
        text = "\n".join(clean(line) for line in self.node.value.strip().split("\n"))
        if not text:
            raise self.misread("empty")
        return text

    def line(self) -> str:
        text = self.text()
        if "\n" in text:
            raise self.misread("more than one line")
        return text

    def truth(self) -> bool:
        answer = {"true": True, "false": False}.get(self.text())
        if answer is None:
            raise self.misread("neither true nor false")
        return answer

    def whole_number(self) -> int:
        text = self.text()
        if not (text.isascii() and text.isdigit()) or len(text) > 7 or int(text) > BIGGEST_NUMBER:
            raise self.misread(f"not a whole number up to {BIGGEST_NUMBER}")
        return int(text)

    def moment(self) -> datetime:
        """Naive: a time on the wall clock of Prague."""
        return self._on_calendar(MOMENT, "%Y-%m-%d %H:%M", "not a moment, write 2018-04-24 09:00")

    def day(self) -> date:
        return self._on_calendar(DAY, "%Y-%m-%d", "not a day, write 2018-04-24").date()

    def minutes_of_day(self) -> int:
        """Minutes after midnight."""
        time = self._parsed(TIME, "%H:%M", "not a time of day, write 09:00")
        return time.hour * 60 + time.minute

    def _on_calendar(self, shape: re.Pattern[str], how: str, words: str) -> datetime:
        value = self._parsed(shape, how, words)
        if value.year not in YEARS:
            raise self.misread("not between the years 2000 and 2100")
        return value

    def _parsed(self, shape: re.Pattern[str], how: str, words: str) -> datetime:
        text = self.text()
        if not (text.isascii() and shape.fullmatch(text)):
            raise self.misread(words)
        try:
            return datetime.strptime(text, how)  # noqa: DTZ007 - wall-clock time, placed later
        except ValueError:
            raise self.misread(words) from None


Reader = Callable[[Entry], dict[str, Any]]


@dataclass
class Record:
    """The values of one mapping by the names of the columns, and where each of them stands."""

    entry: Entry
    fields: dict[str, Any] = field(default_factory=dict)
    places: dict[str, Entry] = field(default_factory=dict)

    def place(self, name: str) -> Entry:
        return self.places.get(name, self.entry)

    def complaint(self, name: str, words: str) -> str:
        return self.place(name).complaint(words)

    def take(self, child: Entry, reader: Reader | None) -> list[str]:
        """Reads one value; returns what is wrong with it."""
        if reader is None:
            return [child.complaint("unknown key")]
        try:
            values = reader(child)
        except ProgrammeError as error:
            return error.problems
        self.fields |= values
        self.places |= dict.fromkeys(values, child)
        return []


def read_record(
    entry: Entry, readers: Mapping[str, Reader], required: Collection[str] = ()
) -> Record:
    """A mapping with known keys only. Raises ProgrammeError with all that is wrong in it."""
    record, children = Record(entry), entry.children()
    problems = [entry.complaint(f"{key} is missing") for key in required if key not in children]
    for key, child in children.items():
        problems += record.take(child, readers.get(key))
    refuse(problems)
    return record


def read_records(
    entries: Iterable[Entry], readers: Mapping[str, Reader], required: Collection[str]
) -> list[Record]:
    """Every entry of a list, or the complaints about all of them."""
    records, problems = [], []
    for entry in entries:
        try:
            records.append(read_record(entry, readers, required))
        except ProgrammeError as error:
            problems += error.problems
    refuse(problems)
    return records


def read_file(path: Path) -> Entry:
    """The whole file as one entry. Raises ProgrammeError where it is none or no YAML."""
    try:
        node = yaml.compose(path.read_text("utf-8"), Loader=yaml.SafeLoader)
    except OSError as error:
        raise ProgrammeError([f"{path.name}: {error.strerror}"]) from error
    except UnicodeDecodeError as error:
        raise ProgrammeError([f"{path.name}: not a text in UTF-8"]) from error
    except yaml.YAMLError as error:
        raise ProgrammeError([_yaml_complaint(path.name, error)]) from error
    except RecursionError as error:
        raise ProgrammeError([f"{path.name}: nested too deeply"]) from error
    if node is None:
        raise ProgrammeError([f"{path.name}: empty"])
    return Entry(path.name, (), node)


def _yaml_complaint(name: str, error: yaml.YAMLError) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark:
        return f"{name}:{error.problem_mark.line + 1}: {error.problem}"
    return f"{name}: {error}"
