"""The desk's pages about one person: their place to another, a note, a deadline of their own."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from desk import previews
from desk.asking import Question, ask
from desk.person_forms import DeskSubstituteForm, RegistrationNoteForm, ReopenForm
from desk.registration_views import context_of_person, page_of, registration_or_404
from desk.views import asks
from events import dates
from registrations import actions, rules


@asks
def hand_over_place(request: HttpRequest, pk: int) -> HttpResponse:
    """A confirmed place goes to another person of the organisation, also past the deadline."""
    registration = registration_or_404(request, pk)
    form = DeskSubstituteForm(request.POST or None, registration=registration)

    def act(_data: dict[str, Any]) -> str:
        person = form.substitute(registration.language)
        new = actions.hand_over(registration.pk, person, actor_id=request.user.pk, via="desk")
        return _("%(name)s has a place, %(reference)s.") % {
            "name": new.name,
            "reference": new.reference,
        }

    question = Question(
        template="desk/hand_over_place.html",
        context=context_of_person(registration),
        back=page_of(registration),
        problems=lambda _data: rules.problems_of_handing_over_at_the_desk(
            registration, timezone.now()
        ),
        preview=lambda data: previews.of_handing_over(registration, data["email"], timezone.now()),
        act=act,
    )
    return ask(request, form, question)


@asks
def write_note(request: HttpRequest, pk: int) -> HttpResponse:
    """What organisers write about a person and find them by."""
    registration = registration_or_404(request, pk)
    written = {"note": registration.note, "tags": registration.tags}

    def act(data: dict[str, Any]) -> str:
        actions.write_note(registration.pk, **data, actor_id=request.user.pk)
        return _("%(name)s: the note is saved.") % {"name": registration.name}

    question = Question(
        template="desk/write_note.html",
        context=context_of_person(registration),
        back=page_of(registration),
        problems=lambda data: [_("Nothing would change.")] if data == written else [],
        preview=lambda _data: previews.Preview(),
        act=act,
    )
    return ask(request, RegistrationNoteForm(request.POST or None, initial=written), question)


@asks
def reopen_deadline(request: HttpRequest, pk: int) -> HttpResponse:
    """One person may change answers and pass their place on past the deadlines of everybody."""
    registration = registration_or_404(request, pk)
    former = registration.deadline_reopened_until

    def problems(data: dict[str, Any]) -> list[rules.Problem]:
        if data["until"] == former:
            return [_("Nothing would change.")]
        return rules.problems_of_reopening(registration, data["until"], timezone.now())

    def act(data: dict[str, Any]) -> str:
        changed = actions.reopen_deadline(registration.pk, **data, actor_id=request.user.pk)
        values = {"name": changed.name}
        until = changed.deadline_reopened_until
        if until is None:
            return _("%(name)s: the deadlines of everybody hold.") % values
        values["moment"] = dates.moment(until)
        return _("%(name)s: the deadline is reopened until %(moment)s.") % values

    question = Question(
        template="desk/reopen_deadline.html",
        context=context_of_person(registration),
        back=page_of(registration),
        problems=problems,
        preview=lambda _data: previews.Preview(),
        act=act,
    )
    return ask(request, ReopenForm(request.POST or None, initial={"until": former}), question)
