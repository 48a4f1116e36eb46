"""The pages where a place is passed to somebody else or a person is corrected, each by one form."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

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
from registrations.substitute_form import CorrectionForm, SubstituteForm


def _hand_over(own: Registration, form: SubstituteForm) -> None:
    actions.hand_over(own.pk, form.substitute(translation.get_language()), via="link")


def _correct(own: Registration, form: SubstituteForm) -> None:
    name, email = form.cleaned_data["name"], form.cleaned_data["email"]
    actions.correct_person(own.pk, name=name, email=email, via="link")


@dataclass(frozen=True)
class Place:
    """The place in question, the page that asks about it, and where the answer leads."""

    registration: Registration
    template: str
    back: str
    form: type[SubstituteForm] = SubstituteForm
    why_not: Callable[[Registration, datetime], list[rules.Problem]] = (
        rules.problems_of_handing_over
    )
    act: Callable[[Registration, SubstituteForm], None] = _hand_over


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
    person, back = _person(request, token), reverse("party", args=[token])
    if person is None:
        return redirect(back)
    return _answer(request, Place(person, "registrations/substitute_in_party.html", back))


@csrf_exempt
@own_form
@secret_page
def correct_in_party(request: HttpRequest, token: str) -> HttpResponse:
    """The contact writes the name or the address of one person anew.

    The page is the same whether the new address is known or not (rule 20).
    """
    person, back = _person(request, token), reverse("party", args=[token])
    if person is None:
        return redirect(back)
    place = Place(
        person,
        "registrations/correct_in_party.html",
        back,
        form=CorrectionForm,
        why_not=rules.problems_of_correcting_by_link,
        act=_correct,
    )
    return _answer(request, place)


def _person(request: HttpRequest, token: str) -> Registration | None:
    """Whom of the party the page is about; None for anybody else."""
    number = request.POST.get("person") or request.GET.get("person") or ""
    return party_with(token).person(number)


def _answer(request: HttpRequest, place: Place) -> HttpResponse:
    """GET asks; POST acts once, and a repeated one leads where the first did."""
    own = place.registration
    if own.is_handed_over:
        return redirect(place.back)
    problems = place.why_not(own, timezone.now())
    if request.method != "POST" or problems:
        status = INVALID if request.method == "POST" else 200
        return _page(request, place, place.form(registration=own), status, problems)
    form = place.form(request.POST, registration=own)
    if not form.is_valid():
        return _page(request, place, form, INVALID)
    if limits.is_handing_over_too_much(request, form.new_address):
        form.add_error(None, _("Too many attempts at once. Try it in 10 minutes."))
        return _page(request, place, form, TOO_MANY)
    return _act(request, place, form)


def _page(
    request: HttpRequest,
    place: Place,
    form: SubstituteForm,
    status: int = 200,
    problems: list[rules.Problem] | None = None,
) -> HttpResponse:
    own = place.registration
    context = {"registration": own, "event": own.event, "form": form, "problems": problems or []}
    return render(request, place.template, context | {"back": place.back}, status=status)


def _act(request: HttpRequest, place: Place, form: SubstituteForm) -> HttpResponse:
    try:
        place.act(place.registration, form)
    except actions.RegistrationError as error:
        form.add_error(None, str(error))
        return _page(request, place, form, INVALID)
    except OperationalError:
        form.add_error(None, _("Cannot save now; your input is kept. Try it in a while."))
        return _page(request, place, form, UNAVAILABLE)
    return redirect(place.back)
