"""The form, its answer, and the page of one registration."""

import contextlib
import io
from dataclasses import dataclass, replace
from datetime import datetime

import segno
from django.conf import settings
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from events.feeds import calendar_response, read_only
from events.models import Event, EventQuerySet
from events.towns import alternatives_to
from registrations import (
    actions,
    ical,
    invitation_rules,
    limits,
    memberships,
    placing,
    questions,
    rules,
)
from registrations.applications import Party
from registrations.companions import MOST_PEOPLE
from registrations.models import Quota, Registration
from registrations.nonces import Nonce
from registrations.public_form import PublicRegistrationForm
from registrations.secret_pages import secret_page

INVALID, TOO_MANY, UNAVAILABLE = 422, 429, 503
MOST_ALTERNATIVES = 3
# Of the people that a form can be without.
NUMBERS = {str(number) for number in range(2, MOST_PEOPLE + 1)}


@dataclass(frozen=True)
class Refusal:
    """Why a form comes back: what stands above it, and what else the page offers then."""

    status: int = 200
    notice: str = ""
    shows_alternatives: bool = False
    is_of_quota: bool = False
    is_of_option: bool = False


NO_REFUSAL = Refusal()


def _event(request: HttpRequest, series: str, event: str) -> Event:
    """The event with all that a page prints of it."""
    return _visible(request, Event.objects.with_place(), series, event)


def _visible(request: HttpRequest, events: EventQuerySet, series: str, event: str) -> Event:
    return get_object_or_404(events.visible_to(request.user), series__slug=series, slug=event)


@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest, series: str, event: str) -> HttpResponse:
    """The form of one event; sent, it leads everybody to the same page."""
    if request.method == "POST":
        named = Event.objects.select_related("series").only(
            "slug", "kind", "has_place_while_pending", "series__slug"
        )
        return _send(request, _visible(request, named, series, event))
    shown = _event(request, series, event)
    nonce = Nonce.new(shown.pk, timezone.now()).signed()
    initial = {"nonce": nonce, "town": request.GET.get("town")}
    form = PublicRegistrationForm(initial=initial, asked=questions.asked_by(shown))
    return _form_page(request, shown, form)


def _form_page(
    request: HttpRequest,
    event: Event,
    form: PublicRegistrationForm,
    refusal: Refusal = NO_REFUSAL,
) -> HttpResponse:
    """The form as it is; where a person gets no place, with the nearest events that have one."""
    now = timezone.now()
    problems = rules.problems_of_registering(event, now)
    context = {
        "event": event,
        "form": form,
        "refusal": refusal,
        "problems": problems,
        "quotas": [rules.words_of(quota) for quota in Quota.objects.concerning(event)],
        "alternatives": [],
        "now": now,
        "way_in": event.way_in(now),
    }
    if problems or refusal.shows_alternatives:
        town = form.chosen_town if refusal.shows_alternatives else event.town
        context["alternatives"] = alternatives_to(event, town, now)[:MOST_ALTERNATIVES]
    return render(request, "registrations/register.html", context, status=refusal.status)


def _send(request: HttpRequest, event: Event) -> HttpResponse:
    """Parses, calls the one action, answers; whatever is refused comes back filled.

    Of `event` only the address is known: what a page says of it is read when there is one to show.
    """
    now = timezone.now()
    form = PublicRegistrationForm(request.POST, asked=questions.read_by(event))
    if changed := _changed(request.POST, form, Nonce.new(event.pk, now).signed()):
        shown = _event(request, event.series.slug, event.slug)
        return _form_page(request, shown, changed)
    nonce, doubted = form.nonce_of(event.pk), form.doubted(event.pk, now)
    if nonce is None or doubted:
        once_more = _("Check the form and send it once more.")
        return _refused(request, event, doubted or form, Refusal(INVALID, once_more))
    if not form.is_valid():
        # A question whose options are all full need not be answered.
        form = form.asked_again(questions.asked_by(event))
        if not form.is_valid():
            return _refused(request, event, form, Refusal(INVALID))
    return _register(request, event, form, nonce, now)


def _register(
    request: HttpRequest, event: Event, form: PublicRegistrationForm, nonce: Nonce, now: datetime
) -> HttpResponse:
    language = translation.get_language()
    asked = form.party(language) if form.is_party else form.application(language)
    submit = actions.Submit(
        key=nonce.key,
        client_digest=limits.client_digest(request),
        email_digest=limits.email_digest(asked.written_to),
    )
    if limits.is_exceeded(submit.client_digest, submit.email_digest, now):
        wait = _("Too many attempts at once. Try it in 10 minutes.")
        return _refused(request, event, form, Refusal(TOO_MANY, wait))
    try:
        if isinstance(asked, Party):
            actions.register_party(event.pk, asked, submit)
        else:
            actions.register(event.pk, asked, submit)
    except actions.KeyReused as error:
        form = form.refilled(nonce=Nonce.new(event.pk, now).signed())
        return _refused(request, event, form, Refusal(INVALID, str(error)))
    except actions.OptionFull as error:
        refusal = Refusal(INVALID, str(error), is_of_option=True)
        return _refused(request, event, form, refusal)
    except actions.RegistrationError as error:
        is_of_quota = isinstance(error, actions.QuotaReached)
        refusal = Refusal(INVALID, str(error), shows_alternatives=True, is_of_quota=is_of_quota)
        return _refused(request, event, form, refusal)
    except OperationalError:
        later = _("Cannot save now; your input is kept. Try it in a while.")
        return _refused(request, event, form, Refusal(UNAVAILABLE, later))
    return redirect("register_sent", event.series.slug, event.slug)


