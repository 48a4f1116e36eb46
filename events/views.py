"""The public pages: home, a town, a series, an event, and their calendars."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.templatetags.static import static
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from accounts.text import clean
from events import ical
from events.entries import entry_of, links_of_event, links_of_series
from events.feeds import calendar_response, read_only
from events.models import Event, EventQuerySet, Municipality, Series
from events.states import State
from events.towns import (
    alternatives_to,
    label_of,
    nearest_first,
    suggest_towns,
    towns_asked_for,
)

LONGEST_TOWN = 80
MOST_ALTERNATIVES = 4
# When the newest change of a feed without events was.
NEVER = datetime(2000, 1, 1, tzinfo=UTC)
ROBOTS = """\
User-agent: *
Allow: /*.ics$
Disallow: /admin/
Disallow: /account/
Disallow: /r/
Disallow: /b/
Disallow: /i/
Disallow: /d/
Disallow: /follow/
Disallow: /en/r/
Disallow: /en/b/
Disallow: /en/i/
Disallow: /en/follow/
"""


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The regions of the first roadshow at a glance, then the other series."""
    all_series = list(Series.objects.with_parts().in_order())
    roadshow = next((item for item in all_series if item.is_public_roadshow), None)
    events = list(_listed(request, roadshow).by_region()) if roadshow else []
    context = {
        "now": timezone.now(),
        "all_series": all_series,
        "roadshow": roadshow,
        "events": events,
        "is_map": _fits_map(events),
        "others": [item for item in all_series if item != roadshow],
    }
    return render(request, "events/home.html", context)


def _listed(request: HttpRequest, series: Series) -> EventQuerySet:
    """The events of a series as a list of them prints them."""
    visible = Event.objects.visible_to(request.user).published()
    return visible.of_series(series).with_place().with_kraje()


def _fits_map(events: Sequence[Event]) -> bool:
    """Whether each event has a region of its own, so that none lies upon another."""
    regions = {event.region_id for event in events}
    return len(events) > 1 and None not in regions and len(regions) == len(events)


@require_safe
def town(request: HttpRequest) -> HttpResponse:
    """The session of a town's region, then the others with places left, nearest first."""
    text = clean(request.GET.get("q", ""))[:LONGEST_TOWN]
    found = towns_asked_for(request.GET.get("town", ""), text)
    now, chosen = timezone.now(), found[0] if len(found) == 1 else None
    context = {
        "now": now,
        "q": chosen.name if chosen else text,
        "town": chosen,
        "choices": [] if chosen else [(item, label_of(item, found)) for item in found],
    }
    if chosen:
        context |= _sessions_near(request, chosen, now)
    return render(request, "events/town.html", context)


def _sessions_near(request: HttpRequest, town: Municipality, now: datetime) -> dict[str, Any]:
    """The sessions of the town's region, and the rest of the roadshow where places are left."""
    roadshow = Series.objects.public().roadshows().in_order().first()
    if roadshow is None:
        return {"own": [], "others": []}
    listed = _listed(request, roadshow).by_date()
    own = listed.in_region(town.region)
    others = listed.with_free_places(now).exclude(region=town.region)
    return {"own": nearest_first(own, town), "others": nearest_first(others, town)}


@require_safe
@cache_control(public=True, max_age=3600)
def towns(request: HttpRequest) -> HttpResponse:
    """What the type-ahead shows below a field: towns that begin with its text, and whose it is."""
    text = clean(request.GET.get("q") or request.GET.get("town") or "")[:LONGEST_TOWN]
    named = towns_asked_for("", text)
    context = {
        "suggestions": suggest_towns(text),
        "known": named[0] if len(named) == 1 else None,
    }
    return render(request, "events/towns.html", context)


@require_safe
def series(request: HttpRequest, series: str) -> HttpResponse:
    """What a series is and its events by date; behind a closed door nothing about them."""
    shown = get_object_or_404(Series.objects.with_parts(), slug=series)
    listed = list(_listed(request, shown).by_date())
    context = {
        "now": timezone.now(),
        "series": shown,
        "events": [event for event in listed if not event.is_call],
        "calls": [event for event in listed if event.is_call],
        "calendar": links_of_series(shown),
    }
    return render(request, "events/series.html", context)


@require_safe
def event(request: HttpRequest, series: str, event: str) -> HttpResponse:
    """One event in whatever state it is; hidden and foreign ones are as absent as missing ones."""
    visible = Event.objects.visible_to(request.user).with_everything()
    shown = get_object_or_404(visible, series__slug=series, slug=event)
    now = timezone.now()
    context = {
        "now": now,
        "event": shown,
        "state": shown.state(now),
        "way_in": _way_in(shown, now),
        "is_by_invitation": shown.is_by_invitation,
        "is_for_members": shown.is_for_members and not shown.admits_anybody(now),
        "calendar": links_of_event(shown, now),
        "alternatives": _alternatives(shown, now),
    }
    return render(request, "events/event.html", context)


def _way_in(event: Event, now: datetime) -> State | None:
    """Which button stands there: none where one is invited, or comes as a member."""
    return event.way_in(now) if event.admits_anybody(now) else None


def _alternatives(event: Event, now: datetime) -> Sequence[tuple[Event, float | None]]:
    """Where else one can go, nearest first, when this event has no place or no day."""
    if event.way_in(now) in {State.OPEN, State.FEW, State.OVER}:
        return []
    return alternatives_to(event, event.town, now)[:MOST_ALTERNATIVES]


@read_only
def series_calendar(request: HttpRequest, series: str) -> HttpResponse:
    """The dated sessions of a public series, as a calendar subscribes to them."""
    shown = get_object_or_404(Series.objects.public(), slug=series)
    events = Event.objects.published().public().of_series(shown).in_calendar(timezone.now())
    return _feed(request, shown.title, list(events.with_place().by_date()))


@read_only
def event_calendar(request: HttpRequest, series: str, event: str) -> HttpResponse:
    """One public dated session, as a calendar subscribes to it."""
    events = Event.objects.published().public().in_calendar(timezone.now()).with_place()
    shown = get_object_or_404(events, series__slug=series, slug=event)
    return _feed(request, f"{shown.series.title}, {shown.name}", [shown])


def _feed(request: HttpRequest, name: str, events: Sequence[Event]) -> HttpResponse:
    body = ical.feed(map(entry_of, events), name=name, language=get_language() or "cs")
    changed_at = max((event.changed_at for event in events), default=NEVER)
    return calendar_response(request, body, changed_at=changed_at, is_public=True)


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "events/privacy.html")


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "events/accessibility.html")


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Feeds are for robots, secrets are not."""
    return HttpResponse(ROBOTS, content_type="text/plain; charset=utf-8")


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """What browsers ask for on pages that name no icon, such as a calendar."""
    return redirect(static("icon.svg"))
