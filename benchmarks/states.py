"""Each page with each state it can show, as data: its name, how to open it, who looks at it."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core import signing
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone, translation
from playwright.sync_api import Page

from benchmarks import scenes
from benchmarks.scenes import IMPATIENT, PASSWORD, SERIES, WORKSHOPS, Cast
from benchmarks.stack import Stack
from config import errors
from events.models import Event, Venue
from notifications.letters import letter_for, test_letter
from notifications.models import Message
from registrations.models import Registration
from registrations.nonces import SALT

Step = Callable[[Page], object]
Open = Callable[[Page, str], object]
CZECH_ONLY = ("cs",)
SEND = "main form[method=post] button[type=submit]"
INVALID = 422


@dataclass(frozen=True)
class State:
    """One page in one state. `who` looks in the language's own browser; `then` acts on the page.

    `shows` is what must stand there, as a selector, so that no picture shows something else.
    """

    name: str
    open: Open
    who: str = "stranger"
    status: int = 200
    then: Step | None = None
    shows: str = "h1"
    languages: tuple[str, ...] = ("cs", "en")


def at(name: str, *arguments: Any, query: str = "") -> Open:
    """The page of an address."""

    def visit(page: Page, language: str) -> None:
        with translation.override(language):
            page.goto(reverse(name, args=arguments) + query)

    return visit


def answered(view: Callable[..., HttpResponse]) -> Open:
    """A page that the site answers only in trouble, under the CSP of its pages."""

    def visit(page: Page, language: str) -> None:
        path = "/en/trouble/" if language == "en" else "/trouble/"
        response = view(RequestFactory().get(path))
        policy = page.request.get(path).headers["content-security-policy"]
        headers = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy}
        page.route(
            f"**{path}",
            lambda route: route.fulfill(
                status=response.status_code, headers=headers, body=response.content
            ),
        )
        page.goto(path)

    return visit


def read(letter: Callable[[str], str]) -> Open:
    """The HTML part of a mail, alone."""

    def visit(page: Page, language: str) -> None:
        page.set_content(letter(language))

    return visit


def press(page: Page, button: str = SEND) -> None:
    with page.expect_navigation():
        page.locator(button).first.click()


def filled(values: dict[str, Any] | None = None, button: str = SEND) -> Step:
    """Fills fields by their names and sends the form, as somebody who took their time."""

    def fill(page: Page) -> None:
        for name, value in (values or {}).items():
            _fill(page, name, value)
        _make_older(page)
        press(page, button)

    return fill


def _fill(page: Page, name: str, value: str) -> None:
    fields = page.locator(f"main [name={name}]")
    kind = fields.first.evaluate("field => field.type")
    if kind == "radio":
        page.locator(f"main [name={name}][value={value}]").check()
    elif kind.startswith("select"):
        fields.first.evaluate("field => { let d = field.closest('details'); if (d) d.open = true }")
        fields.first.select_option(value)
    else:
        fields.first.fill(value)


def _make_older(page: Page) -> None:
    """Nobody waits: the form was made a minute ago."""
    nonce = page.locator("input[name=nonce]")
    if nonce.count():
        event_id, key, made_at = signing.loads(nonce.input_value(), salt=SALT)
        older = signing.dumps([event_id, key, made_at - 60_000], salt=SALT)
        nonce.evaluate("(field, value) => { field.value = value }", older)


def scenes_of(made: Stack) -> Iterator[Iterator[State]]:
    """The states, scene by scene: a scene is built when it is asked for."""
    scenes.towns_alone(made)
    yield _empty()
    cast = scenes.programme(made)
    yield _programme()
    scenes.crowd(cast)
    yield _crowd(cast)


def _empty() -> Iterator[State]:
    yield State("home-empty", at("home"))
    yield State("town-empty", at("town", query="?q=Milevsko"))


def _programme() -> Iterator[State]:
    yield State("home-programme", at("home"), shows=".tiles.map .status.announced")
    yield State("series-announced", at("series", SERIES), shows=".status.announced")
    for name, slug, shows in (
        ("announced", "praha", ".status.announced"),
        ("closed", "stredni-cechy", ".status.over"),
        ("moved-hall", "jihovychod", ".status.moved"),
        ("untouched", "jihozapad", ".status.open"),
    ):
        yield State(f"event-{name}", at("event", SERIES, slug), shows=shows)
    yield State("register-closed", at("register", SERIES, "stredni-cechy"))
    yield State("register-announced", at("register", SERIES, "praha"))
    announced = scenes.event("praha")
    page = at("admin:events_event_change", announced.pk)
    yield State("admin-event-announced", page, "organiser")
    yield State("admin-set-date", at("move_event", announced.pk), "organiser")


def _crowd(cast: Cast) -> Iterator[State]:
    yield from _public()
    yield from _register()
    yield from _registrations(cast)
    yield from _troubles()
    yield from _account()
    yield from _own_account()
    yield from _admin()
    yield from _admin_rows(cast)
    yield from _admin_event_actions()
    yield from _admin_people(cast)
    yield from _mails(cast)


def _public() -> Iterator[State]:
    yield State("home", at("home"), shows=".tiles.map .status.off")
    yield State("town-found", at("town", query="?q=Milevsko"))
    yield State("town-found-full", at("town", query="?q=Liberec"))
    yield State("town-found-called-off", at("town", query="?q=Brno"))
    yield State("town-several", at("town", query="?q=Nová Ves"), shows="main [type=radio]")
    yield State("town-missing", at("town", query="?q=Atlantida"))
    yield State("town-asked", at("town"))
    yield State("series", at("series", SERIES), shows=".sessions .status.over")
    yield State("series-closed-door", at("series", WORKSHOPS))
    for name, slug, shows in (
        ("open", "jihozapad", ".status.open"),
        ("few", "stredni-cechy", ".status.few"),
        ("waiting", "severovychod", ".status.waiting"),
        ("full", "stredni-morava", ".status.full"),
        ("soon", "moravskoslezsko", ".status.soon"),
        ("moved", "severozapad", ".status.moved"),
        ("called-off", "jihovychod", ".status.off"),
        ("over", "praha", ".status.over"),
    ):
        yield State(f"event-{name}", at("event", SERIES, slug), shows=shows)
    yield State("privacy", at("privacy"))
    yield State("accessibility", at("accessibility"))


def _register() -> Iterator[State]:
    form = at("register", SERIES, "jihozapad")
    right = {"name": "Anna Vzorová", "email": "anna@mesto.example", "town": "Milevsko"}
    wrong = ".error-summary li"
    yield State("register", form, shows="form.form")
    for name, slug in (
        *(("few", "stredni-cechy"), ("waiting", "severovychod"), ("full", "stredni-morava")),
        *(("soon", "moravskoslezsko"), ("moved", "severozapad"), ("called-off", "jihovychod")),
        ("over", "praha"),
    ):
        yield State(f"register-{name}", at("register", SERIES, slug))

    for name, values, shows, status in (
        ("errors", {"email": "anna", "sector": "private"}, wrong, INVALID),
        ("errors-other", {"who": "other", "contact_email": "x", "name": "Eva"}, wrong, INVALID),
        ("ambiguous-town", right | {"town": "Nová Ves"}, "[name=town_choice]", INVALID),
        ("unknown-town", right | {"town": "Atlantida"}, "details[open]", INVALID),
        ("typo", right | {"email": "a@seznan.cz"}, "[name=addresses_are_right]", INVALID),
        ("too-many", right | {"email": IMPATIENT}, ".notice.bad strong", 429),
    ):
        yield State(f"register-{name}", form, "stranger", status, filled(values), shows)
    yield State(
        "register-too-fast",
        form,
        status=INVALID,
        then=press,
        shows=".notice.bad strong",
    )
    yield State(
        "register-filled-meanwhile",
        form,
        status=INVALID,
        then=_send_to_a_full_event(right),
        shows=".notice.bad strong",
    )
    yield State("register-other", form, then=_for_somebody_else, shows=".only-other")
    yield State("register-known-town", at("register", SERIES, "jihozapad", query="?town=Milevsko"))
    yield State("sent", at("register_sent", SERIES, "jihozapad"))


def _for_somebody_else(page: Page) -> None:
    page.locator("main [name=who][value=other]").check()


def _send_to_a_full_event(values: dict[str, str]) -> Step:
    """As if the last place went while the form was being filled in."""
    full = scenes.event("stredni-morava")

    def send(page: Page) -> None:
        for name, value in values.items():
            _fill(page, name, value)
        made_at = round((timezone.now() - timedelta(minutes=1)).timestamp() * 1000)
        nonce = signing.dumps([full.pk, f"meanwhile-{random.random()}", made_at], salt=SALT)
        page.locator("input[name=nonce]").evaluate("(field, value) => field.value = value", nonce)
        page.locator("main form[method=post]").evaluate(
            "form => { form.action = form.action.replace('jihozapad', 'stredni-morava') }"
        )
        press(page)

    return send


def _registrations(cast: Cast) -> Iterator[State]:
    for word in (
        *("confirmed-cs", "no-address", "waiting", "cancelled", "transferred"),
        *("called-off", "moved", "over"),
    ):
        yield State(f"registration-{word}", at("registration", cast.token(word)))
    for word in ("confirmed-cs", "in-full", "waiting"):
        page = at("cancel", cast.token(word))
        yield State(f"cancel-{word}", page, shows="main form [type=submit]")
    for word in ("over", "called-off", "cancelled"):
        yield State(f"cancel-too-late-{word}", at("cancel", cast.token(word)), shows=".notice")


def _troubles() -> Iterator[State]:
    """The pages that say what went wrong."""
    yield State("error-404", at("series", "tady-nic-neni"), status=404)
    for view, status in (
        *((errors.bad_request, 400), (errors.csrf_failure, 403), (errors.too_many_requests, 429)),
        *((errors.server_error, 500), (errors.unavailable, 503)),
    ):
        yield State(f"error-{status}", answered(view), status=status)


def _account() -> Iterator[State]:
    """Signing in: nobody is known yet, so everything is Czech."""

    def page(name: str, address: str, **fields: Any) -> State:
        return State(f"account-{name}", at(address), languages=CZECH_ONLY, **fields)

    someone = {"login": "organiser-cs@setkani.example", "password": "nic takového"}
    yield page("login", "account_login")
    yield page("login-errors", "account_login", then=filled(), shows="main .error")
    yield page("login-wrong", "account_login", then=filled(someone), shows="main .error")
    yield page("code", "account_request_login_code")
    address = {"email": "organiser-cs@setkani.example"}
    yield page("code-confirm", "account_request_login_code", then=filled(address))
    yield page("code-wrong", "account_request_login_code", then=_wrong_code, shows="main .error")
    yield page("reset", "account_reset_password")
    yield page("reset-confirm", "account_reset_password", then=filled(address))
    app = {"login": "app-cs@setkani.example", "password": PASSWORD}
    yield page("second-factor", "account_login", then=filled(app), shows="main [name=code]")
    yield page("signup", "account_signup")
    yield page("inactive", "account_inactive")


def _wrong_code(page: Page) -> None:
    filled({"email": "secured-cs@setkani.example"})(page)
    filled({"code": "ABCDEF"})(page)


def _own_account() -> Iterator[State]:
    """What an organiser sees of their own account, in their own language."""
    for name, address in (
        *(("2fa", "mfa_index"), ("totp", "mfa_activate_totp"), ("passkey", "mfa_add_webauthn")),
        *(("password", "account_change_password"), ("logout", "account_logout")),
    ):
        yield State(f"account-{name}", at(address), "organiser")
    wrong = {"then": filled(), "shows": "main .error"}
    yield State("account-totp-errors", at("mfa_activate_totp"), "organiser", **wrong)
    yield State("account-password-errors", at("account_change_password"), "organiser", **wrong)
    yield State("account-prove-again", at("mfa_activate_totp"), "stale")
    for name, address in (
        *(("2fa-secured", "mfa_index"), ("passkeys", "mfa_list_webauthn")),
        *(("totp-off", "mfa_deactivate_totp"), ("codes", "mfa_view_recovery_codes")),
        ("codes-new", "mfa_generate_recovery_codes"),
    ):
        yield State(f"account-{name}", at(address), "secured")


def _admin() -> Iterator[State]:
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


def _admin_rows(cast: Cast) -> Iterator[State]:
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


def _admin_event_actions() -> Iterator[State]:
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


def _admin_people(cast: Cast) -> Iterator[State]:
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


def _mails(cast: Cast) -> Iterator[State]:
    """Every kind of mail as it left, in both languages."""
    for name, wanted in MAILS.items():
        yield State(f"mail-{name}", read(_sent(**wanted)), "reader")
    yield State("mail-reminder", read(_reminder(cast)), "reader")
    yield State("mail-test", read(lambda language: test_letter(language).html), "reader")


_OWN: dict[str, Any] = {"booking__isnull": True}
MAILS: dict[str, dict[str, Any]] = {
    "confirmed": _OWN | {"kind": "confirmed", "registration_change__kind": "registered"},
    "confirmed-contact": {"kind": "confirmed", "booking__isnull": False},
    "corrected": _OWN | {"kind": "confirmed", "registration_change__kind": "corrected"},
    "waiting": _OWN | {"kind": "waiting"},
    "promoted": _OWN | {"kind": "promoted"},
    "already-registered": _OWN | {"kind": "already_registered"},
    "cancelled": _OWN | {"kind": "cancelled", "registration_change__kind": "cancelled"},
    "transferred": _OWN | {"kind": "cancelled", "registration_change__kind": "transferred"},
    "moved": _OWN | {"kind": "moved", "event__slug": "severozapad"},
    "moved-hall": _OWN | {"kind": "moved", "event__slug": "jihovychod"},
    "called-off": _OWN | {"kind": "called_off"},
    "reinstated": _OWN | {"kind": "reinstated"},
}


def _sent(**wanted: Any) -> Callable[[str], str]:
    def html(language: str) -> str:
        found = Message.objects.filter(language=language, state="sent", **wanted)
        message = found.order_by("-pk").exclude(raw=None)[0]
        assert message.mail
        body = message.mail.get_body(("html",))
        assert body
        return str(body.get_content())

    return html


def _reminder(cast: Cast) -> Callable[[str], str]:
    """Built as delivery builds it: no reminder is due while the pictures are taken."""

    def html(language: str) -> str:
        own = Registration.objects.with_event().get(pk=cast.people[f"confirmed-{language}"].pk)
        message = Message(kind=Message.Kind.REMINDER, language=language, registration=own)
        assert own.event.starts_at
        with translation.override(language):
            week_before = own.event.starts_at - timedelta(days=7)
            return letter_for(message, own, [], None, week_before).html

    return html
