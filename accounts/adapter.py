"""What allauth asks us: nobody signs up; its sentences and its mails in our words."""

# allauth carries no types.
# mypy: allow-subclassing-any

from typing import Any, ClassVar
from urllib.parse import urlsplit

import segno
from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User

WRONG_CODE = _("This code is not right, or it is no longer valid.")
TOO_MANY = _("Too many attempts at once. Try again in 5 minutes.")

# How somebody signed in proves once more who they are.
PROOFS = {
    "reauthenticate": _("With the password"),
    "mfa_reauthenticate": _("With a code from the app"),
    "mfa_reauthenticate:webauthn": _("With a passkey"),
}


class ClosedAccountAdapter(DefaultAccountAdapter):
    error_messages: ClassVar = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("This account is deactivated."),
        "email_password_mismatch": _("This e-mail and this password do not go together."),
        "enter_current_password": _("This is not your current password."),
        "incorrect_code": WRONG_CODE,
        "incorrect_password": _("This is not your password."),
        "too_many_login_attempts": TOO_MANY,
        "rate_limited": TOO_MANY,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """In the language of whom it goes to; a stranger reads Czech."""
        known = User.objects.filter(email=email.lower()).values_list("language", flat=True)
        with translation.override(known.first() or settings.LANGUAGE_CODE):
            super().send_mail(template_prefix, email, {**context, "base_url": settings.BASE_URL})

    def get_reauthentication_methods(
        self, user: AbstractBaseUser | AnonymousUser
    ) -> list[dict[str, Any]]:
        return [
            {**method, "description": PROOFS[method["id"]]}
            for method in super().get_reauthentication_methods(user)
        ]


class SecondFactorAdapter(DefaultMFAAdapter):
    error_messages: ClassVar = {
        **DefaultMFAAdapter.error_messages,
        "cannot_generate_recovery_codes": _("Set up an app or a passkey first."),
        "incorrect_code": WRONG_CODE,
        "unverified_email": _("Confirm your e-mail first."),
    }

    def build_totp_svg(self, url: str) -> SafeString:
        """The QR as one path: the CSP lets no `data:` picture in."""
        rows = list(segno.make(url, error="m").matrix_iter(border=0))
        path = "".join(
            f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark
        )
        return format_html(
            '<svg class="qr" viewBox="0 0 {0} {0}" role="img" aria-label="{1}">'
            '<path d="{2}"/></svg>',
            len(rows),
            gettext("QR code for the app"),
            path,
        )

    def generate_authenticator_name(self, user: AbstractBaseUser, type: str) -> str:  # noqa: A002
        count = user.authenticator_set.filter(type=type).count()  # type: ignore[attr-defined]
        return gettext("Key %(number)d") % {"number": count + 1}

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Keys belong to the site's own name, whatever Host a request carries."""
        return {"id": urlsplit(settings.BASE_URL).hostname or "", "name": self.get_totp_issuer()}
