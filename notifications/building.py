"""A message becomes a mail: once, at its first claim, so that every retry is the same bytes."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils import translation

from events import dates
from events.models import EventChange, Series
from notifications.announcements import new_message_id
from notifications.invited import (
    InvitedCase,
    LinksCase,
    values_for_invited,
    values_for_links,
)
from notifications.invites import Invite, invite_for
from notifications.known_parties import KnownPartyCase, values_for_known_party
from notifications.letters import Letter, letter_for, rendered
from notifications.mails import Mail, compose
from notifications.models import Follow, Message
from notifications.readers import link_of_follow, values_for_follower
from registrations.models import Registration


def build(
    message: Message, registration: Registration, facts: Sequence[EventChange], now: datetime
) -> None:
    """Fills the message's mail and what its columns keep of it, without saving.

    `registration` is read with its event as of now. Raises whatever a row raises that cannot
    be written.
    """
    with translation.override(message.language):
        message.to_email = _address(message, registration)
        invite = invite_for(message, registration)
        letter = letter_for(message, registration, facts, invite, now)
        mail = Mail(
            to_email=message.to_email,
            to_name=_name(message, registration),
            subject=letter.subject,
            text=letter.text,
            html=letter.html,
            message_id=message.message_id,
            sent_at=now,
            reply_to=registration.event.series.contact_email,
            references=_first_of_thread(message),
            calendar=(invite.method, invite.content) if invite else None,
        )
        message.raw = compose(mail)
    _keep(message, registration, invite)
    if message.kind == Message.Kind.REMINDER:
        message.not_after = min(message.not_after, _end_of_day(now))


def build_for_follower(message: Message, follow: Follow, now: datetime) -> None:
    """Fills the mail to a follower, without saving; `follow` is read with its event as of now.

    One that names what is no longer true is written anew, as another mail.
    """
    if message.raw:
        message.message_id = new_message_id()
    with translation.override(message.language):
        letter = rendered(message.kind, values_for_follower(follow, now))
        is_asked_for = message.kind == Message.Kind.FOLLOW_CONFIRM
        message.to_email = follow.email
        mail = Mail(
            to_email=message.to_email,
            subject=letter.subject,
            text=letter.text,
            html=letter.html,
            message_id=message.message_id,
            sent_at=now,
            reply_to=follow.event.series.contact_email,
            unsubscribe="" if is_asked_for else link_of_follow(follow),
        )
        message.raw = compose(mail)
    message.shows_revision = follow.event.revision


def build_for_invited(case: InvitedCase, now: datetime) -> None:
    """Fills the mail to somebody invited, without saving; one that is outdated is written anew."""
    message, invitation = case.message, case.invitation
    if message.raw:
        message.message_id = new_message_id()
    with translation.override(message.language):
        letter = rendered(message.kind, values_for_invited(message, invitation, now))
    message.to_email = invitation.email
    series = invitation.target_series
    message.raw = _composed(message, letter, series, now, to_name=invitation.name)
    message.shows_revision = case.revision


def build_links(case: LinksCase, now: datetime) -> None:
    """Fills the mail with the links that somebody asked for again, without saving."""
    with translation.override(case.message.language):
        letter = rendered(case.message.kind, values_for_links(case))
    case.message.raw = _composed(case.message, letter, case.series, now)


def build_for_known_party(case: KnownPartyCase, now: datetime) -> None:
    """Fills the mail to a contact whose people were all registered already, without saving."""
    message, booking = case.message, case.booking
    with translation.override(message.language):
        letter = rendered(message.kind, values_for_known_party(case))
    message.to_email = booking.contact_email
    message.raw = _composed(message, letter, case.event.series, now, to_name=booking.contact_name)
    message.shows_revision = case.event.revision


def _composed(
    message: Message, letter: Letter, series: Series, now: datetime, *, to_name: str = ""
) -> bytes:
    return compose(
        Mail(
            to_email=message.to_email,
            to_name=to_name,
            subject=letter.subject,
            text=letter.text,
            html=letter.html,
            message_id=message.message_id,
            sent_at=now,
            reply_to=series.contact_email,
        )
    )


def _address(message: Message, registration: Registration) -> str:
    if message.is_for_contact:
        return registration.booking.contact_email
    return registration.mail_to


def _name(message: Message, registration: Registration) -> str:
    is_for_contact = message.is_for_contact or not registration.email
    return registration.booking.contact_name if is_for_contact else registration.name


def _first_of_thread(message: Message) -> str:
    """The Message-ID of the first mail to this reader about this place (RFC 5322 §3.6.4)."""
    earlier = Message.objects.beside(message).claimed().filter(pk__lt=message.pk)
    return earlier.order_by("pk").values_list("message_id", flat=True).first() or ""


def _keep(message: Message, registration: Registration, invite: Invite | None) -> None:
    message.calendar_method = invite.method if invite else ""
    message.calendar_uid = invite.uid if invite else ""
    message.calendar_sequence = invite.sequence if invite else None
    message.shows_revision = registration.event.revision


def _end_of_day(now: datetime) -> datetime:
    """The last moment of this day in Prague: after it "tomorrow" would lie, in the same bytes."""
    tomorrow = dates.day_of(now) + timedelta(days=1)
    midnight = datetime.combine(tomorrow, datetime.min.time(), tzinfo=dates.PRAGUE)
    return midnight - timedelta(seconds=1)
