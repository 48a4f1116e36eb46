"""The page of an invitation: accepting for oneself, nominating others, declining."""

import contextlib
from functools import partial

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from registrations import actions, limits, questions
from registrations.invitation_forms import InvitedForm, NominationForm, initial_of
from registrations.invited import Invited, InvitedEvent, invited
from registrations.models import Booking
from registrations.nonces import Nonce
from registrations.secret_forms import INVALID, send
from registrations.secret_pages import secret_page

Form = InvitedForm | NominationForm
# No other site can forge these forms: it does not know their address (decisions.md).
own_form = require_http_methods(["GET", "HEAD", "POST"])


def _invited(token: str) -> Invited:
    found = invited(token, timezone.now())
    if found is None:
        raise Http404
    return found


def _event(own: Invited, slug: str) -> InvitedEvent:
    found = own.event_named(slug)
    if found is None:
        raise Http404
    return found


@require_safe
@secret_page
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """What one is invited to; of one event with the form, of a series with its events."""
    own = _invited(token)
    return _page(request, own, own.only)


@csrf_exempt
@own_form
@secret_page
def accept_invitation(request: HttpRequest, token: str, slug: str) -> HttpResponse:
    """The form of one event: of a person to register, of a town or a company to nominate."""
    own = _invited(token)
    item = _event(own, slug)
    return _send(request, own, item) if request.method == "POST" else _page(request, own, item)


@require_safe
@secret_page
def invitation_sent(request: HttpRequest, token: str) -> HttpResponse:
    """The same words for a new and a known address: the truth goes by e-mail."""
    return render(request, "registrations/invitation_sent.html", {"invited": _invited(token)})


@csrf_exempt
@own_form
@secret_page
def decline_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Nobody comes; only the button acts."""
    own = _invited(token)
    if request.method == "POST":
        with contextlib.suppress(actions.RegistrationError):
            actions.decline_invitation(own.invitation.pk, via="link")
    return redirect("invitation", token)


def _page(
    request: HttpRequest,
    own: Invited,
    item: InvitedEvent | None,
    form: Form | None = None,
    status: int = 200,
    notice: str = "",
    *,
    is_of_quota: bool = False,
) -> HttpResponse:
    if item and form is None and not item.problems:
        form = _empty_form(item)
    context = {"invited": own, "invitation": own.invitation, "item": item, "form": form}
    context |= {"event": item.event if item else None, "notice": notice, "now": own.now}
    context |= {"is_wrong": status == INVALID, "is_of_quota": is_of_quota}
    return render(request, "registrations/invitation.html", context, status=status)


def _empty_form(item: InvitedEvent) -> Form:
    nonce = {"nonce": Nonce.new(item.event.pk, item.now).signed()}
    if item.invitation.is_nominating:
        return NominationForm(initial=nonce, size=item.left)
    initial = initial_of(item.invitation, is_first=not item.people) | nonce
    return InvitedForm(initial=initial, asked=questions.asked_by(item.event))


def _sent_form(request: HttpRequest, item: InvitedEvent) -> Form:
    if item.invitation.is_nominating:
        # All that were asked for are read; how many are left, the action decides.
        return NominationForm(request.POST, size=item.invitation.places)
    return InvitedForm(request.POST, asked=questions.asked_by(item.event))


def _send(request: HttpRequest, own: Invited, item: InvitedEvent) -> HttpResponse:
    form, show = _sent_form(request, item), partial(_page, request, own, item)
    act = partial(_act, request, own, item)
    refused = send(request, item.event, form, own.now, show=show, act=act)
    return refused or redirect("invitation_sent", own.invitation.token)


def _act(request: HttpRequest, own: Invited, item: InvitedEvent, form: Form, nonce: Nonce) -> None:
    submit = actions.Submit(
        key=nonce.key,
        via=Booking.Via.INVITATION,
        client_digest=limits.client_digest(request),
        invitation_id=own.invitation.pk,
    )
    if isinstance(form, NominationForm):
        actions.nominate(own.invitation.pk, item.event.pk, form.people, submit)
    else:
        application = form.application(translation.get_language())
        actions.register(item.event.pk, application, submit)
