"""A small model of a calendar program: what it does with the invites that mails bring."""

from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from typing import Any

from icalendar import Calendar


@dataclass(frozen=True)
class Entry:
    """What one VEVENT says, as far as somebody would miss it."""

    uid: str
    sequence: int
    stamped_at: datetime
    starts_at: datetime
    ends_at: datetime
    summary: str
    location: str
    status: str

    @property
    def age(self) -> tuple[int, datetime]:
        """Of two versions the greater one is the newer (RFC 5546 §2.1.5)."""
        return self.sequence, self.stamped_at


@dataclass(frozen=True)
class Invite:
    """The calendar part of one mail."""

    method: str
    attendee: str
    entry: Entry


def invite_of(mail: EmailMessage) -> Invite | None:
    """None for a mail without a calendar part.

    ValueError where a program would drop it: more than one part or entry, or another METHOD in the
    MIME header than in the calendar.
    """
    parts = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    if not parts:
        return None
    (part,) = parts
    calendar: Any = Calendar.from_ical(part.get_content())
    (event,) = calendar.walk("VEVENT")
    method = str(calendar["METHOD"])
    if part.get_param("method") != method:
        raise ValueError(f"the mail says {part.get_param('method')}, its calendar {method}")
    entry = Entry(
        uid=str(event["UID"]),
        sequence=int(event["SEQUENCE"]),
        stamped_at=event["DTSTAMP"].dt,
        starts_at=event["DTSTART"].dt,
        ends_at=event["DTEND"].dt,
        summary=str(event["SUMMARY"]),
        location=str(event.get("LOCATION", "")),
        status=str(event["STATUS"]),
    )
    return Invite(method, str(event["ATTENDEE"]).removeprefix("mailto:"), entry)


@dataclass
class CalendarClient:
    """One person's calendar, as strict as the strictest program.

    An entry changes by a newer version of its UID alone, and a UID that was cancelled stays dead,
    also one that never stood here: its invite may have been lost on the way. What should have
    changed something and did not is kept in `ignored`.
    """

    entries: dict[str, Entry] = field(default_factory=dict)
    dead: set[str] = field(default_factory=set)
    ignored: list[Invite] = field(default_factory=list)

    def receive(self, invite: Invite) -> None:
        """Takes in one invite, in the order in which the mails came."""
        uid = invite.entry.uid
        known = self.entries.get(uid)
        is_newer = known is None or invite.entry.age > known.age
        if not is_newer or (invite.method == "REQUEST" and uid in self.dead):
            self.ignored.append(invite)
        elif invite.method == "REQUEST":
            self.entries[uid] = invite.entry
        else:
            self.entries.pop(uid, None)
            self.dead.add(uid)
