"""Organisers' screens of series, sessions and venues; what people must hear of has buttons."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.views.main import ERROR_FLAG
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Count, F, QuerySet
from django.forms import BaseModelFormSet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from events import actions, dates, history, rules
from events.forms import MomentField, OneLineField, ParagraphsField, TownField
from events.history_lines import lines_of_event
from events.models import AgendaItem, Area, Event, EventChange, Partner, Series, Venue
from events.states import CSS_CLASS
from events.templatetags.status import when

TYPED: Mapping[Any, Mapping[str, Any]] = {
    models.EmailField: {"form_class": forms.EmailField},
    models.CharField: {"form_class": OneLineField},
    models.TextField: {"form_class": ParagraphsField},
    models.DateTimeField: {"form_class": MomentField, "widget": MomentField.widget},
    models.PositiveSmallIntegerField: {"min_value": 0, "max_value": 9_999},
}


class PlainAdmin(admin.ModelAdmin[Any]):
    """The stock screens without what nobody needs: no adding, no deleting, nothing in bulk."""

    actions = None
    show_facets = admin.ShowFacets.NEVER
    show_full_result_count = False
    list_per_page = 50
    formfield_overrides = TYPED

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """What the stock admin calls a database error is an address that nobody made."""
        if ERROR_FLAG in request.GET:
            raise Http404
        return super().changelist_view(request, extra_context)

    def _get_obj_does_not_exist_redirect(
        self, request: HttpRequest, opts: Any, object_id: str
    ) -> HttpResponseBase:
        """Missing is 404, as everywhere (rule 15)."""
        raise Http404


class PeopleAdmin(PlainAdmin):
    """A list that names people of events; who reads one behind a closed door is kept (rule 16)."""

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        response = super().changelist_view(request, extra_context)
        shown = getattr(response, "context_data", None) or {}
        rows = shown["cl"].result_list if "cl" in shown else []
        closed = self.closed_events(rows)
        if closed:
            actions.note_reading(closed, actor_id=request.user.pk)
        return response

    def closed_events(self, rows: Iterable[Any]) -> set[int]:
        """The events behind a closed door of which these rows name people."""
        return {row.event_id for row in rows if row.event and row.event.series.is_closed_door}


class PlainInline(admin.TabularInline[Any, Any]):
    """Rows of a page; without scripts, so three empty ones wait for what is new."""

    extra = 3
    formfield_overrides = TYPED


class AreaInline(PlainInline):
    model = Area
    fields = ("position", "name_cs", "name_en", "description_cs", "description_en")
    ordering = ("position", "pk")


class PartnerInline(PlainInline):
    model = Partner
    fields = ("rank", "position", "name")
    ordering = ("rank", "position", "pk")


@admin.register(Series)
class SeriesAdmin(PlainAdmin):
    list_display = ("title", "kind", "door", "number_of_events")
    ordering = ("position", "pk")
    inlines = (AreaInline, PartnerInline)
    # They stand in addresses, references and calendars that people have.
    readonly_fields = ("slug", "kind", "reference_code", "door")
    fieldsets = (
        (None, {"fields": (("slug", "kind"), ("reference_code", "door"))}),
        (
            _("Texts"),
            {
                "fields": (
                    ("title_cs", "title_en"),
                    ("headline_cs", "headline_en"),
                    ("lead_cs", "lead_en"),
                    ("description_cs", "description_en"),
                    ("organiser_cs", "organiser_en"),
                )
            },
        ),
        (_("Settings"), {"fields": ("contact_email", "reminders", "position", "is_example")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return Series.objects.annotate(event_count=Count("events"))

    @admin.display(description=_("Title"))
    def title(self, series: Series) -> str:
        return series.title

    @admin.display(description=_("Closed-door"))
    def door(self, series: Series) -> Any:
        return _("yes") if series.is_closed_door else _("no")

    @admin.display(description=_("Sessions"))
    def number_of_events(self, series: Any) -> int:
        return int(series.event_count)


class VenueForm(forms.ModelForm[Venue]):
    town = TownField(
        label=_("Town"), help_text=_("Of namesakes with the kraj: Písek, Jihočeský kraj.")
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        names = ("latitude", "longitude")
        given = [name for name in names if data.get(name) is not None]
        if len(given) == 1:
            missing = next(name for name in names if name not in given)
            self.add_error(missing, ValidationError(_("Fill in both coordinates or none.")))
        return data


ADDRESS = ("town", "name_cs", "name_en", "street", "postcode", "latitude", "longitude")


@admin.register(Venue)
class VenueAdmin(PlainAdmin):
    """Its address is fixed once a published session uses it: people have it in their calendars."""

    form = VenueForm
    list_display = ("place", "street", "number_of_events")
    list_select_related = ("town",)
    ordering = ("town__name", "name_cs", "pk")
    fieldsets = (
        (
            _("Address"),
            {
                "fields": (
                    "town",
                    ("name_cs", "name_en"),
                    ("street", "postcode"),
                    ("latitude", "longitude"),
                )
            },
        ),
        (
            _("Getting there"),
            {"fields": (("travel_cs", "travel_en"), ("access_cs", "access_en"))},
        ),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return Venue.objects.annotate(event_count=Count("events"))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        is_fixed = obj is not None and Event.objects.published().filter(venue=obj).exists()
        return ADDRESS if is_fixed else ()

    @admin.display(description=_("Venue"), ordering="town__name")
    def place(self, venue: Venue) -> str:
        return str(venue)

    @admin.display(description=_("Sessions"))
    def number_of_events(self, venue: Any) -> int:
        return int(venue.event_count)


class AgendaInline(PlainInline):
    model = AgendaItem
    fields = (
        "minutes_after_start",
        "title_cs",
        "title_en",
        "note_cs",
        "note_en",
        "area",
        "is_break",
    )
    ordering = ("minutes_after_start",)

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """The areas of this series only."""
        formset = super().get_formset(request, obj, **kwargs)
        areas = Area.objects.filter(series=obj.series_id).order_by("position", "pk")
        formset.form.base_fields["area"].queryset = areas  # type: ignore[attr-defined]
        return formset


def status_word(css_class: str, word: Any) -> SafeString:
    """A status in a list: word and shape."""
    return format_html('<span class="status {}">{}</span>', css_class, word)


@admin.register(Event)
class EventAdmin(PlainAdmin):
    """Status, times, venue, title and capacity change by the buttons, the rest is typed here."""

    list_display = ("day", "name", "state", "places_taken", "capacity", "places_waiting")
    list_display_links = ("name",)
    list_filter = ("series", "region", "status")
    inlines = (AgendaInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        return Event.objects.visible_to(request.user).with_place()

    def get_ordering(self, request: HttpRequest) -> Any:
        return (F("starts_at").asc(nulls_last=True), "position", "pk")

    def get_fieldsets(self, request: HttpRequest, obj: Event | None = None) -> Any:
        deadlines = ["opens_at", "closing_hours", "promotion_ends_hours", "has_waiting_list"]
        if obj is not None and obj.is_call:
            deadlines = ["opens_at", "closes_at", "has_waiting_list"]
        return (
            (_("Texts"), {"fields": (("description_cs", "description_en"),)}),
            (_("When people can register"), {"fields": deadlines}),
        )

    @admin.display(description=_("Day"), ordering="starts_at")
    def day(self, event: Event) -> str:
        return dates.short_date(event.starts_at) if event.starts_at else when(event)

    @admin.display(description=_("Session"))
    def name(self, event: Event) -> str:
        return event.name

    @admin.display(description=_("Status"))
    def state(self, event: Event) -> SafeString:
        state = event.state(timezone.now())
        return status_word(CSS_CLASS.get(state, state.value), state.label)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        event = self.get_object(request, object_id)
        shown = page_of(event, timezone.now()) if event else {}
        return super().change_view(request, object_id, form_url, {**shown, **(extra_context or {})})

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The history stands on the page itself."""
        return redirect(reverse("admin:events_event_change", args=[object_id]) + "#history")

    def save_model(self, request: HttpRequest, obj: Event, form: Any, change: Any) -> None:
        """Writes only what was typed: the counts beside it are written by others meanwhile."""
        (locked,) = Event.objects.locked(obj.pk)
        obj.revision, obj.incarnation = locked.revision, locked.incarnation
        if form.changed_data:
            obj.changed_at = timezone.now()
            obj.save(update_fields=[*form.changed_data, "changed_at"])

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: Any) -> None:
        super().save_related(request, form, formsets, change)
        data = _edited(form, formsets)
        if data:
            history.write_fact(
                form.instance,
                EventChange.Kind.EDITED,
                timezone.now(),
                data,
                actor_id=request.user.pk,
            )


