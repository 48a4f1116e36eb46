"""The page where somebody registered says anew what the organisers ask."""

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
        form, status = AnswersForm(registration=own), INVALID if request.method == "POST" else 200
        return _page(request, form, status=status, problems=problems)
    form = AnswersForm(request.POST, registration=own)
    if not form.is_valid():
        return _page(request, form, status=INVALID)
    return _change(request, form)


def _page(
    request: HttpRequest,
    form: AnswersForm,
    *,
    status: int,
    problems: list[rules.Problem] | None = None,
    notice: str = "",
) -> HttpResponse:
    context = {
        "registration": form.registration,
        "event": form.registration.event,
        "form": form,
        "notice": notice,
        "problems": problems or [],
    }
    return render(request, "registrations/answers.html", context, status=status)


def _change(request: HttpRequest, form: AnswersForm) -> HttpResponse:
    own = form.registration
    try:
        actions.change_answers(own.pk, **form.changes(), via="link")
    except actions.OptionFull as error:
        form = AnswersForm(request.POST, registration=own)
        notice = "" if form.errors else str(error)
        return _page(request, form, status=INVALID, notice=notice)
    except actions.RegistrationError as error:
        return _page(request, form, status=INVALID, problems=error.problems)
    except OperationalError:
        later = _("Cannot save now; your input is kept. Try it in a while.")
        return _page(request, form, status=UNAVAILABLE, notice=later)
    return redirect("registration", own.token)
