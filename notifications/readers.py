"""What the templates of a mail are given: reader, place and moment, each in plain words."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from events import dates
from events.models import Event, EventChange
from events.states import State
from notifications.mail_rows import Change, Row, aligned, rows_of, rows_of_changes
from notifications.mail_words import hours_of, shortened, when_of, where_of
from notifications.models import Follow, Message
from notifications.news import News, news_for
from registrations import placing, questions, rules
from registrations.models import Booking, Registration, RegistrationChange

Kind = Message.Kind
# What tells of a place: by then a chosen option may be full.
TELLING_OF_OPTIONS = {Kind.CONFIRMED, Kind.PROMOTED, Kind.PENDING, Kind.OFFERED}
# Hours before which Czech says "ve" instead of "v" (ve dvě, ve dvanáct, ve dvacet).
_HOURS_WITH_VE = {2, 3, 4, 12, 13, 14, 20, 21, 22, 23}


def values_of(
    message: Message, registration: Registration, facts: Sequence[EventChange], now: datetime
) -> dict[str, Any]:
    """Everything the templates of the message's kind name, in the active language."""
    event = registration.event
    news = news_for(message, registration, facts) if message.event_change else News()
    values = _place(registration) | _reader(message, registration) | _way_out(registration, now)
    if message.is_for_contact:
        # A party's page opens its own purpose; the person's own link is theirs.
        values["link"] = values["party_link"]
    values |= _change_words(message.kind, news, event)
    values |= _of_kind(message, registration, now)
    values |= _elsewhere(message)
    if message.kind in TELLING_OF_OPTIONS:
        values |= _lost_options(registration, now)
    rows = rows_of(message.kind, registration, news, values)
    values["rows"] = rows
    values["rows_text"] = aligned([*rows_of_changes(values, message.kind), *rows])
    return values


def _of_kind(message: Message, registration: Registration, now: datetime) -> dict[str, Any]:
    """What the templates of one kind alone name."""
    event, kinds = registration.event, RegistrationChange.Kind
    words: dict[str, Callable[[], dict[str, Any]]] = {
        Kind.WAITING: lambda: _position(registration, now),
        Kind.PENDING: lambda: {"is_place_kept": event.has_place_while_pending},
        Kind.OFFERED: lambda: _offer(registration),
        Kind.PARTY: lambda: _party(registration, now),
        Kind.ANSWERS_CHANGED: lambda: {"is_renamed": message.cause.kind == kinds.RENAMED},
        Kind.TOOK_OVER: lambda: _missing_answers(registration, now),
        Kind.REJECTED: lambda: {"reason": message.cause.note},
        Kind.REMINDER: lambda: _soon(event, now),
    }
    return words[message.kind]() if message.kind in words else {}


def _offer(registration: Registration) -> dict[str, Any]:
    until = registration.offered_until
    return {"offered_until": dates.moment(until)} if until else {}


def _elsewhere(message: Message) -> dict[str, Any]:
    """Of a series of one session each: the lines that a place ended, or what else was asked for."""
    fact = message.registration_change
    if fact is None:
        return {"left_lines": "", "asked_for": ""}
    return {
        "left_lines": _names_of(fact.new("left_lines") or []),
        "asked_for": _names_of([fact.new("asked_for")]),
    }


def _names_of(event_ids: Sequence[int | None]) -> str:
    """Sessions by their numbers, in words; empty for none."""
    pks = [pk for pk in event_ids if pk]
    events = Event.objects.filter(pk__in=pks).with_place().by_date() if pks else []
    return "; ".join(f"{event.name_in_line}, {when_of(event)}" for event in events)


def _party(registration: Registration, now: datetime) -> dict[str, Any]:
    """Everybody of a booking with what they have now; of who was known only that they were."""
    booking = registration.booking
    rows = list(booking.registrations.listed().in_order_of_arrival())
    for row in rows:
        row.event = registration.event
    untils = [row.offered_until for row in rows if row.offered_until and not row.is_offer_over(now)]
    return {
        "people": [Row(row.name, _state_of(row)) for row in rows],
        "known_names": booking.known_names,
        "number": len(rows) + len(booking.known_names),
        "offered_until": dates.moment(min(untils)) if untils else "",
        "people_text": aligned([Row(row.name, _state_of(row)) for row in rows]),
    }


