"""Planted corruptions: each breaks one rule in a scratch copy, and its check must notice."""

from collections.abc import Callable, Iterator
from datetime import timedelta

from django.db import connection, models
from django.utils import timezone

from desk import invariants
from events import actions as event_actions
from events.models import Event, EventChange, Kraj, Municipality, Region, Series, Venue
from events.states import Status as EventStatus
from notifications.models import Follow, Message, Reminder
from registrations import actions
from registrations.applications import Application
from registrations.models import (
    Answer,
    Invitation,
    InvitationChange,
    Option,
    Organisation,
    Question,
    Quota,
    Registration,
    RegistrationChange,
)

Plant = Callable[[Event], object]
PLANTS: dict[str, Plant] = {}


def breaks(name: str) -> Callable[[Plant], Plant]:
    """Says which invariant (the beginning of its name) a corruption must set off."""

    def register(function: Plant) -> Plant:
        PLANTS[f"{name}: {function.__name__}"] = function
        return function

    return register


def missed() -> dict[str, list[str]]:
    """The corruptions that no check noticed, each with what was found instead; {} is good news.

    Works in a scratch database of its own, made and destroyed here; needs the right to make one.
    """
    own_name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        _allow_changed_facts()
        return dict(_missed())
    finally:
        connection.creation.destroy_test_db(own_name, verbosity=0)


def _allow_changed_facts() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for model in (EventChange, RegistrationChange, InvitationChange):
                cursor.execute(f"DROP TRIGGER append_only ON {model._meta.db_table}")


def _missed() -> Iterator[tuple[str, list[str]]]:
    for name, plant in PLANTS.items():
        event = _sound_event()
        before = set(invariants.run(timezone.now()))
        plant(event)
        found = [hit for hit in invariants.run(timezone.now()) if hit not in before]
        if before or not any(hit.startswith(name.partition(":")[0]) for hit in found):
            yield name, [*before, *found] or ["nothing was noticed"]
        _clear()


def _clear() -> None:
    rows: tuple[type[models.Model], ...] = (
        Reminder, Message, Follow, RegistrationChange, Answer, Registration, Option, Question,
        InvitationChange, Invitation, Organisation, EventChange, Quota, Event, Series, Venue,
        Municipality, Kraj, Region,
    )  # fmt: skip
    Registration.objects.update(replaced_by=None, membership=None)
    for model in rows:
        model._default_manager.all().delete()


def _sound_event() -> Event:
    """Two confirmed and one waiting, every fact announced with its message."""
    region = Region.objects.create(code="CZ01", name="Praha")
    kraj = Kraj.objects.create(code="CZ010", name="Hlavní město Praha", region=region)
    town = Municipality.objects.create(name="Praha", kraj=kraj)
    series = Series.objects.create(
        slug="scratch", kind="roadshow", reference_code="SC", title_cs="Scratch",
        organiser_cs="Scratch", contact_email="scratch@setkani.example",
    )  # fmt: skip
    starts_at = timezone.now() + timedelta(days=30)
    event = Event(
        series=series, slug="scratch", kind=Event.Kind.REGIONAL_MEETING, capacity=2,
        status=EventStatus.PUBLISHED, title_cs="Scratch", venue=Venue.objects.create(town=town),
        starts_at=starts_at, ends_at=starts_at + timedelta(hours=2),
    )  # fmt: skip
    event_actions.create_event(event)
    for number in range(3):
        actions.register(event.pk, _application(number), actions.Submit.at_the_desk(None))
    for change in RegistrationChange.objects.all():
        _message(change)
    RegistrationChange.objects.update(announced_at=timezone.now())
    EventChange.objects.update(announced_at=timezone.now())
    return event


def _application(number: int) -> Application:
    return Application(
        name=f"Scratch {number}", email=f"scratch{number}@setkani.example",
        organisation="Scratch", sector="private", language="cs",
    )  # fmt: skip


