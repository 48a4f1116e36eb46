"""An e-mail as bytes: structure, headers and encodings, each line by calendar.md §4."""

from dataclasses import dataclass
from datetime import datetime
from email import encoders
from email.charset import QP, Charset
from email.header import Header
from email.message import Message
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import format_datetime, formataddr

from django.conf import settings
from django.utils.encoding import punycode

from accounts.text import clean
from events.dates import PRAGUE

SENDER_NAME = "Setkání"
SHORTEST_SUBJECT, LONGEST_SUBJECT = 5, 150
ATTACHMENT = "invite.ics"
# The one value of the header, and the body of the POST that answers it (RFC 8058 §3.1).
ONE_CLICK = "List-Unsubscribe=One-Click"
# The old policy: it folds between words only, the new one breaks long addresses apart.
ON_THE_WIRE = compat32.clone(linesep="\r\n", mangle_from_=False)
_QUOTED_PRINTABLE = Charset("utf-8")
_QUOTED_PRINTABLE.body_encoding = QP


class _OneLine(Header):
    """A value that stands behind its name however long it is: not every reader unfolds a link."""

    def encode(self, *_options: object, **_more: object) -> str:
        return str(self)


@dataclass(frozen=True, kw_only=True)
class Mail:
    """What one mail to one person consists of; `sent_at` is aware, ids have their brackets."""

    to_email: str
    subject: str
    text: str
    html: str
    message_id: str
    sent_at: datetime
    reply_to: str
    to_name: str = ""
    # The first mail of the thread.
    references: str = ""
    # The link that ends what the reader did not order (RFC 8058); empty in mails about a place.
    unsubscribe: str = ""
    # METHOD and the VCALENDAR.
    calendar: tuple[str, bytes] | None = None


def ascii_address(email: str) -> str:
    """The address as it goes over the wire: the domain in Punycode (RFC 5890)."""
    local, at, domain = email.rpartition("@")
    return f"{local}{at}{punycode(domain)}"


def compose(mail: Mail) -> bytes:
    """The whole message with CRLF (RFC 5322). Raises ValueError for a subject of no use."""
    root = _body(mail)
    for name, value in _headers(mail).items():
        root[name] = value  # type: ignore[assignment]  # a Header is encoded when it is written
    for part in list(root.walk())[1:]:
        del part["MIME-Version"]
    return root.as_bytes(policy=ON_THE_WIRE)


def _body(mail: Mail) -> MIMEMultipart:
    alternative = MIMEMultipart("alternative")
    alternative.attach(MIMEText(mail.text, "plain", _QUOTED_PRINTABLE))  # type: ignore[arg-type]
    alternative.attach(MIMEText(mail.html, "html", _QUOTED_PRINTABLE))  # type: ignore[arg-type]
    if mail.calendar is None:
        return alternative
    method, content = mail.calendar
    alternative.attach(_encoded(f"text/calendar; method={method}; charset=utf-8", content))
    attachment = _encoded(f"application/ics; name={ATTACHMENT}", content)
    attachment.add_header("Content-Disposition", "attachment", filename=ATTACHMENT)
    root = MIMEMultipart("mixed")
    root.attach(alternative)
    root.attach(attachment)
    return root


def _encoded(content_type: str, content: bytes) -> Message:
    """A part in base64, whose bytes stay as they are, line ends included."""
    part = MIMEBase("text", "calendar")
    part.replace_header("Content-Type", content_type)
    part.set_payload(content)
    encoders.encode_base64(part)
    return part


def _headers(mail: Mail) -> dict[str, str | Header]:
    headers: dict[str, str | Header] = {
        "From": sender(),
        "To": _address(mail.to_name, mail.to_email),
        "Subject": Header(checked_subject(mail.subject), header_name="Subject"),
        "Date": format_datetime(mail.sent_at.astimezone(PRAGUE)),
        "Message-ID": mail.message_id,
        "Reply-To": ascii_address(mail.reply_to),
        "Auto-Submitted": "auto-generated",
    }
    if mail.references:
        headers |= {"In-Reply-To": mail.references, "References": mail.references}
    if mail.unsubscribe:
        headers["List-Unsubscribe"] = _OneLine(f"<{mail.unsubscribe}>")
        headers["List-Unsubscribe-Post"] = ONE_CLICK
    return headers


def sender() -> str:
    """The address that mails come from, with a name."""
    return _address(SENDER_NAME, settings.MAIL_FROM)


def _address(name: str, email: str) -> str:
    """The name free of what ends it early (RFC 5322 §3.4), the address as it is."""
    plain = clean(name).translate({ord(char): " " for char in '@:"<>\\,;()'})
    encoded = Header(" ".join(plain.split())).encode().replace("\n", "")
    return formataddr((encoded, ascii_address(clean(email))))


def checked_subject(subject: str) -> str:
    """One line of 5 to 150 characters. Raises ValueError for a shorter one."""
    line = clean(subject)
    if len(line) < SHORTEST_SUBJECT:
        raise ValueError("a subject needs five characters")
    return line if len(line) <= LONGEST_SUBJECT else line[: LONGEST_SUBJECT - 1].rstrip() + "…"
