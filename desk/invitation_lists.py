"""Lists of invitations as a spreadsheet writes them: a workbook, or CSV in UTF-8 or cp1250."""

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.text import clean, fold
from desk import workbooks
from events.models import Municipality
from events.towns import find_towns, label_of
from registrations.actions import Invitee
from registrations.addresses import clean_address
from registrations.models import Invitation
from registrations.models.invitations import MOST_PLACES

MOST_ROWS = 1_000
# With a heading and empty rows between; a workbook goes no further.
LAST_ROW = 2 * MOST_ROWS
# How columns are headed, folded; the names of the code, English and Czech.
COLUMNS = {
    "kind": {"kind", "druh", "koho"},
    "name": {"name", "full name", "jmeno", "jmeno a prijmeni"},
    "email": {"email", "e-mail", "mail"},
    "organisation": {"organisation", "organization", "organizace", "firma"},
    "town": {"town", "city", "obec", "mesto"},
    "places": {"places", "mista", "pocet mist"},
    "language": {"language", "jazyk"},
}
KINDS = {
    Invitation.Kind.PERSON: {"", "person", "osoba", "clovek"},
    Invitation.Kind.CITY: {"city", "town", "mesto", "obec"},
    Invitation.Kind.FIRM: {"firm", "company", "firma", "partner"},
}
LIMITS = {"name": 120, "email": 254, "organisation": 160, "town": 80}


class RowError(Exception):
    """A row that invites nobody; the text is fit to show a person."""


def text_of(content: bytes) -> str:
    """The rows of a file as CSV, each on the line of its number. Raises WorkbookError."""
    if not workbooks.is_workbook(content):
        return decoded(content)
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\n")
    for cells in workbooks.rows_of(content, last_row=LAST_ROW):
        writer.writerow([clean(cell) for cell in cells])
    return text.getvalue().rstrip("\n")


def decoded(content: bytes) -> str:
    """The text of a CSV file: UTF-8 with or without its mark, else Windows-1250, without NUL."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1250", errors="replace")
    return text.replace("\x00", "")


def read(text: str, expires_at: datetime) -> tuple[list[Invitee], list[str]]:
    """Whom a list invites, and what is wrong with it row by row, as the spreadsheet numbers them.

    `expires_at` is aware and holds for all. Nothing is written.
    """
    try:
        rows = list(_rows(text))
    except csv.Error as error:
        return [], [_("The list cannot be read: %(error)s") % {"error": error}]
    if not rows:
        return [], [_("The list is empty.")]
    names = [_column(heading) for heading in rows[0][1]]
    if not {"name", "email"} <= set(names):
        return [], [_("The first row must name the columns, at least name and e-mail.")]
    if len(rows) > MOST_ROWS + 1:
        return [], [_("At most %(count)s rows at once.") % {"count": MOST_ROWS}]
    return _read_rows(names, rows[1:], expires_at)


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that hold something, with their number; whatever separates the columns."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text))
    for number, cells in enumerate(reader, start=1):
        cleaned = [clean(cell) for cell in cells]
        if any(cleaned):
            yield number, cleaned


def _separator(text: str) -> str:
    """What parts the headings into the most known ones."""
    first = text.strip("\r\n").partition("\n")[0]

    def known(separator: str) -> int:
        headings = next(csv.reader([first], delimiter=separator), [])
        return sum(bool(_column(clean(heading))) for heading in headings)

    return max(";\t,", key=known)


def _column(heading: str) -> str:
    folded = fold(heading)
    return next((name for name, headings in COLUMNS.items() if folded in headings), "")


def _read_rows(
    names: list[str], rows: list[tuple[int, list[str]]], expires_at: datetime
) -> tuple[list[Invitee], list[str]]:
    invitees, problems = dict[str, tuple[int, Invitee]](), list[str]()
    for number, cells in rows:
        values = {name: cell for name, cell in zip(names, cells, strict=False) if name}
        try:
            invitee = _invitee(values, expires_at)
        except RowError as error:
            problems.append(_in_row(number, str(error)))
            continue
        first, _known = invitees.setdefault(invitee.email, (number, invitee))
        if first != number:
            twice = _("The address stands in row %(row)s, too.") % {"row": first}
            problems.append(_in_row(number, twice))
    if not invitees and not problems:
        problems = [_("The list is empty.")]
    return [invitee for _number, invitee in invitees.values()], problems


def _in_row(number: int, error: str) -> str:
    return _("Row %(row)s: %(error)s") % {"row": number, "error": error}


def _invitee(values: Mapping[str, str], expires_at: datetime) -> Invitee:
    for name, limit in LIMITS.items():
        if len(values.get(name, "")) > limit:
            raise RowError(_("Too long: %(text)s…") % {"text": values[name][:30]})
    if not values.get("name"):
        raise RowError(_("The name is missing."))
    kind, town = _kind(values.get("kind", "")), _town(values.get("town", ""))
    organisation = values.get("organisation", "")
    if kind == Invitation.Kind.CITY and town is None:
        raise RowError(_("The town that nominates is missing."))
    if kind == Invitation.Kind.FIRM and not organisation:
        raise RowError(_("The company that nominates is missing."))
    return Invitee(
        kind=kind,
        name=values["name"],
        email=_address(values.get("email", "")),
        organisation=organisation,
        town_id=town.pk if town else None,
        places=_places(values.get("places", "")),
        language=_language(values.get("language", "")),
        expires_at=expires_at,
    )


def _kind(text: str) -> str:
    found = next((kind for kind, words in KINDS.items() if fold(text) in words), None)
    if found is None:
        raise RowError(_("Unknown kind: %(text)s") % {"text": text[:30]})
    return found


def _address(text: str) -> str:
    try:
        return clean_address(text)
    except ValidationError:
        raise RowError(_("No e-mail address: %(text)s") % {"text": text[:30]}) from None


def _town(text: str) -> Municipality | None:
    towns = find_towns(text) if text else []
    if len(towns) > 1:
        named = "; ".join(label_of(town, towns) for town in towns)
        raise RowError(
            _("There is more than one; write one of these: %(towns)s.") % {"towns": named}
        )
    if text and not towns:
        raise RowError(_("The town is not on our list: %(text)s") % {"text": text})
    return towns[0] if towns else None


def _places(text: str) -> int:
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 5 else 0
    if text and not 1 <= number <= MOST_PLACES:
        values = {"text": text[:30], "most": MOST_PLACES}
        raise RowError(_("Places are 1 to %(most)s, not: %(text)s") % values)
    return number or 1


def _language(text: str) -> str:
    code = fold(text) or "cs"
    if code not in dict(settings.LANGUAGES):
        raise RowError(_("Unknown language: %(text)s") % {"text": text[:30]})
    return code
