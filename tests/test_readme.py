import re
import subprocess
from pathlib import Path

import pytest

from tests.sources import PROJECT

PAGES = ["README.md", "CONTRIBUTING.md", *(f"docs/{p.name}" for p in PROJECT.glob("docs/*.md"))]


def text_of(page: str) -> str:
    return (PROJECT / page).read_text()


def commands_of(page: str) -> list[str]:
    """The commands in a page's blocks of code, without their comments."""
    blocks = re.findall(r"^```\n(.*?)^```", text_of(page), re.MULTILINE | re.DOTALL)
    lines = [line.partition("#")[0].strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line.startswith("make ")]


@pytest.mark.parametrize("page", ["README.md"])
def test_every_path_in_the_table_exists(page: str) -> None:
    rows = re.findall(r"^\| .+ \| `([\w./-]+)`", text_of(page), re.MULTILINE)
    assert len(rows) > 15
    assert [path for path in rows if not (PROJECT / path).exists()] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    links = re.findall(r"\]\(([^)#]+?)\)", text_of(page))
    here = (PROJECT / page).parent
    inner = [link for link in links if "://" not in link]
    assert [link for link in inner if not (here / link).exists()] == []


@pytest.mark.parametrize(
    "command", sorted({*commands_of("README.md"), *commands_of("CONTRIBUTING.md")})
)
def test_every_command_is_one_that_make_knows(command: str) -> None:
    done = subprocess.run(
        [*command.split(), "--dry-run"], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_make_test_runs_the_suite_as_the_readme_says() -> None:
    arguments = (
        "PYTEST_ARGS=--numprocesses=0 --collect-only --quiet --db=sqlite tests/test_readme.py"
    )
    done = subprocess.run(
        ["make", "test", arguments], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert "test_make_test_runs_the_suite_as_the_readme_says" in done.stdout


def test_the_picture_of_the_home_page_is_one() -> None:
    (picture,) = re.findall(r"!\[.+\]\((.+\.png)\)", text_of("README.md"))
    assert Path(PROJECT / picture).read_bytes().startswith(b"\x89PNG")
