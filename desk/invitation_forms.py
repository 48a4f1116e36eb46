"""What organisers type to invite: one by one, or as a list from a spreadsheet."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from desk import invitation_lists
from desk.forms import NOTE_LIMIT
from desk.workbooks import WorkbookError
from events.forms import MomentField, OneLineField, ParagraphsField, TownField
from registrations.actions import Invitee
from registrations.forms import AddressField
from registrations.models import Invitation
from registrations.models.invitations import MOST_PLACES

# Twice as many bytes, in UTF-8, still pass as the body of a request.
LARGEST_FILE = 120_000


class InviteForm(forms.Form):
    """Whom to invite, for how many places, until when."""

    kind = forms.ChoiceField(
        label=_("Whom"), choices=Invitation.Kind.choices, widget=forms.RadioSelect
    )
    name = OneLineField(
        label=_("Full name"),
        max_length=120,
        help_text=_("Of a town or a company: who answers for it."),
    )
    email = AddressField(label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    organisation = OneLineField(label=_("Organisation"), max_length=160, required=False)
    town = TownField(label=_("Town"), max_length=80, required=False)
    places = forms.IntegerField(label=_("Places"), min_value=1, max_value=MOST_PLACES, initial=1)
    language = forms.ChoiceField(label=_("Language of mails"), choices=settings.LANGUAGES)
    expires_at = MomentField(label=_("Answer by"))

    def clean(self) -> dict[str, Any]:
        """Who nominates is named."""
        data = super().clean() or {}
        needed = {Invitation.Kind.CITY: "town", Invitation.Kind.FIRM: "organisation"}
        name = needed.get(data.get("kind", ""))
        if name and not data.get(name) and name not in self.errors:
            self.add_error(name, _("Say who nominates."))
        return data

    @property
    def invitee(self) -> Invitee:
        """What a valid form asks for."""
        values = {name: value for name, value in self.cleaned_data.items() if name != "town"}
        town = self.cleaned_data["town"]
        return Invitee(**values, town_id=town.pk if town else None)


class SendAgainForm(forms.Form):
    """Until when the same link holds."""

    expires_at = MomentField(label=_("Answer by"))


class ImportForm(forms.Form):
    """A list from a spreadsheet: a file, or its text; what was read is kept for the second step."""

    file = forms.FileField(
        label=_("File of a spreadsheet"),
        required=False,
        help_text=_("XLSX, of which the first sheet is read, or CSV."),
    )
    # Cleaned cell by cell: tabs may separate the columns.
    text = forms.CharField(
        label=_("Or the rows themselves"),
        max_length=LARGEST_FILE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_(
            "The first row names the columns: name, e-mail; and where needed kind, organisation,"
            " town, places, language."
        ),
    )
    expires_at = MomentField(label=_("Answer by"))

    def clean(self) -> dict[str, Any]:
        """Reads the rows; each error names its row."""
        data = super().clean() or {}
        if file := data.pop("file", None):
            self._keep(file)
            data["text"] = self.data.get("text", "")
        if not data.get("text") and not self.errors:
            self.add_error("text", _("Choose a file, or paste the rows."))
        if self.errors:
            return data
        self.invitees, problems = invitation_lists.read(data["text"], data["expires_at"])
        for problem in problems:
            self.add_error(None, str(problem))
        return data

    def _keep(self, file: Any) -> None:
        """The text of the file stands in the form from now on: a file is sent only once."""
        if file.size > LARGEST_FILE:
            self.add_error("file", _("The file is too large."))
            return
        try:
            text = invitation_lists.text_of(file.read())
        except WorkbookError as error:
            self.add_error("file", str(error))
            return
        if len(text) > LARGEST_FILE:
            self.add_error("file", _("The file is too large."))
            return
        kept: Any = self.data.copy()  # type: ignore[attr-defined]
        kept["text"] = text
        self.data = kept


class RevokeForm(forms.Form):
    """Nothing but why."""

    note = ParagraphsField(
        label=_("Note"),
        max_length=NOTE_LIMIT,
        required=False,
        help_text=_("Kept in the history; nobody else reads it."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
