"""The desk's own pages about people: register, decide, promote, cancel, correct an address."""

from typing import Any

from django.contrib import admin, messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from desk import previews
from desk.asking import INVALID, Question, ask
from desk.forms import NoteForm
from desk.person_forms import (
    AddressForm,
    ApplicationsForm,
    DeskRegistrationForm,
    PriorityForm,
    ReasonForm,
)
from desk.views import asks, context_of, event_or_404
from events.models import Event
from registrations import actions, questions, rules
from registrations.answers_form import AnswersForm
from registrations.models import Registration


@asks
def add_registration(request: HttpRequest, pk: int) -> HttpResponse:
    """An organiser registers somebody, where it is full also with one more place."""
    event = event_or_404(request, pk)
    problems = rules.problems_of_registering_at_the_desk(event, timezone.now())
    if request.method != "POST":
        initial = {"language": translation.get_language()}
        form = DeskRegistrationForm(initial=initial, asked=questions.asked_by(event))
        return _form_page(request, event, form, problems)
    form = DeskRegistrationForm(request.POST, asked=questions.asked_by(event))
    if problems or not form.is_valid():
        return _form_page(request, event, form, problems, status=INVALID)
    return _register(request, event, form)


def _form_page(
    request: HttpRequest,
    event: Event,
    form: DeskRegistrationForm,
    problems: list[rules.Problem],
    status: int = 200,
) -> HttpResponse:
    context = admin.site.each_context(request) | context_of(event)
    context |= {"form": form, "problems": problems, "is_wrong": status == INVALID}
    context["has_free_place"] = event.places_free > 0 and not event.places_waiting
    return render(request, "desk/add_registration.html", context, status=status)


def _register(request: HttpRequest, event: Event, form: DeskRegistrationForm) -> HttpResponse:
    application = form.application(form.cleaned_data["language"])
    submit = actions.Submit.at_the_desk(request.user.pk)
    try:
        if form.wants_extra_place:
            registration = actions.register_with_extra_place(
                event.pk, application, submit, reason=form.cleaned_data["reason"]
            )
        else:
            registration = actions.register(event.pk, application, submit)
    except actions.RegistrationError as error:
        for problem in error.problems:
            form.add_error(None, str(problem))
        return _form_page(request, event_or_404(request, event.pk), form, [], status=INVALID)
    is_known = registration.booking.key != submit.key and not form.wants_extra_place
    is_elsewhere = registration.event_id != event.pk
    sentence = _sentence(registration, is_known=is_known, is_elsewhere=is_elsewhere)
    messages.success(request, sentence)
    return redirect(page_of(registration))


def _sentence(registration: Registration, *, is_known: bool, is_elsewhere: bool) -> str:
    """The new fact: a place, a position, or that nothing changed."""
    values = {"name": registration.name, "reference": registration.reference}
    if is_elsewhere:
        values["event"] = registration.event.name
        return _("%(name)s has a place here: %(event)s, %(reference)s; nothing changed.") % values
    if is_known:
        return _("%(name)s was registered already, %(reference)s; nothing changed.") % values
    if registration.is_confirmed:
        return _("%(name)s has a place, %(reference)s.") % values
    if registration.is_pending:
        return _("%(name)s awaits approval, %(reference)s.") % values
    values["position"] = str(registration.position())
    return _("%(name)s is number %(position)s in line, %(reference)s.") % values


def registration_or_404(request: HttpRequest, pk: int) -> Registration:
    visible = Registration.objects.visible_to(request.user).with_event()
    return get_object_or_404(visible, pk=pk)


def page_of(registration: Registration) -> str:
    return reverse("admin:registrations_registration_change", args=[registration.pk])


def context_of_person(registration: Registration) -> dict[str, Any]:
    return context_of(registration.event) | {
        "registration": registration,
        "opts": Registration._meta,
    }


