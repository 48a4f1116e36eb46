"""The desk's own pages: what organisers do with an event, with the consequences shown first."""

from typing import Any

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from desk import exports, previews
from desk.asking import Question, ask
from desk.forms import AdmissionForm, CapacityForm, MoveForm, NoteForm, QuotasForm, RetitleForm
from events import actions, dates, rules
from events.models import Event, EventChange
from notifications.actions import NotSendable
from notifications.actions import send_again as send_message_again
from notifications.models import Message
from registrations import actions as registration_actions
from registrations import limits
from registrations import rules as registration_rules
from registrations.models import Registration
from registrations.secret_pages import secret_page

Kind = EventChange.Kind
# What the form of the way in asks; the columns of the event bear the same names.
ADMISSION = (
    *("admission", "admits_from", "opens_to_everybody_at"),
    *("has_place_while_pending", "offer_hours"),
)
asks = require_http_methods(["GET", "HEAD", "POST"])


def event_or_404(request: HttpRequest, pk: int) -> Event:
    return get_object_or_404(Event.objects.visible_to(request.user).with_place(), pk=pk)


def page_of(event: Event) -> str:
    return reverse("admin:events_event_change", args=[event.pk])


def context_of(event: Event) -> dict[str, Any]:
    """What every page about an event prints around its question."""
    return {"event": event, "opts": Event._meta, "now": timezone.now()}


@asks
def move_event(request: HttpRequest, pk: int) -> HttpResponse:
    """Another day, time or hall."""
    event = event_or_404(request, pk)
    kind = Kind.MOVED if event.starts_at else Kind.SCHEDULED

    def problems(data: dict[str, Any]) -> list[rules.Problem]:
        starts_at, ends_at = data["starts_at"], data["ends_at"]
        same = (starts_at, ends_at) == (event.starts_at, event.ends_at)
        if same and data["venue"] in {None, event.venue}:
            return [_("Nothing would change.")]
        return rules.problems_of_moving(event, starts_at, ends_at, timezone.now())

    def act(data: dict[str, Any]) -> str:
        actions.move_event(event.pk, **data, actor_id=request.user.pk)
        when = dates.full_moment(data["starts_at"])
        return _("%(event)s: the start is %(when)s.") % {"event": event.name, "when": when}

    question = Question(
        template="desk/move_event.html",
        context=context_of(event),
        back=page_of(event),
        problems=problems,
        preview=lambda _data: previews.of_event_change(event, kind, timezone.now()),
        act=act,
    )
    return ask(request, MoveForm(request.POST or None, event=event), question)


@asks
def retitle_event(request: HttpRequest, pk: int) -> HttpResponse:
    """Another title."""
    event = event_or_404(request, pk)

    def problems(data: dict[str, Any]) -> list[rules.Problem]:
        same = (data["title_cs"], data["title_en"]) == (event.title_cs, event.title_en)
        return [_("Nothing would change.")] if same else []

    def act(data: dict[str, Any]) -> str:
        actions.retitle_event(event.pk, **data, actor_id=request.user.pk)
        return _("The session has a new title: %(title)s.") % {"title": data["title_cs"]}

    question = Question(
        template="desk/retitle_event.html",
        context=context_of(event),
        back=page_of(event),
        problems=problems,
        preview=lambda _data: previews.of_event_change(event, Kind.RETITLED, timezone.now()),
        act=act,
    )
    initial = {"title_cs": event.title_cs, "title_en": event.title_en}
    return ask(request, RetitleForm(request.POST or None, initial=initial), question)


@asks
def cancel_event(request: HttpRequest, pk: int) -> HttpResponse:
    """Calls a session off; the people stay registered."""
    event = event_or_404(request, pk)

    def act(data: dict[str, Any]) -> str:
        actions.cancel_event(event.pk, actor_id=request.user.pk, note=data["note"])
        return _("%(event)s: called off.") % {"event": event.name}

    question = Question(
        template="desk/cancel_event.html",
        context=context_of(event),
        back=page_of(event),
        problems=lambda _data: rules.problems_of_calling_off(event, timezone.now()),
        preview=lambda _data: previews.of_event_change(event, Kind.CALLED_OFF, timezone.now()),
        act=act,
    )
    return ask(request, NoteForm(request.POST or None), question)


