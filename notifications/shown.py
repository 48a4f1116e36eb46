"""A mail as organisers may read it: secrets of links masked, bodies of accounts shown to nobody."""

from dataclasses import dataclass
from email.message import EmailMessage

from accounts.text import mask_secrets
from notifications.models import Message


@dataclass(frozen=True)
class Shown:
    """The parts of a mail; empty where it has none, was not built yet, or was forgotten."""

    subject: str = ""
    text: str = ""
    html: str = ""
    invite: str = ""


def shown(message: Message) -> Shown:
    """The parts of a message that a person at the desk may read."""
    mail = message.mail
    if mail is None or message.kind == Message.Kind.ACCOUNT:
        return Shown()
    return Shown(
        subject=mask_secrets(str(mail["Subject"])),
        text=_part(mail, "text/plain"),
        html=_part(mail, "text/html"),
        invite=_part(mail, "text/calendar"),
    )


def _part(mail: EmailMessage, content_type: str) -> str:
    for part in mail.walk():
        if part.get_content_type() == content_type:
            content = part.get_payload(decode=True)
            return mask_secrets(content.decode() if isinstance(content, bytes) else "")
    return ""
