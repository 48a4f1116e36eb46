"""The statuses of an event: three are stored, what the public reads is derived from them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    """What is stored."""

    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    CANCELLED = "cancelled", _("Called off")


class State(models.TextChoices):
    """What a person reads: one word, derived from status, clock and places."""

    CALLED_OFF = "off", _("Called off")
    OVER = "over", _("Over")
    ANNOUNCED = "announced", _("Date to be set")
    MOVED = "moved", _("Moved")
    OPENS_LATER = "soon", _("Opens soon")
    CLOSED = "closed", _("Registration closed")
    OPEN = "open", _("Places left")
    FEW = "few", _("Last places")
    WAITING_LIST = "waiting", _("Waiting list")
    FULL = "full", _("Full")


# The words of a state that share the shape of another, as the style sheet has it.
CSS_CLASS = {State.CLOSED: "over"}
