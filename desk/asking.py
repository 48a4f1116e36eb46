"""A page that asks before it acts: first the form, then what will happen, then the deed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from desk.previews import Preview
from events.actions import EventError
from events.rules import Problem
from registrations.actions import RegistrationError

INVALID = 422


@dataclass(frozen=True, kw_only=True)
class Question:
    """What one page asks. `problems`, `preview` and `act` get the cleaned values of the form.

    `act` does it by an action and returns the new fact as a sentence.
    """

    template: str
    context: dict[str, Any]
    back: str
    problems: Callable[[dict[str, Any]], list[Problem]]
    preview: Callable[[dict[str, Any]], Preview]
    act: Callable[[dict[str, Any]], Any]


def ask(request: HttpRequest, form: forms.Form, question: Question) -> HttpResponse:
    """GET shows the form; POST shows the consequences; POST with the second button acts."""
    if request.method != "POST" or "edit" in request.POST:
        return page(request, form, question)
    if not form.is_valid() or _is_refused(form, question.problems(form.cleaned_data)):
        return page(request, form, question, status=INVALID)
    if "confirmed" not in request.POST:
        preview = question.preview(form.cleaned_data)
        return page(request, form, question, preview=preview)
    return _act(request, form, question)


def _is_refused(form: forms.Form, problems: list[Problem]) -> bool:
    for problem in problems:
        form.add_error(None, str(problem))
    return bool(problems)


def _act(request: HttpRequest, form: forms.Form, question: Question) -> HttpResponse:
    try:
        sentence = question.act(form.cleaned_data)
    except (EventError, RegistrationError) as error:
        _is_refused(form, error.problems)
        return page(request, form, question, status=INVALID)
    messages.success(request, sentence)
    return redirect(question.back)


def page(
    request: HttpRequest,
    form: forms.Form,
    question: Question,
    *,
    status: int = 200,
    preview: Preview | None = None,
) -> HttpResponse:
    context = admin.site.each_context(request) | question.context
    context |= {"form": form, "back": question.back, "preview": preview}
    context |= {"is_wrong": status == INVALID}
    return render(request, question.template, context, status=status)
