"""What is deleted when its time is over: mails, wishes, invitations, needs, answers, notes."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from accounts.transactions import action
from events.states import Status as EventStatus
from notifications.models import Follow, FollowQuerySet, Message
from notifications.models.follows import CONFIRMED_WITHIN
from registrations.actions import forget_answers, forget_needs, forget_notes
from registrations.models import Invitation, InvitationChange

BODIES_KEPT = timedelta(days=30)
# A wish that is over stays as long as somebody may ask why a mail came.
FOLLOWS_KEPT = timedelta(days=14)
# As long as an organiser may send an expired invitation once more.
INVITATIONS_KEPT = timedelta(days=14)


@dataclass(frozen=True)
class Forgotten:
    """How many rows were emptied, and how many wishes and answers deleted."""

    bodies: int
    needs: int
    follows: int
    invitations: int
    answers: int
    notes: int


@action
def forget_bodies(now: datetime) -> int:
    """Empties the mails that were settled 30 days before `now` (aware); the rows stay."""
    settled = Message.objects.filter(settled_at__lt=now - BODIES_KEPT, raw__isnull=False)
    return settled.update(raw=None)


@action
def forget_follows(now: datetime) -> int:
    """Deletes the wishes that nobody confirmed or that are over, with the mails about them.

    `now` is aware. One whose mail is still under way stays until that has ended.
    """
    rows = _forgettable(now).select_for_update(of=("self",), skip_locked=True)
    pks = list(rows.values_list("pk", flat=True))
    Message.objects.filter(follow__in=pks).delete()
    Follow.objects.filter(pk__in=pks).delete()
    return len(pks)


@action
def forget_invitations(now: datetime) -> int:
    """Empties names and addresses of invitations that led nowhere, and of the mails about them.

    `now` is aware. The rows stay with their facts, which name nobody; organisers' notes on them go.
    One whose mail is still under way stays until that has ended.
    """
    under_way = Message.objects.filter(invitation=OuterRef("pk")).unsettled()
    over = Invitation.objects.forgettable(now - INVITATIONS_KEPT).filter(~Exists(under_way))
    rows = list(over.select_for_update(of=("self",), no_key=True, skip_locked=True))
    for row in rows:
        row.name = row.email = ""
        # A town or a company is nobody, and says what the invitation was.
        row.organisation = row.organisation if row.is_nominating else ""
    Invitation.objects.bulk_update(rows, ["name", "email", "organisation"], batch_size=500)
    Message.objects.filter(invitation__in=rows).update(to_email="", raw=None)
    InvitationChange.objects.filter(invitation__in=rows).exclude(note="").update(note="")
    return len(rows)


def _forgettable(now: datetime) -> FollowQuerySet:
    """Not confirmed in time; or a fortnight ago written to, stopped, called off or over."""
    before, messages = now - FOLLOWS_KEPT, Message.objects.filter(follow=OuterRef("pk"))
    told = messages.of_dates().filter(
        state__in=[Message.State.SENT, Message.State.FAILED], settled_at__lt=before
    )
    is_forgotten = Q(confirmed_at__isnull=True, created_at__lt=now - CONFIRMED_WITHIN)
    is_called_off = Q(event__status=EventStatus.CANCELLED, event__changed_at__lt=before)
    is_over = Q(stopped_at__lt=before) | Q(event__ends_at__lt=before) | is_called_off | Exists(told)
    return Follow.objects.filter(~Exists(messages.unsettled()), is_forgotten | is_over)


def forget(now: datetime) -> Forgotten:
    """All that time deletes, each in its own transaction."""
    return Forgotten(
        bodies=forget_bodies(now),
        needs=forget_needs(now),
        follows=forget_follows(now),
        invitations=forget_invitations(now),
        answers=forget_answers(now),
        notes=forget_notes(now),
    )
