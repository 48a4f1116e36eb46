"""Why not? What stands in the way of a wish to hear of a date, each reason fit to show a person."""

from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from events.models import Event
from events.states import Status
from notifications.models import Follow

Problem = str | Promise


class FollowError(Exception):
    """A wish cannot be made or confirmed; carries the reasons, each fit to show a person."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(*problems)
        self.problems = problems

    def __str__(self) -> str:
        return " ".join(str(problem) for problem in self.problems)


def refuse(problems: list[Problem]) -> None:
    """Raises FollowError where there is a problem."""
    if problems:
        raise FollowError(problems)


def problems_of_following(event: Event) -> list[Problem]:
    """Why nobody can wish to hear of the event's date; it knows no address (rule 20)."""
    if event.is_called_off:
        return [_("The session is called off.")]
    if event.starts_at is not None:
        return [_("The date is set already.")]
    if event.is_call:
        return [_("There is no date to wait for.")]
    if event.is_never_open or event.series.is_closed_door:
        return [_("Members only.") if event.is_for_members else _("By invitation only.")]
    return [] if event.status == Status.PUBLISHED else [_("The session is not public yet.")]


def problems_of_confirming(follow: Follow, now: datetime) -> list[Problem]:
    """Why a wish cannot be confirmed now (aware); it is read with its event."""
    if follow.is_expired(now):
        return [_("The link has expired.")]
    return problems_of_following(follow.event)
