"""What the database holds for the pictures of working groups: calls, members and their meetings."""

from datetime import timedelta

from django.utils import timezone

from benchmarks.scenes import GROUPS, Cast
from benchmarks.way_scenes import person
from events.models import Event
from registrations import actions
from registrations.models import Registration
from tests import factories


def groups(cast: Cast) -> None:
    """One call with members, one that is full, one that has closed; a meeting of members."""
    calls = {event.slug: event for event in Event.objects.filter(series__slug=GROUPS)}
    cast.people["member"] = _members(calls["doprava"])
    factories.attendance(_members(calls["doprava"]), event=calls["prvni-jednani-doprava"])
    actions.change_capacity(calls["energetika"].pk, 2)
    for _n in range(2):
        _members(calls["energetika"])
    waiting = person(calls["energetika"], "Petr Zkušební")
    actions.approve(waiting.event_id, [waiting.pk])
    cast.people["waiting-member"] = waiting
    left = _members(calls["ict"])
    actions.cancel_registration(left.pk, via="link")
    cast.people["left-group"] = left
    closed = timezone.now() - timedelta(days=1)
    Event.objects.filter(pk=calls["ict"].pk).update(closes_at=closed)
    _meetings(calls["doprava"])


def _members(call: Event) -> Registration:
    """The last of three members: one of each language, and one more."""
    for language in ("en", "cs"):
        own = person(call, "Anna Vzorová", language=language)
        actions.approve(call.pk, [own.pk])
    return own


def _meetings(call: Event) -> None:
    """A meeting that opens to everybody later, and one that has closed."""
    soon = timezone.now() + timedelta(days=5)
    for slug, title_cs, title_en, fields in (
        ("druhe-jednani", "Druhé jednání", "Second meeting", {"opens_to_everybody_at": soon}),
        ("treti-jednani", "Třetí jednání", "Third meeting", {"closing_hours": 24 * 60}),
    ):
        factories.meeting(call=call, slug=slug, title_cs=title_cs, title_en=title_en, **fields)
