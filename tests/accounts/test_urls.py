import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.http import HttpResponseBase
from django.template.loader import get_template
from django.test import Client
from django.urls import URLPattern, URLResolver
from django.utils import timezone

from accounts import urls
from accounts.models import User
from tests import factories

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"
NEW_PASSWORD = "four quite other words"
KNOWN, UNKNOWN = "olga@example.org", "nobody@example.org"
IN_USE = {
    "account_change_password",
    "account_complete_password_reset",
    "account_confirm_login_code",
    "account_confirm_password_reset_code",
    "account_inactive",
    "account_login",
    "account_logout",
    "account_password_reset_completed",
    "account_reauthenticate",
    "account_request_login_code",
    "account_reset_password",
    "account_set_password",
    "account_signup",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_authenticate",
    "mfa_deactivate_totp",
    "mfa_download_recovery_codes",
    "mfa_edit_webauthn",
    "mfa_generate_recovery_codes",
    "mfa_index",
    "mfa_list_webauthn",
    "mfa_login_webauthn",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "mfa_remove_webauthn",
    "mfa_view_recovery_codes",
}


@pytest.fixture(autouse=True)
def no_limit_of_another_test() -> None:
    cache.clear()


@pytest.fixture
def olga() -> User:
    user = factories.organiser(email=KNOWN, password=PASSWORD)
    EmailAddress.objects.create(user=user, email=KNOWN, verified=True, primary=True)
    return user


def led(answer: HttpResponseBase) -> tuple[int, str]:
    return answer.status_code, answer.headers.get("Location", "")


def sign_in(client: Client, password: str = PASSWORD, email: str = KNOWN) -> HttpResponseBase:
    return client.post("/account/login/", {"login": email, "password": password})


def is_signed_in(client: Client) -> bool:
    return client.get("/account/2fa/").status_code == 200


def code_in(mail: EmailMessage) -> str:
    found = re.search(r"^[A-Z]{4}-[A-Z]{4}$", str(mail.body), re.MULTILINE)
    assert found
    return found.group()


