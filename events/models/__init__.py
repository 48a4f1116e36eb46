"""What happens, when and where: places, series, events and their parts."""

from events.models.agenda import AgendaItem
from events.models.changes import EventChange
from events.models.event import Event, EventQuerySet, new_uid
from events.models.places import (
    CZECH_ORDER,
    Kraj,
    Municipality,
    MunicipalityQuerySet,
    Region,
    Venue,
)
from events.models.series import (
    RESERVED_SLUGS,
    Area,
    Partner,
    Series,
    SeriesQuerySet,
    refuse_reserved_slug,
)
from events.models.texts import translated

__all__ = [
    "CZECH_ORDER",
    "RESERVED_SLUGS",
    "AgendaItem",
    "Area",
    "Event",
    "EventChange",
    "EventQuerySet",
    "Kraj",
    "Municipality",
    "MunicipalityQuerySet",
    "Partner",
    "Region",
    "Series",
    "SeriesQuerySet",
    "Venue",
    "new_uid",
    "refuse_reserved_slug",
    "translated",
]
