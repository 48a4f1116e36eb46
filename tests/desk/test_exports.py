import csv
import io
from typing import Any

import pytest
from django.utils import translation

from desk import exports
from events.models import Event
from registrations import actions
from registrations.applications import GivenAnswer
from tests import factories

pytestmark = pytest.mark.django_db


def table(event: Event, language: str = "en") -> list[list[str]]:
    text = b"".join(exports.table_of_event(event, language)).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))


def test_table_has_one_row_per_live_person_in_order() -> None:
    town = factories.municipality(name="Milevsko")
    event = factories.event(capacity=1)
    here = {"town_id": town.pk, "sector": "city", "organisation": "Město Milevsko"}
    waits = factories.registration(event=event, name="Prvni", **here)
    first = factories.registration(event=event, name="Dana Příkladná", vegetarian=True, **here)
    gone = factories.registration(event=event)
    contact = {"contact_name": "Karel Kontakt", "contact_email": "karel@mesto.example"}
    last = factories.registration(event=event, email="", **contact)
    actions.cancel_registration(gone.pk)
    head, *rows = table(event)
    assert head[:3] + head[8:10] == ["Reference", "Name", "E-mail", "Status", "Position"]
    assert [row[0] for row in rows] == [waits.reference, first.reference, last.reference]
    assert [(row[8], row[9]) for row in rows] == [
        ("Confirmed", ""),
        ("Waiting list", "1"),
        ("Waiting list", "2"),
    ]
    assert rows[1][1:8] == [
        "Dana Příkladná",
        first.email,
        "Město Milevsko",
        "Town or municipality",
        "Milevsko",
        "Jihočeský kraj",
        "Jihozápad",
    ]
    assert (rows[1][13], rows[2][11:13]) == (
        "vegetarian food",
        ["Karel Kontakt", "karel@mesto.example"],
    )


def test_file_is_as_excel_in_czech_opens_it() -> None:
    event = factories.event()
    factories.registration(event=event, name="Řehoř Žížala")
    lines = list(exports.table_of_event(event, "cs"))
    assert lines[0].startswith("\ufeffKód;Jméno;E-mail;Organizace;".encode())
    assert all(line.endswith(b"\r\n") and line.count(b"\n") == 1 for line in lines)
    assert "Řehoř Žížala".encode() in lines[1]
    assert "Potvrzeno" in lines[1].decode()


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t=", "\r=", " =", "＝", "\u202e="])
def test_no_cell_is_a_formula(sign: str) -> None:
    cell = exports.harmless(f"{sign}cmd|' /C calc'!A0")
    assert cell.startswith("'")


def test_harmless_text_stays_as_it_is() -> None:
    assert exports.harmless("Anna-Marie; Nováková, a+b=c") == "Anna-Marie; Nováková, a+b=c"
    assert exports.harmless("dva\nřádky\x00\x1b") == "dva řádky"


def test_hostile_values_stay_in_their_cells() -> None:
    event = factories.event()
    factories.registration(event=event, name='=HYPERLINK("x");"', needs_note="a;b\"c'd")
    row = table(event)[1]
    assert len(row) == 16
    assert (row[1], row[13]) == ('\'=HYPERLINK("x");"', "a;b\"c'd")


def test_each_question_has_a_column_with_what_was_said() -> None:
    event = factories.event(capacity=1)
    lunch = factories.question("Guláš", event=event, label_en="Lunch", limit=1)
    areas = factories.question("Doprava", "Voda", series=event.series, kind="several")
    factories.question(event=event, label_cs="Nikým nezodpovězená", is_retired=True)
    (goulash,) = lunch.options.all()
    first = factories.registration(
        event=event, answers=factories.chosen(goulash, *areas.options.order_by("position"))
    )
    factories.registration(
        event=event, answers=factories.chosen(areas.options.get(label_cs="Doprava"))
    )
    lunch.is_retired = True
    lunch.save()

    head, *rows = table(event)

    assert head[16:] == ["Area", "Lunch"]
    assert [row[16:] for row in rows] == [["Doprava, Voda", "Guláš"], ["Doprava", ""]]
    first.answers.filter(option=goulash).update(is_granted=False)
    assert table(event)[1][17] == "Guláš (full)"


@pytest.mark.parametrize("people", [1, 3])
def test_answers_of_a_table_are_read_at_once(people: int, django_assert_num_queries: Any) -> None:
    event = factories.event()
    question = factories.question(event=event)
    for _n in range(people):
        factories.registration(event=event, answers=(GivenAnswer(question.pk, "=1+1"),))
    with django_assert_num_queries(3):
        rows = table(event)[1:]
    assert [row[16] for row in rows] == ["'=1+1"] * people


@pytest.mark.parametrize("people", [1, 3])
def test_table_asks_as_often_whatever_its_length(
    people: int, django_assert_num_queries: Any
) -> None:
    event = factories.event()
    factories.fill(event, people)
    with django_assert_num_queries(2):
        assert len(table(event)) == people + 1


def test_table_keeps_its_language_while_it_is_streamed() -> None:
    event = factories.event()
    factories.fill(event, 2)
    with translation.override("cs"):
        lines = exports.table_of_event(event, "en")
        next(lines)
        assert translation.get_language() == "cs"
        assert b"Confirmed" in next(lines)


def test_the_organisers_note_and_tags_stand_in_columns_of_their_own() -> None:
    event = factories.event()
    person = factories.registration(event=event)
    question = factories.question(event=event)
    actions.write_note(person.pk, note="=Volat\nráno; v 9", tags="tisk vip")
    head, row = table(event)
    assert head[14:] == ["Organisers' note", "Tags", question.label_en]
    assert row[14:] == ["'=Volat ráno; v 9", "tisk vip", ""]