def _state_of(registration: Registration) -> str:
    """A status with what belongs to it: the code of a place, the position in line."""
    status = str(registration.get_status_display())
    if registration.is_confirmed:
        return f"{status}, {registration.reference}"
    if registration.is_waiting:
        position = {"status": status, "position": registration.position()}
        return _("%(status)s, number %(position)s") % position
    return status


def values_for_follower(follow: Follow, now: datetime) -> dict[str, Any]:
    """Everything the templates of mails to followers name, in the active language, as of now."""
    event = follow.event
    is_waited_for = event.way_in(now) == State.OPENS_LATER
    rows = [
        Row(_("When"), when_of(event), is_strong=True),
        Row(_("Where"), where_of(event.venue)),
    ]
    rows = [row for row in rows if row.value]
    return {
        "language": follow.language,
        "what": shortened(event.name_in_line),
        "name": f"{event.series.title}, {event.name}",
        "day": dates.full_date(event.starts_at) if event.starts_at else "",
        "preheader": " ".join(f"{row.value}." for row in rows),
        "rows": rows,
        "rows_text": aligned(rows),
        "opens": dates.moment(event.opens_at) if is_waited_for and event.opens_at else "",
        "is_followed": follow.is_active,
        "link": settings.BASE_URL + reverse("register", args=[event.series.slug, event.slug]),
        "follow_link": link_of_follow(follow),
        "organiser": event.series.organiser,
        "privacy_link": settings.BASE_URL + reverse("privacy"),
    }


def link_of_follow(follow: Follow) -> str:
    """The page of a wish in the active language; a POST of one click ends it (RFC 8058)."""
    return settings.BASE_URL + reverse("follow", args=[follow.token])


def _place(registration: Registration) -> dict[str, Any]:
    """The event, and the pages of the person and of who registered them."""
    return about_event(registration.event) | {
        "link": settings.BASE_URL + reverse("registration", args=[registration.token]),
        "party_link": settings.BASE_URL + reverse("party", args=[registration.booking.token]),
    }


def about_event(event: Event) -> dict[str, Any]:
    """What and where; behind a closed door neither subject nor preview name a place or a theme."""
    series = event.series
    where = where_of(event.venue)
    day = dates.full_date(event.starts_at) if event.starts_at else ""
    return {
        "what": series.title if series.is_closed_door else shortened(event.name_in_line),
        "name": f"{series.title}, {event.name}",
        "day": day,
        "when": hours_of(event.starts_at, event.ends_at),
        "where": where,
        "preheader": _preheader(event, where),
        "is_closed_door": series.is_closed_door,
        "is_call": event.is_call,
        "organiser": series.organiser,
        "privacy_link": settings.BASE_URL + reverse("privacy"),
    }


def _preheader(event: Event, where: str) -> str:
    when = hours_of(event.starts_at, event.ends_at) or event.series.title
    hidden = event.series.is_closed_door or not where
    return f"{when}." if hidden else f"{where}, {when}."


def _reader(message: Message, registration: Registration) -> dict[str, Any]:
    """Who reads, on whose behalf, and why we write to them."""
    booking, fact = registration.booking, message.registration_change
    invitation = registration.invitation
    kinds = RegistrationChange.Kind
    return {
        "language": message.language,
        "for_contact": message.is_for_contact,
        "reads_as_contact": message.is_for_contact or not registration.email,
        "registered_by": _registered_by(booking, registration),
        "nominated_by": registration.nominated_by,
        "answer_until": dates.moment(invitation.expires_at) if invitation else "",
        "contact": f"{booking.contact_name}, {booking.contact_email}",
        "who": _who(message, registration),
        "is_confirmed": registration.is_confirmed,
        "is_waiting": registration.is_waiting,
        "is_transferred": fact is not None and fact.kind == kinds.TRANSFERRED,
        "can_undo": _can_undo(registration),
    }


def _can_undo(registration: Registration) -> bool:
    """Whether the page offers to cancel; a nominee declines there instead."""
    is_held = registration.is_live and not registration.is_nominated
    return is_held and not registration.event.is_called_off


