"""The signed nonce a form carries: for which event and when it was made; it never ages (rule 4)."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core import signing

SALT = "registrations.nonce"
# A person needs longer than this to fill the form; a robot does not (rule 22).
FASTEST = timedelta(seconds=2)


@dataclass(frozen=True)
class Nonce:
    """`made_at` in milliseconds since 1970, UTC."""

    event_id: int
    key: str
    made_at: int

    @classmethod
    def new(cls, event_id: int, now: datetime) -> "Nonce":
        return cls(event_id, secrets.token_urlsafe(18), round(now.timestamp() * 1000))

    @classmethod
    def read(cls, text: str, event_id: int) -> "Nonce | None":
        """The nonce of this event's form; None for a forged, foreign or missing one."""
        try:
            values = signing.loads(text, salt=SALT)
            nonce = cls(*values)
        except (signing.BadSignature, TypeError, ValueError):
            return None
        return nonce if nonce.event_id == event_id else None

    def signed(self) -> str:
        return signing.dumps([self.event_id, self.key, self.made_at], salt=SALT)

    def is_too_fast(self, now: datetime) -> bool:
        return now.timestamp() * 1000 - self.made_at < FASTEST.total_seconds() * 1000
