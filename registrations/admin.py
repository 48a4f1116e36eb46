"""Organisers' screens of registrations: to find, read and follow; buttons lead to the actions."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.text import fold
from events import dates
from events.admin import EventFilter, PeopleAdmin, status_word
from events.history_lines import Difference, Line, names_of_actors, who_did
from events.models import Region
from registrations import questions, rules
from registrations.invitation_admin import InvitationAdmin
from registrations.models import (
    Booking,
    Invitation,
    Question,
    Registration,
    RegistrationChange,
    Sector,
)
from registrations.question_admin import QuestionAdmin
from registrations.states import Status


class RegionFilter(admin.SimpleListFilter):
    title = gettext_lazy("region")
    parameter_name = "region"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(Region.objects.order_by("code").values_list("code", "name"))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        return queryset.filter(town__kraj__region__code=value) if value else queryset


class SectorFilter(admin.SimpleListFilter):
    title = gettext_lazy("sector")
    parameter_name = "sector"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[Any]:
        return list(Sector.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        return queryset.filter(organisation__sector=value) if value else queryset


class TagFilter(admin.SimpleListFilter):
    title = gettext_lazy("tag")
    parameter_name = "tag"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        visible = Registration.objects.visible_to(request.user)
        return [(tag, tag) for tag in visible.tags_in_use()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        return queryset.with_tag(value) if value else queryset  # type: ignore[attr-defined]


@admin.register(Registration)
class RegistrationAdmin(PeopleAdmin):
    list_display = (
        "name",
        "organisation_as_typed",
        "town_name",
        "event_name",
        "state",
        "reference",
        "joined",
    )
    list_filter = (EventFilter, "status", RegionFilter, SectorFilter, TagFilter)
    list_select_related = ("town", "event__series", "event__venue__town")
    search_fields = ("search_key",)
    search_help_text = gettext_lazy("Name, e-mail, organisation, town, reference or tag.")
    ordering = ("-joined_at", "-pk")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is typed over: each change is an action of its own."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Registration]:
        return Registration.objects.visible_to(request.user)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Every word must occur, with or without its diacritics."""
        for word in fold(search_term).split():
            queryset = queryset.filter(search_key__contains=word)
        return queryset, False

    @admin.display(description=gettext_lazy("Organisation"), ordering="organisation_name")
    def organisation_as_typed(self, registration: Registration) -> str:
        return registration.organisation_name

    @admin.display(description=gettext_lazy("Town"), ordering="town__name")
    def town_name(self, registration: Registration) -> str:
        return str(registration.town or "–")

    @admin.display(description=gettext_lazy("Session"), ordering="event")
    def event_name(self, registration: Registration) -> str:
        return registration.event.name

    @admin.display(description=gettext_lazy("Status"), ordering="status")
    def state(self, registration: Registration) -> SafeString:
        return status_word(registration.css_class, registration.get_status_display())

    @admin.display(description=gettext_lazy("Joined"), ordering="joined_at")
    def joined(self, registration: Registration) -> str:
        return dates.moment(registration.joined_at)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        found = self.get_object(request, object_id)
        shown = self.page_of(found.pk) if found else {}
        return super().change_view(request, object_id, form_url, {**shown, **(extra_context or {})})

    def page_of(self, registration_id: int) -> dict[str, Any]:
        """What the page of a registration shows: all of it but the secrets."""
        registration = Registration.objects.with_event().get(pk=registration_id)
        now = timezone.now()
        return {
            "registration": registration,
            "event": registration.event,
            "now": now,
            "position": registration.position() if registration.is_waiting else None,
            "replaces": getattr(registration, "replaces", None),
            "lines": lines_of_registration(registration),
            "can_cancel": not rules.problems_of_cancelling(registration, now),
            "can_decide": registration.is_pending
            and not rules.problems_of_deciding(registration.event, now),
            "can_promote": not rules.problems_of_promoting(registration, now),
            "answers": questions.said_by(registration),
            "can_hand_over": not rules.problems_of_handing_over_at_the_desk(registration, now),
            "can_correct": not rules.problems_of_correcting(registration, now),
        }

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The history stands on the page itself."""
        page = reverse("admin:registrations_registration_change", args=[object_id])
        return redirect(f"{page}#history")


def lines_of_registration(registration: Registration) -> list[Line]:
    """What happened to a registration, newest first; two queries whatever their number."""
    changes = list(registration.changes.order_by("-pk"))
    names = names_of_actors(changes)
    return [
        Line(
            at=change.at,
            what=str(change),
            who=who_did(change, names) or _via(change),
            note=change.note,
            differences=_differences(change),
        )
        for change in changes
    ]


def _via(change: RegistrationChange) -> str:
    """The way in where nobody signed in: the form, the link of a mail, or the program itself."""
    if change.via == "link":
        return _("by the link")
    words = dict(Booking.Via.choices).get(change.via)
    return str(words) if words else ""


def _differences(change: RegistrationChange) -> list[Difference]:
    found = []
    if change.from_status != change.to_status:
        words = [str(Status(value).label) if value else "" for value in _statuses(change)]
        found.append(Difference(_("Status"), *words))
    if change.new("out_of_turn"):
        found.append(Difference(_("Out of turn")))
    if "priority" in change.data:
        found.append(Difference(_("Priority"), *map(str, change.data["priority"])))
    if "deadline_reopened_until" in change.data:
        moments = map(_moment, change.data["deadline_reopened_until"])
        found.append(Difference(_("Deadline reopened until"), *moments))
    changed = (
        ("name", _("Name")),
        ("organisation_name", _("Organisation")),
        ("answers", _("Answers")),
    )
    noted = (("note", _("Note")), ("tags", _("Tags")))
    for name, label in (*changed, ("needs", _("Needs")), *noted):
        if name in change.data:
            found.append(Difference(label))
    return found


def _moment(value: str | None) -> str:
    return dates.full_moment(datetime.fromisoformat(value)) if value else ""


def _statuses(change: RegistrationChange) -> tuple[str, str]:
    return change.from_status, change.to_status


admin.site.register(Question, QuestionAdmin)
admin.site.register(Invitation, InvitationAdmin)
