"""How a mail leaves: one SMTP connection for a batch, or a file of its own at the desk."""

import os
import smtplib
import ssl
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from django.conf import settings

from notifications.mails import ascii_address
from notifications.models import Message

TIMEOUT_SECONDS = 10
# RFC 5321 §4.2.1: the server is about to close the connection.
CLOSING = 421


class Lost(Exception):
    """The connection could not be opened, or broke; carries words for the organiser."""


class Answer(NamedTuple):
    """What the server said about one mail (RFC 5321 §4.2)."""

    code: int
    words: str

    @property
    def is_taken(self) -> bool:
        return 200 <= self.code < 300

    @property
    def is_final_refusal(self) -> bool:
        return self.code >= 500

    def __str__(self) -> str:
        return f"{self.code} {self.words}"


class Folder:
    """Writes each mail as one .eml file; a second time over the first."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __enter__(self) -> Self:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Lost(_words(error)) from error
        return self

    def __exit__(self, *_error: object) -> None:
        """Nothing is open."""

    def send(self, message: Message) -> Answer:
        """A reader of the folder sees whole files only. Raises Lost where it cannot be written."""
        path = self.folder / f"{message.created_at:%Y%m%dT%H%M%S}-{message.pk}.eml"
        unfinished = path.with_suffix(".part")
        try:
            unfinished.write_bytes(bytes(message.raw or b""))
            unfinished.replace(path)
        except OSError as error:
            raise Lost(_words(error)) from error
        return Answer(250, os.fspath(path))


class Smtp:
    """A connection to the server of EMAIL_URL; every step has ten seconds. Raises Lost."""

    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options
        self.connection: smtplib.SMTP

    def __enter__(self) -> Self:
        try:
            self.connection = self._connected()
            self._signed_in()
        except (OSError, smtplib.SMTPException) as error:
            self._close()
            raise Lost(_words(error)) from error
        return self

    def _connected(self) -> smtplib.SMTP:
        # Named, because smtplib would ask the DNS for a name of this machine.
        host, port, own = self.options["host"], self.options["port"], settings.MAIL_DOMAIN
        if self.options["use_ssl"]:
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(host, port, own, timeout=TIMEOUT_SECONDS, context=context)
        return smtplib.SMTP(host, port, own, timeout=TIMEOUT_SECONDS)

    def _signed_in(self) -> None:
        if self.options["use_tls"]:
            self.connection.starttls(context=_tls())
        if self.options["user"]:
            self.connection.login(self.options["user"], self.options["password"])
        self.connection.ehlo_or_helo_if_needed()

    def send(self, message: Message) -> Answer:
        """The server's answer to one mail. Raises Lost where none came."""
        try:
            answer = self._spoken(message)
            if not answer.is_taken and answer.code != CLOSING:
                self.connection.rset()
        except (OSError, smtplib.SMTPException) as error:
            raise Lost(_words(error)) from error
        if answer.code == CLOSING:
            raise Lost(str(answer))
        return answer

    def _spoken(self, message: Message) -> Answer:
        """MAIL, RCPT, DATA; the first refusal ends it."""
        code, words = self.connection.mail(settings.MAIL_FROM)
        if code == 250:
            code, words = self.connection.rcpt(ascii_address(message.to_email))
        if code in {250, 251}:
            code, words = _data(self.connection, bytes(message.raw or b""))
        return Answer(code, words.decode(errors="replace"))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is None:
            with suppress(OSError, smtplib.SMTPException):
                self.connection.quit()
        self._close()

    def _close(self) -> None:
        if hasattr(self, "connection"):
            self.connection.close()


def _tls() -> ssl.SSLContext:
    """Certificates are checked: a mail to nobody knows whom is worse than a late one."""
    return ssl.create_default_context()


def _data(connection: smtplib.SMTP, raw: bytes) -> tuple[int, bytes]:
    try:
        return connection.data(raw)
    except smtplib.SMTPDataError as error:
        words = error.smtp_error
        return error.smtp_code, words if isinstance(words, bytes) else words.encode()


def _words(error: Exception) -> str:
    """What went wrong, for people: the server's own words where it had any."""
    if isinstance(error, smtplib.SMTPResponseException):
        words = error.smtp_error
        text = words.decode(errors="replace") if isinstance(words, bytes) else words
        return f"{error.smtp_code} {text}"
    return str(error) or type(error).__name__


def transport() -> Folder | Smtp:
    """The way out that the settings name."""
    options = settings.MAIL_TRANSPORT
    return Folder(Path(options["folder"])) if "folder" in options else Smtp(options)
