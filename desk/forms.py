"""What organisers type on the pages of actions; the rules are elsewhere."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from events import dates
from events.forms import MomentField, OneLineField, ParagraphsField
from events.models import Event, Series, Venue
from registrations.models import Quota, Sector
from registrations.rules import words_of

NOTE_LIMIT = 500


def note_field(**kwargs: Any) -> ParagraphsField:
    return ParagraphsField(
        label=kwargs.pop("label", _("Note")),
        max_length=NOTE_LIMIT,
        required=False,
        help_text=kwargs.pop("help_text", _("Kept in the history; nobody else reads it.")),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class NoteForm(forms.Form):
    """Nothing but why."""

    note = note_field()


class MoveForm(forms.Form):
    """When and where an event is to be."""

    starts_at = MomentField(label=_("Start"))
    ends_at = MomentField(label=_("End"), required=False)
    venue = forms.ModelChoiceField(label=_("Venue"), queryset=Venue.objects.none(), required=False)
    note = note_field()

    def __init__(self, data: Any, *, event: Event) -> None:
        super().__init__(data, initial={"starts_at": event.starts_at, "venue": event.venue_id})
        venues = Venue.objects.select_related("town").order_by("town__name", "name_cs", "pk")
        self.fields["venue"].queryset = venues  # type: ignore[attr-defined]
        if event.venue_id:
            self.fields["venue"].empty_label = None  # type: ignore[attr-defined]
        if event.starts_at:
            self.fields["ends_at"].help_text = _("Leave it empty to keep the length.")
        else:
            self.fields["ends_at"].required = True
        self.event = event

    def clean(self) -> dict[str, Any]:
        """An end left empty keeps the length."""
        data, event = super().clean() or {}, self.event
        if event.starts_at and event.ends_at and data.get("starts_at") and not data.get("ends_at"):
            data["ends_at"] = data["starts_at"] + (event.ends_at - event.starts_at)
        return data

    @property
    def when(self) -> str:
        """The new day and hours in words, of a valid form."""
        return dates.full_range(self.cleaned_data["starts_at"], self.cleaned_data["ends_at"])


class RetitleForm(forms.Form):
    title_cs = OneLineField(label=_("Title (Czech)"), max_length=120)
    title_en = OneLineField(
        label=_("Title (English)"),
        max_length=120,
        required=False,
        help_text=_("Empty: the Czech one is shown."),
    )


class CapacityForm(forms.Form):
    places = forms.IntegerField(label=_("Capacity"), min_value=1, max_value=100_000)
    note = note_field()


WAYS_IN = {
    Event.Admission.OPEN: _("Everybody, as long as there are places"),
    Event.Admission.APPROVAL: _("Whom the organisers approve"),
    Event.Admission.INVITATION: _("Whom the organisers invite"),
    Event.Admission.MEMBERS: _("Members of a group"),
}


class AdmissionForm(forms.Form):
    """How one gets into an event."""

    admission = forms.ChoiceField(
        label=_("Who gets in"), choices=list(WAYS_IN.items()), widget=forms.RadioSelect
    )
    admits_from = forms.ModelChoiceField(
        label=_("Whose members"),
        queryset=Event.objects.none(),
        required=False,
        empty_label=_("(nobody's)"),
    )
    opens_to_everybody_at = MomentField(
        label=_("Everybody from"),
        required=False,
        help_text=_("Empty: members alone."),
    )
    has_place_while_pending = forms.BooleanField(
        label=_("An application holds a place until it is decided"), required=False
    )
    offer_hours = forms.IntegerField(
        label=_("Hours a freed place is offered"),
        min_value=1,
        max_value=240,
        required=False,
        help_text=_("Empty: the first in line is confirmed at once."),
    )
    note = note_field()

    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        calls = Event.objects.of_series(event.series).calls().exclude(pk=event.pk).with_place()
        self.fields["admits_from"].queryset = calls  # type: ignore[attr-defined]

    @property
    def before(self) -> list[str]:
        """How one gets in until now, line by line."""
        return self._said(self.initial)

    @property
    def after(self) -> list[str]:
        """How one would get in by a valid form."""
        return self._said(self.cleaned_data)

    def _said(self, values: Mapping[str, Any]) -> list[str]:
        call, opens_at = values["admits_from"], values["opens_to_everybody_at"]
        said = {
            "admits_from": call.name if call else "",
            "opens_to_everybody_at": dates.full_moment(opens_at) if opens_at else "",
            "offer_hours": values["offer_hours"],
        }
        lines = [f"{self.fields[name].label}: {value}" for name, value in said.items() if value]
        if values["has_place_while_pending"]:
            lines.insert(0, str(self.fields["has_place_while_pending"].label))
        return [str(WAYS_IN[values["admission"]]), *lines]

    def clean(self) -> dict[str, Any]:
        """What concerns members alone is nothing elsewhere."""
        data = super().clean() or {}
        if data.get("admission") != Event.Admission.MEMBERS:
            data |= {"admits_from": None, "opens_to_everybody_at": None}
        return data


# Sectors that a quota may count together; more than this nobody has asked for.
SECTOR_QUOTAS = range(1, 4)


class QuotasForm(forms.Form):
    """Caps inside the capacity of an event; what is empty caps nothing."""

    each_municipality = forms.IntegerField(
        label=_("At most from each town"), min_value=1, max_value=100_000, required=False
    )
    each_organisation = forms.IntegerField(
        label=_("At most from each organisation"), min_value=1, max_value=100_000, required=False
    )
    note = note_field()

    def __init__(self, data: Any, *, event: Event) -> None:
        quotas = list(event.quotas.order_by("pk"))
        super().__init__(data, initial=_initial_of_quotas(quotas))
        self.before = [words_of(quota) for quota in quotas]
        for number in SECTOR_QUOTAS:
            self.fields[f"sectors{number}"] = forms.MultipleChoiceField(
                label=_("Types of organisation counted together"),
                choices=Sector.choices,
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )
            self.fields[f"limit{number}"] = forms.IntegerField(
                label=_("At most from these types"),
                min_value=1,
                max_value=100_000,
                required=False,
            )
        self.order_fields([name for name in self.fields if name != "note"])

    def clean(self) -> dict[str, Any]:
        """Types without a number, or a number without types, cap nothing and say so."""
        data = super().clean() or {}
        for number in SECTOR_QUOTAS:
            sectors, limit = f"sectors{number}", f"limit{number}"
            if data.get(sectors) and data.get(limit) is None and limit not in self.errors:
                self.add_error(limit, _("Enter the number."))
            if data.get(limit) and not data.get(sectors):
                self.add_error(sectors, _("Choose the types of organisation."))
        return data

    @property
    def quotas(self) -> list[Quota]:
        """What a valid form asks for, not saved."""
        data, scope = self.cleaned_data, Quota.Scope
        found = [
            Quota(scope=name, limit=data[name])
            for name in (scope.EACH_MUNICIPALITY, scope.EACH_ORGANISATION)
            if data[name]
        ]
        for number in SECTOR_QUOTAS:
            if data[f"sectors{number}"]:
                sectors, limit = data[f"sectors{number}"], data[f"limit{number}"]
                found.append(Quota(scope=scope.SECTORS, sectors=sectors, limit=limit))
        return found

    @property
    def after(self) -> list[str]:
        """What a valid form asks for, in words."""
        return [words_of(quota) for quota in self.quotas]


class SeriesLimitsForm(forms.Form):
    """What a series limits across all its events; what is empty limits nothing."""

    is_one_event_per_person = forms.BooleanField(
        label=_("Each person comes to one session only"),
        required=False,
        help_text=_(
            "By address. Who has a place and asks for another reads in a mail where it is."
        ),
    )
    town_limit = forms.IntegerField(
        label=_("At most from each town, in all sessions together"),
        min_value=1,
        max_value=100_000,
        required=False,
    )
    note = note_field()

    def __init__(self, data: Any, *, series: Series) -> None:
        quotas = list(series.quotas.order_by("pk"))
        limits = {quota.scope: quota.limit for quota in quotas}
        initial = {
            "is_one_event_per_person": Quota.Scope.EACH_PERSON in limits,
            "town_limit": limits.get(Quota.Scope.EACH_MUNICIPALITY),
        }
        super().__init__(data, initial=initial)
        self.series, self.before = series, [words_of(quota) for quota in quotas]

    @property
    def after(self) -> list[str]:
        """What a valid form asks for, in words."""
        return [words_of(limit) for limit in self.limits]

    @property
    def limits(self) -> list[Quota]:
        """What a valid form asks for, not saved."""
        data, scope, found = self.cleaned_data, Quota.Scope, []
        if data["is_one_event_per_person"]:
            found.append(Quota(series=self.series, scope=scope.EACH_PERSON, limit=1))
        if data["town_limit"]:
            limit = data["town_limit"]
            found.append(Quota(series=self.series, scope=scope.EACH_MUNICIPALITY, limit=limit))
        return found


def _initial_of_quotas(quotas: list[Quota]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    numbers = iter(SECTOR_QUOTAS)
    for quota in quotas:
        if quota.scope == Quota.Scope.SECTORS:
            number = next(numbers)
            values |= {f"sectors{number}": quota.sectors, f"limit{number}": quota.limit}
        else:
            values[quota.scope] = quota.limit
    return values
