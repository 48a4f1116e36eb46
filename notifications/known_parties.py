"""The summary of a booking whose people were all registered already: it tells of no row of theirs.

What they have is theirs to read; the contact learns that each answer went there (rule 20).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from events.models import Event
from notifications.mail_rows import Row, aligned
from notifications.models import Message
from notifications.readers import about_event
from registrations.models import Booking

Reason = Message.Reason
TRUE = ""


@dataclass(frozen=True)
class KnownPartyCase:
    """A message to the contact of a booking that made no registration, with the event as of now."""

    message: Message
    booking: Booking
    event: Event

    @property
    def is_outdated(self) -> bool:
        """Whether the mail is not built yet; a retry is the same mail."""
        return not self.message.raw


def known_party_case(message: Message) -> KnownPartyCase:
    """The rows that the message tells of."""
    booking = Booking.objects.get(messages=message)
    return KnownPartyCase(message, booking, Event.objects.with_place().get(messages=message))


def reason_of_known_party(case: KnownPartyCase, now: datetime) -> str:
    """Of what is off or over there is nothing to say."""
    if case.event.is_called_off:
        return Reason.CALLED_OFF
    return Reason.LATE if case.event.is_over(now) else TRUE


def values_for_known_party(case: KnownPartyCase) -> dict[str, Any]:
    """Everything that the templates of a party's summary name, in the active language."""
    values, names = about_event(case.event), case.booking.known_names
    rows = [Row(_("When"), values["when"], is_strong=True), Row(_("Where"), values["where"])]
    rows = [row for row in rows if row.value]
    return values | {
        "language": case.message.language,
        "rows": rows,
        "rows_text": aligned(rows),
        "people": [],
        "people_text": "",
        "known_names": names,
        "offered_until": "",
        "link": "",
        "who": ", ".join(names),
        "reads_as_contact": True,
        "registered_by": "contact",
        "can_undo": False,
    }
