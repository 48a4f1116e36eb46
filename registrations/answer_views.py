"""The page where somebody registered says anew what the organisers ask."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from registrations import actions, rules
from registrations.answers_form import AnswersForm
from registrations.models import Registration
from registrations.secret_pages import secret_page
from registrations.views import INVALID, UNAVAILABLE

TEMPLATE = "registrations/answers.html"


@dataclass(frozen=True)
class Page:
    """A form of answers in its template, with what is said above it instead of or beside it."""

    form: AnswersForm
    template: str
    problems: list[rules.Problem] = field(default_factory=list)
    notice: str = ""


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@secret_page
def answers(request: HttpRequest, token: str) -> HttpResponse:
    """Answers, needs and the organisation, until the deadline; later a sentence and the contact.

    No other site can forge this form, as with `cancel`.
    """
    own = get_object_or_404(Registration.objects.with_event(), token=token)
    problems = rules.problems_of_changing_answers(own, timezone.now())
    if request.method != "POST" or problems:
        page = Page(AnswersForm(registration=own), TEMPLATE, problems=problems)
        return show(request, page, status=INVALID if request.method == "POST" else 200)
    form = AnswersForm(request.POST, registration=own)
    if not form.is_valid():
        return show(request, Page(form, TEMPLATE), status=INVALID)
    act = partial(actions.change_answers, own.pk, **form.changes(), via="link")
    return answer(request, Page(form, TEMPLATE), act)


def show(request: HttpRequest, page: Page, *, status: int) -> HttpResponse:
    """The page as it stands."""
    own = page.form.registration
    context = {"registration": own, "event": own.event, "form": page.form}
    context |= {"notice": page.notice, "problems": page.problems, "is_wrong": status != 200}
    return render(request, page.template, context, status=status)


def answer(request: HttpRequest, page: Page, act: Callable[[], object]) -> HttpResponse:
    """Calls the action of a valid form; whatever it refuses comes back with the form filled."""
    own = page.form.registration
    try:
        act()
    except actions.OptionFull as error:
        form = AnswersForm(request.POST, registration=own)
        told = replace(page, form=form, notice="" if form.errors else str(error))
        return show(request, told, status=INVALID)
    except actions.RegistrationError as error:
        return show(request, replace(page, problems=error.problems), status=INVALID)
    except OperationalError:
        later = _("Cannot save now; your input is kept. Try it in a while.")
        return show(request, replace(page, notice=later), status=UNAVAILABLE)
    return redirect("registration", own.token)
