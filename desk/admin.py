"""What shows several apps at once: a registration's page with the mails about it."""

from typing import Any

from django.contrib import admin

from notifications.admin import CSS_CLASS
from notifications.models import Message
from registrations.admin import RegistrationAdmin
from registrations.models import Registration

admin.site.unregister(Registration)


@admin.register(Registration)
class RegistrationWithMessagesAdmin(RegistrationAdmin):
    def page_of(self, registration_id: int) -> dict[str, Any]:
        messages = Message.objects.filter(registration=registration_id).defer("raw")
        rows = [(message, CSS_CLASS[message.state]) for message in messages.order_by("-pk")]
        return super().page_of(registration_id) | {"mails": rows}
