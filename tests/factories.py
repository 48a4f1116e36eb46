"""Rows for tests: keyword-only, valid by default; only what a test names matters to it."""

import itertools
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import User
from events import actions as event_actions
from events.models import Event, Kraj, Municipality, Region, Series, Venue
from events.states import Status
from notifications import actions as notification_actions
from notifications.models import Follow
from registrations import actions
from registrations.applications import Application, GivenAnswer, Substitute, of_same_person
from registrations.models import Booking, Invitation, Option, Question, Registration

_numbers = itertools.count(1)


def user(*, is_staff: bool = False, **fields: Any) -> User:
    values = {"email": f"user{next(_numbers)}@example.org", "name": "Olga Ukázková"} | fields
    password = values.pop("password", "correct horse battery")
    return User.objects.create_user(password=password, is_staff=is_staff, **values)


def organiser(**fields: Any) -> User:
    return user(is_staff=True, **fields)


def region(*, code: str = "CZ03", name: str = "Jihozápad") -> Region:
    return Region.objects.get_or_create(code=code, defaults={"name": name})[0]


def kraj(*, code: str = "CZ031", name: str = "Jihočeský kraj", **fields: Any) -> Kraj:
    defaults = {"name": name, "region": fields.get("region") or region()} | fields
    return Kraj.objects.get_or_create(code=code, defaults=defaults)[0]


def municipality(*, name: str = "Milevsko", **fields: Any) -> Municipality:
    values: dict[str, Any] = {"population": 8_000, "latitude": "49.45", "longitude": "14.36"}
    values |= fields
    if "kraj" not in values:
        values["kraj"] = kraj()
    named = {"name": name, "kraj": values.pop("kraj")}
    return Municipality.objects.get_or_create(**named, defaults=values)[0]


def venue(**fields: Any) -> Venue:
    number = next(_numbers)
    values: dict[str, Any] = {
        "name_cs": f"Ukázkový sál {number}",
        "name_en": f"Example hall {number}",
        "street": "Náměstí 1",
        "postcode": "399 01",
    }
    values |= fields
    if "town" not in values:
        values["town"] = municipality()
    return Venue.objects.create(**values)


def series(**fields: Any) -> Series:
    values: dict[str, Any] = {
        "slug": f"series-{next(_numbers)}",
        "kind": Series.Kind.ROADSHOW,
        "reference_code": "SR",
        "title_cs": "Smart Regiony 2018",
        "title_en": "Smart Regions 2018",
        "organiser_cs": "Komora statutárních měst",
        "organiser_en": "Chamber of Statutory Cities",
        "contact_email": "poradatele@setkani.example",
    }
    return Series.objects.create(**values | fields)


def event(**fields: Any) -> Event:
    """A published session in thirty days, 9:00 to 15:00 Prague (winter or summer), 3 places."""
    start = fields.pop("starts_at", _morning_in(days=30))
    values: dict[str, Any] = {
        "slug": f"event-{next(_numbers)}",
        "kind": Event.Kind.REGIONAL_MEETING,
        "status": Status.PUBLISHED,
        "title_cs": "Jihozápad",
        "title_en": "Jihozápad",
        "starts_at": start,
        "ends_at": start + timedelta(hours=6) if start else None,
        "capacity": 3,
    }
    values |= fields
    for name, make in (("series", series), ("region", region), ("venue", venue)):
        if name not in values:
            values[name] = make()
    return event_actions.create_event(Event(**values))


def announced_event(**fields: Any) -> Event:
    """A published session that has a period and no date yet."""
    days = {"period_from": date(2018, 1, 1), "period_to": date(2018, 6, 30)}
    return event(**{"starts_at": None, "venue": None, **days} | fields)


def call(**fields: Any) -> Event:
    """A published call of a working group that closes in twenty days, 3 seats, decided by nobody.

    A confirmed registration for it is a membership.
    """
    values: dict[str, Any] = {
        "kind": Event.Kind.CALL,
        "starts_at": None,
        "closes_at": _morning_in(days=20),
        "venue": None,
        "region": None,
        "title_cs": "Skupina Doprava",
        "title_en": "Transport group",
    } | fields
    if "series" not in values:
        group = {"title_cs": "Pracovní skupiny", "title_en": "Working groups"}
        values["series"] = series(kind=Series.Kind.WORKING_GROUP, **group)
    return event(**values)


