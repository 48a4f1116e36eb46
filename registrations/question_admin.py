"""Organisers' screens of questions: reworded and retired at will, retyped only while unanswered."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.admin import EventFilter, PlainAdmin, PlainInline
from events.models import Event, Series
from registrations.models import Option, Question, Sector
from registrations.questions import note_lowering


class QuestionForm(forms.ModelForm[Question]):
    series = forms.ModelChoiceField(
        label=_("Series"),
        queryset=Series.objects.in_order(),
        required=False,
        help_text=_("All its sessions ask; or choose one session below."),
    )
    event = forms.ModelChoiceField(
        label=_("Session"), queryset=Event.objects.with_place().by_date(), required=False
    )
    sectors = forms.MultipleChoiceField(
        label=_("Only for"),
        choices=Sector.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: everybody is asked."),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        is_new = "series" in self.fields
        if is_new and bool(data.get("series")) == bool(data.get("event")):
            self.add_error("series", ValidationError(_("Choose a series or a session, one only.")))
        return data


class OptionFormSet(forms.BaseInlineFormSet[Option, Question, forms.ModelForm[Option]]):
    """Options stand under a question that has a choice, and under no other."""

    def clean(self) -> None:
        super().clean()
        given = [form for form in self.forms if form.has_changed() or form.instance.pk]
        if given and not self.instance.has_options:
            raise ValidationError(_("This kind of answer has no options."))
        if self.instance.has_options and not given:
            raise ValidationError(_("Write at least one option."))


class OptionInline(PlainInline):
    """Options are retired, not deleted: who chose one keeps it."""

    model = Option
    formset = OptionFormSet
    fields = ("position", "label_cs", "label_en", "limit", "is_retired")
    ordering = ("position", "pk")
    can_delete = False


class AskedBy(EventFilter):
    """What a session asks: its series' questions and its own."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        if chosen not in dict(self.lookup_choices):
            return queryset
        return queryset.filter(Q(event=chosen) | Q(series__events=chosen))


class QuestionAdmin(PlainAdmin):
    form = QuestionForm
    list_display = ("label", "asked_in", "kind", "required", "retired")
    list_display_links = ("label",)
    list_filter = (AskedBy, "series", "is_retired")
    list_select_related = ("series", "event__venue__town")
    ordering = ("series__position", "event__starts_at", "position", "pk")
    inlines = (OptionInline,)
    fieldsets = (
        (None, {"fields": (("series", "event"), ("kind", "position"))}),
        (
            _("Texts"),
            {"fields": (("label_cs", "label_en"), ("hint_cs", "hint_en"))},
        ),
        (_("Settings"), {"fields": ("is_required", "sectors", "is_retired")}),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Question]:
        return Question.objects.visible_to(request.user)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Where a question stands is fixed; what kind it is, once somebody answered it."""
        if obj is None:
            return ()
        return ("series", "event", "kind") if obj.is_answered() else ("series", "event")

    @admin.display(description=_("Question"))
    def label(self, question: Question) -> str:
        return question.label

    @admin.display(description=_("Asked in"))
    def asked_in(self, question: Question) -> str:
        return str(question.series or question.event)

    @admin.display(description=_("Required"), ordering="is_required")
    def required(self, question: Question) -> Any:
        return _("yes") if question.is_required else _("no")

    @admin.display(description=_("Retired"), ordering="is_retired")
    def retired(self, question: Question) -> Any:
        return _("yes") if question.is_retired else _("no")

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:  # noqa: FBT001
        """A limit that is lowered, or set on what had none, takes nobody's choice away."""
        for option in (row.instance for row in formset.forms if "limit" in row.changed_data):
            note_lowering(option, timezone.now())
        super().save_formset(request, form, formset, change)
