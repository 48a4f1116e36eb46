"""The administration's pages with each state they can show, as data."""

from collections.abc import Iterator
from datetime import timedelta

from benchmarks import scenes
from benchmarks.opening import INVALID, Open, State, at, filled
from benchmarks.scenes import SERIES, Cast
from events.models import Event, Venue
from notifications.models import Message
from registrations.models import Question


def states(cast: Cast) -> Iterator[State]:
    yield from _lists()
    yield from _rows(cast)
    yield from _event_actions()
    yield from _actions_on_people(cast)


def _lists() -> Iterator[State]:
    """Overview and lists."""
    events, people = "admin:events_event_changelist", "admin:registrations_registration_changelist"
    mails = "admin:notifications_message_changelist"
    for name, address, query in (
        *(("index", "admin:index", ""), ("events", events, ""), ("people", people, "")),
        ("events-filtered", events, "?status__exact=published&region__id__exact=1"),
        *(("people-searched", people, "?q=anna"), ("people-none", people, "?q=nikdo")),
        ("mails", mails, ""),
        *(("series", "admin:events_series_changelist", ""),),
        *(("venues", "admin:events_venue_changelist", ""),),
        ("venue-new", "admin:events_venue_add", ""),
    ):
        yield State(f"admin-{name}", at(address, query=query), "organiser")
    yield State(
        "admin-venue-errors",
        at("admin:events_venue_add"),
        "organiser",
        then=filled({"town": "Atlantida", "latitude": "95"}),
        shows="main .error",
    )
    yield State("admin-apps", at("admin:app_list", "events"), "organiser")
    yield State("admin-logout", at("admin:logout"), "organiser")


def _rows(cast: Cast) -> Iterator[State]:
    """The page of one row of each kind."""
    for slug in ("jihozapad", "severovychod", "severozapad", "jihovychod", "praha"):
        page = at("admin:events_event_change", scenes.event(slug).pk)
        yield State(f"admin-event-{slug}", page, "organiser")
    page = at("admin:events_event_change", scenes.event("jihozapad").pk)
    broken = filled({"closing_hours": ""})
    yield State("admin-event-errors", page, "organiser", then=broken, shows="main .error")
    roadshow = Event.objects.filter(series__slug=SERIES)[0].series_id
    yield State("admin-series-page", at("admin:events_series_change", roadshow), "organiser")
    venue = Venue.objects.order_by("pk")[0]
    yield State("admin-venue-page", at("admin:events_venue_change", venue.pk), "organiser")
    for name, address, pk in (
        ("series", "admin:events_series_history", roadshow),
        ("venue", "admin:events_venue_history", venue.pk),
        ("mail", "admin:notifications_message_history", Message.objects.earliest("pk").pk),
        ("question", "admin:registrations_question_history", Question.objects.earliest("pk").pk),
    ):
        yield State(f"admin-history-{name}", at(address, pk), "organiser")
    for word in ("confirmed-cs", "waiting", "cancelled", "transferred", "called-off"):
        page = at("admin:registrations_registration_change", cast.people[word].pk)
        yield State(f"admin-person-{word}", page, "organiser")
    for name, wanted in (
        *(("invite", {"kind": "confirmed", "state": "sent"}), ("failed", {"state": "failed"})),
        *(("void", {"state": "void"}), ("account", {"kind": "account"})),
    ):
        message = Message.objects.filter(**wanted).order_by("-pk")[0]
        page = at("admin:notifications_message_change", message.pk)
        yield State(f"admin-mail-{name}", page, "organiser")


def _event_actions() -> Iterator[State]:
    """Each action on an event: the form, the form with errors, the consequences."""
    opened, off = scenes.event("severovychod"), scenes.event("jihovychod")
    later = scenes.event("severozapad").starts_at
    assert later
    starts = {"starts_at_0": f"{later + timedelta(days=3):%Y-%m-%d}", "starts_at_1": "09:30"}
    long_ago = {"starts_at_0": "1999-01-01", "starts_at_1": "09:00"}
    for name, address, event, right, wrong in (
        ("move", "move_event", opened, starts, long_ago),
        ("retitle", "retitle_event", opened, {"title_cs": "Severovýchod II"}, {"title_cs": ""}),
        ("capacity", "change_capacity", opened, {"places": "26"}, {"places": "0"}),
        ("call-off", "cancel_event", opened, {"note": "Hala je pod vodou."}, None),
        ("reinstate", "reinstate_event", off, {"note": "Voda opadla."}, None),
    ):
        page = at(address, event.pk)
        yield State(f"admin-{name}", page, "organiser", shows="main form")
        if wrong:
            yield _refused(f"admin-{name}-errors", page, wrong)
        yield _asked(f"admin-{name}-asks", page, right)


def _refused(name: str, page: Open, values: dict[str, str]) -> State:
    return State(name, page, "organiser", INVALID, filled(values), ".error-summary, main .error")


def _asked(name: str, page: Open, values: dict[str, str]) -> State:
    return State(name, page, "organiser", then=filled(values), shows=".consequences li")


def _actions_on_people(cast: Cast) -> Iterator[State]:
    """Each action on a person, and adding one."""
    confirmed, waiting = cast.people["in-full"], cast.people["waiting"]
    for word, person in (("confirmed", confirmed), ("waiting", waiting)):
        page = at("cancel_registration", person.pk)
        yield State(f"admin-cancel-{word}", page, "organiser")
        yield _asked(f"admin-cancel-{word}-asks", page, {"note": "Onemocněl."})
    page = at("correct_address", confirmed.pk)
    yield State("admin-address", page, "organiser")
    yield _refused("admin-address-errors", page, {"email": "anna"})
    yield _asked("admin-address-asks", page, {"email": "nova@mesto.example"})
    page = at("cancel_registration", cast.people["cancelled"].pk)
    yield _refused("admin-cancel-too-late", page, {})
    for slug in ("jihozapad", "severovychod", "praha"):
        page = at("add_registration", scenes.event(slug).pk)
        yield State(f"admin-add-{slug}", page, "organiser")
    page = at("add_registration", scenes.event("severovychod").pk)
    extra = {"name": "Anna Nová", "email": "anna@seznan.cz", "town": "Nová Ves"}
    sent = filled(extra, "main [name=how][value=extra]")
    yield State("admin-add-errors", page, "organiser", INVALID, sent, "main .error")