@asks
def reinstate_event(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes a calling-off back."""
    event = event_or_404(request, pk)

    def act(data: dict[str, Any]) -> str:
        actions.reinstate_event(event.pk, actor_id=request.user.pk, note=data["note"])
        return _("%(event)s: takes place again.") % {"event": event.name}

    question = Question(
        template="desk/reinstate_event.html",
        context=context_of(event),
        back=page_of(event),
        problems=lambda _data: rules.problems_of_reinstating(event, timezone.now()),
        preview=lambda _data: previews.of_event_change(event, Kind.REINSTATED, timezone.now()),
        act=act,
    )
    return ask(request, NoteForm(request.POST or None), question)


@asks
def change_capacity(request: HttpRequest, pk: int) -> HttpResponse:
    """More places go to the waiting list; fewer take nobody's place away."""
    event = event_or_404(request, pk)

    def act(data: dict[str, Any]) -> str:
        registration_actions.change_capacity(event.pk, **data, actor_id=request.user.pk)
        return _("%(event)s: the capacity is %(places)s.") % {
            "event": event.name,
            "places": data["places"],
        }

    question = Question(
        template="desk/change_capacity.html",
        context=context_of(event),
        back=page_of(event),
        problems=lambda data: (
            [_("Nothing would change.")] if data["places"] == event.capacity else []
        ),
        preview=lambda data: previews.of_capacity(event, data["places"], timezone.now()),
        act=act,
    )
    form = CapacityForm(request.POST or None, initial={"places": event.capacity})
    return ask(request, form, question)


@asks
def change_admission(request: HttpRequest, pk: int) -> HttpResponse:
    """With or without approval; places given at once or offered."""
    event = event_or_404(request, pk)

    def act(data: dict[str, Any]) -> str:
        registration_actions.change_admission(event.pk, **data, actor_id=request.user.pk)
        return _("%(event)s: the way in is changed.") % {"event": event.name}

    def problems(data: dict[str, Any]) -> list[rules.Problem]:
        if all(getattr(event, name) == data[name] for name in ADMISSION):
            return [_("Nothing would change.")]
        is_for_members = data["admission"] == Event.Admission.MEMBERS
        if not is_for_members:
            return []
        return registration_rules.problems_of_admitting_members(event, data["admits_from"])

    question = Question(
        template="desk/change_admission.html",
        context=context_of(event),
        back=page_of(event),
        problems=problems,
        preview=lambda data: previews.of_admission(event, data, timezone.now()),
        act=act,
    )
    initial = {name: getattr(event, name) for name in ADMISSION}
    form = AdmissionForm(request.POST or None, event=event, initial=initial)
    return ask(request, form, question)


@asks
def set_quotas(request: HttpRequest, pk: int) -> HttpResponse:
    """How many may come of one town, one organisation, some sectors."""
    event = event_or_404(request, pk)
    form = QuotasForm(request.POST or None, event=event)

    def act(data: dict[str, Any]) -> str:
        registration_actions.set_quotas(
            event.pk, form.quotas, actor_id=request.user.pk, note=data["note"]
        )
        return _("%(event)s: the quotas are set.") % {"event": event.name}

    question = Question(
        template="desk/set_quotas.html",
        context=context_of(event),
        back=page_of(event),
        problems=lambda _data: [] if form.has_changed() else [_("Nothing would change.")],
        preview=lambda _data: previews.of_quotas(event, form.quotas, timezone.now()),
        act=act,
    )
    return ask(request, form, question)


@require_safe
def export_registrations(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The list of an event as a file for a spreadsheet."""
    event = event_or_404(request, pk)
    if limits.is_exporting_too_much(request):
        return render(request, "429.html", status=429)
    actions.note_export(event.pk, actor_id=request.user.pk)
    lines = exports.table_of_event(event, translation.get_language() or "cs")
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{exports.filename(event)}"'
    return response


@require_POST
def send_again(request: HttpRequest, pk: int) -> HttpResponse:
    """A failed mail anew."""
    try:
        again = send_message_again(pk, actor_id=request.user.pk)
    except Message.DoesNotExist:
        raise Http404 from None
    except NotSendable as error:
        messages.error(request, str(error))
        return redirect("admin:notifications_message_change", pk)
    messages.success(request, _("The mail is queued again."))
    return redirect("admin:notifications_message_change", again.pk)


@require_safe
@secret_page
def door(request: HttpRequest, code: str) -> HttpResponse:
    """Where the QR code of a registration leads: for organisers to it, for all others nowhere."""
    if not admin.site.has_permission(request):
        raise Http404
    visible = Registration.objects.visible_to(request.user)
    registration = get_object_or_404(visible, door_code=code)
    return redirect("admin:registrations_registration_change", registration.pk)
