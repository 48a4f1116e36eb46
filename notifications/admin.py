"""Organisers' screen of messages: what was written to whom, and what became of it."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from events import dates
from events.admin import EventFilter, PeopleAdmin, status_word
from events.history_lines import names_of_actors, who_did
from notifications.mail_html import mail_html
from notifications.models import Message
from notifications.shown import shown

# The shape of the state's word, as the style sheet has it.
CSS_CLASS: dict[str, str] = {
    Message.State.QUEUED: "soon",
    Message.State.SENDING: "soon",
    Message.State.SENT: "open",
    Message.State.FAILED: "off",
    Message.State.VOID: "over",
}


@admin.register(Message)
class MessageAdmin(PeopleAdmin):
    list_display = ("kind", "shown_state", "to_email", "event_name", "person", "made", "settled")
    list_filter = ("kind", "state", EventFilter)
    list_select_related = ("event__series", "event__venue__town", "registration")
    search_fields = ("to_email",)
    search_help_text = _("The address it goes to.")
    ordering = ("-pk",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        """The list needs no bytes."""
        return super().get_queryset(request).defer("raw")

    @admin.display(description=_("State"), ordering="state")
    def shown_state(self, message: Message) -> SafeString:
        return status_word(CSS_CLASS[message.state], message.get_state_display())

    @admin.display(description=_("Session"))
    def event_name(self, message: Message) -> str:
        return message.event.name if message.event else "–"

    @admin.display(description=_("Registration"))
    def person(self, message: Message) -> str:
        return str(message.registration or "–")

    @admin.display(description=_("Made"), ordering="created_at")
    def made(self, message: Message) -> str:
        return dates.moment(message.created_at)

    @admin.display(description=_("Settled"), ordering="settled_at")
    def settled(self, message: Message) -> str:
        return dates.moment(message.settled_at) if message.settled_at else "–"

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        message = self.get_object(request, object_id)
        page = {"message": message, **page_of(message)} if message else {}
        return super().change_view(request, object_id, form_url, {**page, **(extra_context or {})})


def page_of(message: Message) -> dict[str, Any]:
    """What the page of a message shows beside its columns: the mail as it was read or will be."""
    parts = shown(message)
    return {
        "parts": parts,
        "as_html": mail_html(parts.html),
        "css_class": CSS_CLASS[message.state],
        "is_account": message.kind == Message.Kind.ACCOUNT,
        "is_built": bool(parts.subject),
        "sent_again_by": who_did(message, names_of_actors([message])),
        "can_send_again": message.state == Message.State.FAILED and message.fact is not None,
    }
