"""Who is to come instead of somebody, as the holder of a place types it."""

from copy import deepcopy
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from registrations import addresses
from registrations.applications import Substitute
from registrations.forms import RegistrationForm
from registrations.models import Registration

FIELDS = ("name", "email")


class SubstituteForm(forms.Form):
    """The name and the address of another person of the same organisation."""

    def __init__(self, data: Any = None, *, holder: Registration) -> None:
        super().__init__(data)
        self.holder = holder
        self.fields.update({name: deepcopy(RegistrationForm.base_fields[name]) for name in FIELDS})
        for name in ("name", "email"):
            self.fields[name].widget.attrs["autocomplete"] = "off"

    def clean_email(self) -> str:
        """Of addresses it knows the holder's alone: whose else is registered, no page tells."""
        email: str = self.cleaned_data["email"]
        if email == self.holder.email:
            raise ValidationError(_("This address has the place already."), "own")
        return email

    def substitute(self, language: str) -> Substitute:
        """What a valid form asks for."""
        data = self.cleaned_data
        return Substitute(name=data["name"], email=data["email"], language=language)


class PublicSubstituteForm(SubstituteForm):
    """The same on the web, where nobody sees what will happen before it does."""

    addresses_are_right = deepcopy(RegistrationForm.base_fields["addresses_are_right"])
    field_order = (*FIELDS, "addresses_are_right")

    @property
    def doubts_an_address(self) -> bool:
        return self.has_error("email", "likely_typo")

    def clean(self) -> dict[str, Any]:
        """Asks about a likely typo, once: a tick says that the address is right."""
        data = self.cleaned_data
        meant = addresses.likely_meant(data.get("email") or "")
        if meant and not data.get("addresses_are_right"):
            question = _("Did you mean %(address)s? Correct it, or say that it is right.")
            error = ValidationError(question, "likely_typo", {"address": meant})
            self.add_error("email", error)
        return data
