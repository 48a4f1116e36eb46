"""A membership as a member sees it: the meetings to which the members of its call may come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from events.models import Event
from registrations import rules
from registrations.models import Registration
from registrations.rules import Problem


@dataclass(frozen=True)
class Meeting:
    """One event that admits from the membership's call, as of `now`; `own` came by it."""

    membership: Registration
    event: Event
    own: Registration | None
    now: datetime

    @property
    def problems(self) -> list[Problem]:
        """Why the member cannot come now."""
        return rules.problems_of_membership(
            self.membership, self.event
        ) or rules.problems_of_registering(self.event, self.now, is_member=True)

    @property
    def can_register(self) -> bool:
        return self.own is None and not self.problems


def meetings_of(membership: Registration, now: datetime) -> Sequence[Meeting]:
    """The meetings to come, by date; none for what is no valid membership. Two queries."""
    if not (membership.event.is_call and membership.is_confirmed):
        return []
    events = Event.objects.admitting_from(membership.event).upcoming(now).with_place().by_date()
    came = {row.event_id: row for row in membership.attendances.live()}
    return [Meeting(membership, event, came.get(event.pk), now) for event in events]


def meeting_named(membership: Registration, slug: str, now: datetime) -> Meeting | None:
    """The meeting of this address; None where the membership does not reach."""
    return next((item for item in meetings_of(membership, now) if item.event.slug == slug), None)
