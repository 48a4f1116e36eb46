"""Mails to the invited, and links that are asked for again: are they true, what do they say."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from events import dates
from events.models import Event, Series
from notifications.mail_rows import Row, aligned
from notifications.mail_words import shortened, when_of, where_of
from notifications.models import Message
from registrations.models import Invitation, InvitationChange, Registration

Reason = Message.Reason
TRUE = ""


@dataclass(frozen=True)
class InvitedCase:
    """A message to somebody invited, with the invitation and what it is to as they are now."""

    message: Message
    invitation: Invitation

    @property
    def revision(self) -> int:
        """The event's, so that a mail built before a move is written anew; 0 for a series."""
        return self.invitation.event.revision if self.invitation.event else 0

    @property
    def is_outdated(self) -> bool:
        """Whether the mail is not built yet, or was before the event changed."""
        return self.message.shows_revision != self.revision


@dataclass(frozen=True)
class LinksCase:
    """A message to an address that asked for its links in a series, with what it has there now."""

    message: Message
    series: Series
    invitations: Sequence[Invitation]
    registrations: Sequence[Registration]

    @property
    def is_outdated(self) -> bool:
        """Whether the mail is not built yet; a retry is the same mail."""
        return not self.message.raw


def links_case(message: Message, series: Series, now: datetime) -> LinksCase:
    """What the address of the message has in the series at this moment."""
    invitations = Invitation.objects.in_series(series).valid(now).of_address(message.to_email)
    registrations = Registration.objects.with_event().live().of_address(message.to_email)
    return LinksCase(
        message,
        series,
        list(invitations.with_target().order_by("pk")),
        list(registrations.upcoming_in(series, now).order_by("event__starts_at", "pk")),
    )


def reason_of_invited(case: InvitedCase, now: datetime) -> str:
    """Nobody is invited to what is off or over, asked once more after answering, or told twice."""
    invitation, event = case.invitation, case.invitation.event
    if invitation.is_forgotten or not invitation.is_valid(now):
        return Reason.NOT_INVITED
    if event and event.is_called_off:
        return Reason.CALLED_OFF
    if event and event.is_over(now):
        return Reason.LATE
    newer = invitation.messages.filter(pk__gt=case.message.pk).exclude(state=Message.State.VOID)
    is_asked_anew = _kind_of_fact(case.message) == InvitationChange.Kind.SENT_AGAIN
    is_answered = invitation.is_used and not is_asked_anew
    return Reason.SUPERSEDED if is_answered or newer.exists() else TRUE


def _kind_of_fact(message: Message) -> str:
    return message.invitation_change.kind if message.invitation_change else ""


def reason_of_links(case: LinksCase) -> str:
    """An address that has nothing here gets nothing; the page said the same to everybody."""
    return TRUE if case.invitations or case.registrations else Reason.UNKNOWN


def values_for_invited(message: Message, invitation: Invitation, now: datetime) -> dict[str, Any]:
    """Everything that the templates of an invitation name, in the active language.

    Behind a closed door neither subject nor preview name a place or a theme.
    """
    event, series = invitation.event, invitation.target_series
    until = dates.moment(invitation.expires_at)
    line = event.name_in_line if event else series.title
    rows = [*_rows_of_target(invitation, now), *_rows_of_right(invitation, until)]
    return _common(message.language, series) | {
        "what": series.title if series.is_closed_door else shortened(line),
        "name": f"{series.title}, {event.name}" if event else series.title,
        "until": until,
        "rows": rows,
        "rows_text": aligned(rows),
        "is_for_series": event is None,
        "is_reminder": _kind_of_fact(message) == InvitationChange.Kind.REMINDED,
        "is_nominating": invitation.is_nominating,
        "link": link_of_invitation(invitation),
    }


def _common(language: str, series: Series) -> dict[str, Any]:
    return {
        "language": language,
        "is_closed_door": series.is_closed_door,
        "organiser": series.organiser,
        "privacy_link": settings.BASE_URL + reverse("privacy"),
    }


def _rows_of_target(invitation: Invitation, now: datetime) -> list[Row]:
    """When and where; of a series each session to come."""
    event = invitation.event
    if event is None:
        events = [item for item in invitation.events if not item.is_over(now)]
        return [Row(_("Session"), _line_of(item)) for item in events if not item.is_called_off]
    rows = [
        Row(_("When"), when_of(event), is_strong=True),
        Row(_("Where"), where_of(event.venue)),
    ]
    return [row for row in rows if row.value]


def _line_of(event: Event) -> str:
    return ", ".join(part for part in (event.name_in_line, when_of(event)) if part)


def _rows_of_right(invitation: Invitation, until: str) -> list[Row]:
    """For whom, how many, until when."""
    rows = [Row(_("For"), invitation.sender)] if invitation.is_nominating else []
    if invitation.places > 1:
        rows.append(Row(_("Places"), str(invitation.places)))
    return [*rows, Row(_("Answer by"), until, is_strong=True)]


def values_for_links(case: LinksCase) -> dict[str, Any]:
    """Everything that the templates of sent links name, in the active language."""
    invitations = [
        Row(str(row.event.name if row.event else row.target_series.title), link_of_invitation(row))
        for row in case.invitations
    ]
    registrations = [
        Row(row.event.name, settings.BASE_URL + reverse("registration", args=[row.token]))
        for row in case.registrations
    ]
    return _common(case.message.language, case.series) | {
        "what": case.series.title,
        "invitations": invitations,
        "registrations": registrations,
    }


def link_of_invitation(invitation: Invitation) -> str:
    """The page of an invitation in the active language."""
    return settings.BASE_URL + reverse("invitation", args=[invitation.token])
