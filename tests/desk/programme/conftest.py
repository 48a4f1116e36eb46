"""Towns and a small programme file; Django is not ready yet when this file is read."""

from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def regions(db: None) -> None:
    from events.regions import load_regions

    load_regions()


@pytest.fixture
def few_towns(db: None) -> None:
    """The towns of the small programme; all 2,686 would take half a second a test."""
    from tests import factories

    places = (
        ("Kolín", "CZ020", "Středočeský kraj", "CZ02", "Střední Čechy"),
        ("Písek", "CZ031", "Jihočeský kraj", "CZ03", "Jihozápad"),
        ("Písek", "CZ080", "Moravskoslezský kraj", "CZ08", "Moravskoslezsko"),
    )
    for town, code, kraj_name, region_code, region_name in places:
        region = factories.region(code=region_code, name=region_name)
        kraj = factories.kraj(code=code, name=kraj_name, region=region)
        factories.municipality(name=town, kraj=kraj)


@pytest.fixture
def write(tmp_path: Path, few_towns: None) -> Callable[..., Path]:
    """The whole small programme as a file, with pieces of its text replaced."""
    from tests.desk.programme.files import WHOLE

    def write_file(*replaced: tuple[str, str]) -> Path:
        text = WHOLE
        for old, new in replaced:
            assert old in text
            text = text.replace(old, new, 1)
        file = tmp_path / "pokus.yaml"
        file.write_text(text, "utf-8")
        return file

    return write_file
