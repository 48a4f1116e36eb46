"""Workbooks as lists: what Excel writes is read, and whatever else says so in words."""

import io
import zipfile
from datetime import UTC, date, datetime, time

import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from desk import invitation_lists, workbooks

UNTIL = datetime(2018, 10, 31, 11, 0, tzinfo=UTC)
HEAD = ["Jméno", "E-mail", "Místa"]


def workbook(*rows, at=1):
    """The bytes of a workbook with these rows, the first of them in row `at`."""
    book = Workbook()
    for number, row in enumerate(rows, start=at):
        for column, value in enumerate(row, start=1):
            book.active.cell(number, column, value)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def packed(**parts):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def rows(content):
    return workbooks.rows_of(content, last_row=2_000)


def refusal(content):
    with translation.override("en"), pytest.raises(workbooks.WorkbookError) as error:
        rows(content)
    return str(error.value)


def read(content):
    with translation.override("en"):
        return invitation_lists.read(invitation_lists.text_of(content), UNTIL)


def test_a_list_is_read_as_from_csv():
    content = workbook(HEAD, ["Žofie; Říčná", "Zofie@mesto.example", 2.0], [], ["Jan"])

    invitees, problems = read(content)

    assert [(row.name, row.email, row.places) for row in invitees] == [
        ("Žofie; Říčná", "zofie@mesto.example", 2)
    ]
    assert problems == ["Row 4: No e-mail address: "]


def test_headings_may_hold_commas_and_begin_further_down():
    content = workbook(["Jméno", "E-mail", "co, kdy, kde, jak"], ["Jan", "jan@a.cz", ""], at=3)

    invitees, problems = read(content)

    assert ([row.email for row in invitees], problems) == (["jan@a.cz"], [])


def test_cells_of_any_type_become_text():
    moment = datetime.fromisoformat("2018-06-15T09:30")
    values = [1, 2.5, 3.0, True, None, date(2018, 6, 15), moment, time(9)]

    assert rows(workbook(values)) == [
        ["1", "2.5", "3", "true", "", "2018-06-15", "2018-06-15 09:30:00", "09:00:00"]
    ]


def test_a_formula_gives_no_formula():
    invitees, problems = read(workbook(HEAD, ["=1+1", "jan@a.cz"]))

    assert (invitees, problems) == ([], ["Row 2: The name is missing."])


def test_the_first_sheet_alone_is_read():
    book = Workbook()
    book.active.append(["a"])
    book.create_sheet("b").append(["b"])
    file = io.BytesIO()
    book.save(file)

    assert rows(file.getvalue()) == [["a"]]


def test_a_row_far_below_is_told_and_not_lost():
    assert rows(workbook(["a"], at=2_000))[-1] == ["a"]
    assert refusal(workbook(["a"], at=2_001)) == "The list goes on below row 2000."


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xd0\xcf\x11\xe0" * 9, "This is the format of old Excel; save the list as XLSX or CSV."),
        (b"PK\x03\x04", "The file cannot be read; save the list as XLSX or CSV."),
        (packed(mimetype="x"), "The file cannot be read; save the list as XLSX or CSV."),
        (packed(bomb=b"0" * 4_000_001), "The file is too large."),
        (packed(**{f"n{n}": b"" for n in range(201)}), "The file is too large."),
    ],
)
def test_what_is_no_workbook_says_so(content, words):
    assert refusal(content) == words


def test_a_size_that_lies_unpacks_no_more_than_it_says():
    bomb = packed(**{"[Content_Types].xml": b"0" * 5_000_000})
    lying = bomb.replace((5_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))

    assert refusal(lying) == "The file cannot be read; save the list as XLSX or CSV."


GOOD = workbook(HEAD, ["Jan", "jan@a.cz", 2])


@st.composite
def damaged(draw):
    """A workbook with some of its bytes changed, before or after packing."""
    with zipfile.ZipFile(io.BytesIO(GOOD)) as archive:
        parts = {name: bytearray(archive.read(name)) for name in archive.namelist()}
    chosen = parts[draw(st.sampled_from(sorted(parts)))]
    for _n in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(chosen)))
        chosen[at : at + draw(st.integers(0, 20))] = draw(st.binary(max_size=20))
    return packed(**{name: bytes(content) for name, content in parts.items()})


@pytest.mark.django_db
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.binary(max_size=400)
    | st.binary(max_size=400).map(lambda raw: b"PK\x03\x04" + raw)
    | damaged()
)
def test_any_bytes_are_read_or_refused_in_words(content):
    try:
        _invitees, problems = read(content)
    except workbooks.WorkbookError as error:
        problems = [str(error)]
    # What a page prints can be written as UTF-8.
    assert "".join(problems).encode() or _invitees
