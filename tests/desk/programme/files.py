"""A small programme, and all that a load of it stores."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import models

from events.models import AgendaItem, Area, Event, EventChange, Partner, Series, Venue

Write = Callable[..., Path]
ROWS: list[type[models.Model]] = [Series, Area, Partner, Venue, Event, AgendaItem, EventChange]
NOTHING: list[list[dict[str, Any]]] = [[] for _model in ROWS]
WHOLE = """\
series:
  slug: pokus
  kind: roadshow
  title: {cs: Pokus, en: Trial}
  reference_code: PO
  organiser: Kdosi
  contact_email: kdosi@setkani.example
areas:
  - name: Doprava
partners:
  general: [ČEZ]
events:
  kolin:
    title: {cs: Střední Čechy, en: Central Bohemia}
    kind: regional_meeting
    region: CZ02
    starts: 2018-04-12 09:00
    ends: 2018-04-12 15:00
    capacity: 120
    venue: {town: Kolín, name: {cs: Sál, en: Hall}, street: Náměstí 1}
    agenda:
      - {at: "09:30", title: Zahájení, area: Doprava}
  pisek:
    title: Písek
    kind: regional_meeting
    period: {from: 2018-01-01, to: 2018-06-30}
    capacity: 20
    venue: {town: {name: Písek, kraj: CZ031}}
"""


def rows() -> list[list[dict[str, Any]]]:
    """Everything that a programme consists of, as it is stored."""
    return [list(model._default_manager.order_by("pk").values()) for model in ROWS]