def _message(change: RegistrationChange, **fields: object) -> Message:
    now = timezone.now()
    values: dict[str, object] = {
        "key": f"scratch:{change.pk}", "kind": "confirmed", "language": "cs",
        "message_id": f"<{change.pk}.{now.timestamp()}@setkani.example>", "state": "sent",
        "registration_change": change, "registration": change.registration,
        "not_after": now + timedelta(days=3), "claimed_at": now, "settled_at": now,
    }  # fmt: skip
    return Message.objects.create(**values | fields)


def _follow(event: Event, messages: int, **fields: object) -> Follow:
    """A confirmed wish whose date was set and announced, told so many times."""
    now = timezone.now()
    values: dict[str, object] = {"confirmed_at": now - timedelta(hours=1)} | fields
    follow = Follow.objects.create(
        event=event, email="wish@setkani.example", language="cs", **values
    )
    Event.objects.update(revision=2)
    change = event.changes.create(
        kind="scheduled", at=now, announced_at=now, event_revision=2, incarnation=0
    )
    for number in range(messages):
        Message.objects.create(
            key=f"scratch:f{number}", kind="date_set", language="cs", follow=follow, state="sent",
            event_change=change, message_id=f"<f{number}@setkani.example>",
            not_after=now + timedelta(days=3), claimed_at=now, settled_at=now,
        )  # fmt: skip
    return follow


def _allow(model: type[models.Model], name: str) -> None:
    """Takes a constraint away: the scratch database may hold what the real one forbids.

    SQLite remakes the table from the model, so the model forgets the constraint meanwhile.
    """
    kept = model._meta.constraints
    (constraint,) = (constraint for constraint in kept if constraint.name == name)
    model._meta.constraints = [other for other in kept if other is not constraint]
    try:
        with connection.schema_editor() as editor:
            editor.remove_constraint(model, constraint)
    finally:
        model._meta.constraints = kept


def _registrations(status: str) -> models.QuerySet[Registration]:
    return Registration.objects.filter(status=status).order_by("pk")


@breaks("1 never oversold: a fact")
def fact_without_count(event: Event) -> object:
    return RegistrationChange.objects.filter(to_status="confirmed").update(taken_after=None)


@breaks("1 never oversold: more people")
def third_confirmed(event: Event) -> object:
    Registration.objects.update(status="confirmed")
    return Event.objects.update(places_taken=3, places_waiting=0)


@breaks("1 never oversold: no quota")
def quota_ignored(event: Event) -> object:
    quota = Quota.objects.create(event=event, scope="each_organisation", limit=1)
    EventChange.objects.create(
        event=event, kind="quotas_changed", at=event.created_at, event_revision=event.revision,
        incarnation=0, announced_at=event.created_at,
    )  # fmt: skip
    return quota


def _other_event(event: Event) -> Event:
    other = Event(
        series=event.series, slug="other", kind=event.kind, capacity=2, title_cs="Other",
        status=EventStatus.PUBLISHED, starts_at=event.starts_at, ends_at=event.ends_at,
    )  # fmt: skip
    event_actions.create_event(other)
    EventChange.objects.update(announced_at=timezone.now())
    return other


def _limit_series(event: Event, scope: str, limit: int) -> object:
    EventChange.objects.create(
        event=event, kind="quotas_changed", at=event.created_at, event_revision=event.revision,
        incarnation=0, announced_at=event.created_at, data={"series_quotas": [[], []]},
    )  # fmt: skip
    return Quota.objects.create(series=event.series, scope=scope, limit=limit)


@breaks("1 never oversold: no limit of a series")
def town_beyond_the_limit_of_its_series(event: Event) -> object:
    return _limit_series(event, "each_municipality", 1)


@breaks("1 never oversold: no limit of a series")
def one_person_holds_two_places(event: Event) -> object:
    Registration.objects.filter(status="confirmed").update(email="", organisation_name="-")
    first, second = Registration.objects.filter(status="confirmed")
    other = _other_event(event)
    Registration.objects.filter(pk=second.pk).update(event=other, email="one@setkani.example")
    Registration.objects.filter(pk=first.pk).update(email="one@setkani.example")
    return _limit_series(event, "each_person", 1)


