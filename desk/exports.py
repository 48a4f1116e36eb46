"""The list of an event as a table that Excel in Czech opens right: semicolons, CRLF, a BOM."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterator, Sequence

from django.db.models import Case, Prefetch, QuerySet, Value, When
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.text import clean
from events import dates
from events.models import Event
from registrations.models import Answer, Question, Registration
from registrations.states import Status

# A cell that begins so is a formula to a spreadsheet (rule 27).
FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
# Who comes stands first, then who waits.
ORDER = (Status.CONFIRMED, Status.OFFERED, Status.WAITING, Status.PENDING, Status.NOMINATED)
BATCH = 2_000


def filename(event: Event) -> str:
    return f"{event.series.slug}-{event.slug}.csv"


def table_of_event(event: Event, language: str) -> Iterator[bytes]:
    """The live registrations of an event as the lines of a file, row by row.

    Each question has a column. Two queries, and one for the answers of each batch.
    """
    questions = list(Question.objects.answered_at(event))
    with translation.override(language):
        asked = [question.label for question in questions]
        head = _line([dates.plain(label) for label in [*_headers(), *asked]])
    yield "\ufeff".encode() + head
    position = 0
    rows = _rows(event).prefetch_related(_answers()) if questions else _rows(event)
    for registration in rows.iterator(chunk_size=BATCH):
        position += registration.is_waiting
        # The caller's language is gone by the time a streamed answer is read.
        with translation.override(language):
            cells = _cells(registration, position if registration.is_waiting else None)
            line = _line([*cells, *_said(registration, questions)])
        yield line


def _rows(event: Event) -> QuerySet[Registration]:
    rank = Case(*(When(status=status, then=Value(rank)) for rank, status in enumerate(ORDER)))
    live = Registration.objects.filter(event=event).live()
    related = ("booking", "organisation", "town__kraj__region")
    return live.select_related(*related).order_by(rank, "priority", "joined_at", "pk")


def _answers() -> Prefetch[str]:
    return Prefetch("answers", Answer.objects.in_order())


def _said(registration: Registration, questions: Sequence[Question]) -> list[str]:
    """What a person said to each question, in the words they read."""
    words: dict[int, list[str]] = defaultdict(list)
    for answer in registration.answers.all() if questions else ():
        lost = _("%(option)s (full)") % {"option": answer.words}
        words[answer.question_id].append(answer.words if answer.is_granted else lost)
    return [", ".join(words[question.pk]) for question in questions]


def _headers() -> list[str]:
    return [
        _("Reference"),
        _("Name"),
        _("E-mail"),
        _("Organisation"),
        _("Type of organisation"),
        _("Town"),
        _("Kraj"),
        _("Region"),
        _("Status"),
        _("Position"),
        _("Joined"),
        _("Contact person"),
        _("Contact's e-mail"),
        _("Needs"),
        _("Organisers' note"),
        _("Tags"),
    ]


def _cells(registration: Registration, position: int | None) -> list[str]:
    town, booking = registration.town, registration.booking
    return [
        registration.reference,
        registration.name,
        registration.email,
        registration.organisation_name,
        registration.organisation.get_sector_display(),
        town.name if town else "",
        town.kraj.name if town else "",
        town.region.name if town else "",
        registration.get_status_display(),
        str(position or ""),
        dates.plain(dates.moment(registration.joined_at)),
        booking.contact_name,
        booking.contact_email,
        ", ".join(registration.needs),
        registration.note,
        registration.tags,
    ]


def _line(cells: list[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerow(map(harmless, cells))
    return text.getvalue().encode()


def harmless(cell: str) -> str:
    """One line without control characters, that no spreadsheet takes for a formula."""
    text = clean(cell)
    return f"'{text}" if text.startswith(FORMULA) else text
