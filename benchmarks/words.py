"""Which texts of a page stand in the wrong language: found by the catalogues, not by guessing."""

import functools
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.pofile import read_po
from django.apps import apps
from django.conf import settings

# What a translation leaves open (%(name)s, {name}), and the tags around words.
_HOLE = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
_TAG = re.compile(r"<[^>]+>")
# Shorter texts say too little: "a" is a word of both languages.
_SHORTEST = 4
_SEPARATORS = re.compile(r" · |: | \| ")


def foreign(texts: list[str], language: str) -> list[str]:
    """Those of a page's texts that stand in our other language, each once.

    A language is named in itself.
    """
    plain = {_plain(text) for text in texts} - {name for _code, name in settings.LANGUAGES}
    return sorted(text for text in plain if _is_foreign(text, language))


@functools.cache
def _is_foreign(text: str, language: str) -> bool:
    parts = {text, *(part.strip() for part in _SEPARATORS.split(text))}
    return any(_belongs_to(part, _other(language)) for part in parts) and not _belongs_to(
        text, language
    )


def _other(language: str) -> str:
    return "en" if language == "cs" else "cs"


@functools.cache
def _belongs_to(text: str, language: str) -> bool:
    """Whether the text is a message of this language and of this alone."""
    ours, others = _messages(language), _messages(_other(language))
    if text in others.whole:
        return False
    if len(text) < _SHORTEST:
        return False
    return text in ours.whole or any(pattern.fullmatch(text) for pattern in ours.patterns)


class _Messages:
    """The messages of one language: whole ones, and patterns of those with holes."""

    def __init__(self) -> None:
        self.whole: set[str] = set()
        self.patterns: list[re.Pattern[str]] = []

    def add(self, message: str) -> None:
        for piece in _TAG.split(message):
            text = _plain(piece)
            if not _HOLE.search(text):
                self.whole.add(text)
            elif len(re.sub(r"\W", "", _HOLE.sub("", text))) >= 2 * _SHORTEST:
                parts = map(re.escape, _HOLE.split(text))
                self.patterns.append(re.compile(".+?".join(parts)))


@functools.cache
def _messages(language: str) -> _Messages:
    messages = _Messages()
    for english, czech in _pairs():
        messages.add(english if language == "en" else czech)
    return messages


def _pairs() -> Iterator[tuple[str, str]]:
    """English and Czech of every catalogue in use; an untranslated message has no Czech."""
    for path in _catalogues():
        with path.open("rb") as file:
            for message in read_po(file):
                if message.id:
                    yield from _translations(message.id, message.string)


def _translations(english: object, czech: object) -> Iterator[tuple[str, str]]:
    ids = list(english) if isinstance(english, list | tuple) else [english]
    strings = list(czech) if isinstance(czech, list | tuple) else [czech]
    for index in range(max(len(ids), len(strings))):
        text = str(ids[min(index, len(ids) - 1)])
        translation = str(strings[min(index, len(strings) - 1)] or "")
        yield text, translation


def _catalogues() -> list[Path]:
    import django

    folders = [Path(folder) for folder in settings.LOCALE_PATHS]
    folders += [Path(config.path) / "locale" for config in apps.get_app_configs()]
    folders += [Path(django.__file__).parent / "conf" / "locale"]
    paths = (folder / "cs" / "LC_MESSAGES" / "django.po" for folder in folders)
    return [path for path in paths if path.exists()]


def _plain(text: str) -> str:
    """One line, without the typography that templates add."""
    return " ".join(text.replace("\u2060", "").replace("\xa0", " ").split())
