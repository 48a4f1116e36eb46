"""E-mail addresses as people type them: made comparable, and a likely typo asked about."""

import difflib

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils.translation import gettext_lazy as _

from accounts.text import clean

# The domains that most typos are meant for.
_COMMON_DOMAINS = (
    *("seznam.cz", "email.cz", "centrum.cz", "volny.cz", "post.cz", "atlas.cz"),
    *("gmail.com", "outlook.com", "hotmail.com", "icloud.com", "yahoo.com"),
)
_SIMILAR = 0.82

message = _("Enter the whole address, with the @.")
_validate = EmailValidator(message=message)


def clean_address(text: str) -> str:
    """Lower-case, the domain in ASCII (IDNA). Raises ValidationError for what cannot be mailed to.

    Lower-cased first and validated then: some letters change their length (rules.md, Input).
    """
    address = clean(text).lower()
    name, at, domain = address.rpartition("@")
    try:
        address = f"{name}{at}{domain.encode('idna').decode()}"
    except UnicodeError:
        raise ValidationError(message, code="invalid") from None
    if not address.isascii():
        raise ValidationError(message, code="invalid")
    _validate(address)
    return address


def likely_meant(address: str) -> str:
    """The address with the well-known domain that was probably meant; "" where none is near."""
    name, _at, domain = address.rpartition("@")
    if domain in _COMMON_DOMAINS:
        return ""
    near = difflib.get_close_matches(domain, _COMMON_DOMAINS, n=1, cutoff=_SIMILAR)
    return f"{name}@{near[0]}" if near else ""
