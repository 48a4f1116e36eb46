"""Wishing to hear of a date, its answer, and the page of one wish."""

import contextlib

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from events.models import Event
from notifications import actions, rules
from notifications.forms import FollowForm
from notifications.mails import ONE_CLICK
from notifications.models import Follow
from registrations import limits
from registrations.nonces import Nonce
from registrations.secret_pages import secret_page

INVALID, TOO_MANY, UNAVAILABLE = 422, 429, 503


def _event(request: HttpRequest, series: str, event: str) -> Event:
    visible = Event.objects.with_place().visible_to(request.user)
    return get_object_or_404(visible, series__slug=series, slug=event)


@require_http_methods(["GET", "HEAD", "POST"])
def follow_event(request: HttpRequest, series: str, event: str) -> HttpResponse:
    """The form of the wish, which the event's own page shows, too; sent, it leads to one page."""
    shown = _event(request, series, event)
    if request.method == "POST":
        return _send(request, shown)
    nonce = Nonce.new(shown.pk, timezone.now()).signed()
    return _form_page(request, shown, FollowForm(initial={"nonce": nonce}))


def _send(request: HttpRequest, event: Event) -> HttpResponse:
    """Parses, calls the one action, answers; whatever is refused comes back filled."""
    form = FollowForm(request.POST)
    if doubted := form.doubted(event.pk, timezone.now()):
        once_more = _("Check the address and send it once more.")
        return _form_page(request, event, doubted, INVALID, once_more)
    if not form.is_valid():
        return _form_page(request, event, form, INVALID)
    return _follow(request, event, form)


def _follow(request: HttpRequest, event: Event, form: FollowForm) -> HttpResponse:
    email = form.cleaned_data["email"]
    if limits.is_wishing_too_much(request, email):
        wait = _("Too many attempts at once. Try it in 10 minutes.")
        return _form_page(request, event, form, TOO_MANY, wait)
    try:
        actions.follow_event(event.pk, email, translation.get_language())
    except rules.FollowError as error:
        return _form_page(request, event, form, INVALID, str(error))
    except OperationalError:
        later = _("Cannot save now; your input is kept. Try it in a while.")
        return _form_page(request, event, form, UNAVAILABLE, later)
    return redirect("follow_sent", event.series.slug, event.slug)


def _form_page(
    request: HttpRequest, event: Event, form: FollowForm, status: int = 200, notice: str = ""
) -> HttpResponse:
    context = {
        "event": event,
        "form": form,
        "notice": notice,
        "problems": rules.problems_of_following(event),
        "now": timezone.now(),
    }
    return render(request, "notifications/follow_event.html", context, status=status)


@require_safe
def follow_sent(request: HttpRequest, series: str, event: str) -> HttpResponse:
    """The same words for a new and a known address: the truth goes by e-mail."""
    context = {"event": _event(request, series, event)}
    return render(request, "notifications/follow_sent.html", context)


def _wish(token: str) -> Follow:
    return get_object_or_404(Follow.objects.with_event().public(), token=token)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@secret_page
def follow(request: HttpRequest, token: str) -> HttpResponse:
    """A link shows what is followed; only its button acts, or one click in a mail program.

    That click is answered at once, without a redirect, cookie or question (RFC 8058 §3.1). No other
    site can forge the form: it does not know the address.
    """
    own = _wish(token)
    name, value = ONE_CLICK.split("=")
    if request.POST.get(name) == value:
        actions.stop_follow(own.pk)
        return _follow_page(request, _wish(token))
    answers = {"confirm": actions.confirm_follow, "stop": actions.stop_follow}
    if answer := answers.get(request.POST.get("answer", "")):
        with contextlib.suppress(rules.FollowError):
            answer(own.pk)
    return redirect("follow", token) if request.method == "POST" else _follow_page(request, own)


def _follow_page(request: HttpRequest, own: Follow) -> HttpResponse:
    now = timezone.now()
    context = {
        "follow": own,
        "event": own.event,
        "is_expired": own.is_expired(now),
        "problems": rules.problems_of_confirming(own, now),
        "now": now,
    }
    return render(request, "notifications/follow.html", context)
