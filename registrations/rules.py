"""Why not? Who may register, cancel or be promoted; each reason is fit to show a person."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from events import dates
from events.models import Event
from events.states import Status
from registrations.models import Quota, Registration
from registrations.models.organisations import words_of_sectors

Problem = str | Promise
# An offer that leaves less time than this is not made.
SHORTEST_OFFER = timedelta(hours=2)


class RegistrationError(Exception):
    """A registration cannot be made or changed so; carries the reasons, fit to show a person."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(*problems)
        self.problems = problems

    def __str__(self) -> str:
        return " ".join(str(problem) for problem in self.problems)


def refuse(problems: list[Problem]) -> None:
    """Raises RegistrationError where there is a problem."""
    if problems:
        raise RegistrationError(problems)


def problems_of_registering(
    event: Event, now: datetime, *, is_invited: bool = False, is_member: bool = False
) -> list[Problem]:
    """Why nobody can register for the event now; it knows no address (rule 20).

    A full event with a waiting list is no problem: the newcomer waits. `is_invited`: whoever holds
    an invitation, `is_member`: a membership; whether that is valid is another question.
    """
    if event.is_called_off:
        return [_called_off(event)]
    if event.status != Status.PUBLISHED or not event.is_dated:
        return [_("The session has no date yet.")]
    if event.is_over(now):
        return [_("The session is over.")]
    if not (event.admits_anybody(now) or is_invited or (is_member and event.is_for_members)):
        return [_("Members only.") if event.is_for_members else _("By invitation only.")]
    if event.opens_at is not None and now < event.opens_at:
        opening = _("Registration opens on %(day)s.") % {"day": dates.date(event.opens_at)}
        return [opening]
    return _problems_of_places(event, now)


def _called_off(event: Event) -> Problem:
    return _("The call is withdrawn.") if event.is_call else _("The session is called off.")


def _problems_of_places(event: Event, now: datetime) -> list[Problem]:
    if not event.is_open(now):
        return [_("Registration is closed.")]
    if event.is_full and not event.has_waiting_list:
        return [_("All places are taken.")]
    return []


class QuotaReached(RegistrationError):
    """A quota stands in the way, whatever is free; whoever wants to may wait within it."""


def problems_of_quotas(reached: Sequence[Quota]) -> list[Problem]:
    """Each quota that leaves no place for a person, in words."""
    return [words_of(quota) for quota in reached]


def words_of(quota: Quota) -> str:
    """What a quota allows, as a page says it before and after the attempt."""
    values: dict[str, Any] = {"count": quota.limit}
    if quota.series_id:
        return _words_of_series(quota)
    if quota.scope == Quota.Scope.EACH_MUNICIPALITY:
        text = ngettext(
            "At most %(count)s person from one town.",
            "At most %(count)s people from one town.",
            quota.limit,
        )
    elif quota.scope == Quota.Scope.EACH_ORGANISATION:
        text = ngettext(
            "At most %(count)s person from one organisation.",
            "At most %(count)s people from one organisation.",
            quota.limit,
        )
    else:
        values["sectors"] = words_of_sectors(quota.sectors)
        text = ngettext(
            "%(sectors)s: at most %(count)s person.",
            "%(sectors)s: at most %(count)s people.",
            quota.limit,
        )
    return text % values


def _words_of_series(quota: Quota) -> str:
    if quota.is_of_person:
        return str(_("Each person can come to one session of the series."))
    text = ngettext(
        "At most %(count)s person from one town in the whole series.",
        "At most %(count)s people from one town in the whole series.",
        quota.limit,
    )
    return text % {"count": quota.limit}


def refuse_beyond_quotas(
    event: Event, reached: Sequence[Quota], *, waits_within_limit: bool
) -> None:
    """Raises QuotaReached, unless the person would rather wait and the event has a line."""
    if reached and not (waits_within_limit and event.has_waiting_list):
        raise QuotaReached(problems_of_quotas(reached))


def problems_of_registering_at_the_desk(event: Event, now: datetime) -> list[Problem]:
    """An organiser may register people past the deadline, until the event is over."""
    if event.status != Status.PUBLISHED or not event.is_dated:
        return [_("People can be registered for a published session with a date only.")]
    return [_("The session is over.")] if event.is_over(now) else []


def problems_of_cancelling(registration: Registration, now: datetime) -> list[Problem]:
    """Why a registration cannot be cancelled; it can be until the start."""
    if not registration.is_live:
        return [_("The registration is not valid any more.")]
    if registration.event.is_called_off and registration.event.is_call:
        return [_("The call is withdrawn; there is nothing left to cancel.")]
    if registration.event.is_called_off:
        return [_("The session is called off; there is nothing left to cancel.")]
    if registration.event.has_started(now):
        return [_("The session has started.")]
    return []


def problems_of_correcting(registration: Registration, now: datetime) -> list[Problem]:
    """Why the address of a registration cannot be corrected."""
    if not registration.is_live:
        return [_("The registration is not valid any more.")]
    return [_("The session has started.")] if registration.event.has_started(now) else []


