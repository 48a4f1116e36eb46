import json

import pytest
from django import forms
from django.test import Client
from django.utils import translation

from accounts import forms as ours
from tests import factories

PLAIN = [
    ours.LoginForm,
    ours.ChangePasswordForm,
    ours.SetPasswordForm,
    ours.ResetPasswordForm,
    ours.ResetPasswordKeyForm,
    ours.RequestLoginCodeForm,
    ours.ConfirmLoginCodeForm,
    ours.ConfirmPasswordResetCodeForm,
]


def described(form: forms.Form) -> dict[str, tuple[str, str, bool]]:
    return {
        name: (str(field.label), str(field.help_text), "placeholder" in field.widget.attrs)
        for name, field in form.fields.items()
    }


def test_login_form_has_our_labels_and_no_placeholder() -> None:
    with translation.override("en"):
        assert described(ours.LoginForm()) == {
            "login": ("E-mail", "", False),
            "password": ("Password", "", False),
        }


def test_new_password_says_what_it_must_be() -> None:
    hint = "At least 12 characters. A few words you remember are best."
    with translation.override("en"):
        assert described(ours.SetPasswordForm()) == {
            "password1": ("New password", hint, False),
            "password2": ("New password once more", "", False),
        }


@pytest.mark.parametrize("form", PLAIN)
def test_every_text_is_bounded(form: type[forms.Form]) -> None:
    fields = form().fields.values()
    assert all(int(field.widget.attrs["maxlength"]) <= 320 for field in fields)


@pytest.mark.parametrize("form", PLAIN)
def test_nothing_typed_is_answered_in_our_words(form: type[forms.Form]) -> None:
    with translation.override("en"):
        errors = {name: list(found) for name, found in form(data={}).errors.items()}
        assert errors == {name: [str(ours.EMPTY[name])] for name in form().fields}


STRANGE = [
    "",
    "null",
    "1",
    "[]",
    "{}",
    "NaN",
    '"\\ud800"',
    '{"response":5}',
    '{"response":{"userHandle":[1]}}',
    '{"id":1,"rawId":1,"response":{"clientDataJSON":1}}',
    json.dumps({"rawId": "AA", "id": "AA", "response": {"clientDataJSON": "bm90anNvbg"}}),
    "[" * 20_000,
    '{"a":' * 5_000,
    "9" * 5_000,
]


@pytest.mark.django_db
@pytest.mark.parametrize("key", STRANGE, ids=lambda key: key[:30])
def test_strangers_key_never_breaks_the_sign_in(client: Client, key: str) -> None:
    client.get("/account/2fa/webauthn/login/", headers={"accept": "application/json"})
    answer = client.post("/account/2fa/webauthn/login/", {"credential": key})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/account/login/")
    assert "_auth_user_id" not in client.session


@pytest.mark.django_db
@pytest.mark.parametrize("key", STRANGE, ids=lambda key: key[:30])
def test_strangers_key_never_breaks_adding_one(client: Client, key: str) -> None:
    user = factories.organiser()
    client.force_login(user)
    client.post("/account/reauthenticate/", {"password": "correct horse battery"})
    client.get("/account/2fa/webauthn/add/")
    answer = client.post("/account/2fa/webauthn/add/", {"credential": key, "name": "Klíč"})
    assert answer.status_code == 200
    assert user.authenticator_set.count() == 0  # type: ignore[attr-defined]
