from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.http import HttpResponseBase
from django.test import Client

from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_second_factor_demanded(settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = False


def led(answer: HttpResponseBase) -> tuple[int, str]:
    return answer.status_code, answer.headers.get("Location", "")


def test_stranger_is_led_to_the_sign_in_and_back(client: Client) -> None:
    assert led(client.get("/admin/")) == (302, "/admin/login/?next=/admin/")
    assert led(client.get("/admin/login/?next=/admin/x/")) == (
        302,
        "/account/login/?next=/admin/x/",
    )


@pytest.mark.parametrize("next_", ["//evil.example/", "https://evil.example/", "javascript:x"])
def test_nobody_is_led_to_a_foreign_site(client: Client, next_: str) -> None:
    answer = client.get("/admin/login/", {"next": next_})
    assert led(answer) == (302, "/account/login/?next=/admin/")
    client.force_login(factories.organiser())
    assert led(client.get("/admin/login/", {"next": next_})) == (302, "/admin/")


def test_person_without_a_role_finds_nothing(client: Client) -> None:
    client.force_login(factories.user())
    assert client.get("/admin/", follow=True).status_code == 404


def test_organiser_gets_in_without_a_second_factor_where_none_is_demanded(client: Client) -> None:
    client.force_login(factories.organiser())
    assert led(client.get("/admin/")) == (200, "")


def test_organiser_sets_up_a_second_factor_first_where_it_is_demanded(
    client: Client, settings: Any
) -> None:
    settings.STAFF_SECOND_FACTOR = True
    client.force_login(factories.organiser())
    answer = client.get("/admin/", follow=True)
    assert answer.redirect_chain == [("/admin/login/?next=/admin/", 302), ("/account/2fa/", 302)]
    assert [str(message) for message in answer.context["messages"]] == [
        "Správa se otevře, jakmile si nastavíte druhý krok přihlášení."
    ]


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (Authenticator.Type.TOTP, 200),
        (Authenticator.Type.WEBAUTHN, 200),
        (Authenticator.Type.RECOVERY_CODES, 302),
    ],
)
def test_only_an_app_or_a_key_is_a_second_factor(
    client: Client, settings: Any, kind: str, status: int
) -> None:
    settings.STAFF_SECOND_FACTOR = True
    user = factories.organiser()
    Authenticator.objects.create(user=user, type=kind, data={})
    client.force_login(user)
    assert client.get("/admin/").status_code == status


def test_signing_out_of_the_administration_is_allauths(client: Client) -> None:
    client.force_login(factories.organiser())
    assert client.get("/admin/logout/").status_code == 200
    assert "_auth_user_id" in client.session
    assert led(client.post("/admin/logout/")) == (302, "/")
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("path", ["/admin/password_change/", "/admin/password_change/done/"])
def test_password_changes_on_allauths_page(client: Client, path: str) -> None:
    client.force_login(factories.organiser())
    assert led(client.get(path)) == (302, "/account/password/change/")
