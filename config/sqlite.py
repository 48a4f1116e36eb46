"""What must be set on a SQLite connection: the Czech sorting order, under PostgreSQL's name."""

import functools
import unicodedata
from typing import Any

from django.db.backends.signals import connection_created

COLLATION = "cs-x-icu"
# Letters of their own, sorted after the one they come from (ČSN 97 6030); ICU's tailoring of cs.
_OWN_LETTERS = {"č": "c", "ř": "r", "š": "s", "ž": "z", "ch": "h"}
# Marks that only break ties, and signs before all letters, in the order of ICU's root collation.
_MARKS = "\u0301\u0300\u0306\u0302\u030c\u030a\u0308\u030b\u0303\u0307"
_SIGNS = "_-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$0123456789"

Key = tuple[list[tuple[int, int, int]], list[int], list[bool], str]


def register() -> None:
    """Every SQLite connection made from now on knows the order."""
    connection_created.connect(_prepare, dispatch_uid="config.sqlite")


def _prepare(sender: Any, connection: Any, **_: Any) -> None:
    if connection.vendor == "sqlite":
        connection.connection.create_collation(COLLATION, compare)


def compare(first: str, second: str) -> int:
    """-1, 0 or 1, as SQLite asks of a collation."""
    left, right = czech_key(first), czech_key(second)
    return (left > right) - (left < right)


@functools.lru_cache(maxsize=16_384)
def czech_key(text: str) -> Key:
    """A key that sorts as ICU's `cs`: by letters, marks, small before capital, code points."""
    letters: list[tuple[int, int, int]] = []
    marks: list[int] = []
    cases: list[bool] = []
    for letter in _letters(unicodedata.normalize("NFC", text)):
        base, *above = tuple(unicodedata.normalize("NFD", letter))
        small = letter.lower()
        letters.append(_weight(small, base.lower()))
        marks.extend(_mark(mark) for mark in above if small not in _OWN_LETTERS)
        marks.append(-1)
        cases.append(letter != small)
    return letters, marks, cases, text


def _letters(text: str) -> list[str]:
    """Character by character, `ch` as one."""
    found: list[str] = []
    for char in text:
        if char in "hH" and found and found[-1] in {"c", "C"}:
            found[-1] += char
        else:
            found.append(char)
    return found


def _weight(letter: str, base: str) -> tuple[int, int, int]:
    """Spaces, signs, digits, letters; a letter of its own comes after the one it is made from."""
    if letter in _OWN_LETTERS:
        return 3, ord(_OWN_LETTERS[letter]), 1
    if base.isspace():
        return 0, 0, 0
    sign = _SIGNS.find(base)
    return (1, sign, 0) if sign >= 0 else (3, ord(base), 0)


def _mark(mark: str) -> int:
    place = _MARKS.find(mark)
    return place if place >= 0 else len(_MARKS) + ord(mark)
