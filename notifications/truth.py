"""Is it still true? What a message says is looked at again in the moment of its claim."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import translation

from events.models import Event, EventChange
from events.states import Status
from notifications import invites
from notifications.announcements import FINAL, told
from notifications.invited import InvitedCase, LinksCase, reason_of_invited, reason_of_links
from notifications.known_parties import KnownPartyCase, reason_of_known_party
from notifications.models import Follow, Message
from notifications.news import news_for
from registrations.models import Registration, RegistrationChange

Kind, Reason = Message.Kind, Message.Reason
TRUE = ""


@dataclass(frozen=True)
class Case:
    """A message with the rows as they are now; `facts` are those of the event, by revision."""

    message: Message
    registration: Registration
    facts: Sequence[EventChange]

    @property
    def event(self) -> Event:
        return self.registration.event

    @property
    def is_outdated(self) -> bool:
        """Whether the mail is not built yet; a retry is the same mail."""
        return not self.message.raw

    def is_told_after(self, revision: int) -> bool:
        """Whether people hear of something newer about the event."""
        return any(fact.event_revision > revision for fact in told(self.facts))


@dataclass(frozen=True)
class FollowCase:
    """A message to a follower, with the wish and its event as they are now."""

    message: Message
    follow: Follow

    @property
    def event(self) -> Event:
        return self.follow.event

    @property
    def is_outdated(self) -> bool:
        """Whether the mail was built before the event changed: nobody else tells a follower."""
        return self.message.shows_revision != self.event.revision


AnyCase = Case | FollowCase | InvitedCase | LinksCase | KnownPartyCase


def reason_to_void(case: AnyCase, now: datetime) -> str:
    """Why the message must not leave any more, or an empty text; `now` is the claim's clock."""
    if now > case.message.not_after:
        return Reason.LATE
    if isinstance(case, FollowCase):
        return _reason_of_follow(case, now)
    if isinstance(case, InvitedCase):
        return reason_of_invited(case, now)
    if isinstance(case, KnownPartyCase):
        return reason_of_known_party(case, now)
    return reason_of_links(case) if isinstance(case, LinksCase) else _reason_of_place(case, now)


def _reason_of_place(case: Case, now: datetime) -> str:
    """That a registration is over is always true. A calling-off that takes an entry out of a
    calendar is overtaken by one thing alone: the registration is over, and its cancellation does
    the same.
    """
    message = case.message
    if message.kind in FINAL:
        return TRUE
    if not case.registration.is_live and message.kind != Kind.PARTY:
        return Reason.NOT_LIVE
    if message.kind == Kind.CALLED_OFF:
        is_needed = invites.must_cancel(message, case.registration)
        return TRUE if is_needed else _reason_of_event_mail(case)
    return _reason_of_event(case, now) or _CHECKS[message.kind](case, now)


def _reason_of_event(case: Case, now: datetime) -> str:
    """What became of the event leaves nothing to say of a place in it."""
    if case.event.is_called_off:
        return Reason.CALLED_OFF
    if case.event.is_over(now):
        return Reason.LATE
    return Reason.SUPERSEDED if _is_stale(case) else TRUE


def _reason_of_follow(case: FollowCase, now: datetime) -> str:
    """Nobody is asked to wait for a date that is set, or told one that is gone again."""
    if case.event.is_called_off:
        return Reason.CALLED_OFF
    if case.event.series.is_closed_door or case.event.status == Status.DRAFT:
        return Reason.HIDDEN
    if case.message.kind == Kind.FOLLOW_CONFIRM:
        return _reason_of_wish(case)
    if not case.follow.is_active:
        return Reason.NOT_FOLLOWED
    if case.event.starts_at is None:
        return Reason.UNCHANGED
    return Reason.LATE if case.event.has_started(now) else TRUE


def _reason_of_wish(case: FollowCase) -> str:
    if case.follow.is_stopped:
        return Reason.NOT_FOLLOWED
    return Reason.DATE_IS_SET if case.event.starts_at else TRUE


def _is_stale(case: Case) -> bool:
    """A mail that was built before newer news of the event: that news tells the person instead."""
    shown = case.message.shows_revision
    return shown is not None and case.is_told_after(shown)


def _reason_of_event_mail(case: Case) -> str:
    """Of one family the newest alone is told, and a person's own newer mail has told it already."""
    revision = case.message.cause.event_revision
    is_newer = case.is_told_after(revision)
    is_own = case.registration.since_revision >= revision
    return Reason.SUPERSEDED if is_newer or is_own else TRUE


def _moved(case: Case, now: datetime) -> str:
    """Moved away and back is no news, nor is a title in the other language."""
    if reason := _reason_of_event_mail(case):
        return reason
    with translation.override(case.message.language):
        news = news_for(case.message, case.registration, case.facts)
    return Reason.UNCHANGED if news.is_empty else TRUE


def _reinstated(case: Case, now: datetime) -> str:
    return _reason_of_event_mail(case)


def _has_place(case: Case, now: datetime) -> str:
    """A place of before a reinstatement: its UID is dead, the reinstatement tells the person."""
    if case.message.cause.incarnation != case.event.incarnation:
        return Reason.SUPERSEDED
    return TRUE if case.registration.is_confirmed else Reason.SUPERSEDED


def _waits(case: Case, now: datetime) -> str:
    return TRUE if case.registration.is_waiting else Reason.SUPERSEDED


def _is_reviewed(case: Case, now: datetime) -> str:
    return TRUE if case.registration.is_pending else Reason.SUPERSEDED


def _is_offered(case: Case, now: datetime) -> str:
    """An offer that ended before its mail left is told of by its end alone."""
    own = case.registration
    return TRUE if own.is_offered and not own.is_offer_over(now) else Reason.SUPERSEDED


def _is_nominated(case: Case, now: datetime) -> str:
    """Nobody is asked to accept what has ended or been answered."""
    own = case.registration
    is_open = own.is_nominated and own.invitation is not None and own.invitation.is_valid(now)
    return TRUE if is_open else Reason.NOT_INVITED


def _answers_stand(case: Case, now: datetime) -> str:
    """Of answers changed twice the newest alone is told."""
    kinds = [RegistrationChange.Kind.ANSWERS_CHANGED, RegistrationChange.Kind.RENAMED]
    newer = case.registration.changes.filter(
        kind__in=kinds, pk__gt=case.message.registration_change_id
    )
    return Reason.SUPERSEDED if newer.exists() else TRUE


def _stays_true(case: Case, now: datetime) -> str:
    """It tells what is so in the moment it leaves."""
    return TRUE


def _comes_soon(case: Case, now: datetime) -> str:
    """A reminder is of one start, and none leaves once it has come."""
    if not case.registration.is_confirmed:
        return Reason.NOT_LIVE
    if case.message.reminder.event_starts_at != case.event.starts_at:
        return Reason.SUPERSEDED
    return Reason.LATE if case.event.has_started(now) else TRUE


_CHECKS: dict[str, Callable[[Case, datetime], str]] = {
    Kind.CONFIRMED: _has_place,
    Kind.PROMOTED: _has_place,
    Kind.TOOK_OVER: _has_place,
    Kind.WAITING: _waits,
    Kind.PENDING: _is_reviewed,
    Kind.OFFERED: _is_offered,
    Kind.NOMINATED: _is_nominated,
    Kind.ANSWERS_CHANGED: _answers_stand,
    Kind.ALREADY_REGISTERED: _stays_true,
    Kind.PARTY: _stays_true,
    Kind.MOVED: _moved,
    Kind.REINSTATED: _reinstated,
    Kind.REMINDER: _comes_soon,
}
