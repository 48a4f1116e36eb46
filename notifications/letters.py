"""What a mail says: its subject, text and HTML, in the reader's language, as of now."""

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import css_inline
from django.conf import settings
from django.template import Context
from django.template.loader import get_template
from django.urls import reverse
from django.utils import translation

from events.dates import plain
from events.models import EventChange
from notifications.invites import Invite
from notifications.models import Message
from notifications.readers import values_of
from registrations.models import Registration

FOLDER = "notifications/emails"
WIDEST_LINE = 72


@dataclass(frozen=True)
class Letter:
    """The words of one mail; the text has its lines under 73 characters."""

    subject: str
    text: str
    html: str


def letter_for(
    message: Message,
    registration: Registration,
    facts: Sequence[EventChange],
    invite: Invite | None,
    now: datetime,
) -> Letter:
    """The letter about a place. The caller has activated the message's language.

    `registration` is read with its event as of now, `facts` are the event's; `now` is when it
    leaves: a reminder's words count from there.
    """
    values = values_of(message, registration, facts, now) | {"has_invite": invite is not None}
    return rendered(message.kind, values)


def test_letter(language: str) -> Letter:
    """The letter that shows that mail works."""
    with translation.override(language):
        link = settings.BASE_URL + reverse("home")
        return rendered(Message.Kind.TEST, {"language": language, "link": link})


def rendered(kind: str, values: dict[str, Any]) -> Letter:
    """The three templates of a kind; only the HTML is escaped and keeps a page's typography."""
    subject = plain(" ".join(_render(f"{kind}/subject.txt", values, autoescape=False).split()))
    text = _render(f"{kind}/body.txt", values, autoescape=False)
    html = _render(f"{kind}/body.html", values | {"subject": subject}, autoescape=True)
    return Letter(subject, wrapped(plain(text)), _inliner().inline(html))


def _render(name: str, values: dict[str, Any], *, autoescape: bool) -> str:
    template = get_template(f"{FOLDER}/{name}").template  # type: ignore[attr-defined]
    return str(template.render(Context(values, autoescape=autoescape)))


@cache
def _inliner() -> css_inline.CSSInliner:
    """Mail readers know no style sheets; what cannot be inlined stays (the dark colours)."""
    css = (settings.BASE_DIR / "static" / "mail.css").read_text()
    return css_inline.CSSInliner(extra_css=css, keep_at_rules=True, load_remote_stylesheets=False)


def wrapped(text: str) -> str:
    """Lines under 73 characters, one empty line at most; a value hangs under its own beginning.

    Addresses and links are never broken.
    """
    lines = [line for given in text.strip().splitlines() for line in _folded(given.rstrip())]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)) + "\n"


def _folded(line: str) -> list[str]:
    label = re.match(r"\S[^:]*:  +", line)
    indent = " " * (label.end() if label else 0)
    folded = textwrap.wrap(
        line,
        WIDEST_LINE,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
        replace_whitespace=False,
        drop_whitespace=True,
    )
    return folded or [""]
