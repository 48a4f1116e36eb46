"""Who comes in somebody's place, or what is right of who comes, as it is typed."""

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
        self.registration = registration
        self.fields["email"].required = not registration.booking.contact_email

    @property
    def doubts_an_address(self) -> bool:
        return self.has_error("email", "likely_typo")

    @property
    def new_address(self) -> str:
        """The address that is written to for the first time; empty where there is none."""
        return self.cleaned_data.get("email") or ""

    def clean(self) -> dict[str, Any]:
        """Asks about a likely typo, once."""
        data = super().clean() or {}
        meant = addresses.likely_meant(self.new_address)
        if meant and not data.get("addresses_are_right"):
            question = _("Did you mean %(address)s? Correct it, or say that it is right.")
            self.add_error("email", ValidationError(question, "likely_typo", {"address": meant}))
        return data

    def substitute(self, language: str) -> Substitute:
        """What a valid form asks for."""
        data = self.cleaned_data
        return Substitute(name=data["name"], email=data["email"], language=language)


class CorrectionForm(SubstituteForm):
    """The right name and address of somebody registered; an address they have is not taken away."""

    def __init__(self, *args: Any, registration: Registration, **kwargs: Any) -> None:
        own = {"name": registration.name, "email": registration.email}
        super().__init__(*args, registration=registration, initial=own, **kwargs)
        self.fields["email"].required = bool(registration.email)
        self.fields["email"].help_text = _(
            "Another address gets a confirmation and a link of its own; the former ones end."
        )

    @property
    def new_address(self) -> str:
        """Empty where the address stays."""
        email = super().new_address
        return "" if email == self.registration.email else email
