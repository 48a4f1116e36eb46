"""The pages where a place goes to another person, asked by its holder or by the contact."""

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from registrations import actions, limits, rules
from registrations.models import Registration
from registrations.party_views import INVALID, TOO_MANY, UNAVAILABLE, own_form, party_with
from registrations.secret_pages import secret_page
from registrations.substitute_form import PublicSubstituteForm


def _holder(token: str) -> Registration:
    return get_object_or_404(Registration.objects.with_event(), token=token)


@csrf_exempt
@own_form
@secret_page
def substitute(request: HttpRequest, token: str) -> HttpResponse:
    """Who comes instead of the holder; only the button acts, and it answers the same to all.

    No other site can forge this form, as with `cancel`.
    """
    page = _Page(request, "registrations/substitute.html", reverse("registration", args=[token]))
    return page.answer(_holder(token), reverse("substitute_sent", args=[token]))


@csrf_exempt
@own_form
@secret_page
def substitute_in_party(request: HttpRequest, token: str) -> HttpResponse:
    """The same, asked by the contact for one person of their party."""
    own = party_with(token)
    person = own.person(request.POST.get("person") or request.GET.get("person") or "")
    if person is None:
        return redirect("party", token)
    page = _Page(request, "registrations/substitute_in_party.html", reverse("party", args=[token]))
    return page.answer(person, reverse("substitute_in_party_sent", args=[token]))


@require_safe
@secret_page
def substitute_sent(request: HttpRequest, token: str) -> HttpResponse:
    """The same words for a new and a known address: the truth goes by e-mail."""
    holder = _holder(token)
    context = {"event": holder.event, "back": reverse("registration", args=[token])}
    return render(request, "registrations/substitute_sent.html", context)


@require_safe
@secret_page
def substitute_in_party_sent(request: HttpRequest, token: str) -> HttpResponse:
    """The same words again; the way back leads to the party."""
    context = {"event": party_with(token).event, "back": reverse("party", args=[token])}
    return render(request, "registrations/substitute_in_party_sent.html", context)


class _Page:
    """The form in one of its two places; `back` is where who keeps the place goes."""

    def __init__(self, request: HttpRequest, template: str, back: str) -> None:
        self.request, self.template, self.back = request, template, back

    def answer(self, holder: Registration, done: str) -> HttpResponse:
        """GET asks, POST acts and leads to `done`; whatever is refused comes back filled."""
        if self.request.method != "POST":
            return self._shown(PublicSubstituteForm(holder=holder))
        form = PublicSubstituteForm(self.request.POST, holder=holder)
        if not form.is_valid():
            return self._shown(form, INVALID)
        if limits.is_substituting_too_much(self.request, form.cleaned_data["email"]):
            wait = _("Too many attempts at once. Try it in 10 minutes.")
            return self._shown(form, TOO_MANY, notice=wait)
        person = form.substitute(translation.get_language())
        try:
            actions.substitute(holder.pk, person, via="link")
        except actions.RegistrationError as error:
            return self._shown(form, INVALID, problems=error.problems)
        except OperationalError:
            later = _("Cannot save now; your input is kept. Try it in a while.")
            return self._shown(form, UNAVAILABLE, notice=later)
        return redirect(done)

    def _shown(
        self,
        form: PublicSubstituteForm,
        status: int = 200,
        *,
        problems: list[rules.Problem] | None = None,
        notice: str = "",
    ) -> HttpResponse:
        holder = form.holder
        context = {
            "registration": holder,
            "event": holder.event,
            "form": form,
            "notice": notice,
            "problems": problems or rules.problems_of_substituting(holder, timezone.now()),
            "back": self.back,
        }
        return render(self.request, self.template, context, status=status)
