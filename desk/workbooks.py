"""A workbook (XLSX) that an organiser sends, read as the rows of its first sheet; bounded."""

import io
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time

from django.utils.translation import gettext as _
from openpyxl import load_workbook

# A list of a thousand people unpacks to a tenth of this.
MOST_PARTS, MOST_UNPACKED = 200, 4_000_000
# A sheet numbers no row higher; what stands right of the last column is not read.
HIGHEST_ROW, LAST_COLUMN = 1_048_576, 100
ZIPPED, OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


class WorkbookError(Exception):
    """A file that cannot be read as a workbook; the text is fit to show a person."""


def is_workbook(content: bytes) -> bool:
    """Whether the bytes begin as a workbook does, of today's Excel or of the old one."""
    return content.startswith((ZIPPED, OLD_EXCEL))


def rows_of(content: bytes, *, last_row: int) -> list[list[str]]:
    """The cells of the first sheet as text, row by row as the spreadsheet numbers them.

    A formula gives the value that was saved with it. Raises WorkbookError for anything that is no
    workbook, unpacks to too much, or holds something below `last_row`.
    """
    if content.startswith(OLD_EXCEL):
        raise WorkbookError(_("This is the format of old Excel; save the list as XLSX or CSV."))
    try:
        _refuse_bomb(content)
        return _read(content, last_row)
    except WorkbookError:
        raise
    except Exception as error:
        # A crafted file can fail anywhere inside the reader, and in its own way.
        raise WorkbookError(_("The file cannot be read; save the list as XLSX or CSV.")) from error


def _refuse_bomb(content: bytes) -> None:
    """By the sizes that the parts declare: no more than those is ever unpacked."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise WorkbookError(_("The file is too large."))


def _read(content: bytes, last_row: int) -> list[list[str]]:
    with warnings.catch_warnings():
        # What the reader leaves out (styles, validations) is no part of a list.
        warnings.simplefilter("ignore")
        workbook = load_workbook(
            io.BytesIO(content), read_only=True, data_only=True, keep_links=False
        )
        try:
            sheet = workbook.worksheets[0]
            rows = sheet.iter_rows(values_only=True, max_row=HIGHEST_ROW, max_col=LAST_COLUMN)
            return list(_bounded(rows, last_row))
        finally:
            workbook.close()


def _bounded(rows: Iterator[tuple[object, ...]], last_row: int) -> Iterator[list[str]]:
    for number, values in enumerate(rows, start=1):
        cells = [text_of(value) for value in values]
        while cells and not cells[-1]:
            cells.pop()
        if number <= last_row:
            yield cells
        elif cells:
            raise WorkbookError(_("The list goes on below row %(row)s.") % {"row": last_row})


def text_of(value: object) -> str:
    """A cell as somebody would type it: whole numbers without a point, days as 2018-06-15."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return f"{value:.0f}"
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    return value.isoformat(" ") if isinstance(value, datetime) else _plain(value)


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, date | time) else str(value)
