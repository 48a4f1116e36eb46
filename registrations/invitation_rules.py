"""Why not? What stands in the way of an invitation and its nominations, fit to show a person."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from events.models import Event, Series
from registrations.models import Invitation, Registration
from registrations.rules import Problem, problems_of_registering

MOST_NOMINATED = 10


def problems_of_invitation(invitation: Invitation, now: datetime) -> list[Problem]:
    """Why an invitation opens nothing now, whatever became of what it is to."""
    if invitation.revoked_at:
        return [_("The organisers have withdrawn the invitation.")]
    if invitation.declined_at:
        return [_("The invitation was declined.")]
    return [_("The invitation has expired.")] if invitation.is_expired(now) else []


def problems_of_using(
    invitation: Invitation, event: Event, now: datetime, *, people: int = 1
) -> list[Problem]:
    """Why so many more people cannot come to the event, or be nominated, by this invitation."""
    problems = problems_of_invitation(invitation, now)
    if problems:
        return problems
    if event.pk != invitation.event_id and event.series_id != invitation.series_id:
        return [_("The invitation is to another session.")]
    left = invitation.places - invitation.used_in(event)
    if left <= 0:
        return [_("All places of the invitation are used.")]
    if people <= left:
        return []
    text = ngettext(
        "The invitation has %(count)s place left.",
        "The invitation has %(count)s places left.",
        left,
    )
    return [text % {"count": left}]


def problems_of_declining(invitation: Invitation, now: datetime) -> list[Problem]:
    """Why an invitation cannot be declined any more."""
    problems = problems_of_invitation(invitation, now)
    if not problems and invitation.registrations.live().exists():
        return [_("Somebody is registered or nominated by it already.")]
    return problems


def problems_of_inviting(
    target: Event | Series, expires_at: datetime, now: datetime
) -> list[Problem]:
    """Why nobody can be invited to this until then; `expires_at` is aware."""
    if expires_at <= now:
        return [_("The invitation would have expired already.")]
    return problems_of_reminding(target, now)


def problems_of_reminding(target: Event | Series, now: datetime) -> list[Problem]:
    """Why nobody is reminded of an invitation to this: no mail about it would leave."""
    if isinstance(target, Series):
        return []
    if target.is_called_off:
        return [_("The session is called off.")]
    return [_("The session is over.")] if target.is_over(now) else []


def problems_of_sending(
    invitation: Invitation, expires_at: datetime, now: datetime
) -> list[Problem]:
    """Why an invitation cannot be sent again, valid until then."""
    if invitation.is_forgotten:
        return [_("Name and address are deleted; invite anew.")]
    if invitation.revoked_at:
        return [_("The organisers have withdrawn the invitation.")]
    return problems_of_inviting(invitation.target, expires_at, now)


def problems_of_revoking(invitation: Invitation) -> list[Problem]:
    """Why an invitation cannot be withdrawn; an expired one can be, so that nobody revives it."""
    if invitation.revoked_at:
        return [_("The organisers have withdrawn the invitation.")]
    return []


def problems_of_nominating(invitation: Invitation) -> list[Problem]:
    """Why nobody is nominated by this invitation, valid or not."""
    return [] if invitation.is_nominating else [_("The invitation is for one person.")]


def problems_of_nominee(registration: Registration, now: datetime) -> list[Problem]:
    """Why a nomination can be neither accepted nor declined now; read with its invitation."""
    invitation = registration.invitation
    if not registration.is_nominated or invitation is None:
        return [_("You are not nominated any more.")]
    if problems_of_invitation(invitation, now):
        return [_("The nomination has ended.")]
    return []


def problems_of_accepting(registration: Registration, now: datetime) -> list[Problem]:
    """Why a nominee cannot register now."""
    problems = problems_of_nominee(registration, now)
    return problems or problems_of_registering(registration.event, now, is_invited=True)
