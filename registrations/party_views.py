"""The page of a contact's party: who comes, and what can still be done for one or for all."""

import contextlib

from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from registrations import actions, limits, questions, rules
from registrations.companions import OtherPersonForm
from registrations.models import Booking, Registration
from registrations.parties import Party, party_of
from registrations.secret_pages import secret_page

INVALID, TOO_MANY, UNAVAILABLE = 422, 429, 503
# No other site can forge these forms: it does not know their address (decisions.md).
own_form = require_http_methods(["GET", "HEAD", "POST"])


def party_with(token: str) -> Party:
    """The party of a secret; 404 where nobody was registered by that form."""
    found = party_of(get_object_or_404(Booking, token=token), timezone.now())
    if found is None:
        raise Http404
    return found


@require_safe
@secret_page
def party(request: HttpRequest, token: str) -> HttpResponse:
    """Everybody of one submit, each with what they have now."""
    return render(request, "registrations/party.html", {"party": party_with(token)})


@csrf_exempt
@own_form
@secret_page
def answer_party_offer(request: HttpRequest, token: str) -> HttpResponse:
    """Takes the places offered to the party or passes them on; only the buttons act."""
    own = party_with(token)
    answer = {"accept": actions.accept_party_offer, "decline": actions.decline_party_offer}.get(
        request.POST.get("answer", "")
    )
    if answer:
        with contextlib.suppress(actions.RegistrationError):
            answer(own.booking.pk, via="link")
    return redirect("party", token)


@csrf_exempt
@own_form
@secret_page
def cancel_in_party(request: HttpRequest, token: str) -> HttpResponse:
    """Asks before it cancels one person of the party, or everybody."""
    own = party_with(token)
    number = request.POST.get("person") or request.GET.get("person") or ""
    person = own.person(number)
    if number and person is None:
        return redirect("party", token)
    if request.method == "POST":
        reason = request.POST.get("reason", "")[:500]
        with contextlib.suppress(actions.RegistrationError):
            _cancel(own, person, reason)
        return redirect("party", token)
    context = {"party": own, "person": person}
    return render(request, "registrations/cancel_in_party.html", context)


def _cancel(own: Party, person: Registration | None, reason: str) -> None:
    if person:
        actions.cancel_registration(person.pk, via="link", note=reason)
    else:
        actions.cancel_party(own.booking.pk, via="link", note=reason)


@csrf_exempt
@own_form
@secret_page
def add_to_party(request: HttpRequest, token: str) -> HttpResponse:
    """One more person for the same event; they get their place or position by themselves."""
    own = party_with(token)
    if request.method != "POST":
        return _add_page(request, own, OtherPersonForm(asked=questions.asked_by(own.event)))
    form = OtherPersonForm(request.POST, asked=questions.asked_by(own.event))
    if not form.is_valid():
        return _add_page(request, own, form, INVALID)
    if limits.is_adding_too_much(request):
        form.add_error(None, _("Too many attempts at once. Try it in 10 minutes."))
        return _add_page(request, own, form, TOO_MANY)
    try:
        actions.add_to_party(own.booking.pk, form.application_beside(own.first), via="link")
    except actions.RegistrationError as error:
        form.add_error(None, str(error))
        return _add_page(request, own, form, INVALID)
    except OperationalError:
        form.add_error(None, _("Cannot save now; your input is kept. Try it in a while."))
        return _add_page(request, own, form, UNAVAILABLE)
    return redirect("party", token)


def _add_page(
    request: HttpRequest, own: Party, form: OtherPersonForm, status: int = 200
) -> HttpResponse:
    context = {
        "party": own,
        "event": own.event,
        "form": form,
        "problems": rules.problems_of_registering(own.event, own.now),
    }
    return render(request, "registrations/add_to_party.html", context, status=status)