def _edited(form: forms.ModelForm[Event], formsets: Sequence[BaseModelFormSet[Any, Any]]) -> Any:
    """What a fact keeps of an edit: hours and moments with both values, of texts the name."""
    data = {name: _pair(form, name) for name in form.changed_data}
    if any(formset.has_changed() for formset in formsets):
        data["agenda"] = [None, None]
    return data


def _pair(form: forms.ModelForm[Event], name: str) -> list[Any]:
    if name.startswith("description"):
        return [None, None]
    return [history.plain(form.initial.get(name)), history.plain(form.cleaned_data[name])]


def page_of(event: Event, now: datetime) -> dict[str, Any]:
    """What an event's page shows beside its form: the words, the history, what can be done now."""
    state = event.state(now)
    is_over = event.is_over(now)
    return {
        "event": event,
        "now": now,
        "state": state,
        "state_class": CSS_CLASS.get(state, state.value),
        "lines": lines_of_event(event),
        "can_change": not is_over,
        "can_move": not is_over and not event.is_call,
        "can_register": event.status == "published" and event.is_dated and not is_over,
        "can_call_off": not rules.problems_of_calling_off(event, now),
        "can_reinstate": not rules.problems_of_reinstating(event, now),
    }


class EventFilter(admin.SimpleListFilter):
    """By session; each is named with its day, in one query."""

    title = _("session")
    parameter_name = "event"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        events = Event.objects.visible_to(request.user).with_place().by_date()
        return [(str(event.pk), f"{event.name}, {_day(event)}") for event in events]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """What is not one of the choices filters nothing."""
        chosen = self.value()
        return queryset.filter(event=chosen) if chosen in dict(self.lookup_choices) else queryset


def _day(event: Event) -> str:
    return dates.date(event.starts_at) if event.starts_at else when(event)
