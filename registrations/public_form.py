"""The form on the web: one person or a party, the signed nonce, a field that only robots fill."""

from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from events.towns import label_of
from registrations.applications import Party
from registrations.companions import MOST_PEOPLE, CompanionForm, complain_of_doubles, numbered
from registrations.forms import PublicForm, RegistrationForm
from registrations.questions import NOTHING, Asked


class PublicRegistrationForm(PublicForm, RegistrationForm):
    """The first person of a form, and with them the others."""

    made_with = ("asked",)

    people = forms.CharField(max_length=2, required=False, widget=forms.HiddenInput)
    together = forms.ChoiceField(
        label=_("If there are not enough places for all"),
        choices=[
            ("yes", _("All together: we wait until all have a place")),
            ("no", _("As many as fit: who comes first in this form gets a place first")),
        ],
        initial="yes",
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, asked: Asked = NOTHING, **kwargs: Any) -> None:
        super().__init__(*args, asked=asked, **kwargs)
        self.fields["together"].required = self.is_party
        data = self.data if self.is_bound else None
        self.companions = [
            CompanionForm(data, number=number, initial=self.initial, asked=asked)
            for number in range(2, self.size + 1)
        ]

    @property
    def size(self) -> int:
        """How many people the form has room for, 1 to 10."""
        text = str(self["people"].value() or "1")
        number = int(text) if text.isascii() and text.isdecimal() else 1
        return min(max(number, 1), MOST_PEOPLE)

    @property
    def is_party(self) -> bool:
        return self.size > 1

    @property
    def can_grow(self) -> bool:
        return self.size < MOST_PEOPLE

    @property
    def has_errors(self) -> bool:
        return bool(self.errors) or any(form.errors for form in self.companions)

    def is_valid(self) -> bool:
        valid = [super().is_valid(), *(form.is_valid() for form in self.companions)]
        complain_of_doubles(self.companions, self.cleaned_data)
        return all(valid) and not self.has_errors

    def party(self, language: str) -> Party:
        """What a valid form of several asks for; who registers themselves, too, is the contact."""
        first = self.application(language)
        if not first.contact_email:
            first = replace(first, contact_name=first.name, contact_email=first.email)
        others = [form.application_beside(first) for form in self.companions]
        is_together = self.cleaned_data["together"] != "no"
        return Party(people=(first, *others), is_together=is_together)

    def unsent(self, nonce: str, *, size: int | None = None) -> "PublicRegistrationForm":
        """The same values for another event or more people; nothing is complained about yet."""
        kept = self._values() | {"nonce": nonce}
        for town in self.towns:
            if str(town.pk) == kept.get("town_choice"):
                kept["town"] = label_of(town, self.towns)
        kept |= {"people": str(size)} if size else {}
        return type(self)(initial=kept, asked=self.asked)

    def without(self, number: int, nonce: str) -> "PublicRegistrationForm":
        """The same form without one of the others; those behind move up."""
        kept = self._values() | {"nonce": nonce, "people": str(max(self.size - 1, 1))}
        for form in self.companions:
            for name in form.fields:
                kept.pop(form.add_prefix(name), None)
        left = [form for form in self.companions if form.number != number]
        for place, form in enumerate(left, start=2):
            kept |= {numbered(name, place): form[name].value() for name in form.fields}
        return type(self)(initial=kept, asked=self.asked)

    def _values(self) -> dict[str, Any]:
        """Everything as it was sent; a box that was left empty sends nothing."""
        kept = {name: self[name].value() for name in self.fields}
        kept["together"] = kept["together"] or "yes"
        for form in self.companions:
            kept |= {form.add_prefix(name): form[name].value() for name in form.fields}
        return kept

    def asked_again(self, asked: Asked) -> "PublicRegistrationForm":
        """The same form, everything kept and checked, with the questions as they are now."""
        again = type(self)(self.data, asked=asked)
        again.is_valid()
        return again
