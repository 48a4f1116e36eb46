"""Who comes in somebody's place, as it is typed."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from registrations import addresses
from registrations.applications import Substitute
from registrations.forms import AddressField, LineField
from registrations.models import Registration


class SubstituteForm(forms.Form):
    """A name and an address; where a contact reads all, the address may be missing."""

    name = LineField(
        label=_("Full name"),
        max_length=120,
        help_text=_("As it should be on the badge."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Enter the full name.")},
    )
    email = AddressField(
        label=_("E-mail"),
        help_text=_("The confirmation and calendar invite go here."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    addresses_are_right = forms.BooleanField(label=_("The address is right"), required=False)

    def __init__(self, *args: Any, registration: Registration, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].required = not registration.booking.contact_email

    @property
    def doubts_an_address(self) -> bool:
        return self.has_error("email", "likely_typo")

    def clean(self) -> dict[str, Any]:
        """Asks about a likely typo, once."""
        data = super().clean() or {}
        meant = addresses.likely_meant(data.get("email") or "")
        if meant and not data.get("addresses_are_right"):
            question = _("Did you mean %(address)s? Correct it, or say that it is right.")
            self.add_error("email", ValidationError(question, "likely_typo", {"address": meant}))
        return data

    def substitute(self, language: str) -> Substitute:
        """What a valid form asks for."""
        data = self.cleaned_data
        return Substitute(name=data["name"], email=data["email"], language=language)