def totp(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def names(patterns: list[URLPattern | URLResolver]) -> set[str]:
    found: set[str] = set()
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            found |= names(pattern.url_patterns)
        else:
            found.add(str(pattern.name))
    return found


def test_routes_are_exactly_those_in_use() -> None:
    assert names(urls.urlpatterns) == IN_USE


def views(patterns: list[URLPattern | URLResolver]) -> list[Any]:
    found: list[Any] = []
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            found += views(pattern.url_patterns)
        else:
            found.append(getattr(pattern.callback, "view_class", None))
    return [view for view in found if getattr(view, "template_name", None)]


def test_every_page_in_use_has_our_own_template(settings: Any) -> None:
    ours = str(settings.BASE_DIR / "templates")
    shown = {view.template_name for view in views(urls.urlpatterns)} - {"account/signup.html"}
    shown.add("account/signup_closed.html")
    found: dict[str, Any] = {name: get_template(name) for name in shown}
    assert {n for n, page in found.items() if not page.origin.name.startswith(ours)} == set()


def test_nobody_signs_up(client: Client) -> None:
    answer = client.post("/account/signup/", {"email": UNKNOWN, "password1": PASSWORD})
    assert answer.templates[0].name == "account/signup_closed.html"
    assert User.objects.count() == 0


@pytest.mark.parametrize("path", ["", "email/", "confirm-email/", "3rdparty/", "social/signup/"])
def test_what_is_not_in_use_is_missing(client: Client, path: str) -> None:
    assert client.get(f"/account/{path}").status_code == 404


def test_password_signs_in(client: Client, olga: User) -> None:
    assert led(sign_in(client)) == (302, "/admin/")
    assert client.session["_auth_user_id"] == str(olga.pk)


def test_wrong_password_says_what_is_wrong(client: Client, olga: User) -> None:
    answer: Any = sign_in(client, "wrong wrong wrong")
    errors = answer.context["form"].non_field_errors()
    assert errors == ["E-\u2060mail a\u00a0heslo k\u00a0sobě nepatří."]
    assert not is_signed_in(client)


def test_code_by_mail_signs_in(client: Client, olga: User, mailoutbox: list[EmailMessage]) -> None:
    asked = client.post("/account/login/code/", {"email": KNOWN})
    assert led(asked) == (302, "/account/login/code/confirm/")
    entered = client.post(asked.headers["Location"], {"code": code_in(mailoutbox[0])})
    assert led(entered) == (302, "/admin/")


def test_app_is_the_second_step(client: Client, olga: User) -> None:
    secret = generate_totp_secret()
    TOTP.activate(olga, secret)
    assert led(sign_in(client)) == (302, "/account/2fa/authenticate/")
    assert not is_signed_in(client)
    client.post("/account/2fa/authenticate/", {"code": "000000 no"})
    assert not is_signed_in(client)
    assert led(client.post("/account/2fa/authenticate/", {"code": totp(secret)})) == (
        302,
        "/admin/",
    )


def test_code_by_mail_does_not_go_round_the_second_step(
    client: Client, olga: User, mailoutbox: list[EmailMessage]
) -> None:
    TOTP.activate(olga, generate_totp_secret())
    client.post("/account/login/code/", {"email": KNOWN})
    entered = client.post("/account/login/code/confirm/", {"code": code_in(mailoutbox[0])})
    assert led(entered) == (302, "/account/2fa/authenticate/")
    assert not is_signed_in(client)


def test_recovery_code_stands_in_once(client: Client, olga: User) -> None:
    TOTP.activate(olga, generate_totp_secret())
    code = RecoveryCodes.activate(olga).get_unused_codes()[0]
    sign_in(client)
    assert led(client.post("/account/2fa/authenticate/", {"code": code})) == (302, "/admin/")
    client.post("/account/logout/")
    sign_in(client)
    assert client.post("/account/2fa/authenticate/", {"code": code}).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_setting_up_an_app_asks_for_the_password_then_gives_recovery_codes(
    client: Client, olga: User, mailoutbox: list[EmailMessage]
) -> None:
    client.force_login(olga)
    asked = client.get("/account/2fa/totp/activate/")
    proof = "/account/reauthenticate/?next=%2Faccount%2F2fa%2Ftotp%2Factivate%2F"
    assert led(asked) == (302, proof)
    client.post(asked.headers["Location"], {"password": PASSWORD})
    secret = client.get("/account/2fa/totp/activate/").context["form"].secret
    done = client.post("/account/2fa/totp/activate/", {"code": totp(secret)})
    assert led(done) == (302, "/account/2fa/recovery-codes/")
    assert sorted(Authenticator.objects.values_list("user", "type")) == [
        (olga.pk, "recovery_codes"),
        (olga.pk, "totp"),
    ]
    assert [str(mail.subject) for mail in mailoutbox] == ["K vašemu účtu přibyla aplikace s kódy"]


def test_forgotten_password_is_replaced_by_a_code(
    client: Client, olga: User, mailoutbox: list[EmailMessage]
) -> None:
    client.post("/account/password/reset/", {"email": KNOWN})
    client.post("/account/password/reset/confirm/", {"code": code_in(mailoutbox[0])})
    chosen = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    done = client.post("/account/password/reset/complete/", chosen)
    assert led(done) == (302, "/account/password/reset/done/")
    assert (led(sign_in(Client()))[0], led(sign_in(Client(), NEW_PASSWORD))[0]) == (200, 302)
    assert [str(mail.subject) for mail in mailoutbox] == [
        "Kód k novému heslu",
        "Vaše heslo je změněné",
    ]


def test_password_change_works_and_refuses_a_short_one(client: Client, olga: User) -> None:
    client.force_login(olga)
    page = "/account/password/change/"
    short = client.post(page, {"oldpassword": PASSWORD, "password1": "x", "password2": "x"})
    assert (short.status_code, list(short.context["form"].errors)) == (200, ["password1"])
    chosen = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    assert led(client.post(page, {"oldpassword": PASSWORD, **chosen})) == (302, page)
    assert is_signed_in(client)
    olga.refresh_from_db()
    assert olga.check_password(NEW_PASSWORD)


def test_get_changes_nothing(client: Client, olga: User) -> None:
    client.force_login(olga)
    for page in ["/account/logout/", "/account/password/change/", "/account/2fa/"]:
        assert client.get(page).status_code == 200
    assert is_signed_in(client)


def masked(answer: Any, address: str) -> tuple[int, str, str]:
    text = answer.content.decode().replace(address, "ADDRESS")
    return (*led(answer), re.sub(r'(csrfmiddlewaretoken" value=")\w+', r"\1", text))


def pages(*steps: Callable[[Client, str], HttpResponseBase]) -> dict[str, list[Any]]:
    """What each step answers to an address that is known and to one that is not."""
    answers: dict[str, list[Any]] = {}
    for address in (KNOWN, UNKNOWN):
        client = Client()
        answers[address] = [masked(step(client, address), address) for step in steps]
    return answers


def post(page: str, **data: str) -> Callable[[Client, str], HttpResponseBase]:
    return lambda client, address: client.post(
        page, {name: value or address for name, value in data.items()}
    )


def get(page: str) -> Callable[[Client, str], HttpResponseBase]:
    return lambda client, _address: client.get(page)


@pytest.mark.parametrize("is_active", [True, False])
@pytest.mark.parametrize(
    "steps",
    [
        [post("/account/login/", login="", password="wrong wrong wrong")] * 6,
        [
            post("/account/login/code/", email=""),
            get("/account/login/code/confirm/"),
            *[post("/account/login/code/confirm/", code="wrong")] * 3,
            get("/account/login/code/"),
        ],
        [
            post("/account/password/reset/", email=""),
            get("/account/password/reset/confirm/"),
            *[post("/account/password/reset/confirm/", code="wrong")] * 3,
            get("/account/login/"),
        ],
    ],
    ids=["password", "code", "reset"],
)
def test_no_answer_tells_whether_an_address_is_known(
    olga: User, steps: list[Callable[[Client, str], HttpResponseBase]], is_active: bool
) -> None:
    User.objects.update(is_active=is_active)
    answers = pages(*steps)
    assert answers[KNOWN] == answers[UNKNOWN]


def test_a_password_is_hashed_for_known_and_unknown_alike(
    olga: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str] = []
    encode = MD5PasswordHasher.encode

    def counted(self: MD5PasswordHasher, password: str, *args: Any, **kwargs: Any) -> str:
        hashed.append(password)
        return encode(self, password, *args, **kwargs)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    sign_in(Client(), "wrong for known", KNOWN)
    sign_in(Client(), "wrong for unknown", UNKNOWN)
    assert hashed == ["wrong for known", "wrong for unknown"]


def test_sixth_wrong_password_is_refused_even_when_right(client: Client, olga: User) -> None:
    for _ in range(5):
        sign_in(client, "wrong wrong wrong")
    refused: Any = sign_in(client)
    assert refused.context["form"].non_field_errors() == [
        "Moc pokusů najednou. Zkuste to za 5\u00a0minut."
    ]
    assert not is_signed_in(client)


def test_forty_people_behind_one_address_get_through(client: Client) -> None:
    for number in range(40):
        user = factories.organiser(email=f"olga{number}@example.org", password=PASSWORD)
        assert led(sign_in(Client(), email=user.email)) == (302, "/admin/")


def test_too_many_sign_ins_from_one_address_are_a_429(client: Client) -> None:
    statuses = [sign_in(client, email=f"x{number}@example.org").status_code for number in range(61)]
    assert statuses == [200] * 60 + [429]


def test_deactivation_ends_sessions_at_once(client: Client, olga: User) -> None:
    sign_in(client)
    assert is_signed_in(client)
    User.objects.update(is_active=False)
    assert led(client.get("/account/2fa/")) == (302, "/account/login/?next=/account/2fa/")


def test_deactivated_person_cannot_sign_in_again(client: Client, olga: User) -> None:
    User.objects.update(is_active=False)
    assert led(sign_in(client)) == (302, "/account/inactive/")
    assert not is_signed_in(client)


def test_idle_organiser_is_signed_out_and_a_busy_one_is_not(client: Client, olga: User) -> None:
    start = datetime(2018, 4, 2, 8, tzinfo=UTC)
    with time_machine.travel(start, tick=False) as clock:
        sign_in(client)
        clock.shift(timedelta(hours=7))
        assert is_signed_in(client)
        clock.shift(timedelta(hours=7))
        assert is_signed_in(client)
        assert [row.expire_date - timezone.now() for row in Session.objects.all()] == [
            timedelta(hours=8)
        ]
        clock.shift(timedelta(hours=8, seconds=1))
        assert not is_signed_in(client)


def test_visitor_gets_no_session(client: Client) -> None:
    answer = client.get("/account/login/")
    assert list(answer.cookies) == ["csrf"]
    assert Session.objects.count() == 0


@pytest.mark.parametrize(("language", "heading"), [("cs", "ve dvou krocích"), ("en", "two steps")])
def test_pages_follow_the_language_of_the_user(client: Client, language: str, heading: str) -> None:
    client.force_login(factories.organiser(language=language))
    answer = client.get("/account/2fa/")
    assert answer.headers["Content-Language"] == language
    assert f'<html lang="{language}">' in answer.content.decode()
    assert heading in answer.content.decode()


def test_foreign_key_is_missing(client: Client, olga: User) -> None:
    foreign = Authenticator.objects.create(user=factories.organiser(), type="webauthn", data={})
    client.force_login(olga)
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    pages = [f"/account/2fa/webauthn/keys/{foreign.pk}/{verb}/" for verb in ("edit", "remove")]
    answers = [send(page).status_code for page in pages for send in (client.get, client.post)]
    assert answers == [404] * 4
    assert Authenticator.objects.filter(pk=foreign.pk).exists()


def test_no_page_has_inline_style_or_running_script(client: Client, olga: User) -> None:
    client.force_login(olga)
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    for page in ["2fa/", "2fa/totp/activate/", "2fa/webauthn/add/", "password/change/", "logout/"]:
        text = client.get(f"/account/{page}").content.decode()
        scripts = re.findall(r"<script(?![^>]*(?:src=|application/json))", text)
        assert (page, scripts, " style=" in text, "data:image" in text) == (page, [], False, False)
