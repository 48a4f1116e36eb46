from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from events import actions
from events.models import Event, EventChange, Venue
from events.states import Status
from tests import factories

pytestmark = pytest.mark.django_db

WEEK = timedelta(days=7)


@pytest.fixture
def event() -> Event:
    return factories.event()


def reasons(error: pytest.ExceptionInfo[actions.EventError]) -> list[str]:
    return [str(problem) for problem in error.value.problems]


def raised(event: Event, change: EventChange | None, kind: str) -> Any:
    """The event's data after a fact that must bear its new revision."""
    assert change is not None
    before = event.revision
    event.refresh_from_db()
    assert (change.kind, change.event_revision, event.revision) == (kind, before + 1, before + 1)
    assert event.changed_at == change.at
    return change.data


def test_create_event_is_its_first_fact(event: Event) -> None:
    assert [(fact.kind, fact.event_revision) for fact in event.changes.all()] == [("created", 1)]
    assert event.revision == 1


def test_create_event_refuses_an_end_before_the_start() -> None:
    now = timezone.now()
    with pytest.raises(actions.EventError):
        factories.event(starts_at=now + WEEK, ends_at=now)
    assert not Event.objects.exists()


def test_announced_event_gets_its_date(event: Event) -> None:
    announced = factories.event(
        starts_at=None, period_from=date(2030, 5, 1), period_to=date(2030, 5, 31)
    )
    change = actions.announce_event(announced.pk, date(2030, 6, 1), date(2030, 6, 30))
    data = raised(announced, change, "announced")
    assert data["period_from"] == ["2030-05-01", "2030-06-01"]

    start = timezone.now() + WEEK
    scheduled = actions.move_event(announced.pk, start, start + timedelta(hours=6))
    raised(announced, scheduled, "scheduled")
    assert (announced.starts_at, announced.is_moved) == (start, False)


def test_announce_event_refuses_a_dated_one_and_a_period_backwards(event: Event) -> None:
    with pytest.raises(actions.EventError):
        actions.announce_event(event.pk, date(2030, 6, 1), date(2030, 6, 30))
    Event.objects.filter(pk=event.pk).update(
        starts_at=None, ends_at=None, period_from=date(2030, 5, 1), period_to=date(2030, 5, 31)
    )
    with pytest.raises(actions.EventError):
        actions.announce_event(event.pk, date(2030, 6, 30), date(2030, 6, 1))
    assert event.changes.count() == 1


def test_move_event_keeps_its_length_and_says_what_was(event: Event) -> None:
    before = event.starts_at
    assert before
    change = actions.move_event(event.pk, before + WEEK, actor_id=7, note="Hala je obsazená")
    data = raised(event, change, "moved")
    assert data["starts_at"] == [before.isoformat(), (before + WEEK).isoformat()]
    assert event.starts_at == before + WEEK
    assert event.ends_at == before + WEEK + timedelta(hours=6)
    assert event.moved_from_starts_at == before
    assert change
    assert (change.actor_id, change.note) == (7, "Hala je obsazená")


def test_move_event_to_another_hall(event: Event) -> None:
    was, hall = event.venue, Venue.objects.create(town=factories.municipality(), name_cs="Hala 2")
    assert event.starts_at
    assert was
    data = raised(event, actions.move_event(event.pk, event.starts_at, venue=hall), "moved")
    assert data == {"venue": [was.pk, hall.pk]}
    assert (event.venue, event.moved_from_venue, event.moved_from_starts_at) == (hall, was, None)


def test_move_event_to_where_it_is_writes_nothing(event: Event) -> None:
    assert event.starts_at
    assert actions.move_event(event.pk, event.starts_at, event.ends_at, event.venue) is None
    assert event.changes.count() == 1


@pytest.mark.parametrize(
    ("start", "length"),
    [(timedelta(hours=-1), timedelta(hours=2)), (WEEK, timedelta(0)), (80 * 365 * WEEK, WEEK)],
    ids=["passed", "no-length", "too-late"],
)
def test_move_event_refuses_what_cannot_be(
    event: Event, start: timedelta, length: timedelta
) -> None:
    now = timezone.now()
    with pytest.raises(actions.EventError) as error:
        actions.move_event(event.pk, now + start, now + start + length)
    assert len(reasons(error)) == 1
    assert event.changes.count() == 1


def test_retitle_event_once(event: Event) -> None:
    data = raised(event, actions.retitle_event(event.pk, "Západ", "West"), "retitled")
    assert data["title_cs"] == ["Jihozápad", "Západ"]
    assert actions.retitle_event(event.pk, "Západ", "West") is None
    assert event.changes.count() == 2


def test_called_off_and_reinstated_event_is_a_new_incarnation(event: Event) -> None:
    factories.registration(event=event)
    raised(event, actions.cancel_event(event.pk), "called_off")
    assert (event.status, event.incarnation) == (Status.CANCELLED, 0)
    with pytest.raises(actions.EventError):
        actions.cancel_event(event.pk)

    change = actions.reinstate_event(event.pk)
    raised(event, change, "reinstated")
    assert (event.status, event.incarnation, change.incarnation) == (Status.PUBLISHED, 1, 1)
    with pytest.raises(actions.EventError):
        actions.reinstate_event(event.pk)
    assert [row.status for row in event.registrations.all()] == ["confirmed"]


def test_what_is_over_is_not_called_off_and_what_began_not_reinstated(event: Event) -> None:
    now = timezone.now()
    Event.objects.filter(pk=event.pk).update(starts_at=now - WEEK, ends_at=now - WEEK / 2)
    with pytest.raises(actions.EventError):
        actions.cancel_event(event.pk)
    Event.objects.filter(pk=event.pk).update(status=Status.CANCELLED)
    with pytest.raises(actions.EventError):
        actions.reinstate_event(event.pk)


def test_missing_event_is_none_of_them() -> None:
    for verb in (actions.cancel_event, actions.reinstate_event):
        with pytest.raises(Event.DoesNotExist):
            verb(987_654_321)


def test_list_behind_a_closed_door_is_watched(event: Event) -> None:
    closed = factories.event(series=factories.series(is_closed_door=True))
    both = [event.pk, closed.pk]
    assert [fact.event_id for fact in actions.note_reading(both, actor_id=1)] == [closed.pk]
    assert actions.note_reading(both, actor_id=1) == []
    assert len(actions.note_reading(both, actor_id=2)) == 1
    assert actions.note_export(event.pk, actor_id=1) is None
    export = actions.note_export(closed.pk, actor_id=1)
    assert export
    assert (export.kind, export.event_revision) == ("list_exported", closed.revision)
