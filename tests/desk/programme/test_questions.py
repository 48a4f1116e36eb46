"""Questions of a programme file: created once, compared, updated."""

from typing import Any

import pytest

from desk.programme.entries import ProgrammeError
from desk.programme.loading import load_programme
from events.models import Event
from registrations.models import Option, Question
from tests import factories
from tests.desk.programme.files import Write

pytestmark = pytest.mark.django_db

OF_SERIES = """\
questions:
  - label: {cs: Oblast, en: Area}
    kind: several
    is_required: true
    options:
      - {label: {cs: Doprava, en: Transport}, limit: 20}
      - label: Energetika
events:
"""
OF_EVENT = """\
    capacity: 120
    questions:
      - {label: Odkud přijedete, hint: Obec, kind: text, sectors: [ministry]}
"""
ASKED = (("events:\n", OF_SERIES), ("    capacity: 120\n", OF_EVENT))


def rows() -> list[tuple[Any, ...]]:
    names = ("label_cs", "label_en", "kind", "is_required", "sectors", "event__slug")
    return list(Question.objects.order_by("pk").values_list(*names))


def test_questions_are_created_once_with_their_options(write: Write) -> None:
    for _n in range(2):
        assert load_programme(write(*ASKED)).differences == []

    assert rows() == [
        ("Oblast", "Area", "several", True, [], None),
        ("Odkud přijedete", "", "text", False, ["ministry"], "kolin"),
    ]
    options = Option.objects.order_by("position").values_list("label_cs", "label_en", "limit")
    assert list(options) == [("Doprava", "Transport", 20), ("Energetika", "", None)]


def test_a_question_is_added_to_an_event_that_stands(write: Write) -> None:
    load_programme(write())
    assert Question.objects.count() == 0
    load_programme(write(*ASKED))
    assert Question.objects.count() == 2


def test_differences_are_told_and_updated_and_a_lowered_limit_is_kept(write: Write) -> None:
    load_programme(write(*ASKED))
    file = write(*ASKED, ("en: Area", "en: Topic"), ("limit: 20", "limit: 10"))

    told = [str(item) for item in load_programme(file).differences]
    load_programme(file, update=True)

    assert told == [
        "questions › Oblast: label_en Area → Topic",
        "questions › Oblast › Doprava: limit 20 → 10",
    ]
    assert load_programme(file).differences == []
    option = Option.objects.get(label_cs="Doprava")
    assert (option.limit, option.lowered_at is not None) == (10, True)


def test_an_answered_question_is_not_retyped(write: Write) -> None:
    load_programme(write(*ASKED), upcoming=True)
    question, event = Question.objects.get(label_cs="Oblast"), Event.objects.get(slug="kolin")
    chosen = factories.chosen(question.options.get(label_cs="Doprava"))
    factories.registration(event=event, answers=chosen)

    report = load_programme(write(*ASKED, ("kind: several", "kind: one")), update=True)

    assert report.refused == ["questions › Oblast: kind several → one (fixed: it has answers)"]
    question.refresh_from_db()
    assert question.kind == "several"


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("kind: several", "kind: text", "this kind of answer has no options"),
        ("kind: text", "kind: one", "a choice needs options"),
        ("[ministry]", "[nobody]", "no such sector: nobody"),
        ("limit: 20", "limit: 0", "1"),
        ("label: Energetika", "label: Doprava", "stands twice: Doprava"),
        ("kind: several", "kind: essay", "essay"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_its_place(
    write: Write, old: str, new: str, complaint: str
) -> None:
    with pytest.raises(ProgrammeError) as refused:
        load_programme(write(*ASKED, (old, new)))
    assert complaint in refused.value.problems[0]
    assert Question.objects.count() == 0
