"""What a real SMTP server was handed, sorted into its readers' mailboxes and calendars."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

from benchmarks.calendar_client import CalendarClient, Invite, invite_of
from tests.services import SmtpServer


@dataclass(frozen=True)
class Letter:
    """One mail as it arrived; `at` is the server's clock."""

    to_email: str
    at: datetime
    mail: EmailMessage
    invite: Invite | None

    @property
    def message_id(self) -> str:
        return str(self.mail["Message-ID"])

    def __str__(self) -> str:
        part = f"{self.invite.method} {self.invite.entry.sequence}" if self.invite else "-"
        return f"{self.to_email} ({part}): {self.mail['Subject']}"


@dataclass
class Mailboxes:
    """Everybody's mail; a calendar takes in each invite as it comes."""

    server: SmtpServer
    calendars: dict[str, CalendarClient] = field(
        default_factory=lambda: defaultdict(CalendarClient)
    )
    _read: int = 0

    def fetch(self) -> list[Letter]:
        """What has come since the last look, in the order in which it came."""
        new = self.server.deliveries[self._read :]
        self._read += len(new)
        letters = []
        for delivery in new:
            (to_email,) = delivery.recipients
            mail = message_from_bytes(delivery.raw, policy=policy.default)
            letters.append(Letter(to_email, delivery.at, mail, invite_of(mail)))
        for letter in letters:
            if letter.invite:
                self.calendars[letter.to_email].receive(letter.invite)
        return letters