def _who(message: Message, registration: Registration) -> str:
    """The person; in what a contact reads of an event, everybody they registered for it."""
    if message.is_for_contact and message.event_change:
        live = registration.booking.registrations.live().in_order_of_arrival()
        return ", ".join(live.values_list("name", flat=True))
    return f"{registration.name}, {registration.organisation_name}"


def _registered_by(booking: Booking, registration: Registration) -> str:
    if registration.is_substitute:
        return "holder"
    if booking.via in {Booking.Via.DESK, Booking.Via.IMPORT}:
        return "organisers"
    if registration.nominated_by:
        return "nominator"
    return "contact" if registration.has_own_contact else "self"


def _way_out(registration: Registration, now: datetime) -> dict[str, Any]:
    """The next in line gets a place at once only as long as promotion runs and somebody waits."""
    event = registration.event
    is_running = rules.can_promote(event, now)
    ends_at = event.promotion_ends_at
    return {
        "next_in_line": is_running and registration.is_confirmed and event.places_waiting > 0,
        "is_open": event.is_open(now),
        "places_until": dates.moment(ends_at) if is_running and ends_at else "",
    }


def _change_words(kind: str, news: News, event: Event) -> dict[str, Any]:
    """Old and new values side by side; the times first, because they matter most."""
    changes = []
    if news.starts_at:
        old = hours_of(news.starts_at, news.ends_at)
        changes.append(Change(old, hours_of(event.starts_at, event.ends_at)))
    if news.is_venue_new:
        changes.append(Change(where_of(news.venue), where_of(event.venue)))
    if news.title is not None:
        changes.append(Change(news.title, event.title))
    is_same_place = kind == Kind.MOVED and not news.is_venue_new
    return {
        "changes": changes,
        "change_of": "time" if news.starts_at else "venue" if news.is_venue_new else "title",
        "is_back": news.is_back,
        "new_day": _new_day(news, event),
        "unchanged_where": where_of(event.venue) if is_same_place else "",
    }


def _new_day(news: News, event: Event) -> str:
    """The day moved to; with the hour where the day stays."""
    if not event.starts_at:
        return ""
    same_day = news.starts_at and dates.day_of(news.starts_at) == dates.day_of(event.starts_at)
    return dates.moment(event.starts_at) if same_day else dates.date(event.starts_at)


def _lost_options(registration: Registration, now: datetime) -> dict[str, Any]:
    """The options that were full when the place came, and where to choose others meanwhile."""
    lost = ", ".join(questions.lost_by(registration))
    can_choose = lost and not rules.problems_of_changing_answers(registration, now)
    link = _answers_link(registration) if can_choose else ""
    return {"lost_options": lost, "answers_link": link}


def _missing_answers(registration: Registration, now: datetime) -> dict[str, Any]:
    """Where a substitute says what the organisers ask, and until when; they are asked by nothing
    before.
    """
    is_asked = not rules.problems_of_changing_answers(registration, now)
    is_missing = is_asked and questions.are_missing_from(registration)
    until = registration.answers_close_at
    return {
        "answers_link": _answers_link(registration) if is_missing else "",
        "answers_until": dates.moment(until) if is_missing and until else "",
    }


def _answers_link(registration: Registration) -> str:
    return settings.BASE_URL + reverse("answers", args=[registration.token])


def _position(registration: Registration, now: datetime) -> dict[str, Any]:
    return {
        "position": registration.position(),
        "counted_at": dates.moment(now),
        "turn": placing.turn_of(registration),
        "offer_hours": registration.event.offer_hours,
        "is_approved": registration.approved_at is not None,
    }


def _soon(event: Event, now: datetime) -> dict[str, Any]:
    """How far the start is, from the moment of sending, so that a late mail does not lie."""
    if event.starts_at is None:
        raise ValueError("a reminder is of a start")
    days = (dates.day_of(event.starts_at) - dates.day_of(now)).days
    words = dates.days_words(days)
    soon = f"{words} {_at_hour(event.starts_at)}" if days < 2 else words
    return {"days": words, "soon": capfirst(soon)}


def _at_hour(starts_at: datetime) -> str:
    clock = {"time": dates.time(starts_at)}
    if dates.in_prague(starts_at).hour in _HOURS_WITH_VE:
        return pgettext("before 2-4, 12-14 and 20-23 o'clock", "at %(time)s") % clock
    return _("at %(time)s") % clock
