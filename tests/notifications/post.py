"""A desk without a mail server: what leaves lies in a folder, and a test sweeps when it wants."""

from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from django.utils import timezone

from notifications import sweeping
from notifications.models import Message
from registrations.models import Registration


class Post:
    """What was written to whom, in the order it was made."""

    def sweep(self, now: datetime | None = None) -> sweeping.Swept:
        return sweeping.sweep(now or timezone.now())

    def messages(self, registration: Registration, *, to_contact: bool = False) -> list[Message]:
        rows = Message.objects.filter(registration=registration, booking__isnull=not to_contact)
        return list(rows.order_by("pk"))

    def states(
        self, registration: Registration, *, to_contact: bool = False
    ) -> list[tuple[str, str]]:
        """Kind and state of each message, with the reason of a void one."""
        return [
            (row.kind, row.state if row.state != "void" else f"void: {row.reason}")
            for row in self.messages(registration, to_contact=to_contact)
        ]

    def calendar(self, registration: Registration) -> list[tuple[str, str, int]]:
        """Kind, METHOD and SEQUENCE of the calendar parts that left."""
        return [
            (row.kind, row.calendar_method, row.calendar_sequence or 0)
            for row in self.messages(registration)
            if row.calendar_method
        ]

    def last(self, registration: Registration, *, to_contact: bool = False) -> EmailMessage:
        return self.read(self.messages(registration, to_contact=to_contact)[-1])

    def text(self, registration: Registration, *, to_contact: bool = False) -> str:
        """The last mail's text without its foot."""
        return self._body(registration, "plain", to_contact=to_contact).partition("\n--\n")[0]

    def foot(self, registration: Registration, *, to_contact: bool = False) -> str:
        return self._body(registration, "plain", to_contact=to_contact).partition("\n--\n")[2]

    def html(self, registration: Registration, *, to_contact: bool = False) -> str:
        return self._body(registration, "html", to_contact=to_contact)

    def _body(self, registration: Registration, subtype: str, *, to_contact: bool) -> str:
        body = self.last(registration, to_contact=to_contact).get_body((subtype,))
        assert body is not None
        return str(body.get_content()).replace("\r\n", "\n")

    def read(self, message: Message) -> EmailMessage:
        assert message.raw
        mail: Any = message_from_bytes(bytes(message.raw), policy=policy.default)
        assert isinstance(mail, EmailMessage)
        return mail
