"""Organisers' screens of questions."""

from typing import Any

import pytest
from django.http import HttpResponseBase
from django.test import Client
from django.utils import timezone

from desk import invariants
from events.models import Event
from registrations.applications import GivenAnswer
from registrations.models import Option, Question
from tests import factories

pytestmark = pytest.mark.django_db

LIST = "/admin/registrations/question/"


@pytest.fixture(autouse=True)
def _no_second_factor(settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = False


@pytest.fixture
def desk(client: Client) -> Client:
    client.force_login(factories.organiser(language="en"))
    return client


@pytest.fixture
def event() -> Event:
    return factories.event()


def page(question: Question) -> str:
    return f"{LIST}{question.pk}/change/"


def typed(*options: dict[str, Any], known: int = 0, **fields: Any) -> dict[str, Any]:
    """What the form sends: a question and its options, of which the first `known` stand already."""
    values = {"kind": "one", "position": "0", "label_cs": "Oběd", "label_en": "Lunch"} | fields
    values |= {"options-TOTAL_FORMS": len(options), "options-INITIAL_FORMS": known}
    for number, option in enumerate(options):
        values |= {f"options-{number}-{name}": value for name, value in option.items()}
    return values


def option(label: str, limit: Any = "", **fields: Any) -> dict[str, Any]:
    return {"label_cs": label, "label_en": "", "limit": limit, "position": "0"} | fields


def known(row: Option, limit: Any = "", **fields: Any) -> dict[str, Any]:
    return option(row.label_cs, limit, id=row.pk, question=row.question_id) | fields


def status(answer: HttpResponseBase) -> int:
    return answer.status_code


def names(answer: Any) -> list[str]:
    return [str(row) for row in answer.context["cl"].result_list]


def test_a_question_is_added_with_its_options(desk: Client, event: Event) -> None:
    assert status(desk.get(f"{LIST}add/?event={event.pk}")) == 200
    values = typed(option("Guláš", 20), option("Salát"), event=event.pk, sectors=["city", "region"])

    assert status(desk.post(f"{LIST}add/", values)) == 302

    question = Question.objects.get()
    assert (question.event, question.series, question.kind) == (event, None, "one")
    assert question.sectors == ["city", "region"]
    rows = question.options.order_by("pk").values_list("label_cs", "limit", "lowered_at")
    assert list(rows) == [("Guláš", 20, None), ("Salát", None, None)]


@pytest.mark.parametrize(
    "values",
    [
        {"where": "nowhere"},
        {"where": "both"},
        {"options": []},
        {"kind": "text"},
        {"options": [option("Guláš", 0)]},
        {"options": [option("Guláš"), option("Guláš")]},
        {"label_cs": " "},
    ],
)
def test_what_cannot_be_asked_comes_back(
    desk: Client, event: Event, values: dict[str, Any]
) -> None:
    where = {"nowhere": {}, "both": {"event": event.pk, "series": event.series_id}}
    place = where.get(values.pop("where", ""), {"event": event.pk})
    options = values.pop("options", [option("Guláš")])

    assert status(desk.post(f"{LIST}add/", typed(*options, **place, **values))) == 200

    assert Question.objects.count() == 0


def test_an_answered_question_is_reworded_and_retired_but_not_retyped(
    desk: Client, event: Event
) -> None:
    question = factories.question(event=event)
    factories.registration(event=event, answers=(GivenAnswer(question.pk, "Ze Zlína"),))

    values = typed(kind="number", label_cs="Odkud", is_retired="on", event="")
    assert status(desk.post(page(question), values)) == 302

    question.refresh_from_db()
    assert (question.kind, question.label_cs) == ("text", "Odkud")
    assert (question.is_retired, question.event) == (True, event)


def test_a_question_that_nobody_answered_is_retyped(desk: Client, event: Event) -> None:
    question = factories.question(event=event)
    assert status(desk.post(page(question), typed(kind="number"))) == 302
    question.refresh_from_db()
    assert question.kind == "number"


def test_options_are_retired_and_never_deleted(desk: Client, event: Event) -> None:
    question = factories.question("Guláš", event=event)
    (goulash,) = question.options.all()
    row = known(goulash, is_retired="on", DELETE="on")
    assert status(desk.post(page(question), typed(row, known=1))) == 302
    assert list(question.options.values_list("is_retired", flat=True)) == [True]


@pytest.mark.parametrize(
    ("before", "after", "is_lowered"),
    [(2, 1, True), (None, 1, True), (1, 2, False), (1, "", False), (2, 2, False)],
)
def test_a_lowered_limit_takes_nobodys_choice_and_is_kept(
    desk: Client, event: Event, before: int | None, after: Any, *, is_lowered: bool
) -> None:
    question = factories.question("Guláš", event=event, limit=before)
    (goulash,) = question.options.all()
    for _n in range(2 if is_lowered else 1):
        factories.registration(event=event, answers=factories.chosen(goulash))

    desk.post(page(question), typed(known(goulash, after), known=1))

    goulash.refresh_from_db()
    assert (goulash.limit, goulash.lowered_at is not None) == (after or None, is_lowered)
    assert goulash.answers.filter(is_granted=True).count() == (2 if is_lowered else 1)
    hits = invariants.run(timezone.now())
    assert [name for name in hits if "option" in name] == []


def test_the_list_of_a_session_is_what_it_asks(desk: Client, event: Event) -> None:
    factories.question(event=event, label_cs="Own")
    factories.question(series=event.series, label_cs="Of the series")
    factories.question(event=factories.event(), label_cs="Foreign")

    assert sorted(names(desk.get(f"{LIST}?event={event.pk}"))) == ["Of the series", "Own"]
    assert names(desk.get(f"{LIST}?series__id__exact={event.series_id}")) == ["Of the series"]
    assert names(desk.get(f"{LIST}?event=x")) == names(desk.get(LIST))


def test_pages_of_session_and_series_lead_to_their_questions(desk: Client, event: Event) -> None:
    pages = (
        (f"/admin/events/event/{event.pk}/change/", f"{LIST}?event={event.pk}"),
        (
            f"/admin/events/series/{event.series_id}/change/",
            f"{LIST}?series__id__exact={event.series_id}",
        ),
    )
    for path, link in pages:
        assert f'href="{link}"' in desk.get(path).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_as_often_for_one_row_as_for_three(
    desk: Client, count: int, django_assert_max_num_queries: Any
) -> None:
    for _n in range(count):
        factories.question(event=factories.event())
    with django_assert_max_num_queries(10):
        assert len(names(desk.get(LIST))) == count


def test_screens_are_nothing_to_others(client: Client, event: Event) -> None:
    question = factories.question(event=event, label_cs="Tajná")
    client.force_login(factories.user())
    for path in (LIST, f"{LIST}add/", page(question)):
        answer = client.get(path, follow=True)
        assert answer.status_code == 404
        assert "Tajná" not in answer.content.decode()
