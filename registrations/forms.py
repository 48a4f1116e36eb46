"""What people type, cleaned into an application; the rules are elsewhere."""

from dataclasses import fields
from datetime import datetime
from typing import Any, ClassVar, Self

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.text import clean
from events.models import Kraj, Municipality
from events.towns import find_towns, label_of
from registrations import addresses, question_fields
from registrations.applications import Application, TypedTown
from registrations.models import Sector
from registrations.nonces import Nonce
from registrations.questions import NOTHING, Asked

ABROAD = "abroad"


class LineField(forms.CharField):
    """One line of text, cleaned before it is validated (rule 23)."""

    def to_python(self, value: Any) -> str:
        return clean(super().to_python(value) or "")


class AddressField(forms.EmailField):
    """An e-mail address as `addresses.clean_address` makes it."""

    default_error_messages = {"required": addresses.message, "invalid": addresses.message}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=254, **kwargs)
        self.widget.attrs |= {"inputmode": "email", "spellcheck": "false"}

    def clean(self, value: Any) -> str:
        text = clean(super(forms.EmailField, self).to_python(value) or "")
        if not text and not self.required:
            return ""
        self.validate(text)
        address = addresses.clean_address(text)
        self.run_validators(address)
        return address


def _line(label: Any, limit: int, autocomplete: str, **kwargs: Any) -> LineField:
    widget = forms.TextInput(attrs={"autocomplete": autocomplete})
    return LineField(label=label, max_length=limit, widget=widget, **kwargs)


def kraj_choices() -> list[tuple[str, Any]]:
    """The kraje, for a town that is on no list, and abroad."""
    kraje = [(str(kraj.pk), kraj.name) for kraj in Kraj.objects.order_by("position", "pk")]
    return [("", _("(from the list of towns)")), *kraje, (ABROAD, _("Outside Czechia"))]


