"""Organisers' screen of invitations: who has answered and who has not; buttons lead to actions."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from events import dates
from events.admin import PeopleAdmin, status_word
from events.history_lines import Difference, Line, names_of_actors, who_did
from events.models import Event
from registrations.models import Invitation, Registration

State = Invitation.State
# The shape of the state's word, as the style sheet has it.
CSS_CLASS: dict[str, str] = {
    State.OPEN: "soon",
    State.ACCEPTED: "open",
    State.DECLINED: "over",
    State.EXPIRED: "over",
    State.REVOKED: "off",
}


class AnswerFilter(admin.SimpleListFilter):
    """By answer; first those who have not answered and still can."""

    title = _("answer")
    parameter_name = "answer"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[Any]:
        return list(State.choices)

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Any]:
        """What is not one of the choices filters nothing."""
        rows: QuerySet[Any] = queryset.in_state(self.value(), timezone.now())
        return rows


class InvitationAdmin(PeopleAdmin):
    list_display = ("addressee", "email", "target_name", "places", "state", "expires", "sent")
    list_filter = (AnswerFilter, "kind", "event", "series")
    list_select_related = ("event__series", "event__venue__town", "series", "town")
    search_fields = ("name", "email", "organisation", "town__name")
    search_help_text = _("Name, e-mail, organisation or town.")
    ordering = ("-pk",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Invitation]:
        own = Registration.objects.filter(invitation=OuterRef("pk"))
        return Invitation.objects.visible_to(request.user).annotate(has_come=Exists(own))

    def closed_events(self, rows: Iterable[Any]) -> set[int]:
        """Who is invited to a closed-door series is read of each of its events."""
        rows = list(rows)
        closed = {row.series_id for row in rows if row.series and row.series.is_closed_door}
        events = Event.objects.filter(series__in=closed).values_list("pk", flat=True)
        return super().closed_events(rows) | (set(events) if closed else set())

    @admin.display(description=_("Whom"), ordering="name")
    def addressee(self, invitation: Invitation) -> str:
        return str(invitation)

    @admin.display(description=_("To"))
    def target_name(self, invitation: Invitation) -> str:
        return invitation.event.name if invitation.event else invitation.target_series.title

    @admin.display(description=_("Answer"))
    def state(self, invitation: Invitation) -> SafeString:
        state = invitation.state(timezone.now())
        return status_word(CSS_CLASS[state], state.label)

    @admin.display(description=_("Answer by"), ordering="expires_at")
    def expires(self, invitation: Invitation) -> str:
        return dates.moment(invitation.expires_at)

    @admin.display(description=_("Last written to"), ordering="sent_at")
    def sent(self, invitation: Invitation) -> str:
        return dates.moment(invitation.sent_at)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        found = self.get_object(request, object_id)
        shown = page_of(found.pk) if found else {}
        return super().change_view(request, object_id, form_url, {**shown, **(extra_context or {})})

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The history stands on the page itself."""
        page = reverse("admin:registrations_invitation_change", args=[object_id])
        return redirect(f"{page}#history")


def page_of(invitation_id: int) -> dict[str, Any]:
    """What the page of an invitation shows: all of it but the secret."""
    invitation = Invitation.objects.with_target().get(pk=invitation_id)
    event, state = invitation.event, invitation.state(timezone.now())
    series = invitation.target_series.title
    came = invitation.registrations.select_related("event__venue__town").order_by("pk")
    return {
        "invitation": invitation,
        "target_name": f"{series}, {event.name}" if event else series,
        "state": state,
        "state_class": CSS_CLASS[state],
        "people": list(came),
        "lines": lines_of_invitation(invitation),
    }


def lines_of_invitation(invitation: Invitation) -> list[Line]:
    """What happened to an invitation, newest first; two queries whatever their number."""
    changes = list(invitation.changes.order_by("-pk"))
    names = names_of_actors(changes)
    return [
        Line(
            at=change.at,
            what=str(change),
            who=who_did(change, names) or (str(_("by the link")) if change.via == "link" else ""),
            note=change.note,
            differences=[Difference(str(_("Answer by")))] if change.data else [],
        )
        for change in changes
    ]
