"""What must hold of places: nobody too many, nobody idle, in order, within quotas and limits."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, Subquery

from desk.checks import SETTLED_WITHIN, Checks
from events.models import Event, EventChange, Series
from events.states import Status as EventStatus
from registrations import capacity, rules
from registrations.models import (
    Answer,
    Invitation,
    Person,
    Quota,
    Registration,
    RegistrationChange,
)
from registrations.states import HOLDING_A_PLACE, Status

CHECKS = Checks()
RegKind, EventKind = RegistrationChange.Kind, EventChange.Kind


@CHECKS.under("1 never oversold: a fact that confirms keeps the count it was decided by")
def oversold(now: datetime) -> Iterator[str]:
    confirming = RegistrationChange.objects.filter(to_status__in=HOLDING_A_PLACE)
    # Who was pending may have held the place before.
    held = [*HOLDING_A_PLACE, Status.PENDING]
    carried = [RegKind.CORRECTED, RegKind.TOOK_OVER]
    confirming = confirming.exclude(kind__in=carried).exclude(from_status__in=held)
    broken = confirming.filter(Q(taken_after__isnull=True) | Q(taken_after__gt=F("capacity_at")))
    for change in broken.iterator():
        yield f"registrationchange {change.pk}"


@CHECKS.under("1 never oversold: more people than places only after the capacity was lowered")
def too_many(now: datetime) -> Iterator[str]:
    lowered = EventChange.objects.filter(event=OuterRef("pk"), kind=EventKind.CAPACITY_CHANGED)
    for event in Event.objects.exclude(Exists(lowered)).iterator():
        if capacity.count(event).free < 0:
            yield f"event {event.pk}"


@CHECKS.under("1 never oversold: an option has no more holders than places, unless it was lowered")
def options_too_full(now: datetime) -> Iterator[str]:
    is_held = Q(registration__status__in=HOLDING_A_PLACE) | Q(
        registration__status=Status.PENDING, registration__event__has_place_while_pending=True
    )
    limited = Q(option__limit__isnull=False, option__lowered_at__isnull=True)
    held = Answer.objects.filter(is_held, limited, is_granted=True).order_by()
    counted = held.values("option_id", "option__limit", "registration__event_id")
    over = counted.annotate(holders=Count("pk")).filter(holders__gt=F("option__limit"))
    for option_id in over.values_list("option_id", flat=True):
        yield f"option {option_id}"


@CHECKS.under("2 no idle seat: nobody waits who could have a free place")
def idle_seats(now: datetime) -> Iterator[str]:
    for event in Event.objects.filter(status=EventStatus.PUBLISHED).iterator():
        if rules.can_promote(event, now) and capacity.count(event).is_wanted:
            yield f"event {event.pk}"


@CHECKS.under("3 order: nobody was passed over who still waits")
def passed_over(now: datetime) -> Iterator[str]:
    """Somebody behind a person who waits took a place after that person had joined the line."""
    own = RegistrationChange.objects.filter(registration=OuterRef("pk"))
    joined = own.filter(~Q(from_status=Status.WAITING), to_status=Status.WAITING)
    reordered = own.filter(kind=RegKind.PRIORITISED)
    in_line_since = (joined | reordered).order_by("-pk").values("pk")[:1]
    taken = RegistrationChange.objects.filter(
        registration__event=OuterRef("event"),
        pk__gt=OuterRef("in_line_since"),
        taken_after__isnull=False,
    ).exclude(data__has_key="out_of_turn")
    behind = Q(registration__priority__gt=OuterRef("priority")) | Q(
        registration__priority=OuterRef("priority"),
        registration__joined_at__gt=OuterRef("joined_at"),
    )
    waiting = Registration.objects.waiting().annotate(in_line_since=in_line_since)
    for registration in waiting.filter(Exists(taken.filter(behind))).iterator():
        if not _is_named_by_all_behind(registration):
            yield f"registration {registration.pk}"


def _is_named_by_all_behind(waiting: Registration) -> bool:
    """Whether each placing of somebody behind says that this booking could not have the place."""
    since = waiting.in_line_since  # type: ignore[attr-defined]
    placings = RegistrationChange.objects.filter(
        registration__event=waiting.event_id, pk__gt=since, taken_after__isnull=False
    ).exclude(data__has_key="out_of_turn")
    for change in placings.select_related("registration"):
        other = change.registration
        is_behind = (other.priority, other.joined_at) > (waiting.priority, waiting.joined_at)
        if is_behind and waiting.booking_id not in (change.new("passed_over") or []):
            return False
    return True


@CHECKS.under("1 never oversold: no quota is exceeded but by who came before it was set")
def beyond_quotas(now: datetime) -> Iterator[str]:
    for event in Event.objects.filter(quotas__isnull=False).distinct().iterator():
        own = event.changes.filter(kind=EventKind.QUOTAS_CHANGED)
        set_at = own.exclude(data__has_key="series_quotas").aggregate(last=Max("at"))["last"]
        newest = {Person.of(row) for row in _placed_since(event, set_at or now)}
        for limit in capacity.count(event).limits:
            if limit.quota.event_id and _is_exceeded_by(limit, newest):
                yield f"quota {limit.quota.pk}"


def _is_exceeded_by(limit: capacity.Limit, people: Iterable[Person]) -> bool:
    over = {group for group, number in limit.counts.items() if number > limit.quota.limit}
    return bool(over & {limit.quota.group_of(person) for person in people} - {None})


@CHECKS.under(
    "1 never oversold: no limit of a series is exceeded but by who came before it was set"
)
def beyond_series_limits(now: datetime) -> Iterator[str]:
    for series, set_at in _limited_series():
        events = list(series.events.order_by("pk"))
        newest = {Person.of(row) for event in events for row in _placed_since(event, set_at)}
        carried = {Person.of(row) for row in _carried_since(series, set_at)}
        for limit in capacity.count(events[0]).limits:
            people = newest | carried if limit.quota.is_of_person else newest
            if limit.quota.series_id and _is_exceeded_by(limit, people):
                yield f"quota {limit.quota.pk}"


def _limited_series() -> Iterator[tuple[Series, datetime]]:
    """The series with limits, and when they were set last.

    Where a session was held after all since then, people may have two places.
    """
    for series in Series.objects.filter(quotas__isnull=False).distinct().iterator():
        facts = EventChange.objects.filter(event__series=series)
        set_at = facts.filter(data__has_key="series_quotas").aggregate(last=Max("at"))["last"]
        if set_at and not facts.filter(kind=EventKind.REINSTATED, at__gt=set_at).exists():
            yield series, set_at


def _carried_since(series: Series, moment: datetime) -> QuerySet[Registration]:
    """Who holds a place that was somebody else's, or another address's, until after a moment."""
    carried = RegistrationChange.objects.filter(
        registration=OuterRef("pk"), kind__in=[RegKind.TOOK_OVER, RegKind.CORRECTED], at__gt=moment
    )
    holders = Registration.objects.filter(event__series=series).holding_a_place()
    return holders.filter(Exists(carried)).select_related("organisation")


def _placed_since(event: Event, moment: datetime) -> QuerySet[Registration]:
    """Who holds a place taken after a moment: by a fact of their own, or with everybody who awaited
    a decision when applications began to hold places, which is a fact of the event.
    """
    own = RegistrationChange.objects.filter(registration=OuterRef("pk"))
    is_placed = Q(Exists(own.filter(taken_after__isnull=False, at__gt=moment)))
    holders = Registration.objects.filter(event=event).holding_a_place()
    if began_at := _pending_hold_since(event, moment):
        then = own.filter(at__lte=began_at).order_by("-pk").values("to_status")[:1]
        holders = holders.alias(status_then=Subquery(then))
        is_placed |= Q(status_then=Status.PENDING)
    return holders.filter(is_placed).select_related("organisation")


def _pending_hold_since(event: Event, moment: datetime) -> datetime | None:
    """When applications last began to hold places, if that was after this moment."""
    changed = event.changes.filter(kind=EventKind.ADMISSION_CHANGED, at__gt=moment)
    began = [row.at for row in changed if row.new("has_place_while_pending")]
    return max(began, default=None)


@CHECKS.under("one who got a place waits for no other in a series of one each")
def waiting_elsewhere(now: datetime) -> Iterator[str]:
    """Whose place came after the limit was set, and after they had joined the other line."""
    own = RegistrationChange.objects.filter(registration=OuterRef("pk"))
    joined = own.filter(~Q(from_status=Status.WAITING), to_status=Status.WAITING)
    for series, set_at in _limited_series():
        placed = RegistrationChange.objects.filter(
            registration__event__series=series,
            registration__email=OuterRef("email"),
            registration__status=Status.CONFIRMED,
            to_status=Status.CONFIRMED,
            at__gt=set_at,
            pk__gt=OuterRef("joined"),
        ).exclude(registration__event__status=EventStatus.CANCELLED)
        waiting = Registration.objects.waiting().filter(event__series=series)
        waiting = waiting.exclude(event__status=EventStatus.CANCELLED).exclude(email="")
        if series.quotas.filter(scope=Quota.Scope.EACH_PERSON).exists():
            in_line = waiting.annotate(joined=joined.order_by("-pk").values("pk")[:1])
            for registration in in_line.filter(Exists(placed)).iterator():
                yield f"registration {registration.pk}"


@CHECKS.under("3 order: nobody is confirmed without approval")
def unapproved(now: datetime) -> Iterator[str]:
    """Where the way in was never changed: who came while it was open keeps their place."""
    changed = EventChange.objects.filter(
        event=OuterRef("event"), kind__in=[EventKind.ADMISSION_CHANGED, EventKind.EDITED]
    )
    held = Registration.objects.filter(
        event__admission=Event.Admission.APPROVAL,
        status__in=HOLDING_A_PLACE,
        approved_at__isnull=True,
    )
    for registration in held.exclude(Exists(changed)).iterator():
        yield f"registration {registration.pk}"


@CHECKS.under("7 offers expire")
def stale_offers(now: datetime) -> Iterator[str]:
    late = Registration.objects.offered_before(now - SETTLED_WITHIN)
    for registration in late.filter(event__status=EventStatus.PUBLISHED).iterator():
        yield f"registration {registration.pk}"


@CHECKS.under("4 counters equal rows")
def counters(now: datetime) -> Iterator[str]:
    is_held = Q(registrations__status__in=HOLDING_A_PLACE) | Q(
        registrations__status=Status.PENDING, has_place_while_pending=True
    )
    holding = Count("registrations", filter=is_held)
    waiting = Count("registrations", filter=Q(registrations__status=Status.WAITING))
    counted = Event.objects.annotate(holding=holding, in_line=waiting)
    wrong = ~Q(places_taken=F("holding")) | ~Q(places_waiting=F("in_line"))
    for event in counted.filter(wrong).iterator():
        yield f"event {event.pk}"


@CHECKS.under("an invitation has no more people in an event than places")
def invitations_overused(now: datetime) -> Iterator[str]:
    live = Registration.objects.live().filter(invitation__isnull=False).order_by()
    counted = live.values("invitation_id", "invitation__places", "event_id")
    over = counted.annotate(used=Count("pk")).filter(used__gt=F("invitation__places"))
    for invitation_id in over.values_list("invitation_id", flat=True):
        yield f"invitation {invitation_id}"


@CHECKS.under("nobody is nominated by an invitation that is over, or by none")
def dead_nominations(now: datetime) -> Iterator[str]:
    nominated = Registration.objects.nominated()
    dead = Invitation.objects.dead(now - SETTLED_WITHIN)
    broken = nominated.filter(Q(invitation__isnull=True) | Q(invitation__in=dead))
    for registration in broken.iterator():
        yield f"registration {registration.pk}"


@CHECKS.under("a member comes by a membership of a call of the same series")
def members_of_nothing(now: datetime) -> Iterator[str]:
    own = Registration.objects.filter(membership__isnull=False)
    is_of_call = Q(
        membership__event__kind=Event.Kind.CALL, membership__event__series=F("event__series")
    )
    for registration in own.exclude(is_of_call).iterator():
        yield f"registration {registration.pk}"
