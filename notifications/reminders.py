"""Reminders: a question to the database each minute, never a scheduled task (calendar.md §6).

Which pairs of registration and rule are decided: of an event that is published and has a date, each
registration that is confirmed now, and each that was confirmed when the rule came due and is no
more. A session that is called off reminds of nothing; one that moved has new reminders.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Case, DateTimeField, Exists, OuterRef, Q, Value, When

from accounts.transactions import action
from events.models import Event, Series
from events.states import Status as EventStatus
from notifications.announcements import new_message_id, recipient
from notifications.models import Message, Reminder
from notifications.reminder_rules import Rule, due_at, parsed, wait_until
from registrations.models import Registration, RegistrationChange
from registrations.states import LIVE, Status

Outcome = Reminder.Outcome
BATCH = 500
# A system that stood still for longer writes no rows about what passed meanwhile.
LOOKS_BACK = timedelta(days=30)
STAYS_IN_TIME = timedelta(hours=24)
JUST_TOLD = timedelta(hours=12)


@dataclass(frozen=True)
class Due:
    """A rule of one event that has come due; all times are aware."""

    event: Event
    rule: Rule
    at: datetime
    starts_at: datetime

    @property
    def key(self) -> tuple[str, int]:
        return self.rule.text, self.event.pk

    @property
    def last_moment(self) -> datetime:
        """A reminder that leaves later than this would be of no use."""
        return min(self.at + STAYS_IN_TIME, self.starts_at - self.rule.margin)


@action
def remind(now: datetime, limit: int = BATCH) -> int:
    """Decides due reminders, each once: a message, or a reason why not. Returns how many.

    `now` is aware. A full batch has more. Any number of beats may ask at once.
    """
    now, decided = now.astimezone(UTC), 0
    dues = list(rules_due(now))
    open_ones = _open(dues)
    for due in (due for due in dues if due.key in open_ones):
        decided += _decide(due, now, limit - decided)
        if decided >= limit:
            break
    return decided


def rules_due(now: datetime) -> Iterator[Due]:
    """The rules of published events that have come due; only events near enough are read."""
    for event in _events(now):
        if event.starts_at is None:
            continue
        for rule in parsed(event.series.reminders):
            at = due_at(rule, event.starts_at)
            if at <= now:
                yield Due(event, rule, at, event.starts_at)


def _events(now: datetime) -> Iterable[Event]:
    texts = Series.objects.exclude(reminders="").values_list("reminders", flat=True)
    reach = [rule.reach for text in texts for rule in parsed(text)]
    if not reach:
        return []
    return (
        Event.objects.filter(
            status=EventStatus.PUBLISHED,
            starts_at__gt=now - LOOKS_BACK,
            starts_at__lte=now + max(reach),
        )
        .select_related("series")
        .order_by("starts_at", "pk")
    )


def _open(dues: list[Due]) -> set[tuple[str, int]]:
    """Which of them somebody is still to be decided for: one question a rule, not one an event."""
    found = set()
    for text in dict.fromkeys(due.rule.text for due in dues):
        of_rule = [due for due in dues if due.rule.text == text]
        at = Case(
            *[When(event=due.event.pk, then=Value(due.at)) for due in of_rule],
            output_field=DateTimeField(),
        )
        rows = Registration.objects.filter(event__in=[due.event.pk for due in of_rule])
        events = rows.annotate(due_at=at).filter(_has_a_due(text)).values_list("event", flat=True)
        found |= {(text, event) for event in events.distinct()}
    return found


def _decide(due: Due, now: datetime, limit: int) -> int:
    """Locks, reads again what others decided meanwhile, writes; returns how many rows."""
    registrations = _undecided(due, limit)
    if not registrations:
        return 0
    just_told = _just_told(registrations, now)
    chosen: list[tuple[Registration, Outcome]] = []
    for registration in registrations:
        is_told = registration.pk in just_told
        outcome = outcome_of(registration, due, now, is_just_told=is_told)
        if outcome is not None:
            chosen.append((registration, outcome))
    _write(due, chosen, now)
    return len(chosen)


def outcome_of(
    registration: Registration, due: Due, now: datetime, *, is_just_told: bool
) -> Reminder.Outcome | None:
    """What becomes of one due reminder, in the order of calendar.md §6; None: not before morning.

    Where the morning would be too late it leaves at night: late words are better than none.
    """
    if not registration.is_confirmed:
        return Outcome.VOID
    if now > due.last_moment:
        return Outcome.LATE
    if is_just_told:
        return Outcome.RECENT
    morning = wait_until(now)
    return None if morning and morning <= due.last_moment else Outcome.SENT


def _undecided(due: Due, limit: int) -> list[Registration]:
    """Registrations without a row for this rule and start, under their locks."""
    at = Value(due.at, output_field=DateTimeField())
    rows = Registration.objects.filter(event=due.event).annotate(due_at=at)
    open_rows = rows.filter(_has_a_due(due.rule.text)).select_related("booking").order_by("pk")
    locked = open_rows.select_for_update(of=("self",), no_key=True, skip_locked=True)
    found = list(locked[:limit])
    own = Reminder.objects.filter(rule=due.rule.text, event_starts_at=due.starts_at)
    done = set(own.filter(registration__in=found).values_list("registration_id", flat=True))
    return [row for row in found if row.pk not in done]


def _has_a_due(text: str) -> Q:
    """Registrations without a row for this rule and their start that have a place, or had one.

    They are annotated with `due_at`: who lost the place before it has nothing due.
    """
    rows = Reminder.objects.filter(rule=text, registration=OuterRef("pk"))
    decided = Exists(rows.filter(event_starts_at=OuterRef("event__starts_at")))
    facts = RegistrationChange.objects.filter(registration=OuterRef("pk"))
    confirmed = Exists(facts.filter(to_status=Status.CONFIRMED, at__lte=OuterRef("due_at")))
    lost = facts.filter(from_status=Status.CONFIRMED, at__gt=OuterRef("due_at"))
    had_a_place = Q(confirmed) & Q(Exists(lost.exclude(to_status__in=LIVE)))
    return (Q(status=Status.CONFIRMED) | had_a_place) & ~Q(decided)


def _just_told(registrations: Iterable[Registration], now: datetime) -> set[int]:
    """Whose last mail about this very place left less than twelve hours ago, or is about to."""
    about = Message.objects.to_delegates().filter(registration__in=registrations)
    left = Q(state=Message.State.SENT, settled_at__gt=now - JUST_TOLD)
    unsettled = [Message.State.QUEUED, Message.State.SENDING]
    leaving = Q(state__in=unsettled, not_after__gte=now)
    return set(about.filter(left | leaving).values_list("registration_id", flat=True))


def _write(due: Due, chosen: list[tuple[Registration, Reminder.Outcome]], now: datetime) -> None:
    """The messages first: a reminder that is sent names its message."""
    messages = [_message(row, due, now) for row, outcome in chosen if outcome == Outcome.SENT]
    Message.objects.bulk_create(messages, batch_size=500)
    by_registration = {message.registration_id: message for message in messages}
    reminders = [
        Reminder(
            registration=row,
            rule=due.rule.text,
            event_starts_at=due.starts_at,
            due_at=due.at,
            outcome=outcome,
            message=by_registration.get(row.pk),
            decided_at=now,
        )
        for row, outcome in chosen
    ]
    Reminder.objects.bulk_create(reminders, batch_size=500)


def _message(registration: Registration, due: Due, now: datetime) -> Message:
    """A person without an address of their own is reminded by their contact, who has the mail."""
    start = due.starts_at.astimezone(UTC).isoformat(timespec="minutes")
    booking = registration.booking
    return Message(
        key=f"reminder:{due.rule.text}:{start}:{recipient(registration, to_contact=False)}",
        kind=Message.Kind.REMINDER,
        language=registration.language if registration.email else booking.language,
        event=due.event,
        registration=registration,
        to_email=registration.mail_to,
        message_id=new_message_id(),
        created_at=now,
        next_attempt_at=now,
        not_after=due.last_moment,
    )
