"""The rows of facts under a mail's first sentence, and how the text part sets them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from events.models import Venue
from notifications.announcements import FINAL
from notifications.mail_words import hours_of
from notifications.models import Message
from notifications.news import News
from registrations import questions
from registrations.models import Registration

Kind = Message.Kind
LONGEST_ALIGNED_LABEL = 24


@dataclass(frozen=True)
class Row:
    """A label and its value."""

    label: str
    value: str
    is_strong: bool = False


@dataclass(frozen=True)
class Change:
    """An old value, empty where there was none, and the new one."""

    old: str
    new: str


def rows_of(kind: str, registration: Registration, news: News, values: dict[str, Any]) -> list[Row]:
    """The facts under the first sentence, in the order of the mocks."""
    code = Row(_("Code"), registration.reference, is_strong=True)
    when = values["when"]
    if kind == Kind.MOVED:
        return [code] if news.starts_at else [Row(_("When"), _unchanged(when)), code]
    if kind == Kind.CALLED_OFF and news.starts_at:
        # The date that the reader knows; another one was never told.
        when = hours_of(news.starts_at, news.ends_at)
    where = values["where"]
    if kind == Kind.REINSTATED:
        # What changed meanwhile stands above, old and new.
        when, where = "" if news.starts_at else when, "" if news.is_venue_new else where
    rows = [Row(_("When"), when, is_strong=True), Row(_("Where"), where)]
    # A party's people stand in rows of their own.
    if kind == Kind.NOMINATED:
        rows += _rows_of_nomination(values)
    elif kind != Kind.PARTY:
        rows += _own_rows(kind, registration, values)
    return [row for row in rows if row.value]


def _rows_of_nomination(values: dict[str, Any]) -> list[Row]:
    until = Row(_("Answer by"), values["answer_until"], is_strong=True)
    return [until, Row(_("Nominated by"), values["nominated_by"]), Row(_("Who"), values["who"])]


def _own_rows(kind: str, registration: Registration, values: dict[str, Any]) -> list[Row]:
    who = Row(_("Who"), values["who"])
    code = Row(_("Code"), registration.reference, is_strong=True)
    if kind == Kind.CALLED_OFF:
        return [who] if values["reads_as_contact"] else []
    if kind in FINAL:
        return [who]
    if kind == Kind.OFFERED:
        return [Row(_("Offered until"), values["offered_until"], is_strong=True), who, code]
    if kind == Kind.WAITING:
        counted = _("%(position)s. (counted on %(moment)s)") % {
            "position": values["position"],
            "moment": values["counted_at"],
        }
        return [who, Row(_("Position"), counted, is_strong=True), code]
    if kind == Kind.REMINDER:
        return [Row(_("Travel"), _travel(registration.event.venue)), who, code]
    said = _said(registration) if kind == Kind.ANSWERS_CHANGED else []
    return [who, *said, code]


def _said(registration: Registration) -> list[Row]:
    """Every answer, and what the person needs, as they stand now."""
    said = [Row(one.label, one.words) for one in questions.said_by(registration)]
    return [*said, Row(_("Needs"), ", ".join(registration.needs))]


def _travel(venue: Venue | None) -> str:
    return " ".join(f"{venue.travel} {venue.access}".split()) if venue else ""


def rows_of_changes(values: dict[str, Any], kind: str) -> list[Row]:
    """The text part's way to say what the HTML strikes through."""
    if kind not in {Kind.MOVED, Kind.REINSTATED}:
        return []
    rows = []
    for change in values["changes"]:
        rows += [Row(_("Before"), change.old), Row(_("Now"), change.new)]
    if values["unchanged_where"]:
        rows.append(Row(_("Where"), _unchanged(values["unchanged_where"])))
    return [row for row in rows if row.value]


def _unchanged(value: str) -> str:
    return _("%(value)s (unchanged)") % {"value": value}


def aligned(rows: Sequence[Row]) -> str:
    """Values under one another, but those of long labels, which are questions of organisers."""
    labels = (len(row.label) for row in rows if len(row.label) <= LONGEST_ALIGNED_LABEL)
    width = max(labels, default=0) + 3
    return "\n".join(_line(row, width) for row in rows)


def _line(row: Row, width: int) -> str:
    if len(row.label) <= LONGEST_ALIGNED_LABEL:
        return f"{row.label + ':':<{width}}{row.value}"
    return f"{row.label}{'' if row.label.endswith('?') else ':'} {row.value}"
