"""An invitation as whoever holds it sees it: what it is to, what is left of it, who came by it."""

from dataclasses import dataclass
from datetime import datetime

from events.models import Event
from registrations import invitation_rules, rules
from registrations.models import Invitation, Registration
from registrations.rules import Problem


@dataclass(frozen=True)
class InvitedEvent:
    """One event of an invitation, as of `now`, with those who came or are nominated by it."""

    invitation: Invitation
    event: Event
    people: list[Registration]
    now: datetime

    @property
    def live(self) -> list[Registration]:
        return [row for row in self.people if row.is_live]

    @property
    def left(self) -> int:
        """How many places of the invitation are left; the event may have fewer."""
        return max(0, self.invitation.places - len(self.live))

    @property
    def problems(self) -> list[Problem]:
        """Why nobody more can come to this event by the invitation now."""
        used = invitation_rules.problems_of_using(self.invitation, self.event, self.now)
        return used or rules.problems_of_registering(self.event, self.now, is_invited=True)


@dataclass(frozen=True)
class Invited:
    """An invitation with its events, by date, as of `now`."""

    invitation: Invitation
    events: list[InvitedEvent]
    now: datetime

    @property
    def problems(self) -> list[Problem]:
        """Why the invitation opens nothing, whatever became of its events."""
        return invitation_rules.problems_of_invitation(self.invitation, self.now)

    @property
    def can_decline(self) -> bool:
        return not any(item.live for item in self.events) and not self.problems

    @property
    def only(self) -> InvitedEvent | None:
        """The one event of an invitation to an event."""
        return self.events[0] if self.invitation.event_id and self.events else None

    @property
    def open_events(self) -> list[InvitedEvent]:
        """Those that are not over."""
        return [item for item in self.events if not item.event.is_over(self.now)]

    def event_named(self, slug: str) -> InvitedEvent | None:
        """The event of this address; None where the invitation does not reach."""
        return next((item for item in self.events if item.event.slug == slug), None)


def invited(token: str, now: datetime) -> Invited | None:
    """What an invitation's secret opens; None for a secret of nobody. Three queries."""
    invitation = Invitation.objects.with_target().filter(token=token).first()
    if invitation is None:
        return None
    came = list(invitation.registrations.order_by("pk"))
    events = [
        InvitedEvent(invitation, event, [row for row in came if row.event_id == event.pk], now)
        for event in invitation.events
    ]
    return Invited(invitation, events, now)