def _changed(
    sent: QueryDict, form: PublicRegistrationForm, nonce: str
) -> PublicRegistrationForm | None:
    """The form for one person more or less, or filled in for another event; None if it is sent.

    Nothing is written by these buttons.
    """
    if "move" in sent:
        return form.unsent(nonce)
    if "add" in sent:
        return form.unsent(nonce, size=form.size + 1)
    if "remove" in sent:
        number = sent["remove"]
        return form.without(int(number) if number in NUMBERS else 0, nonce)
    return None


def _refused(
    request: HttpRequest, event: Event, form: PublicRegistrationForm, refusal: Refusal
) -> HttpResponse:
    shown = _event(request, event.series.slug, event.slug)
    form = form.asked_again(questions.asked_by(shown))
    if refusal.is_of_option and form.has_errors:
        # The field says it, unless the option came free again meanwhile.
        refusal = replace(refusal, notice="")
    return _form_page(request, shown, form, refusal)


@require_safe
def register_sent(request: HttpRequest, series: str, event: str) -> HttpResponse:
    """The same words for a new and a known address: the truth goes by e-mail."""
    context = {"event": _event(request, series, event)}
    return render(request, "registrations/register_sent.html", context)


def _registration(token: str) -> Registration:
    return get_object_or_404(Registration.objects.with_event(), token=token)


@require_safe
@secret_page
def registration(request: HttpRequest, token: str) -> HttpResponse:
    """One person's registration: what it is now, and what can still be done."""
    own, now = _registration(token), timezone.now()
    can_change = not rules.problems_of_changing_answers(own, now)
    context = {
        "registration": own,
        "event": own.event,
        "now": now,
        "position": own.position() if own.is_waiting else None,
        "turn": placing.turn_of(own),
        "rejection_reason": own.reason_of_rejection(),
        "can_answer": not rules.problems_of_answering(own, now) and not own.is_offer_over(now),
        "can_hand_over": not rules.problems_of_handing_over(own, now),
        "can_cancel": not own.is_nominated and not rules.problems_of_cancelling(own, now),
        "why_not_accept": invitation_rules.problems_of_accepting(own, now),
        "can_decline": not invitation_rules.problems_of_nominee(own, now),
        "was_nomination": own.was_nomination(),
        "passes_on": rules.can_promote(own.event, now) and own.event.places_waiting > 0,
        "is_over": own.event.is_over(now),
        "alternatives": _alternatives(own, now),
        "answers": questions.said_by(own),
        "can_change": can_change,
        "meetings": memberships.meetings_of(own, now),
        "passed_deadlines": rules.passed_deadlines(own, now),
        "is_asked": own.is_nominated and questions.are_asked_of(own),
        "answers_are_missing": own.is_confirmed and can_change and questions.are_missing_from(own),
    }
    return render(request, "registrations/registration.html", context)


def _alternatives(own: Registration, now: datetime) -> list[Event]:
    """Sessions of the series with places left, for who waits or lost theirs."""
    event = own.event
    has_place = own.is_confirmed and not event.is_called_off
    if has_place or event.series.is_closed_door or event.is_call:
        return []
    others = Event.objects.published().public().with_free_places(now).with_place()
    return list(others.of_series(event.series).exclude(pk=event.pk).by_date()[:2])


@require_safe
@secret_page
def registration_qr(request: HttpRequest, token: str) -> HttpResponse:
    """The QR code of a confirmed registration: it holds the door code, nothing else."""
    own = _registration(token)
    address = settings.BASE_URL + reverse("door", args=[own.door_code])
    image = io.BytesIO()
    segno.make(address, error="m").save(image, kind="svg", border=2, xmldecl=False, svgns=True)
    return HttpResponse(image.getvalue(), content_type="image/svg+xml")


@read_only
def registration_calendar(request: HttpRequest, token: str) -> HttpResponse:
    """The confirmed place as a calendar file, with the UID and SEQUENCE of the invite."""
    own = get_object_or_404(Registration.objects.with_event().confirmed().dated(), token=token)
    body = ical.download(own)
    return calendar_response(
        request, body, changed_at=own.event.changed_at, is_public=False, filename="setkani.ics"
    )


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@secret_page
def answer_offer(request: HttpRequest, token: str) -> HttpResponse:
    """Takes the offered place or passes it on; whatever became of it stands on the page.

    Only the buttons act. No other site can forge this form, as with `cancel`.
    """
    own = _registration(token)
    answer = {"accept": actions.accept_offer, "decline": actions.decline_offer}.get(
        request.POST.get("answer", "")
    )
    if answer:
        with contextlib.suppress(actions.RegistrationError):
            answer(own.pk, via="link")
    return redirect("registration", token)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@secret_page
def cancel(request: HttpRequest, token: str) -> HttpResponse:
    """A link shows the question; only the button acts.

    No other site can forge this form: it does not know the address. A page without referrer sends
    "Origin: null", which Django's own guard would refuse.
    """
    own, problems = _registration(token), []
    if request.method == "POST":
        reason = request.POST.get("reason", "")[:500]
        try:
            actions.cancel_registration(own.pk, via="link", note=reason)
        except actions.RegistrationError as error:
            problems = error.problems
        else:
            return redirect("registration", token)
    now = timezone.now()
    context = {
        "registration": own,
        "event": own.event,
        "problems": problems or rules.problems_of_cancelling(own, now),
        "passes_on": rules.can_promote(own.event, now) and own.event.places_waiting > 0,
    }
    status = INVALID if problems else 200
    return render(request, "registrations/cancel.html", context, status=status)
