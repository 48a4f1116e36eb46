import re

import pytest
from allauth.account.models import EmailAddress
from django.core.mail import EmailMessage
from django.test import Client

from accounts.adapter import SecondFactorAdapter
from tests import factories

CODE = re.compile(r"^[A-Z]{4}-[A-Z]{4}$", re.MULTILINE)
CZECH_CODE = """Kód k přihlášení:

CODE

Platí 15 minut.
Nežádali jste o něj? Pak nedělejte nic, nikomu jinému neposlouží.

Setkání
http://localhost"""
ENGLISH_CODE = """The code for signing in:

CODE

It is valid for 15 minutes.
You did not ask for it? Then do nothing; it is of no use to others.

Setkání
http://localhost"""
UNKNOWN = """Někdo, možná vy, zadal při přihlašování pořadatelů tuto adresu:

nobody@example.org

Účet pořadatele k ní nemáme, proto pro ni není ani kód.

Na setkání se přihlásíte bez účtu.
Své přihlášky najdete pod odkazem
ve zprávě, která potvrdila vaše místo.

Máte-li být pořadatelem, požádejte některého z nich o přidání.
Pokud jste to nebyli vy, nedělejte nic.

Setkání
http://localhost"""


def told(mailoutbox: list[EmailMessage]) -> list[tuple[list[str], str, str]]:
    return [
        (mail.to, str(mail.subject), CODE.sub("CODE", str(mail.body)).strip())
        for mail in mailoutbox
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "subject", "body"),
    [("cs", "Kód k přihlášení", CZECH_CODE), ("en", "Your sign-in code", ENGLISH_CODE)],
)
def test_code_is_mailed_in_the_language_of_its_reader(
    client: Client, mailoutbox: list[EmailMessage], language: str, subject: str, body: str
) -> None:
    user = factories.organiser(email="olga@example.org", language=language)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    client.post("/account/login/code/", {"email": "Olga@example.org"})
    assert told(mailoutbox) == [(["olga@example.org"], subject, body)]


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/account/login/code/", "/account/password/reset/"])
def test_unknown_address_is_told_what_that_means_here(
    client: Client, mailoutbox: list[EmailMessage], path: str
) -> None:
    client.post(path, {"email": "nobody@example.org"})
    subject = "K této adrese nemáme účet pořadatele"
    assert told(mailoutbox) == [(["nobody@example.org"], subject, UNKNOWN)]


def test_totp_svg_is_one_path_without_style_or_data_uri() -> None:
    svg = SecondFactorAdapter().build_totp_svg("otpauth://totp/a?secret=B&issuer=<C>")
    shape = r'<svg class="qr" viewBox="0 0 \d+ \d+" role="img" aria-label="[^"<]+">'
    assert re.fullmatch(shape + r'<path d="(M\d+ \d+h1v1h-1z)+"/></svg>', svg)


def test_keys_belong_to_the_base_url(settings: pytest.FixtureRequest) -> None:
    settings.BASE_URL = "https://setkani.example:8443"  # type: ignore[attr-defined]
    entity = SecondFactorAdapter().get_public_key_credential_rp_entity()
    assert entity == {"id": "setkani.example", "name": "Setkání"}
