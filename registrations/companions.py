"""The others of a party on the form of the first: who they are, and whether they share a desk."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.text import fold
from registrations import question_fields
from registrations.applications import Application
from registrations.forms import RegistrationForm
from registrations.question_fields import name_of
from registrations.questions import NOTHING, Asked

MOST_PEOPLE = 10
HERE_TWICE = _("This address is here twice.")
NAMED_TWICE = _("This person is here twice; where two bear one name, give an address.")


class OtherPersonForm(RegistrationForm):
    """One more person of a party; without an e-mail of theirs everything comes to the contact."""

    who = None  # type: ignore[assignment]
    contact_name = None  # type: ignore[assignment]
    contact_email = None  # type: ignore[assignment]
    waits_within_limit = None  # type: ignore[assignment]
    same = forms.BooleanField(label=_("Same town and organisation"), required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("name", "email", "town", "organisation"):
            self.fields[name].widget.attrs["autocomplete"] = "off"
        if not self.is_bound:
            self._relax()

    def _relax(self) -> None:
        super()._relax()
        self.fields["email"].required = False
        if self.is_bound and self._typed("same"):
            for name in ("town", "organisation", "sector"):
                self.fields[name].required = False

    def _clean_town(self) -> None:
        """Nothing of what stands below a ticked "same" is looked at."""
        if not self.cleaned_data.get("same"):
            super()._clean_town()

    @property
    def is_from_elsewhere(self) -> bool:
        """Whether what stands below an unticked "same" matters, or has an error."""
        is_wrong = any(self.has_error(name) for name in ("town", "kraj", "organisation"))
        return is_wrong or not self["same"].value()

    def application_beside(self, first: Application) -> Application:
        """What a valid form asks for; the place and the organisation may be those of the first."""
        data = self.cleaned_data
        own = {name: data[name] for name in ("name", "email", *first.needs)}
        if not data["same"]:
            place = ("organisation", "sector", "town_id", "typed_town")
            own |= {name: data[name] for name in place}
        answers = question_fields.given(self.asked, data, own.get("sector", first.sector))
        return replace(first, answers=answers, **own)


class CompanionForm(OtherPersonForm):
    """One of the others on the form of the first: fields bear numbers, `name2` to `name10`."""

    def __init__(
        self, data: Any, *, number: int, initial: Mapping[str, Any], asked: Asked = NOTHING
    ) -> None:
        self.number = number
        names = [*RegistrationForm.base_fields, "same", *map(name_of, asked.questions)]
        mine = {name: numbered(name, number) for name in names}
        own = {name: initial[key] for name, key in mine.items() if key in initial}
        super().__init__(data, initial=own, asked=asked)
        self.fields["town"].widget.attrs.pop("list", None)

    def add_prefix(self, field_name: str) -> str:
        return numbered(field_name, self.number)


def numbered(name: str, number: int) -> str:
    """The name of a field of a person on the form: `name2`, and of a question `q7_2`."""
    return f"{name}_{number}" if name[-1].isdigit() else f"{name}{number}"


def complain_of_doubles(companions: list[CompanionForm], first: Mapping[str, Any]) -> None:
    """Says beside the field which person stands in the form already."""
    seen = {_identity(first)}
    for form in companions:
        identity = _identity(form.cleaned_data)
        if identity in seen and identity != ("", ""):
            is_by_address = bool(form.cleaned_data.get("email"))
            form.add_error("email", HERE_TWICE if is_by_address else NAMED_TWICE)
        seen.add(identity)


def _identity(data: Mapping[str, Any]) -> tuple[str, str]:
    """The address, or the folded name of who has none."""
    email = data.get("email") or ""
    return email, "" if email else fold(data.get("name") or "")
