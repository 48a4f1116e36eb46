"""Log lines: one JSON object each, UTC, with the request's id and without secrets."""

import contextvars
import json
import logging
import re
from datetime import UTC, datetime

from accounts.text import mask_secrets

request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="")

# The name of an e-mail address (atext of RFC 5322 §3.2.3, but for what parts a URL).
_ADDRESS = re.compile(r"[\w.!#$'*+^`{|}~-]+(@|%40)(?=[\w-]+\.)")
# PostgreSQL repeats the refused row, names and all.
_ROW = re.compile(r"(?<=DETAIL:).*")


def mask(text: str) -> str:
    """The text without secrets of paths, names of e-mail addresses and rows of the database."""
    return _ROW.sub(" ***", _ADDRESS.sub(r"***\1", mask_secrets(text)))


class MaskSecrets(logging.Filter):
    """Masks the finished message, so that no argument slips through."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = mask(_message(record)), None
        return True


def _message(record: logging.LogRecord) -> str:
    """A line whose arguments do not fit is a bug, but none that may stop a request."""
    try:
        return record.getMessage()
    except (TypeError, ValueError, KeyError):
        return f"{record.msg} (its arguments do not fit)"


class JsonFormatter(logging.Formatter):
    """CR, LF and whatever else a terminal obeys are escaped: a line of the log is one record."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "request": request_id.get(),
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["exception"] = mask(self.formatException(record.exc_info))
        return json.dumps(line)