@breaks("2 no idle seat")
def idle_seat_within_the_limit_of_a_series(event: Event) -> object:
    Event.objects.update(capacity=3)
    return _limit_series(event, "each_municipality", 3)


@breaks("1 never oversold: no quota")
def applications_hold_beyond_a_quota(event: Event) -> object:
    Event.objects.update(capacity=3, has_place_while_pending=True, places_taken=3, places_waiting=0)
    RegistrationChange.objects.filter(to_status="waiting").update(to_status="pending")
    Registration.objects.filter(status="waiting").update(status="pending")
    held = {"has_place_while_pending": [False, True]}
    for kind, data in (("quotas_changed", {}), ("admission_changed", held)):
        now = timezone.now()
        EventChange.objects.create(
            event=event, kind=kind, at=now, event_revision=event.revision, incarnation=0,
            announced_at=now, data=data,
        )  # fmt: skip
    return Quota.objects.create(event=event, scope="each_organisation", limit=2)


@breaks("1 never oversold: an option")
def option_given_twice(event: Event) -> object:
    question = Question.objects.create(event=event, kind=Question.Kind.ONE, label_cs="Scratch")
    option = Option.objects.create(question=question, label_cs="Scratch", limit=1)
    return [
        Answer.objects.create(
            registration=registration, question=question, option=option,
            question_words="Scratch", words="Scratch",
        )
        for registration in _registrations("confirmed")
    ]  # fmt: skip


@breaks("2 no idle seat")
def forgotten_promotion(event: Event) -> object:
    return Event.objects.update(capacity=3)


@breaks("3 order: nobody was")
def last_in_promoted_first(event: Event) -> object:
    last = actions.register(event.pk, _application(9), actions.Submit.at_the_desk(None))
    Registration.objects.filter(pk=last.pk).update(status="confirmed")
    fact = RegistrationChange.objects.filter(registration=last)
    return fact.update(to_status="confirmed", taken_after=2, capacity_at=2)


@breaks("3 order: nobody is confirmed without approval")
def confirmed_without_approval(event: Event) -> object:
    Registration.objects.update(approved_at=None)
    return Event.objects.update(admission="approval")


@breaks("7 offers expire")
def offer_never_expired(event: Event) -> object:
    first = _registrations("confirmed")[0]
    ended_at = timezone.now() - timedelta(hours=1)
    return Registration.objects.filter(pk=first.pk).update(status="offered", offered_until=ended_at)


@breaks("4 counters")
def counted_twice(event: Event) -> object:
    return Event.objects.update(places_taken=3)


@breaks("5 one live registration")
def capital_letter(event: Event) -> object:
    first = _registrations("confirmed")[0]
    _allow(Registration, "registration_email_is_lower_case")
    return Registration.objects.filter(pk=first.pk).update(email="Scratch0@setkani.example")


@breaks("5 one live registration")
def address_twice(event: Event) -> object:
    _allow(Registration, "address_has_one_live_registration_per_event")
    return Registration.objects.update(email="scratch@setkani.example")


@breaks("6 every fact is announced")
def forgotten_fact(event: Event) -> object:
    return RegistrationChange.objects.update(
        announced_at=None, at=timezone.now() - timedelta(minutes=5)
    )


@breaks("6 every announced fact")
def fact_without_message(event: Event) -> object:
    return Message.objects.all().delete()


@breaks("6 a date that is announced")
def date_told_to_nobody(event: Event) -> object:
    return _follow(event, messages=0)


@breaks("6 a date that is announced")
def date_told_twice(event: Event) -> object:
    return _follow(event, messages=2)


@breaks("8 nothing is lost")
def message_that_hangs(event: Event) -> object:
    return Message.objects.update(
        state="queued", next_attempt_at=timezone.now() - timedelta(hours=1)
    )


@breaks("8 nothing is lost")
def lease_never_reclaimed(event: Event) -> object:
    return Message.objects.update(state="sending", leased_until=timezone.now() - timedelta(hours=1))


