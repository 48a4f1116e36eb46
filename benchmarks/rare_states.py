"""What people meet seldom, as data: limits reached, doors that closed, a database that is busy."""

import sqlite3
from collections.abc import Iterator
from datetime import timedelta

from django.db import connection
from django.utils import timezone
from playwright.sync_api import Page

from benchmarks.opening import INVALID, Open, State, Step, at, fill, filled, press
from benchmarks.scenes import SERIES, WORKSHOPS, Cast
from benchmarks.way_states import ANNA
from events.models import Event, Series
from registrations.models import Registration

TABLES = "kulate-stoly"
UNAVAILABLE = 503
NOTICE, SUMMARY = ".notice.bad strong", ".error-summary li"
NEW_DAY = "%Y-%m-%d"


def states(cast: Cast) -> Iterator[State]:
    yield from _register()
    yield from _own(cast)
    yield from _parties(cast)
    yield from _invitations(cast)
    yield from _links()
    yield from _people_at_the_desk(cast)
    yield from _invitations_at_the_desk(cast)


def _refused(name: str, page: Open, then: Step, shows: str = SUMMARY) -> State:
    return State(name, page, "stranger", INVALID, then, shows)


def _register() -> Iterator[State]:
    page = at("register", TABLES, "skupiny")
    yield State("register-questions", page, shows="[name^=question] + *, [disabled]")
    yield _refused("register-question-errors", page, filled(ANNA))
    whole = at("register", TABLES, "plna-skupina")
    yield _refused("register-party-too-large", whole, _party_of_seven, NOTICE)
    page = at("register", SERIES, "jihozapad")
    yield State("register-unavailable", page, "stranger", UNAVAILABLE, _while_busy, NOTICE)


def _party_of_seven(page: Page) -> None:
    for name, value in ANNA.items():
        fill(page, name, value)
    for number in range(2, 8):
        page.locator("main button[name=add]").click()
        fill(page, f"name{number}", f"Jana Krátká {number}")
        fill(page, f"email{number}", f"jana{number}@mesto.example")
    filled()(page)


def _while_busy(page: Page) -> None:
    """Somebody else holds the database for longer than the site waits."""
    busy = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    busy.execute("BEGIN IMMEDIATE")
    try:
        filled(ANNA)(page)
    finally:
        busy.close()


def _own(cast: Cast) -> Iterator[State]:
    late = cast.token("late-cs")
    yield State("registration-late", at("registration", late))
    yield State("answers-late", at("answers", late), shows=".notice")
    yield State("substitute-late", at("substitute", late), shows=".notice")
    for word in ("nomination-declined", "nomination-ended"):
        yield State(f"registration-{word}", at("registration", cast.token(word)))
    own = at("answers", cast.token("in-party"))
    yield _refused("answers-errors", own, filled({"organisation": ""}))


def _parties(cast: Cast) -> Iterator[State]:
    for word in ("known-in-party", "left-party"):
        own = cast.people[word].booking.token
        yield State(f"party-{word}", at("party", own), shows=".people li")
    own = cast.people["known-in-party"].booking.token
    yield State("party-add-late", at("add_to_party", own), shows=".notice")
    first = cast.people["in-party"]
    page = at("substitute_in_party", first.booking.token, query=f"?person={first.pk}")
    yield _refused("substitute-in-party-errors", page, filled({}))


def _invitations(cast: Cast) -> Iterator[State]:
    page = at("accept_invitation", cast.invitations["city"].token, "mobilita")
    yield State("invitation-nominate", page, shows="[name=email1]")
    yield _refused("invitation-nominate-errors", page, filled({"name1": "Eva Nová"}))
    own = at("registration", cast.token("nominated"))
    yield State(
        "nomination-refused",
        own,
        status=INVALID,
        then=_accept_too_late(cast.people["nominated"]),
        shows=".notice",
        ends_at="answer_nomination",
    )


def _accept_too_late(nominee: Registration) -> Step:
    """The page is open while registration closes; then the button is pressed."""

    def accept(page: Page) -> None:
        rows = Event.objects.filter(pk=nominee.event_id)
        rows.update(closing_hours=24 * 300)
        try:
            press(page, "main button[name=answer][value=accept]")
        finally:
            rows.update(closing_hours=24)

    return accept


def _links() -> Iterator[State]:
    page = at("send_links", WORKSHOPS)
    yield _refused("links-errors", page, filled({"email": "anna"}))


def _asked(name: str, page: Open, values: dict[str, str]) -> State:
    return State(name, page, "organiser", then=filled(values), shows=".consequences li, form.row")


def _wrong(name: str, page: Open, values: dict[str, str]) -> State:
    return State(name, page, "organiser", INVALID, filled(values), f"{SUMMARY}, main .error")


def _people_at_the_desk(cast: Cast) -> Iterator[State]:
    person, waiting = cast.people["in-party"], cast.people["waiting"]
    for name, row, right, wrong in (
        ("hand_over_place", person, {"name": "Dana Nová", "email": "dana@mesto.example"}, {}),
        ("write_note", person, {"note": "Přijede vlakem.", "tags": "starosta"}, {}),
        ("reopen_deadline", person, _in_days(1), _in_days(-1)),
        ("promote", waiting, {"reason": "Mluví o datech."}, {}),
        ("set_priority", waiting, {"priority": "-1"}, {"priority": ""}),
    ):
        where = at(name, row.pk)
        if name not in {"promote", "set_priority"}:
            yield _asked(f"admin-{name}-asks", where, right)
        yield _wrong(f"admin-{name}-errors", where, wrong)
    page = at("correct_answers", person.pk)
    yield _wrong("admin-answers-errors", page, {"organisation": ""})
    approval = Event.objects.get(series__slug=TABLES, slug="schvalovani").pk
    yield _wrong("admin-applications-errors", at("decide_applications", approval), {})
    yield _wrong("admin-admission-errors", at("change_admission", approval), {})


def _in_days(days: int) -> dict[str, str]:
    moment = timezone.localtime(timezone.now() + timedelta(days=days))
    return {"until_0": f"{moment:{NEW_DAY}}", "until_1": "09:00"}


def _invitations_at_the_desk(cast: Cast) -> Iterator[State]:
    person, series = cast.invitations["person"], Series.objects.get(slug=WORKSHOPS)
    whom = {"name": "Dana Nová", "email": "dana.nova@mesto.example"} | _until(5)
    rows = {"text": "name,email\nDana Nová,dana.nova@mesto.example"} | _until(5)
    broken = {"text": "name,email\nDana Nová,dana.nova"} | _until(5)
    for name, pk, right, wrong in (
        ("invite", person.event_id, whom, {}),
        ("invite_to_series", series.pk, whom, {}),
        ("import_invitations", person.event_id, rows, broken),
        ("import_invitations_to_series", series.pk, rows, broken),
        ("send_invitation_again", person.pk, _until(5), _until(-5)),
        ("revoke_invitation", person.pk, {}, None),
    ):
        page = at(name, pk)
        if name.endswith("series"):
            yield State(f"admin-{name}", page, "organiser")
        yield _asked(f"admin-{name}-asks", page, right)
        if wrong is not None:
            yield _wrong(f"admin-{name}-errors", page, wrong)


def _until(days: int) -> dict[str, str]:
    return {name.replace("until", "expires_at"): value for name, value in _in_days(days).items()}
