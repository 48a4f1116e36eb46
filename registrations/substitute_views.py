"""The page where a place is passed to somebody else of the same organisation."""

from django import forms
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from registrations import actions, limits, rules
from registrations.models import Registration
from registrations.secret_pages import secret_page
from registrations.substitute_form import SubstituteForm
from registrations.views import INVALID, TOO_MANY, UNAVAILABLE


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@secret_page
def substitute(request: HttpRequest, token: str) -> HttpResponse:
    """Who comes instead: the button acts, and the answer is the same for every address.

    No other site can forge this form, as with `cancel`.
    """
    own = get_object_or_404(Registration.objects.with_event(), token=token)
    problems = rules.problems_of_handing_over(own, timezone.now())
    if request.method != "POST" or problems:
        status = INVALID if request.method == "POST" else 200
        return _page(request, own, SubstituteForm(registration=own), status, problems)
    form = SubstituteForm(request.POST, registration=own)
    if not form.is_valid():
        return _page(request, own, form, INVALID)
    if limits.is_adding_too_much(request):
        form.add_error(None, _("Too many attempts at once. Try it in 10 minutes."))
        return _page(request, own, form, TOO_MANY)
    return _hand_over(request, own, form)


def _page(
    request: HttpRequest,
    own: Registration,
    form: forms.Form,
    status: int = 200,
    problems: list[rules.Problem] | None = None,
) -> HttpResponse:
    context = {"registration": own, "event": own.event, "form": form, "problems": problems or []}
    return render(request, "registrations/substitute.html", context, status=status)


def _hand_over(request: HttpRequest, own: Registration, form: SubstituteForm) -> HttpResponse:
    chosen = form.substitute(translation.get_language())
    try:
        actions.hand_over(own.pk, chosen, via="link")
    except actions.RegistrationError as error:
        form.add_error(None, str(error))
        return _page(request, own, form, INVALID)
    except OperationalError:
        form.add_error(None, _("Cannot save now; your input is kept. Try it in a while."))
        return _page(request, own, form, UNAVAILABLE)
    return redirect("registration", own.token)
