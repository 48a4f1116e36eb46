from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from playwright.sync_api import Page

from accounts.models import User
from tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "correct horse battery"


@pytest.fixture
def olga() -> User:
    user = factories.organiser(email="olga@example.org", password=PASSWORD)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@pytest.fixture
def refused(page: Page) -> list[str]:
    """What the browser complained of: the CSP, a missing file, a script that broke."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


def give_a_key(page: Page) -> None:
    """A fingerprint reader that always says yes."""
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True}
    options |= {"hasUserVerification": True, "isUserVerified": True}
    options |= {"automaticPresenceSimulation": True}
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def add_a_key(page: Page) -> None:
    page.goto("/account/2fa/webauthn/add/")
    page.fill("#id_password", PASSWORD)
    page.click("form.form button")
    page.click("#mfa_webauthn_add")
    page.wait_for_url("**/account/2fa/recovery-codes/")


def sign_in(page: Page) -> None:
    page.goto("/account/login/?next=/account/2fa/")
    page.fill("#id_login", "olga@example.org")
    page.fill("#id_password", PASSWORD)
    page.click("form.form button")


def sign_out(page: Page) -> None:
    page.goto("/account/logout/")
    page.click("main button")


@pytest.fixture(scope="session")
def base_url(live_server: Any) -> str:
    return str(live_server.url)


def test_passkey_signs_in_alone_and_as_second_step(
    olga: User, page: Page, refused: list[str]
) -> None:
    give_a_key(page)
    sign_in(page)
    add_a_key(page)
    assert Authenticator.objects.get(type="webauthn").user == olga
    sign_out(page)
    page.goto("/account/login/?next=/account/2fa/")
    page.click("#passkey_login")
    page.wait_for_selector("h1:has-text('Přihlášení ve dvou krocích')")
    sign_out(page)
    sign_in(page)
    page.click("#mfa_webauthn_authenticate")
    page.wait_for_selector("h1:has-text('Přihlášení ve dvou krocích')")
    assert refused == []


def test_page_says_when_no_key_was_used(page: Page) -> None:
    page.goto("/account/login/")
    assert page.is_hidden("[data-passkey-failed]")
    page.evaluate("() => { navigator.credentials.get = () => Promise.reject(new Error('no')) }")
    page.click("#passkey_login")
    page.wait_for_selector("[data-passkey-failed]", state="visible")


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_without_javascript_no_passkey_button_is_shown(page: Page) -> None:
    page.goto("/account/login/")
    assert page.is_hidden("#passkey_login")