def meeting(*, call: Event, **fields: Any) -> Event:
    """A session to which the members of the call may come."""
    values = {"series": call.series, "kind": Event.Kind.GROUP_MEETING, "admits_from": call}
    return event(admission=Event.Admission.MEMBERS, **values | fields)


def follow(*, event: Event, is_confirmed: bool = True, **fields: Any) -> Follow:
    """A wish to hear of the date of an announced event, made and confirmed by the actions."""
    values = {"email": f"cekam{next(_numbers)}@mesto.example", "language": "cs"} | fields
    wish = notification_actions.follow_event(event.pk, **values)
    return notification_actions.confirm_follow(wish.pk) if is_confirmed else wish


def _morning_in(*, days: int) -> datetime:
    day = (timezone.now() + timedelta(days=days)).astimezone(UTC)
    return day.replace(hour=7, minute=0, second=0, microsecond=0)


def application(**fields: Any) -> Application:
    number = next(_numbers)
    values: dict[str, Any] = {
        "name": f"Anna Vzorová {number}",
        "email": f"anna{number}@mesto.example",
        "organisation": "Ukázková firma",
        "sector": "private",
        "language": "cs",
    }
    return Application(**values | fields)


def substitute(**fields: Any) -> Substitute:
    number = next(_numbers)
    values = {"name": f"Dana Nová {number}", "email": f"dana{number}@mesto.example"}
    return Substitute(**values | {"language": "cs"} | fields)


def submit(**fields: Any) -> actions.Submit:
    return actions.Submit(**{"key": f"key-{next(_numbers)}"} | fields)


def registration(*, event: Event, **fields: Any) -> Registration:
    """One person registered by the action, so with facts and counts."""
    return actions.register(event.pk, application(**fields), submit())


def invitation(*, event: Event | None = None, **fields: Any) -> Invitation:
    """An invitation to an event, or to a `series`, for ten days; made by the action."""
    target = event or fields.pop("series")
    values: dict[str, Any] = {
        "name": "Cyrila Příkladná",
        "email": f"cyrila{next(_numbers)}@mesto.example",
        "expires_at": timezone.now() + timedelta(days=10),
    } | fields
    return actions.invite(target, actions.Invitee(**values))


def closed_event(**fields: Any) -> Event:
    """A session behind a closed door, to which one is invited."""
    values = {"admission": Event.Admission.INVITATION} | fields
    if "series" not in values:
        pitch = {"title_cs": "Smart Cities Pitch", "title_en": "Smart Cities Pitch"}
        values["series"] = series(is_closed_door=True, **pitch)
    return event(**values)


def attendance(membership: Registration, *, event: Event, **fields: Any) -> Registration:
    """A member registered for a meeting by their membership."""
    way_in = submit(via=Booking.Via.MEMBER, membership_id=membership.pk)
    return actions.register(event.pk, of_same_person(membership, **fields), way_in)


def nominated(invitation: Invitation, *emails: str) -> list[Registration]:
    """People of these addresses, nominated by the action for the event of the invitation."""
    people = [("Jan Navržený", email) for email in emails]
    way_in = submit(via=Booking.Via.INVITATION)
    booking = actions.nominate(invitation.pk, invitation.event_id or 0, people, way_in)
    return list(booking.registrations.select_related("event").order_by("pk"))


def question(*options: str, limit: int | None = None, **fields: Any) -> Question:
    """A question of an event or a series; one of the options where there are any, else a text."""
    kind = Question.Kind.ONE if options else Question.Kind.TEXT
    values: dict[str, Any] = {"kind": kind, "label_cs": "Oblast", "label_en": "Area"}
    asked = Question.objects.create(**values | fields)
    for position, label in enumerate(options):
        asked.options.create(position=position, label_cs=label, limit=limit)
    return asked


def chosen(*options: Option) -> tuple[GivenAnswer, ...]:
    """Answers that choose these options, of one question or of several."""
    by_question: dict[int, list[int]] = {}
    for option in options:
        by_question.setdefault(option.question_id, []).append(option.pk)
    return tuple(GivenAnswer(pk, option_ids=tuple(pks)) for pk, pks in by_question.items())


def fill(event: Event, count: int | None = None) -> list[Registration]:
    """As many registrations as asked for, by default as many as there are free places."""
    wanted = event.capacity - event.places_taken if count is None else count
    return [registration(event=event) for _n in range(wanted)]


def booking(**fields: Any) -> Booking:
    values = {"key": f"booking-{next(_numbers)}", "digest": "-", "language": "cs"}
    return Booking.objects.create(**values | fields)
