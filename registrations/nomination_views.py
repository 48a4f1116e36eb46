"""The page where a nominee answers: a button, or the form of what the organisers ask."""

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from registrations import actions, invitation_rules, questions
from registrations.answer_views import Page, answer, show
from registrations.answers_form import AnswersForm
from registrations.models import Registration
from registrations.secret_pages import secret_page
from registrations.views import INVALID

TEMPLATE = "registrations/answer_nomination.html"


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@secret_page
def answer_nomination(request: HttpRequest, token: str) -> HttpResponse:
    """Accepts the nomination or declines it; whatever became of it stands on the page.

    Where the organisers ask something, accepting leads through the form. A refusal is told there,
    too: by a place that is gone nobody is registered. No other site can forge this form, as with
    `cancel`.
    """
    own = get_object_or_404(Registration.objects.with_event(), token=token)
    said = request.POST.get("answer", "")
    if said == "decline":
        return _act(request, own, partial(actions.decline_nomination, own.pk, via="link"))
    is_asked = own.is_nominated and questions.are_asked_of(own)
    if said == "accept" and not is_asked:
        return _act(request, own, partial(actions.accept_nomination, own.pk, via="link"))
    if not is_asked:
        return redirect("registration", token)
    return _answer_form(request, own, is_sent="organisation" in request.POST)


def _act(request: HttpRequest, own: Registration, act: partial[Registration]) -> HttpResponse:
    try:
        act()
    except actions.RegistrationError as error:
        page = Page(AnswersForm(registration=own), TEMPLATE, problems=error.problems)
        return show(request, page, status=INVALID)
    return redirect("registration", own.token)


def _answer_form(request: HttpRequest, own: Registration, *, is_sent: bool) -> HttpResponse:
    problems = invitation_rules.problems_of_accepting(own, timezone.now())
    if problems or not is_sent:
        page = Page(AnswersForm(registration=own), TEMPLATE, problems=problems)
        return show(request, page, status=INVALID if problems and is_sent else 200)
    form = AnswersForm(request.POST, registration=own)
    if not form.is_valid():
        return show(request, Page(form, TEMPLATE), status=INVALID)
    act = partial(actions.accept_nomination, own.pk, form.changes(), via="link")
    return answer(request, Page(form, TEMPLATE), act)
