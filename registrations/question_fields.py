"""Questions as fields of a form, and answers read from them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import escape
from django.utils.translation import gettext_lazy as _

from events.forms import OneLineField
from registrations.applications import GivenAnswer
from registrations.models import Answer, Option, Question
from registrations.questions import Asked

Kind = Question.Kind
LONGEST_ANSWER, LARGEST_NUMBER = 500, 1_000_000
YES_NO = [("yes", _("Yes")), ("no", _("No"))]


class _WithFull(forms.widgets.ChoiceWidget):
    """Choices of which the full ones are shown, named and not to be had."""

    full: frozenset[str] = frozenset()

    def create_option(self, name: str, value: Any, label: Any, *args: Any, **kwargs: Any) -> Any:
        option = super().create_option(name, value, label, *args, **kwargs)
        if str(value) in self.full:
            option["selected"] = False
            option["attrs"].pop("checked", None)
            option["attrs"]["disabled"] = True
        return option


class OptionRadios(_WithFull, forms.RadioSelect):
    """One of the options."""


class OptionBoxes(_WithFull, forms.CheckboxSelectMultiple):
    """Several of the options."""


def name_of(question: Question) -> str:
    """The name of a question's field."""
    return f"q{question.pk}"


def fields_of(asked: Asked) -> dict[str, forms.Field]:
    """A field for each question, in their order."""
    return {name_of(question): _field(question, asked) for question in asked.questions}


def of_form(form: Any) -> list[forms.BoundField]:
    """The fields of a form's own questions, as its page shows them."""
    return [form[name_of(question)] for question in form.asked.questions]


def relax(form: Any, sector: str) -> None:
    """A question that does not concern the sector need not be answered."""
    for question in form.asked.questions:
        if not question.concerns(sector):
            form.fields[name_of(question)].required = False


def given(asked: Asked, data: Mapping[str, Any], sector: str) -> tuple[GivenAnswer, ...]:
    """The answers of a valid form; what does not concern the sector is none."""
    answers = (
        _given(question, data[name_of(question)])
        for question in asked.questions
        if question.concerns(sector)
    )
    return tuple(answer for answer in answers if answer.value or answer.option_ids)


def _given(question: Question, value: Any) -> GivenAnswer:
    if question.has_options:
        chosen = value if isinstance(value, list) else [value]
        return GivenAnswer(question.pk, option_ids=tuple(int(pk) for pk in chosen if pk))
    return GivenAnswer(question.pk, value="" if value is None else str(value))


def initial_of(asked: Asked, answers: Iterable[Answer]) -> dict[str, Any]:
    """What a form shows of these former answers; an option that was lost is not chosen."""
    kept: dict[int, list[str]] = defaultdict(list)
    for answer in answers:
        if answer.is_granted:
            kept[answer.question_id].append(str(answer.option_id or answer.value))
    return {
        name_of(question): kept[question.pk] if question.kind == Kind.SEVERAL else first
        for question in asked.questions
        for first in ["".join(kept[question.pk][:1])]
    }


def _field(question: Question, asked: Asked) -> forms.Field:
    common: dict[str, Any] = {
        "label": question.label,
        "help_text": _hint(question),
        "required": question.is_required,
        "error_messages": {"required": _("Answer this question.")},
    }
    if question.has_options:
        return _choice(question, asked, common)
    if question.kind == Kind.YES_NO:
        return forms.ChoiceField(
            choices=_with_none(YES_NO, question), widget=forms.RadioSelect, **common
        )
    if question.kind == Kind.NUMBER:
        return forms.IntegerField(min_value=0, max_value=LARGEST_NUMBER, **common)
    widget = forms.TextInput(attrs={"autocomplete": "off"})
    return OneLineField(max_length=LONGEST_ANSWER, widget=widget, **common)


def _hint(question: Question) -> str:
    """The organiser's hint, and whom alone the question concerns; escaped, as hints are markup."""
    if not question.sectors:
        return escape(question.hint)
    only_for = _("Only for: %(sectors)s.") % {"sectors": question.sector_words}
    return escape(f"{question.hint} {only_for}".strip())


def _choice(question: Question, asked: Asked, common: dict[str, Any]) -> forms.Field:
    options = asked.options_of(question)
    full = {str(option.pk): option for option in options if option.pk in asked.full}
    if len(full) == len(options):
        # Nobody can be made to choose what is not to be had.
        common |= {"required": False}
    shown = [(str(option.pk), _label(option, asked)) for option in options]
    widget: _WithFull = OptionBoxes() if question.kind == Kind.SEVERAL else OptionRadios()
    widget.full = frozenset(full)
    common |= {"widget": widget, "validators": [_refusal_of(full)]}
    common["error_messages"] = {"required": _("Choose one of the options.")}
    if question.kind == Kind.SEVERAL:
        return forms.MultipleChoiceField(choices=shown, **common)
    return forms.ChoiceField(choices=_with_none(shown, question), **common)


def _label(option: Option, asked: Asked) -> Any:
    if option.pk not in asked.full:
        return option.label
    return _("%(option)s (full)") % {"option": option.label}


def _with_none(choices: list[tuple[str, Any]], question: Question) -> list[tuple[str, Any]]:
    """A radio button once chosen can be taken back only by another one."""
    return choices if question.is_required else [*choices, ("", _("No answer"))]


def _refusal_of(full: Mapping[str, Option]) -> Any:
    """Refuses what filled up since the form was shown."""

    def validate(value: Any) -> None:
        for chosen in value if isinstance(value, list) else [value]:
            if chosen in full:
                text = _("%(option)s is full. Choose something else.")
                raise ValidationError(text, "full", {"option": full[chosen].label})

    return validate
