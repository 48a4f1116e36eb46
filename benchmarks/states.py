"""Each page with each state it can show, as data: its name, how to open it, who looks at it."""

import random
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from django.core import signing
from django.utils import timezone, translation
from playwright.sync_api import Page

from benchmarks import (
    admin_states,
    limit_scenes,
    limit_states,
    member_scenes,
    member_states,
    rare_scenes,
    rare_states,
    scenes,
    way_scenes,
    way_states,
)
from benchmarks.opening import INVALID, State, Step, answered, at, fill, filled, press, read
from benchmarks.scenes import IMPATIENT, PASSWORD, SERIES, WORKSHOPS, Cast
from config import errors
from notifications.letters import letter_for, test_letter
from notifications.models import Message
from registrations.models import Registration
from registrations.nonces import SALT

CZECH_ONLY = ("cs",)


def all_scenes() -> Iterator[Iterator[State]]:
    """The states, scene by scene: a scene is built when it is asked for."""
    scenes.towns_alone()
    yield _empty()
    cast = scenes.programme()
    yield _programme(cast)
    way_scenes.ways(cast)
    rare_scenes.rare(cast)
    member_scenes.groups(cast)
    limit_scenes.limits(cast)
    scenes.crowd(cast)
    yield _crowd(cast)


def _empty() -> Iterator[State]:
    yield State("home-empty", at("home"))
    yield State("town-empty", at("town", query="?q=Milevsko"))


def _programme(cast: Cast) -> Iterator[State]:
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
    yield from _follows(cast)
    announced = scenes.event("praha")
    page = at("admin:events_event_change", announced.pk)
    yield State("admin-event-announced", page, "organiser")
    yield State("admin-set-date", at("move_event", announced.pk), "organiser")


def _follows(cast: Cast) -> Iterator[State]:
    form = at("follow_event", SERIES, "praha")
    yield State("follow-form", form, shows="[name=email]")
    yield State(
        "follow-form-errors",
        form,
        "stranger",
        INVALID,
        filled({"email": "anna"}),
        ".error-summary li",
    )
    yield State("follow-form-dated", at("follow_event", SERIES, "jihozapad"))
    yield State("follow-sent", at("follow_sent", SERIES, "praha"))
    for word, follow in cast.follows.items():
        yield State(f"follow-{word}", at("follow", follow.token), shows="[name=answer]")


def _crowd(cast: Cast) -> Iterator[State]:
    yield from _public()
    yield from _register()
    yield from _registrations(cast)
    yield from _troubles()
    yield from _account()
    yield from _own_account()
    yield from admin_states.states(cast)
    yield from way_states.states(cast)
    yield from rare_states.states(cast)
    yield from member_states.states(cast)
    yield from limit_states.states(cast)
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
            fill(page, name, value)
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
    asked = {"ends_at": "account_confirm_login_code"}
    yield page("code-confirm", "account_request_login_code", then=filled(address), **asked)
    wrong = {"then": _wrong_code, "shows": "main .error"}
    yield page("code-wrong", "account_request_login_code", **wrong, **asked)
    yield page("reset", "account_reset_password")
    sent = {"then": filled(address), "ends_at": "account_confirm_password_reset_code"}
    yield page("reset-confirm", "account_reset_password", **sent)
    yield page("reset-done", "account_password_reset_completed")
    app = filled({"login": "app-cs@setkani.example", "password": PASSWORD})
    second = {"shows": "main [name=code]", "ends_at": "mfa_authenticate"}
    yield page("second-factor", "account_login", then=app, **second)
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
    for name, address in (("totp", "mfa_activate_totp"), ("password", "account_change_password")):
        yield State(
            f"account-{name}-errors", at(address), "organiser", 200, filled(), "main .error"
        )
    page = at("mfa_activate_totp")
    yield State("account-prove-again", page, "stale", ends_at="account_reauthenticate")
    yield State("account-prove-by-code", at("mfa_reauthenticate"), "secured")
    for name, address in (
        *(("2fa-secured", "mfa_index"), ("passkeys", "mfa_list_webauthn")),
        *(("totp-off", "mfa_deactivate_totp"), ("codes", "mfa_view_recovery_codes")),
        ("codes-new", "mfa_generate_recovery_codes"),
    ):
        yield State(f"account-{name}", at(address), "secured")


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
    "pending": _OWN | {"kind": "pending"},
    "pending-contact": {"kind": "pending", "booking__isnull": False},
    "rejected": _OWN | {"kind": "rejected"},
    "offered": _OWN | {"kind": "offered"},
    "declined": _OWN | {"kind": "declined"},
    "offer-expired": _OWN | {"kind": "offer_expired"},
    "party": {"kind": "party", "event__slug": "skupiny", "registration__isnull": False},
    "party-known": {"kind": "party", "registration__isnull": True},
    "renamed": _OWN | {"kind": "answers_changed", "registration_change__kind": "renamed"},
    "took-over-asked": _OWN | {"kind": "took_over", "event__slug": "energie"},
    "party-offered": {"kind": "party", "event__slug": "plna-skupina"},
    "already-registered": _OWN | {"kind": "already_registered"},
    "place-elsewhere": _OWN | {"registration_change__kind": "registered_elsewhere"},
    "place-ends-waiting": _OWN | {"kind": "confirmed", "event__slug": "teplarna"},
    "cancelled": _OWN | {"kind": "cancelled", "registration_change__kind": "cancelled"},
    "transferred": _OWN | {"kind": "cancelled", "registration_change__kind": "transferred"},
    "moved": _OWN | {"kind": "moved", "event__slug": "severozapad"},
    "moved-hall": _OWN | {"kind": "moved", "event__slug": "jihovychod"},
    "called-off": _OWN | {"kind": "called_off"},
    "reinstated": _OWN | {"kind": "reinstated"},
    "answers-changed": _OWN | {"kind": "answers_changed"},
    "handed-over": _OWN | {"kind": "handed_over"},
    "took-over": _OWN | {"kind": "took_over"},
    "invited": {"kind": "invited"},
    "nominated": {"kind": "nominated"},
    "links": {"kind": "links"},
    "follow-confirm": {"kind": "follow_confirm"},
    "date-set": {"kind": "date_set"},
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
