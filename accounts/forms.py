"""allauth's forms in our words: own labels, hints, refusals; bounded lengths; no placeholders."""

# allauth carries no types.
# mypy: allow-subclassing-any

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

LONGEST = 256

LABELS = {
    "login": _("E-mail"),
    "email": _("E-mail"),
    "password": _("Password"),
    "oldpassword": _("Current password"),
    "password1": _("New password"),
    "password2": _("New password once more"),
    "code": _("Code"),
    "name": _("Name of the key"),
    "passwordless": _("Sign in with this key alone"),
}
HINTS = {
    "password1": _("At least 12 characters. A few words you remember are best."),
    "name": _("So that you tell your keys apart."),
    "passwordless": _("Without a password; the device asks for your fingerprint, face or PIN."),
}
EMPTY = {
    "login": _("Enter your e-mail."),
    "email": _("Enter your e-mail."),
    "password": _("Enter your password."),
    "oldpassword": _("Enter your current password."),
    "password1": _("Enter a new password."),
    "password2": _("Enter the new password once more."),
    "code": _("Enter the code."),
    "name": _("Enter a name."),
}


class OurWords:
    """Mixed into each of allauth's forms; a placeholder is no label."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            _reword(name, field)

    def full_clean(self) -> None:
        """The first wrong field gets the focus, without a script."""
        super().full_clean()  # type: ignore[misc]
        wrong = [field for name, field in self.fields.items() if name in self._errors]  # type: ignore[attr-defined]
        for field in wrong[:1]:
            field.widget.attrs["autofocus"] = True


def _reword(name: str, field: forms.Field) -> None:
    field.widget.attrs.pop("placeholder", None)
    if not isinstance(field.widget, forms.CheckboxInput):
        field.widget.attrs["class"] = "input"
    field.label = LABELS.get(name, field.label)
    field.help_text = HINTS.get(name, "")
    field.error_messages["required"] = EMPTY.get(name, field.error_messages["required"])
    if isinstance(field, forms.EmailField):
        field.error_messages["invalid"] = _("Enter the whole address, with the @.")
    elif isinstance(field, forms.CharField):
        field.widget.attrs["maxlength"] = str(LONGEST)
        field.validators.append(MaxLengthValidator(LONGEST))


class LoginForm(OurWords, account.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs["autocomplete"] = "username"


class ReauthenticateForm(OurWords, account.ReauthenticateForm):
    pass


class ChangePasswordForm(OurWords, account.ChangePasswordForm):
    pass


class SetPasswordForm(OurWords, account.SetPasswordForm):
    pass


class ResetPasswordForm(OurWords, account.ResetPasswordForm):
    pass


class ResetPasswordKeyForm(OurWords, account.ResetPasswordKeyForm):
    pass


class RequestLoginCodeForm(OurWords, account.RequestLoginCodeForm):
    pass


class ConfirmLoginCodeForm(OurWords, account.ConfirmLoginCodeForm):
    pass


class ConfirmPasswordResetCodeForm(OurWords, account.ConfirmPasswordResetCodeForm):
    pass


class AuthenticateForm(OurWords, mfa.AuthenticateForm):
    pass


class ReauthenticateCodeForm(OurWords, mfa.ReauthenticateForm):
    pass


class ActivateTOTPForm(OurWords, totp.ActivateTOTPForm):
    def key(self) -> str:
        """The secret as one copies it, in groups of four; the apps ignore the spaces."""
        return " ".join(self.secret[at : at + 4] for at in range(0, len(self.secret), 4))


class EditWebAuthnForm(OurWords, webauthn.EditWebAuthnForm):
    pass


UNREADABLE = _("This key could not be read. Try again.")


class KeyField(forms.JSONField):
    """What a browser hands over as a key; it is nobody's typing, so it is never shown again."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except RecursionError:
            raise ValidationError(UNREADABLE) from None

    def bound_data(self, data: Any, initial: Any) -> Any:
        return initial


class StrangersKey(OurWords):
    """A form whose key is anybody's JSON.

    fido2 raises whatever it stumbles over in it; all of that means: not a key we know (rule 24).
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["credential"] = KeyField(error_messages={"required": UNREADABLE})

    def full_clean(self) -> None:
        try:
            super().full_clean()
        except (AttributeError, KeyError, TypeError, ValueError):
            self.add_error("credential", ValidationError(UNREADABLE))  # type: ignore[attr-defined]


class AddWebAuthnForm(StrangersKey, webauthn.AddWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["passwordless"].initial = True


class AuthenticateWebAuthnForm(StrangersKey, webauthn.AuthenticateWebAuthnForm):
    pass


class LoginWebAuthnForm(StrangersKey, webauthn.LoginWebAuthnForm):
    pass


class ReauthenticateWebAuthnForm(StrangersKey, webauthn.ReauthenticateWebAuthnForm):
    pass
