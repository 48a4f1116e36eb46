"""Until when an offered place is held: so many hours, ending when an office can still answer."""

from datetime import datetime, time, timedelta

from events import dates
from events.models import Event

# An end in the night, on a weekend or a holiday moves to the next working morning.
DAY_BEGINS, DAY_ENDS = time(10), time(20)


def deadline(event: Event, now: datetime) -> datetime:
    """When an offer made now ends (UTC), never past the end of promotion.

    Raises ValueError where the event offers nothing.
    """
    if event.offer_hours is None:
        raise ValueError("the event confirms at once")
    end = at_office_hours(now + timedelta(hours=event.offer_hours))
    latest = event.promotion_ends_at
    return min(end, latest) if latest else end


def at_office_hours(moment: datetime) -> datetime:
    """The moment, or the first 10:00 of a working day (Prague) after it; UTC."""
    local = dates.in_prague(moment)
    day = local.date()
    if dates.is_working_day(day) and DAY_BEGINS <= local.time() <= DAY_ENDS:
        return moment
    if local.time() >= DAY_BEGINS:
        day += timedelta(days=1)
    while not dates.is_working_day(day):
        day += timedelta(days=1)
    return dates.at(day, DAY_BEGINS)
