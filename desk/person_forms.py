"""What organisers type about people: reasons, decisions, notes, deadlines, whole registrations."""

from typing import Any

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from desk.forms import NOTE_LIMIT, note_field
from events import dates
from events.forms import MomentField, OneLineField, ParagraphsField
from registrations import tags
from registrations.forms import AddressField, RegistrationForm
from registrations.models import Registration
from registrations.substitute_form import SubstituteForm


class ReasonForm(forms.Form):
    """Why somebody gets what is not their turn."""

    reason = OneLineField(
        label=_("Reason"),
        max_length=NOTE_LIMIT,
        help_text=_("Kept in the history; nobody else reads it."),
    )


class PriorityForm(forms.Form):
    priority = forms.IntegerField(
        label=_("Priority"),
        min_value=-1_000,
        max_value=1_000,
        help_text=_("The smaller number goes first; everybody starts with 0."),
    )
    note = note_field()


class ApplicationsForm(forms.Form):
    """Applications of an event, and what becomes of the chosen ones."""

    chosen = forms.ModelMultipleChoiceField(
        label=_("Applications"),
        queryset=Registration.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one application.")},
    )
    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=[("approve", _("Approve")), ("reject", _("Do not accept"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what becomes of them.")},
    )
    reason = ParagraphsField(
        label=_("Reason for not accepting"),
        max_length=NOTE_LIMIT,
        required=False,
        help_text=_("The applicants read it in the mail and on their page."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, applications: QuerySet[Registration], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["chosen"].queryset = applications  # type: ignore[attr-defined]
        self.fields["chosen"].label_from_instance = _application  # type: ignore[attr-defined]


def _application(registration: Registration) -> str:
    day = dates.moment(registration.joined_at)
    return f"{registration.name}, {registration.organisation_name} ({day})"


class AddressForm(forms.Form):
    email = AddressField(
        label=_("New e-mail"), widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )


class RegistrationNoteForm(forms.Form):
    """Organisers' own words about a person, and the tags to find them by."""

    note = note_field(
        label=_("Note"), help_text=_("Only organisers see it; the person may ask to read it.")
    )
    tags = OneLineField(
        label=_("Tags"),
        max_length=400,
        required=False,
        help_text=_("Short words with commas or spaces between them: speaker, press."),
    )

    def clean_tags(self) -> str:
        """The tags as they are stored."""
        found = tags.normalised(self.cleaned_data["tags"])
        if tags.are_too_many(found) or tags.have_a_long_one(found):
            raise forms.ValidationError(
                _("At most %(number)s tags of at most %(length)s letters each."),
                params={"number": tags.MOST_TAGS, "length": tags.LONGEST_TAG},
            )
        return found


class ReopenForm(forms.Form):
    """Until when one person may do what others may no longer."""

    until = MomentField(
        label=_("Until"),
        required=False,
        help_text=_("Empty: the deadlines of everybody hold for this person, too."),
    )
    note = note_field()


class DeskSubstituteForm(SubstituteForm):
    """Who comes in somebody's place; the preview shows the address before anything is done."""

    addresses_are_right = None  # type: ignore[assignment]

    def clean(self) -> dict[str, Any]:
        """No question of a likely typo."""
        return self.cleaned_data


class DeskRegistrationForm(RegistrationForm):
    """An organiser registers somebody: no question of who, the contact is optional."""

    who = None  # type: ignore[assignment]
    language = forms.ChoiceField(label=_("Language of mails"), choices=settings.LANGUAGES)
    reason = OneLineField(
        label=_("Reason for one more place"),
        max_length=NOTE_LIMIT,
        required=False,
        help_text=_("Needed for one more place only; it is kept in the history."),
        error_messages={"required": _("Write the reason for one more place.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contact_name"].label = _("Contact person's name")
        self.fields["contact_email"].label = _("Contact person's e-mail")
        if not self.is_bound:
            self._relax()
        for name in ("name", "email", "contact_name", "contact_email", "town", "organisation"):
            self.fields[name].widget.attrs["autocomplete"] = "off"

    def _relax(self) -> None:
        """A contact person is whole or absent, and stands in for an e-mail."""
        super()._relax()
        for name in ("contact_name", "contact_email"):
            self.fields[name].required = self.is_for_another
        self.fields["email"].required = not self.is_for_another
        self.fields["reason"].required = self.wants_extra_place

    def clean(self) -> dict[str, Any]:
        """The button of the waiting list means it, whatever quota is reached."""
        data = super().clean()
        data["waits_within_limit"] = self.data.get("how") == "wait"
        return data

    @property
    def is_for_another(self) -> bool:
        return any(self._typed(name) for name in ("contact_name", "contact_email"))

    @property
    def wants_extra_place(self) -> bool:
        return self.is_bound and self.data.get("how") == "extra"
