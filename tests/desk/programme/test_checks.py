"""Complaints about a programme file: each with its place, and nothing is written."""

from pathlib import Path

import pytest
from django.utils.translation import override

from desk.programme.entries import ProgrammeError
from desk.programme.loading import load_programme
from tests.desk.programme.files import NOTHING, Write, rows

pytestmark = pytest.mark.django_db


def complaints(file: Path) -> list[str]:
    with pytest.raises(ProgrammeError) as refused:
        load_programme(file)
    assert rows() == NOTHING
    return refused.value.problems


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (
            "2018-04-12 09:00",
            "zítra",
            "17: events › kolin › starts: not a moment, write 2018-04-24 09:00",
        ),
        (
            "2018-04-12 09:00",
            "2018-02-30 09:00",
            "17: events › kolin › starts: not a moment, write 2018-04-24 09:00",
        ),
        (
            "2018-04-12 09:00",
            "1999-04-12 09:00",
            "17: events › kolin › starts: not between the years 2000 and 2100",
        ),
        (
            "2018-04-12 09:00",
            "2018-03-25 02:30",
            "17: events › kolin › starts: 2018-03-25 02:30 is skipped by summer time",
        ),
        (
            "2018-04-12 15:00",
            "2018-04-12 08:00",
            "18: events › kolin › ends: The end must be after the start.",
        ),
        (
            "    ends: 2018-04-12 15:00\n",
            "",
            "17: events › kolin › starts: starts and ends belong together",
        ),
        (
            "capacity: 120",
            "capacity: mnoho",
            "19: events › kolin › capacity: not a whole number up to 1000000",
        ),
        (
            "capacity: 120",
            "capacity: 0",
            "19: events › kolin › capacity: Ensure this value is greater than or equal to 1.",
        ),
        ("capacity: 120", "size: 120", "14: events › kolin: capacity is missing"),
        (
            "capacity: 120",
            "capacity: 120\n    colour: red",
            "20: events › kolin › colour: unknown key",
        ),
        (
            "capacity: 120",
            "capacity: 120\n    capacity: 121",
            "20: events › kolin › capacity: stands twice",
        ),
        (
            "region: CZ02",
            "region: CZ99",
            "16: events › kolin › region: no such region; load_regions comes first",
        ),
        (
            "region: CZ02",
            "region: CZ03",
            "20: events › kolin › venue › town: Kolín lies in CZ02, not in CZ03",
        ),
        (
            "town: Kolín",
            "town: Kolínek",
            "20: events › kolin › venue › town: no such town: Kolínek",
        ),
        (
            "{name: Písek, kraj: CZ031}",
            "Písek",
            "28: events › pisek › venue › town: Písek stands 2 times, add its kraj: CZ031, CZ080",
        ),
        (
            "area: Doprava",
            "area: Vesmír",
            "22: events › kolin › agenda › 1 › area: no such area: Vesmír",
        ),
        ('"09:30"', '"08:30"', "22: events › kolin › agenda › 1 › at: before the event starts"),
        ('"09:30"', '"15:30"', "22: events › kolin › agenda › 1 › at: after the event ends"),
        (
            "slug: pokus",
            "slug: admin",
            "2: series › slug: This address is the program's own: admin",
        ),
        ("kind: roadshow", "kind: výlet", "3: series › kind: Value 'výlet' is not a valid choice."),
        (
            "kdosi@setkani.example",
            "kdosi",
            "7: series › contact_email: Enter a valid email address.",
        ),
        ("general:", "golden:", "11: partners › golden: unknown key"),
        (
            "- name: Doprava",
            "- name: Doprava\n  - name: Doprava",
            "10: areas › 2 › name: stands twice: Doprava",
        ),
        ("title: Písek", "title: ''", "24: events › pisek › title: empty"),
        (
            "title: Písek",
            'title: "a\\ud800"',
            "24: events › pisek › title: holds characters that cannot be stored",
        ),
        (
            "to: 2018-06-30",
            "to: 2017-06-30",
            "26: events › pisek › period › to: before the period starts",
        ),
        (
            "    period: {from: 2018-01-01, to: 2018-06-30}\n",
            "",
            "24: events › pisek: Constraint “published_event_has_a_date_or_a_period” is violated.",
        ),
        ("series:", "series: [", "3: expected ',' or ']', but got ':'"),
    ],
)
def test_complaint_names_line_and_keys_and_nothing_is_written(
    write: Write, old: str, new: str, complaint: str
) -> None:
    file = write((old, new))
    with override("en"):
        assert f"pokus.yaml:{complaint}" in complaints(file)


def test_all_complaints_are_told_at_once(write: Write) -> None:
    file = write(("capacity: 120", "capacity: x"), ("capacity: 20", "capacity: y"), ("PO", "[]"))
    assert complaints(file) == [
        "pokus.yaml:5: series › reference_code: not a text",
        "pokus.yaml:19: events › kolin › capacity: not a whole number up to 1000000",
        "pokus.yaml:27: events › pisek › capacity: not a whole number up to 1000000",
    ]


def test_complaint_in_defaults_names_its_own_line(write: Write) -> None:
    file = write(("events:", "defaults: {has_waiting_list: maybe}\nevents:"))
    assert complaints(file) == [
        f"pokus.yaml:12: events › {slug} › has_waiting_list: neither true nor false"
        for slug in ("kolin", "pisek")
    ]


def test_two_events_cannot_describe_one_hall_in_two_ways(write: Write) -> None:
    hall = "venue: {town: Kolín, name: {cs: Sál, en: Room}, street: Náměstí 1}"
    file = write(("venue: {town: {name: Písek, kraj: CZ031}}", hall))
    assert complaints(file) == [
        "pokus.yaml:28: events › pisek › venue: described otherwise for another event"
    ]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "x.yaml: empty"),
        (b"\xff\xfe", "x.yaml: not a text in UTF-8"),
        (b"- 1", "x.yaml:1: not a mapping of keys to values"),
        (b"[" * 5_000, "x.yaml: nested too deeply"),
    ],
)
def test_what_is_no_programme_is_refused(tmp_path: Path, content: bytes, complaint: str) -> None:
    file = tmp_path / "x.yaml"
    file.write_bytes(content)
    assert complaints(file) == [complaint]