class RegistrationForm(forms.Form):
    """One person for one event, sent by themselves or by a contact person."""

    who = forms.ChoiceField(
        label=_("Who are you registering"),
        choices=[("me", _("Myself")), ("other", _("Somebody else"))],
        initial="me",
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose who you are registering.")},
    )
    contact_name = _line(
        _("Your full name"),
        120,
        "section-contact name",
        error_messages={"required": _("Enter your name.")},
    )
    contact_email = AddressField(
        label=_("Your e-mail"),
        widget=forms.EmailInput(attrs={"autocomplete": "section-contact email"}),
    )
    name = _line(
        _("Full name"),
        120,
        "section-guest name",
        help_text=_("As it should be on the badge."),
        error_messages={"required": _("Enter the full name.")},
    )
    email = AddressField(
        label=_("E-mail"),
        help_text=_("The confirmation and calendar invite go here."),
        widget=forms.EmailInput(attrs={"autocomplete": "section-guest email"}),
    )
    addresses_are_right = forms.BooleanField(label=_("The address is right"), required=False)
    town = _line(
        _("Town"),
        80,
        "address-level2",
        error_messages={"required": _("Enter the town.")},
        help_text=_("Type and choose; we fill in the region."),
    )
    town_choice = forms.CharField(
        label=_("Which of them"), required=False, max_length=20, widget=forms.RadioSelect
    )
    # Asked of the database only where it is shown or filled in.
    kraj = forms.ChoiceField(label=_("Kraj"), required=False, choices=kraj_choices)
    organisation = _line(
        _("Organisation"),
        160,
        "section-guest organization",
        error_messages={"required": _("Enter the organisation.")},
        help_text=_("For a town hall we fill it in."),
    )
    sector = forms.ChoiceField(
        label=_("Type of organisation"), choices=Sector.choices, initial=Sector.CITY
    )
    vegetarian = forms.BooleanField(label=_("Vegetarian food"), required=False)
    gluten_free = forms.BooleanField(label=_("Gluten-free food"), required=False)
    wheelchair = forms.BooleanField(label=_("Step-free access"), required=False)
    sign_language = forms.BooleanField(label=_("Sign language interpreting"), required=False)
    needs_note = _line(
        _("Anything else"),
        300,
        "off",
        required=False,
        help_text=_("Only organisers see it; deleted after the session."),
    )

    waits_within_limit = forms.BooleanField(
        label=_("Wait for a place within this limit"), required=False
    )

    def __init__(self, *args: Any, asked: Asked = NOTHING, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = asked
        if asked.is_of_call:
            self.fields["name"].help_text = ""
            self.fields["email"].help_text = _("The answer goes here.")
        self.fields.update(question_fields.fields_of(asked))
        self.towns: list[Municipality] = []
        self.fields["town_choice"].widget.choices = self._town_choices()
        self.fields["town"].widget.attrs |= {"list": "towns", "spellcheck": "false"}
        if self.is_bound:
            self._relax()

    def _relax(self) -> None:
        """What need not be filled in follows from the rest of the form."""
        is_for_another = self._typed("who") == "other"
        is_town_hall = self._typed("sector") == Sector.CITY and self._typed("kraj") != ABROAD
        needless = {
            "contact_name": not is_for_another,
            "contact_email": not is_for_another,
            "email": is_for_another,
            "town": self._typed("kraj") == ABROAD,
            "organisation": is_town_hall,
        }
        for name in needless.keys() & self.fields.keys():
            self.fields[name].required = not needless[name]
        question_fields.relax(self, self._typed("sector"))

    def _town_choices(self) -> list[tuple[str, Any]]:
        """The towns of the typed name, where it stands more than once."""
        self.towns = find_towns(self._typed("town")) if self.is_bound else []
        if len(self.towns) < 2:
            return []
        named = [(str(town.pk), label_of(town, self.towns)) for town in self.towns]
        return [*named, ("another", _("Another town, I will type it again"))]

    def _typed(self, name: str) -> str:
        return clean(str(self.data.get(self.add_prefix(name), "")))[:80]

    @property
    def is_for_another(self) -> bool:
        return bool(self.cleaned_data.get("who") == "other")

    @property
    def questions(self) -> list[forms.BoundField]:
        return question_fields.of_form(self)

    @property
    def asks_which_town(self) -> bool:
        return len(self.towns) > 1

    @property
    def needs_kraj(self) -> bool:
        """Whether the typed town is on no list, so that its kraj must be chosen."""
        return bool(self["kraj"].value()) or (self.is_bound and bool(self["kraj"].errors))

    @property
    def doubts_an_address(self) -> bool:
        return any(self.has_error(name, "likely_typo") for name in ("email", "contact_email"))

    def clean(self) -> dict[str, Any]:
        if not self.is_for_another:
            self._forget_contact()
        self._clean_addresses()
        self._clean_town()
        return self.cleaned_data

    def _forget_contact(self) -> None:
        """Who registers themselves has no contact person, whatever was typed there before."""
        for name in ("contact_name", "contact_email"):
            self.errors.pop(name, None)
            self.cleaned_data[name] = ""

    def _clean_addresses(self) -> None:
        """Asks about a likely typo, once: a tick says that the address is right."""
        if self.cleaned_data.get("addresses_are_right"):
            return
        for name in ("contact_email", "email"):
            meant = addresses.likely_meant(self.cleaned_data.get(name) or "")
            if meant:
                question = _("Did you mean %(address)s? Correct it, or say that it is right.")
                error = ValidationError(question, "likely_typo", {"address": meant})
                self.add_error(name, error)

    def _clean_town(self) -> None:
        """Sets `town_id` or `typed_town`; both stay empty abroad."""
        data, kraj = self.cleaned_data, self.cleaned_data.get("kraj") or ""
        data["town_id"] = data["typed_town"] = None
        if kraj == ABROAD or self.has_error("town"):
            return
        matches = self._matching_towns(kraj)
        if len(matches) == 1:
            data["town_id"] = matches[0].pk
        elif kraj and data.get("town") and not matches:
            data["typed_town"] = TypedTown(data["town"], int(kraj))
        else:
            self.add_error("town", self._town_error(matches))

    def _matching_towns(self, kraj: str) -> list[Municipality]:
        if not self.towns:
            return []
        chosen = self.cleaned_data.get("town_choice")
        named = [town for town in self.towns if str(town.pk) == chosen]
        return named or [town for town in self.towns if kraj in {"", str(town.kraj_id)}]

    def _town_error(self, matches: list[Municipality]) -> ValidationError:
        if matches:
            text = _("There is more than one town called %(town)s. Choose yours.")
            return ValidationError(text, "ambiguous", {"town": matches[0].name})
        return ValidationError(_("Not on our list. Check the name, or choose the kraj."), "unknown")

    @property
    def chosen_town(self) -> Municipality | None:
        """The town of a valid form, for distances: one typed by hand lies at its kraj's seat."""
        data = self.cleaned_data
        if data.get("town_id"):
            return next((town for town in self.towns if town.pk == data["town_id"]), None)
        typed: TypedTown | None = data.get("typed_town")
        if typed is None:
            return None
        return Municipality(name=typed.name, kraj_id=typed.kraj_id, is_listed=False)

    def application(self, language: str) -> Application:
        """What a valid form asks for."""
        data = self.cleaned_data
        names = {field.name for field in fields(Application)} - {"language", "answers"}
        answers = question_fields.given(self.asked, data, data["sector"])
        return Application(
            language=language, answers=answers, **{name: data[name] for name in names}
        )


class PublicForm(forms.Form):
    """Any form on the web: with the signed nonce and a field that only robots fill (rule 22)."""

    # What a form is made with beside what was sent, each kept by its name.
    made_with: ClassVar[tuple[str, ...]] = ()
    nonce = forms.CharField(max_length=200, required=False, widget=forms.HiddenInput)
    website = forms.CharField(
        label=_("Leave this field empty"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )

    def nonce_of(self, event_id: int) -> Nonce | None:
        """The nonce that was sent; None for a forged, foreign or missing one."""
        return Nonce.read(self["nonce"].value() or "", event_id)

    def doubted(self, event_id: int, now: datetime) -> Self | None:
        """The form to be sent once more, where a robot may have sent it; None where a person did.

        Too fast, with the trap filled, or with no nonce of this event; `now` is aware.
        """
        nonce = self.nonce_of(event_id)
        if nonce and not self["website"].value() and not nonce.is_too_fast(now):
            return None
        return self.refilled(website="", nonce=(nonce or Nonce.new(event_id, now)).signed())

    def refilled(self, **values: str) -> Self:
        """The same form with some fields replaced, everything else kept."""
        data: Any = self.data.copy()  # type: ignore[attr-defined]
        for name, value in values.items():
            data[name] = value
        return type(self)(data, **{name: getattr(self, name) for name in self.made_with})
