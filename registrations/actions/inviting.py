"""Inviting: a person, a town or a company gets a right to places, and loses it again."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.transactions import action
from events.models import Event, Series
from registrations import invitation_rules, nominations
from registrations.locks import locked_event, locked_with_events
from registrations.models import Invitation, InvitationChange
from registrations.rules import RegistrationError, refuse

Kind = InvitationChange.Kind


@dataclass(frozen=True, kw_only=True)
class Invitee:
    """Whom to invite, for how many places, until when (aware). Texts are cleaned, the e-mail is
    lower-case; a town that nominates has its `town_id`, a company its `organisation`.
    """

    name: str
    email: str
    expires_at: datetime
    kind: str = Invitation.Kind.PERSON
    organisation: str = ""
    town_id: int | None = None
    language: str = "cs"
    places: int = 1


@action
def invite(target: Event | Series, invitee: Invitee, *, actor_id: int | None = None) -> Invitation:
    """Invites to one event or to each event of a series; the mail follows from the fact.

    Raises RegistrationError, also where the address is invited already; only organisers call this,
    so the answer may say so.
    """
    now = timezone.now()
    current = _locked(target)
    if Invitation.objects.to(current).known([invitee.email]):
        raise RegistrationError([_("This address is invited already.")])
    return _invite(current, invitee, now, actor_id=actor_id)


@action
def invite_many(
    target: Event | Series, invitees: Sequence[Invitee], *, actor_id: int | None = None
) -> list[Invitation]:
    """Invites those of a list who are not invited yet, all or nobody; the same list twice is once.

    Raises RegistrationError.
    """
    now = timezone.now()
    current = _locked(target)
    known = Invitation.objects.to(current).known([invitee.email for invitee in invitees])
    new = [invitee for invitee in invitees if invitee.email not in known]
    return [_invite(current, invitee, now, actor_id=actor_id) for invitee in new]


def _locked(target: Event | Series) -> Event | Series:
    """The event as it is under its lock; a series has no state of its own."""
    return locked_event(target.pk) if isinstance(target, Event) else target


def _invite(
    target: Event | Series, invitee: Invitee, now: datetime, *, actor_id: int | None
) -> Invitation:
    refuse(invitation_rules.problems_of_inviting(target, invitee.expires_at, now))
    to = {"event": target} if isinstance(target, Event) else {"series": target}
    invitation = Invitation.objects.create(**to, **asdict(invitee), created_at=now, sent_at=now)
    invitation.write_fact(Kind.INVITED, now, actor_id=actor_id)
    return invitation


@action
def send_invitation_again(
    invitation_id: int, expires_at: datetime, *, actor_id: int | None = None
) -> Invitation:
    """Sends the same link once more, valid until `expires_at` (aware); a declined one is open anew.

    Raises RegistrationError, Invitation.DoesNotExist.
    """
    invitation = locked_with_events(invitation_id)
    now = timezone.now()
    refuse(invitation_rules.problems_of_sending(invitation, expires_at, now))
    if invitation.is_expired(now):
        nominations.end(invitation.pk, now)
    data = {"expires_at": [invitation.expires_at.isoformat(), expires_at.isoformat()]}
    invitation.expires_at, invitation.declined_at, invitation.sent_at = expires_at, None, now
    invitation.save(update_fields=["expires_at", "declined_at", "sent_at"])
    invitation.write_fact(Kind.SENT_AGAIN, now, actor_id=actor_id, data=data)
    return invitation


@action
def remind_invited(target: Event | Series, *, actor_id: int | None = None) -> int:
    """Reminds everybody invited to this who has not answered; returns how many.

    Who was written to in the last 24 hours is left in peace. Raises RegistrationError where the
    event is called off or over.
    """
    now = timezone.now()
    current = _locked(target)
    refuse(invitation_rules.problems_of_reminding(current, now))
    waiting = Invitation.objects.to(current).remindable(now)
    rows = list(waiting.order_by("pk").select_for_update(of=("self",), no_key=True))
    for invitation in rows:
        invitation.sent_at = now
        invitation.save(update_fields=["sent_at"])
        invitation.write_fact(Kind.REMINDED, now, actor_id=actor_id)
    return len(rows)


@action
def revoke_invitation(
    invitation_id: int, *, actor_id: int | None = None, note: str = ""
) -> Invitation:
    """Withdraws an invitation and ends its nominations; who is registered by it stays so.

    Raises RegistrationError, Invitation.DoesNotExist.
    """
    invitation = locked_with_events(invitation_id)
    now = timezone.now()
    refuse(invitation_rules.problems_of_revoking(invitation))
    invitation.revoked_at = now
    invitation.save(update_fields=["revoked_at"])
    nominations.end(invitation.pk, now, actor_id=actor_id)
    invitation.write_fact(Kind.REVOKED, now, actor_id=actor_id, note=note)
    return invitation


@action
def decline_invitation(invitation_id: int, *, via: str = "") -> Invitation:
    """Nobody comes by this invitation. Raises RegistrationError, Invitation.DoesNotExist."""
    invitation = locked_with_events(invitation_id)
    now = timezone.now()
    refuse(invitation_rules.problems_of_declining(invitation, now))
    invitation.declined_at = now
    invitation.save(update_fields=["declined_at"])
    invitation.write_fact(Kind.DECLINED, now, via=via)
    return invitation