@asks
def cancel_registration(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancels somebody's attendance; the place goes to the first in line."""
    registration = registration_or_404(request, pk)

    def act(data: dict[str, Any]) -> str:
        actions.cancel_registration(
            registration.pk, actor_id=request.user.pk, via="desk", note=data["note"]
        )
        return _("%(name)s: the attendance is cancelled.") % {"name": registration.name}

    question = Question(
        template="desk/cancel_registration.html",
        context=context_of_person(registration),
        back=page_of(registration),
        problems=lambda _data: rules.problems_of_cancelling(registration, timezone.now()),
        preview=lambda _data: previews.of_cancelling(registration, timezone.now()),
        act=act,
    )
    return ask(request, NoteForm(request.POST or None), question)


@asks
def correct_address(request: HttpRequest, pk: int) -> HttpResponse:
    """Gives somebody another address; place, position and reference stay."""
    registration = registration_or_404(request, pk)

    def problems(data: dict[str, Any]) -> list[rules.Problem]:
        if data["email"] == registration.email:
            return [_("Nothing would change.")]
        return rules.problems_of_correcting(registration, timezone.now())

    def act(data: dict[str, Any]) -> str:
        new = actions.correct_address(
            registration.pk, data["email"], actor_id=request.user.pk, via="desk"
        )
        return _("%(name)s: the address is %(email)s.") % {"name": new.name, "email": new.email}

    question = Question(
        template="desk/correct_address.html",
        context=context_of_person(registration),
        back=page_of(registration),
        problems=problems,
        preview=lambda data: previews.of_correcting(registration, data["email"], timezone.now()),
        act=act,
    )
    return ask(request, AddressForm(request.POST or None), question)


@asks
def correct_answers(request: HttpRequest, pk: int) -> HttpResponse:
    """What somebody answered, needs, and the organisation as typed."""
    registration = registration_or_404(request, pk)
    form = AnswersForm(request.POST or None, registration=registration)

    def act(_data: dict[str, Any]) -> str:
        changed = actions.change_answers(
            registration.pk, **form.changes(), actor_id=request.user.pk, via="desk"
        )
        if changed is None:
            return _("%(name)s: the answers are as they were.") % {"name": registration.name}
        return _("%(name)s: the answers are changed.") % {"name": registration.name}

    question = Question(
        template="desk/correct_answers.html",
        context=context_of_person(registration),
        back=page_of(registration),
        problems=lambda _data: rules.problems_of_correcting(registration, timezone.now()),
        preview=lambda _data: previews.of_changing_answers(registration, timezone.now()),
        act=act,
    )
    return ask(request, form, question)


@asks
def decide_applications(request: HttpRequest, pk: int) -> HttpResponse:
    """Approves or turns down the applications of an event, one or many at once."""
    event = event_or_404(request, pk)
    pending = Registration.objects.awaiting_decision(event)

    def preview(data: dict[str, Any]) -> previews.Preview:
        chosen, now = list(data["chosen"]), timezone.now()
        if data["decision"] == "approve":
            return previews.of_approving(event, chosen, now)
        return previews.of_rejecting(event, chosen, now)

    def act(data: dict[str, Any]) -> str:
        chosen = [registration.pk for registration in data["chosen"]]
        if data["decision"] == "approve":
            return _decided(actions.approve(event.pk, chosen, actor_id=request.user.pk))
        reason = data["reason"]
        return _decided(actions.reject(event.pk, chosen, actor_id=request.user.pk, reason=reason))

    question = Question(
        template="desk/decide_applications.html",
        context=context_of(event) | {"number": pending.count()},
        back=reverse("admin:events_event_change", args=[event.pk]),
        problems=lambda _data: rules.problems_of_deciding(event, timezone.now()),
        preview=preview,
        act=act,
    )
    form = ApplicationsForm(
        request.POST or None,
        applications=pending,
        initial={"chosen": request.GET.getlist("chosen"), "decision": "approve"},
    )
    return ask(request, form, question)


def _decided(decided: actions.Decided) -> str:
    """The new facts in numbers; who was decided meanwhile is in none."""
    return _("Confirmed: %(confirmed)s, waiting: %(waiting)s, not accepted: %(rejected)s.") % {
        "confirmed": len(decided.confirmed),
        "waiting": len(decided.waiting),
        "rejected": len(decided.rejected),
    }


@asks
def register_members(request: HttpRequest, pk: int) -> HttpResponse:
    """Registers the members of the event's call who are not registered yet."""
    event = event_or_404(request, pk)

    def act(_data: dict[str, Any]) -> str:
        registered = actions.register_members(event.pk, actor_id=request.user.pk)
        confirmed = sum(row.is_confirmed for row in registered)
        values = {"confirmed": confirmed, "waiting": len(registered) - confirmed}
        return _("Registered with a place: %(confirmed)s, waiting: %(waiting)s.") % values

    question = Question(
        template="desk/register_members.html",
        context=context_of(event),
        back=reverse("admin:events_event_change", args=[event.pk]),
        problems=lambda _data: _problems_of_members(event),
        preview=lambda _data: previews.of_registering_members(event, timezone.now()),
        act=act,
    )
    return ask(request, Form(request.POST), question)


def _problems_of_members(event: Event) -> list[rules.Problem]:
    problems = rules.problems_of_registering_members(event, timezone.now())
    if problems or Registration.objects.members_to_register(event).exists():
        return problems
    return [_("Every member is registered already.")]


@asks
def promote(request: HttpRequest, pk: int) -> HttpResponse:
    """A place for somebody who waits, out of turn."""
    registration = registration_or_404(request, pk)

    def act(data: dict[str, Any]) -> str:
        actions.promote(registration.pk, reason=data["reason"], actor_id=request.user.pk)
        return _("%(name)s has a place, %(reference)s.") % {
            "name": registration.name,
            "reference": registration.reference,
        }

    question = Question(
        template="desk/promote.html",
        context=context_of_person(registration),
        back=page_of(registration),
        problems=lambda _data: rules.problems_of_promoting(registration, timezone.now()),
        preview=lambda _data: previews.of_promoting(registration, timezone.now()),
        act=act,
    )
    return ask(request, ReasonForm(request.POST or None), question)


@asks
def set_priority(request: HttpRequest, pk: int) -> HttpResponse:
    """Another place in line."""
    registration = registration_or_404(request, pk)

    def act(data: dict[str, Any]) -> str:
        changed = actions.set_priority(registration.pk, **data, actor_id=request.user.pk)
        return _("%(name)s is number %(position)s in line, %(reference)s.") % {
            "name": changed.name,
            "position": str(changed.position()),
            "reference": changed.reference,
        }

    def problems(data: dict[str, Any]) -> list[rules.Problem]:
        if data["priority"] == registration.priority:
            return [_("Nothing would change.")]
        return rules.problems_of_promoting(registration, timezone.now())

    question = Question(
        template="desk/set_priority.html",
        context=context_of_person(registration) | {"position": registration.position()},
        back=page_of(registration),
        problems=problems,
        preview=lambda _data: previews.Preview(),
        act=act,
    )
    form = PriorityForm(request.POST or None, initial={"priority": registration.priority})
    return ask(request, form, question)
