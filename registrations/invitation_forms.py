"""What the invited type: the registration form of one person, and the people they nominate."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from registrations.forms import AddressField, LineField, PublicForm, RegistrationForm
from registrations.invitation_rules import MOST_NOMINATED
from registrations.models import Invitation, Sector


class InvitedForm(PublicForm, RegistrationForm):
    """The registration form without a contact person: whoever holds the invitation is that."""

    made_with = ("asked",)

    who = None  # type: ignore[assignment]
    contact_name = None  # type: ignore[assignment]
    contact_email = None  # type: ignore[assignment]


def initial_of(invitation: Invitation, *, is_first: bool) -> dict[str, Any]:
    """What the form of an invitation is filled with; the first person is whom it is to."""
    sector = Sector.PRIVATE if invitation.organisation else Sector.CITY
    values = {"organisation": invitation.organisation, "sector": sector}
    if invitation.town:
        values["town"] = invitation.town.name
    if is_first:
        values |= {"name": invitation.name, "email": invitation.email}
    return values


class NominationForm(PublicForm):
    """Several people, each with a name and an e-mail; empty pairs nominate nobody."""

    made_with = ("size",)

    def __init__(self, data: Any = None, *, size: int, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        self.size = min(size, MOST_NOMINATED)
        for number in range(1, self.size + 1):
            self.fields[f"name{number}"] = LineField(
                label=_("Full name"),
                max_length=120,
                required=False,
                widget=forms.TextInput(attrs={"autocomplete": "off"}),
            )
            self.fields[f"email{number}"] = AddressField(
                label=_("E-mail"),
                required=False,
                widget=forms.EmailInput(attrs={"autocomplete": "off"}),
            )

    @property
    def pairs(self) -> list[tuple[int, forms.BoundField, forms.BoundField]]:
        """The fields of each person, with their number from 1."""
        numbers = range(1, self.size + 1)
        return [(n, self[f"name{n}"], self[f"email{n}"]) for n in numbers]

    def clean(self) -> dict[str, Any]:
        """A person is whole or absent, and named once; somebody must be named."""
        data, seen = super().clean() or {}, set[str]()
        for number in range(1, self.size + 1):
            self._clean_pair(data, number, seen)
        if not seen and not self.errors:
            raise ValidationError(_("Enter at least one person."), code="nobody")
        return data

    def _clean_pair(self, data: Mapping[str, Any], number: int, seen: set[str]) -> None:
        name, email = f"name{number}", f"email{number}"
        if data.get(name) and not data.get(email) and email not in self.errors:
            self.add_error(email, _("Enter the whole address, with the @."))
        if data.get(email) and not data.get(name) and name not in self.errors:
            self.add_error(name, _("Enter the full name."))
        if data.get(email) in seen:
            self.add_error(email, _("This address stands here twice."))
        if data.get(email):
            seen.add(data[email])

    @property
    def people(self) -> list[tuple[str, str]]:
        """Name and e-mail of each person of a valid form."""
        data, numbers = self.cleaned_data, range(1, self.size + 1)
        named = [(data[f"name{n}"], data[f"email{n}"]) for n in numbers]
        return [(name, email) for name, email in named if email]
