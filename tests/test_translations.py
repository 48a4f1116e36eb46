"""The Czech catalogue: whole, certain, compiled, and of one spelling."""

import re
import shutil
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from tests.sources import PROJECT, templates

FOLDER = PROJECT / "locale/cs/LC_MESSAGES"
# One-letter prepositions and conjunctions never end a line (ÚJČ, Internetová jazyková příručka).
LONELY = re.compile(r"(?:^|[\s(„>\u00a0])[KkSsVvZzOoUuIiAa] (?=\S)")
IGNORED = [".venv", "var", "tests", "benchmarks"]


def catalogue(path: Path = FOLDER / "django.po") -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale="cs")


def messages(read: Catalog) -> list[Message]:
    return [message for message in read if message.id]


def texts(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or [""])


def test_every_text_is_translated() -> None:
    found = messages(catalogue())
    assert len(found) > 100
    assert [message.id for message in found if not all(texts(message))] == []


def test_no_translation_is_a_guess() -> None:
    assert [message.id for message in messages(catalogue()) if message.fuzzy] == []


def test_placeholders_survive_the_translation() -> None:
    wrong = {message.id: list(message.check()) for message in messages(catalogue())}
    assert {text: errors for text, errors in wrong.items() if errors} == {}


def test_compiled_catalogue_is_fresh() -> None:
    compiled = BytesIO()
    write_mo(compiled, catalogue())
    assert (FOLDER / "django.mo").read_bytes() == compiled.getvalue()


def is_plain(message: Message) -> bool:
    """Whether the text stands in a plain mail, whose lines are as they are."""
    first = message.id if isinstance(message.id, str) else message.id[0]
    start = re.split(r"[%\n]", first)[0]
    plain = [source.text for source in templates() if source.path.endswith(".txt")]
    return any(start in text for text in plain)


def test_short_prepositions_hold_to_the_next_word() -> None:
    shown = [message for message in messages(catalogue()) if not is_plain(message)]
    found = [text for message in shown for text in texts(message) if LONELY.search(text)]
    assert LONELY.search("Registrace na setkání v Plzni")
    assert not LONELY.search("Registrace na setkání v\u00a0Plzni")
    if found:
        pytest.fail("\n".join(found), pytrace=False)


@pytest.mark.gettext
def test_every_text_of_the_sources_is_in_the_catalogue(tmp_path: Path) -> None:
    # Gathered in a copy, so that the catalogue itself stays as it is.
    ignored = shutil.ignore_patterns(*IGNORED, ".*", "*.sqlite3", "__pycache__")
    shutil.copytree(PROJECT, tmp_path / "copy", ignore=ignored)
    known = {(message.context, message.id) for message in messages(catalogue())}
    command = [sys.executable, "manage.py", "makemessages", "--locale", "cs", "--no-location"]
    command += ["--extension", "html,txt,py", "--no-wrap", "--no-obsolete"]
    environment = {"DATA_DIR": str(tmp_path / "data"), "PATH": "/usr/local/bin:/usr/bin:/bin"}
    subprocess.run(command, cwd=tmp_path / "copy", env=environment, check=True, capture_output=True)
    gathered = catalogue(tmp_path / "copy/locale/cs/LC_MESSAGES/django.po")
    asked = {(message.context, message.id) for message in messages(gathered)}
    assert sorted(map(str, asked - known)) == []
    assert sorted(map(str, known - asked)) == []
