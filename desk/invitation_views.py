"""The desk's own pages about invitations: invite, from a list too, send again, withdraw, remind."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from desk.asking import Question, ask
from desk.invitation_forms import ImportForm, InviteForm, RevokeForm, SendAgainForm
from desk.previews import Preview, of_revoking
from desk.series_views import series_or_404
from desk.views import asks, event_or_404
from events.models import Event, Series
from registrations import actions, invitation_rules
from registrations.models import Invitation
from registrations.rules import Problem

Target = Event | Series


def _invitation_or_404(request: HttpRequest, pk: int) -> Invitation:
    return get_object_or_404(Invitation.objects.visible_to(request.user).with_target(), pk=pk)


def _name_of(target: Target) -> str:
    return f"{target.series.title}, {target.name}" if isinstance(target, Event) else target.title


def _page_of(target: Target) -> str:
    kind = "event" if isinstance(target, Event) else "series"
    return reverse(f"admin:events_{kind}_change", args=[target.pk])


def _list_of(target: Target) -> str:
    kind = "event" if isinstance(target, Event) else "series"
    changelist = reverse("admin:registrations_invitation_changelist")
    return f"{changelist}?{kind}__id__exact={target.pk}"


def _context_of(target: Target) -> dict[str, Any]:
    return {
        "target_name": _name_of(target),
        "target_page": _page_of(target),
        "invitation": None,
        "opts": Invitation._meta,
        "now": timezone.now(),
    }


@asks
def invite(request: HttpRequest, pk: int) -> HttpResponse:
    """Invites a person, a town or a company to one session."""
    return _invite(request, event_or_404(request, pk))


@asks
def invite_to_series(request: HttpRequest, pk: int) -> HttpResponse:
    """Invites to each session of a series."""
    return _invite(request, series_or_404(request, pk))


def _invite(request: HttpRequest, target: Target) -> HttpResponse:
    initial = {
        "kind": Invitation.Kind.PERSON,
        "language": translation.get_language(),
        "expires_at": target.registration_closes_at if isinstance(target, Event) else None,
    }
    form = InviteForm(request.POST or None, initial=initial)

    def act(data: dict[str, Any]) -> str:
        invitation = actions.invite(target, form.invitee, actor_id=request.user.pk)
        return _("%(name)s: invited.") % {"name": invitation}

    question = Question(
        template="desk/invite.html",
        context=_context_of(target),
        back=_list_of(target),
        problems=lambda data: _problems(target, data),
        preview=lambda _data: Preview(mails=1),
        act=act,
    )
    return ask(request, form, question)


def _problems(target: Target, data: dict[str, Any]) -> list[Problem]:
    return invitation_rules.problems_of_inviting(target, data["expires_at"], timezone.now())


@asks
def import_invitations(request: HttpRequest, pk: int) -> HttpResponse:
    """Invites to one session those of a list who are not invited yet."""
    return _import(request, event_or_404(request, pk))


@asks
def import_invitations_to_series(request: HttpRequest, pk: int) -> HttpResponse:
    """Invites to a series those of a list who are not invited yet."""
    return _import(request, series_or_404(request, pk))


def _import(request: HttpRequest, target: Target) -> HttpResponse:
    closes_at = target.registration_closes_at if isinstance(target, Event) else None
    form = ImportForm(
        request.POST or None, request.FILES or None, initial={"expires_at": closes_at}
    )

    def preview(_data: dict[str, Any]) -> Preview:
        known = Invitation.objects.to(target).known([row.email for row in form.invitees])
        return Preview(mails=sum(row.email not in known for row in form.invitees))

    def act(_data: dict[str, Any]) -> str:
        made = actions.invite_many(target, form.invitees, actor_id=request.user.pk)
        values = {"new": len(made), "known": len(form.invitees) - len(made)}
        return _("Invited: %(new)s, invited before: %(known)s.") % values

    question = Question(
        template="desk/import_invitations.html",
        context=_context_of(target),
        back=_list_of(target),
        problems=lambda data: _problems(target, data),
        preview=preview,
        act=act,
    )
    return ask(request, form, question)


@asks
def send_invitation_again(request: HttpRequest, pk: int) -> HttpResponse:
    """The same link once more, also longer than before."""
    invitation = _invitation_or_404(request, pk)

    def act(data: dict[str, Any]) -> str:
        actions.send_invitation_again(pk, data["expires_at"], actor_id=request.user.pk)
        return _("%(name)s: the invitation is sent again.") % {"name": invitation}

    question = Question(
        template="desk/send_invitation_again.html",
        context=_context_of(invitation.target) | {"invitation": invitation},
        back=_page_of_invitation(invitation),
        problems=lambda data: invitation_rules.problems_of_sending(
            invitation, data["expires_at"], timezone.now()
        ),
        preview=lambda _data: Preview(mails=1),
        act=act,
    )
    form = SendAgainForm(request.POST or None, initial={"expires_at": invitation.expires_at})
    return ask(request, form, question)


@asks
def revoke_invitation(request: HttpRequest, pk: int) -> HttpResponse:
    """Nobody more comes by it; who is registered stays so."""
    invitation = _invitation_or_404(request, pk)

    def act(data: dict[str, Any]) -> str:
        actions.revoke_invitation(pk, actor_id=request.user.pk, note=data["note"])
        return _("%(name)s: the invitation is withdrawn.") % {"name": invitation}

    question = Question(
        template="desk/revoke_invitation.html",
        context=_context_of(invitation.target) | {"invitation": invitation},
        back=_page_of_invitation(invitation),
        problems=lambda _data: invitation_rules.problems_of_revoking(invitation),
        preview=lambda _data: of_revoking(invitation),
        act=act,
    )
    return ask(request, RevokeForm(request.POST or None), question)


def _page_of_invitation(invitation: Invitation) -> str:
    return reverse("admin:registrations_invitation_change", args=[invitation.pk])


@require_POST
def remind_invited(request: HttpRequest, pk: int) -> HttpResponse:
    """Writes once more to everybody invited to a session who has not answered."""
    return _remind(request, event_or_404(request, pk))


@require_POST
def remind_invited_to_series(request: HttpRequest, pk: int) -> HttpResponse:
    """The same of a series."""
    return _remind(request, series_or_404(request, pk))


def _remind(request: HttpRequest, target: Target) -> HttpResponse:
    try:
        number = actions.remind_invited(target, actor_id=request.user.pk)
    except actions.RegistrationError as error:
        messages.error(request, str(error))
        return redirect(_page_of(target))
    text = ngettext("%(count)s person is reminded.", "%(count)s people are reminded.", number)
    messages.success(request, text % {"count": number})
    return redirect(_page_of(target))
