"""What a registration may become: the statuses and the allowed moves, nothing else."""

from django.db import models
from django.utils.translation import pgettext_lazy


class Status(models.TextChoices):
    NOMINATED = "nominated", pgettext_lazy("registration", "Nominated")
    PENDING = "pending", pgettext_lazy("registration", "Awaiting approval")
    WAITING = "waiting", pgettext_lazy("registration", "Waiting list")
    OFFERED = "offered", pgettext_lazy("registration", "Place offered")
    CONFIRMED = "confirmed", pgettext_lazy("registration", "Confirmed")
    DECLINED = "declined", pgettext_lazy("registration", "Declined")
    REJECTED = "rejected", pgettext_lazy("registration", "Not accepted")
    CANCELLED = "cancelled", pgettext_lazy("registration", "Cancelled")
    EXPIRED = "expired", pgettext_lazy("registration", "Expired")


S = Status
# "" is before the first fact: a newcomer is never offered a place, but a corrected address keeps
# the offer it had. Over is final: coming back is a new row.
MOVES: dict[str, frozenset[str]] = {
    "": frozenset({S.NOMINATED, S.PENDING, S.WAITING, S.OFFERED, S.CONFIRMED}),
    S.NOMINATED: frozenset({S.PENDING, S.WAITING, S.CONFIRMED, S.DECLINED, S.EXPIRED, S.CANCELLED}),
    S.PENDING: frozenset({S.CONFIRMED, S.WAITING, S.REJECTED, S.CANCELLED}),
    S.WAITING: frozenset({S.PENDING, S.OFFERED, S.CONFIRMED, S.REJECTED, S.CANCELLED}),
    S.OFFERED: frozenset({S.CONFIRMED, S.DECLINED, S.EXPIRED, S.CANCELLED}),
    S.CONFIRMED: frozenset({S.CANCELLED}),
    S.DECLINED: frozenset(),
    S.REJECTED: frozenset(),
    S.CANCELLED: frozenset(),
    S.EXPIRED: frozenset(),
}
LIVE = frozenset({S.NOMINATED, S.PENDING, S.WAITING, S.OFFERED, S.CONFIRMED})
# Whatever the event says; a pending row holds a place where the event says so.
HOLDING_A_PLACE = frozenset({S.CONFIRMED, S.OFFERED})
# The shape of the status word.
CSS_CLASS: dict[str, str] = {
    S.NOMINATED: "soon",
    S.PENDING: "waiting",
    S.WAITING: "waiting",
    S.OFFERED: "few",
    S.CONFIRMED: "open",
    S.DECLINED: "over",
    S.REJECTED: "over",
    S.CANCELLED: "off",
    S.EXPIRED: "over",
}


def holding_a_place(*, pending_holds: bool) -> frozenset[str]:
    """The statuses that take one of the places of an event."""
    return HOLDING_A_PLACE | {S.PENDING} if pending_holds else HOLDING_A_PLACE