def problems_of_correcting_by_link(registration: Registration, now: datetime) -> list[Problem]:
    """Why the contact cannot correct a name or an address; a called-off session needs neither."""
    if registration.is_live and registration.event.is_called_off:
        return [_("The session is called off.")]
    return problems_of_correcting(registration, now)


def problems_of_changing_answers(registration: Registration, now: datetime) -> list[Problem]:
    """Why a person cannot change their own answers; organisers may until the start."""
    ends_at = registration.answers_close_at
    problems = problems_of_correcting_by_link(registration, now)
    if problems or ends_at is None or now < ends_at:
        return problems
    text = _("Answers could be changed until %(moment)s.")
    return [text % {"moment": dates.moment(ends_at)}]


def problems_of_handing_over_at_the_desk(
    registration: Registration, now: datetime
) -> list[Problem]:
    """Why an organiser cannot pass somebody's place on; they can until the start."""
    if not registration.is_confirmed:
        return [_("Only who has a place can hand it over.")]
    if registration.event.is_called_off:
        return [_called_off(registration.event)]
    return [_("The session has started.")] if registration.event.has_started(now) else []


def problems_of_handing_over(registration: Registration, now: datetime) -> list[Problem]:
    """Why a person cannot pass their place to somebody else of the same organisation."""
    problems = problems_of_handing_over_at_the_desk(registration, now)
    ends_at = registration.substitution_ends_at
    if problems or ends_at is None or now < ends_at:
        return problems
    text = _("A place could be handed over until %(moment)s.")
    return [text % {"moment": dates.moment(ends_at)}]


def passed_deadlines(registration: Registration, now: datetime) -> list[Problem]:
    """What one could do oneself until a moment that has passed; nothing after the start."""
    if registration.event.is_called_off or problems_of_correcting(registration, now):
        return []
    passed = problems_of_changing_answers(registration, now)
    return passed + (
        problems_of_handing_over(registration, now) if registration.is_confirmed else []
    )


def problems_of_reopening(
    registration: Registration, until: datetime | None, now: datetime
) -> list[Problem]:
    """Why a person's deadline cannot be reopened until this moment; None closes it again."""
    problems, starts_at = problems_of_correcting(registration, now), registration.event.starts_at
    if problems or until is None:
        return problems
    if until <= now:
        return [_("That moment has passed.")]
    return [_("The session starts before that.")] if starts_at and until > starts_at else []


def problems_of_membership(membership: Registration, event: Event) -> list[Problem]:
    """Why somebody cannot come to the event as a member."""
    if not membership.is_confirmed:
        return [_("The membership is not valid.")]
    if event.admits_from_id is None or membership.event_id != event.admits_from_id:
        return [_("The session is for members of another group.")]
    return []


def problems_of_registering_members(event: Event, now: datetime) -> list[Problem]:
    """Why an organiser cannot register the members of a call for the event."""
    if not event.is_for_members:
        return [_("The session is not for members.")]
    return problems_of_registering_at_the_desk(event, now)


def problems_of_admitting_members(event: Event, call: Event | None) -> list[Problem]:
    """Why the event cannot be for the members of this call."""
    if call is None:
        return [_("Choose whose members may come.")]
    if event.is_call or not call.is_call or call.series_id != event.series_id:
        return [_("Members are of a call of the same series.")]
    return []


def problems_of_deciding(event: Event, now: datetime) -> list[Problem]:
    """Why applications for the event can be neither approved nor turned down now."""
    if event.status != Status.PUBLISHED:
        return [_("Applications are decided for a published session only.")]
    return [_("The session is over.")] if event.is_over(now) else []


def problems_of_promoting(registration: Registration, now: datetime) -> list[Problem]:
    """Why an organiser cannot give somebody a place out of turn."""
    if not registration.is_waiting:
        return [_("The person is not on the waiting list any more.")]
    return problems_of_registering_at_the_desk(registration.event, now)


def problems_of_answering(registration: Registration, now: datetime) -> list[Problem]:
    """Why an offered place can be neither taken nor passed on; its deadline is another question."""
    if not registration.is_offered:
        return [_("No place is offered to you now.")]
    if registration.is_in_party:
        return [_("The contact person answers for the whole party.")]
    return problems_of_answering_at(registration.event, now)


def problems_of_answering_at(event: Event, now: datetime) -> list[Problem]:
    """Why no offer of the event can be answered now."""
    if event.is_called_off:
        return [_called_off(event)]
    return [_("The session has started.")] if event.has_started(now) else []


def problems_of_party(places: int, people: int, *, is_together: bool) -> list[Problem]:
    """Why a party could never come whole, whoever else gives a place up."""
    if not is_together or people <= places:
        return []
    text = ngettext(
        "The session has %(count)s place, fewer than you are.",
        "The session has %(count)s places, fewer than you are.",
        places,
    )
    return [text % {"count": places}]


def can_promote(event: Event, now: datetime) -> bool:
    """Whether freed places go to the waiting list by themselves (architecture.md, Freed places).

    A call has no start, so its places are given as long as it stands.
    """
    if event.status != Status.PUBLISHED:
        return False
    if event.is_call:
        return True
    ends_at = event.promotion_ends_at
    if ends_at is None:
        return False
    return now + SHORTEST_OFFER <= ends_at if event.offer_hours else now < ends_at
