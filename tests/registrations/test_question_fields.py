import pytest
from django.http import QueryDict

from registrations import questions
from registrations.applications import GivenAnswer
from registrations.forms import RegistrationForm
from tests import factories

pytestmark = pytest.mark.django_db
PERSON = {
    "who": "me",
    "name": "Anna Vzorová",
    "email": "anna@mesto.example",
    "town": "Milevsko",
    "organisation": "Firma",
    "sector": "private",
}


@pytest.fixture
def event():
    factories.municipality(name="Milevsko")
    return factories.event()


def sent(event, **fields):
    data = QueryDict(mutable=True)
    for name, value in (PERSON | fields).items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return RegistrationForm(data, asked=questions.asked_by(event))


def answers(form):
    assert form.errors == {}
    return form.application("cs").answers


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        ("text", " Ze\tZlína ", "Ze Zlína"),
        ("number", "12", "12"),
        ("number", "0", "0"),
        ("yes_no", "no", "no"),
    ],
)
def test_what_is_typed_is_a_clean_answer(event, kind, typed, value):
    question = factories.question(event=event, kind=kind)
    assert answers(sent(event, **{f"q{question.pk}": typed})) == (GivenAnswer(question.pk, value),)


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        *(("text", "x" * 501), ("number", "-1"), ("number", "1000001"), ("number", "dva")),
        *(("yes_no", "maybe"), ("one", "999"), ("several", ["999"])),
    ],
)
def test_what_is_no_answer_is_refused(event, kind, typed):
    options = ["Doprava"] if kind in {"one", "several"} else []
    question = factories.question(*options, event=event, kind=kind)
    assert set(sent(event, **{f"q{question.pk}": typed}).errors) == {f"q{question.pk}"}


def test_several_options_are_one_answer(event):
    question = factories.question("Doprava", "Voda", "Odpad", event=event, kind="several")
    first, _second, third = question.options.order_by("position")
    form = sent(event, **{f"q{question.pk}": [str(first.pk), str(third.pk)]})
    assert answers(form) == (GivenAnswer(question.pk, option_ids=(first.pk, third.pk)),)


@pytest.mark.parametrize("kind", ["text", "number", "yes_no", "one", "several"])
def test_only_what_must_be_answered_must(event, kind):
    options = ["Doprava"] if kind in {"one", "several"} else []
    question = factories.question(*options, event=event, kind=kind, is_required=True)
    words = "Vyberte jednu z\u00a0možností." if options else "Odpovězte na tuto otázku."
    assert sent(event).errors == {f"q{question.pk}": [words]}
    question.is_required = False
    question.save()
    assert answers(sent(event)) == ()


def test_a_question_for_some_sectors_is_required_of_them_and_unheard_of_others(event):
    question = factories.question(event=event, is_required=True, sectors=["ministry", "region"])
    name = f"q{question.pk}"

    assert answers(sent(event, **{name: "nevadí"})) == ()
    assert set(sent(event, sector="ministry").errors) == {name}
    hint = questions.asked_by(event)
    assert "Jen pro: Ministerstvo, Kraj." in str(RegistrationForm(asked=hint)[name].help_text)


def test_a_hint_of_an_organiser_is_no_markup(event):
    question = factories.question(event=event, hint_cs="<b>Tučně</b>")
    form = RegistrationForm(asked=questions.asked_by(event))
    assert "&lt;b&gt;" in form[f"q{question.pk}"].as_field_group()


def test_a_full_option_is_shown_named_and_cannot_be_chosen(event):
    question = factories.question("Guláš", "Svíčková", event=event, limit=1, is_required=True)
    full, free = question.options.order_by("position")
    factories.registration(event=event, answers=factories.chosen(full))
    name = f"q{question.pk}"

    form = RegistrationForm(asked=questions.asked_by(event))
    shown = str(form[name])
    chosen = sent(event, **{name: str(full.pk)})

    assert shown.count("disabled") == 1
    assert "Guláš (obsazeno)" in shown
    assert chosen.errors == {name: ["Guláš: už je obsazeno. Vyberte něco jiného."]}
    assert "checked" not in str(chosen[name])
    assert answers(sent(event, **{name: str(free.pk)}))


def test_nobody_must_choose_where_all_is_full(event):
    question = factories.question("Guláš", event=event, limit=1, is_required=True)
    factories.registration(event=event, answers=factories.chosen(*question.options.all()))
    assert answers(sent(event)) == ()


def test_a_retired_option_is_no_choice(event):
    question = factories.question("Doprava", "Voda", event=event)
    first, second = question.options.order_by("position")
    second.is_retired = True
    second.save()
    form = sent(event, **{f"q{question.pk}": str(second.pk)})
    assert set(form.errors) == {f"q{question.pk}"}
    assert str(second.pk) not in dict(form.fields[f"q{question.pk}"].choices)
    assert str(first.pk) in dict(form.fields[f"q{question.pk}"].choices)
