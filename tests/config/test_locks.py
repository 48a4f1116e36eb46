"""The lock files: every package pinned by hash, and no word of where it came from."""

import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
LOCKS = ["requirements.txt", "requirements-dev.txt"]
PIN = re.compile(
    r"^([a-z0-9._-]+)(?:\[[a-z,-]+\])?==(\S+)(.*?)(?=^\S|\Z)", re.DOTALL | re.MULTILINE
)


def pins(lock: str) -> dict[str, tuple[str, str]]:
    """Name -> (version, what follows: a marker, hashes, remarks)."""
    text = (PROJECT / lock).read_text()
    return {name: (version, rest) for name, version, rest in PIN.findall(text)}


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_names_no_address(lock: str) -> None:
    text = (PROJECT / lock).read_text()
    assert "://" not in text
    assert "--index-url" not in text
    assert "--find-links" not in text


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_a_hash(lock: str) -> None:
    found = pins(lock)
    assert "django" in found
    assert [name for name, (_version, rest) in found.items() if "--hash=sha256:" not in rest] == []


def test_tests_run_on_the_versions_that_are_served() -> None:
    served, tested = pins("requirements.txt"), pins("requirements-dev.txt")
    assert {name: version for name, (version, _rest) in served.items()} == {
        name: tested[name][0] for name in served
    }
