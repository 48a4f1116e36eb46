"""The pages where a place is passed to somebody else, asked by its holder or by the contact."""

from dataclasses import dataclass

from django import forms
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from registrations import actions, limits, rules
from registrations.models import Registration
from registrations.party_views import INVALID, TOO_MANY, UNAVAILABLE, own_form, party_with
from registrations.secret_pages import secret_page
from registrations.substitute_form import SubstituteForm


@dataclass(frozen=True)
class Place:
    """The place that goes on, the page that asks, and where its answer leads."""

    registration: Registration
    template: str
    back: str


@csrf_exempt
@own_form
@secret_page
def substitute(request: HttpRequest, token: str) -> HttpResponse:
    """Who comes instead: the button acts, and the answer is the same for every address.

    No other site can forge this form, as with `cancel`.
    """
    own = get_object_or_404(Registration.objects.with_event(), token=token)
    back = reverse("registration", args=[token])
    return _answer(request, Place(own, "registrations/substitute.html", back))


@csrf_exempt
@own_form
@secret_page
def substitute_in_party(request: HttpRequest, token: str) -> HttpResponse:
    """The same, asked by the contact for one person of their party."""
    number = request.POST.get("person") or request.GET.get("person") or ""
    person, back = party_with(token).person(number), reverse("party", args=[token])
    if person is None:
        return redirect(back)
    return _answer(request, Place(person, "registrations/substitute_in_party.html", back))


def _answer(request: HttpRequest, place: Place) -> HttpResponse:
    """GET asks; POST acts once, and a repeated one leads where the first did."""
    own = place.registration
    if own.is_handed_over:
        return redirect(place.back)
    problems = rules.problems_of_handing_over(own, timezone.now())
    if request.method != "POST" or problems:
        status = INVALID if request.method == "POST" else 200
        return _page(request, place, SubstituteForm(registration=own), status, problems)
    form = SubstituteForm(request.POST, registration=own)
    if not form.is_valid():
        return _page(request, place, form, INVALID)
    if limits.is_handing_over_too_much(request, form.cleaned_data["email"]):
        form.add_error(None, _("Too many attempts at once. Try it in 10 minutes."))
        return _page(request, place, form, TOO_MANY)
    return _hand_over(request, place, form)


def _page(
    request: HttpRequest,
    place: Place,
    form: forms.Form,
    status: int = 200,
    problems: list[rules.Problem] | None = None,
) -> HttpResponse:
    own = place.registration
    context = {"registration": own, "event": own.event, "form": form, "problems": problems or []}
    return render(request, place.template, context | {"back": place.back}, status=status)


def _hand_over(request: HttpRequest, place: Place, form: SubstituteForm) -> HttpResponse:
    chosen = form.substitute(translation.get_language())
    try:
        actions.hand_over(place.registration.pk, chosen, via="link")
    except actions.RegistrationError as error:
        form.add_error(None, str(error))
        return _page(request, place, form, INVALID)
    except OperationalError:
        form.add_error(None, _("Cannot save now; your input is kept. Try it in a while."))
        return _page(request, place, form, UNAVAILABLE)
    return redirect(place.back)