@breaks("9 no mail but the cancellation")
def written_to_after_cancelling(event: Event) -> object:
    registration = actions.cancel_registration(_registrations("waiting")[0].pk)
    Message.objects.filter(registration=registration).update(
        claimed_at=timezone.now() + timedelta(seconds=1)
    )
    change = registration.changes.latest("pk")
    return _message(change, kind="cancelled")


@breaks("9 nobody is told a date")
def date_told_after_stopping(event: Event) -> object:
    return _follow(event, messages=1, stopped_at=timezone.now() - timedelta(minutes=1))


@breaks("9 no reminder")
def reminded_after_start(event: Event) -> object:
    message = Message.objects.earliest("pk")
    return Reminder.objects.create(
        registration=Registration.objects.get(messages=message), message=message,
        rule="1d@9", outcome="sent",
        event_starts_at=timezone.now() - timedelta(days=1), due_at=timezone.now(),
    )  # fmt: skip


@breaks("10 a reminder")
def reminder_without_row(event: Event) -> object:
    return Message.objects.update(kind="reminder")


@breaks("13 replaying the facts of a registration")
def status_by_hand(event: Event) -> object:
    return _registrations("waiting").update(status="rejected")


@breaks("13 replaying the facts of an event")
def capacity_by_hand(event: Event) -> object:
    actions.change_capacity(event.pk, 3)
    EventChange.objects.update(announced_at=timezone.now())
    return Event.objects.update(capacity=4)


@breaks("13 replaying the facts of an event")
def called_off_by_hand(event: Event) -> object:
    return Event.objects.update(status="cancelled")


@breaks("21 a calendar entry")
def sequence_that_falls(event: Event) -> object:
    change = RegistrationChange.objects.earliest("pk")
    for number in (2, 1):
        _message(
            change, key=f"planted:{number}", calendar_method="REQUEST", calendar_uid="uid",
            calendar_sequence=number, message_id=f"<planted{number}@setkani.example>",
        )  # fmt: skip
    return None


@breaks("a search key")
def stale_search_key(event: Event) -> object:
    return Municipality.objects.update(search_key="praga")


@breaks("a replaced registration")
def replaced_by_a_stranger(event: Event) -> object:
    first, second = _registrations("confirmed")
    actions.cancel_registration(first.pk)
    return Registration.objects.filter(pk=first.pk).update(replaced_by=second)


def _invitation(event: Event) -> Invitation:
    invitee = actions.Invitee(
        name="Scratch", email="guest@setkani.example",
        expires_at=timezone.now() + timedelta(days=1),
    )  # fmt: skip
    invitation = actions.invite(event, invitee)
    InvitationChange.objects.update(announced_at=timezone.now())
    Message.objects.create(
        key="scratch:i", kind="invited", language="cs", message_id="<i@setkani.example>",
        state="sent", invitation=invitation, invitation_change=invitation.changes.get(),
        not_after=timezone.now() + timedelta(days=3),
    )  # fmt: skip
    return invitation


@breaks("6 every announced fact of an invitation")
def invited_by_no_mail(event: Event) -> object:
    return Message.objects.filter(invitation=_invitation(event)).delete()


@breaks("an invitation has no more")
def invitation_used_twice(event: Event) -> object:
    return _registrations("confirmed").update(invitation=_invitation(event))


@breaks("one who got a place")
def waits_elsewhere(event: Event) -> object:
    first, second = _registrations("confirmed")
    other = _other_event(event)
    _limit_series(event, "each_person", 1)
    Registration.objects.filter(pk=first.pk).update(
        event=other, status="waiting", joined_at=event.created_at
    )
    return Registration.objects.filter(pk=first.pk).update(email=second.email)


@breaks("a member comes by")
def member_of_a_session(event: Event) -> object:
    first, second = _registrations("confirmed")
    return Registration.objects.filter(pk=second.pk).update(membership=first)


@breaks("nobody is nominated")
def nominated_by_a_withdrawn_invitation(event: Event) -> object:
    invitation = _invitation(event)
    _registrations("waiting").update(status="nominated", invitation=invitation)
    return Invitation.objects.update(revoked_at=timezone.now() - timedelta(hours=1))
