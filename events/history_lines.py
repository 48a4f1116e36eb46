"""How a fact reads on an organiser's screen: when, what, who, and old values beside new ones."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.models import User
from events import dates
from events.history import Change
from events.models import Event, Venue


@dataclass(frozen=True)
class Difference:
    """One field of a fact in words; old and new are empty where the fact only names it."""

    label: str
    old: str = ""
    new: str = ""


@dataclass(frozen=True)
class Line:
    """One fact as it is shown."""

    at: datetime
    what: str
    who: str
    note: str
    differences: list[Difference] = field(default_factory=list)


class Done(Protocol):
    """What somebody did: a fact, or a mail sent again."""

    actor_id: int | None


def names_of_actors(done: Iterable[Done]) -> dict[int, str]:
    """Who did these things, by number; facts hold no names."""
    pks = {thing.actor_id for thing in done if thing.actor_id}
    return {pk: str(user) for pk, user in User.objects.in_bulk(pks).items()}


def who_did(thing: Done, names: dict[int, str]) -> str:
    """The organiser's name; one who is gone stays "an organiser"; empty where nobody signed in."""
    return names.get(thing.actor_id, _("an organiser")) if thing.actor_id else ""


def lines_of_event(event: Event) -> list[Line]:
    """What happened to an event, newest first; three queries whatever their number."""
    changes = list(event.changes.order_by("-pk"))
    names, rows = names_of_actors(changes), _rows(changes)
    return [
        Line(
            at=change.at,
            what=str(change),
            who=who_did(change, names),
            note=change.note,
            differences=_differences(change.data, rows),
        )
        for change in changes
    ]


# The rows that facts name by their numbers.
Rows = dict[str, Mapping[int, Venue | Event]]


def _rows(changes: Sequence[Change]) -> Rows:
    halls, calls = _pks(changes, "venue"), _pks(changes, "admits_from")
    return {
        "venue": Venue.objects.select_related("town").in_bulk(halls) if halls else {},
        "admits_from": Event.objects.with_place().in_bulk(calls) if calls else {},
    }


def _pks(changes: Sequence[Change], name: str) -> set[int]:
    return {pk for change in changes for pk in change.data.get(name, []) if pk}


def _differences(data: dict[str, Any], rows: Rows) -> list[Difference]:
    """In the order of the event's columns: PostgreSQL keeps no order of its own."""
    columns = [column.name for column in Event._meta.concrete_fields]
    return [
        Difference(
            _label(name), _words(name, data[name][0], rows), _words(name, data[name][1], rows)
        )
        for name in (*columns, "agenda")
        if name in data
    ]


def _label(name: str) -> str:
    if name == "agenda":
        return _("Programme")
    return str(capfirst(Event._meta.get_field(name).verbose_name))  # type: ignore[union-attr]


def _words(name: str, value: Any, rows: Rows) -> str:
    """A value as JSON holds it, in words of the active language."""
    if value is None:
        return ""
    if name in rows:
        return str(rows[name].get(value, value))
    if name.endswith("_at"):
        return dates.full_moment(datetime.fromisoformat(value))
    if name.startswith("period_"):
        return dates.date(date.fromisoformat(value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    choices = dict(getattr(Event._meta.get_field(name), "flatchoices", ()))
    return str(choices.get(value, value))
