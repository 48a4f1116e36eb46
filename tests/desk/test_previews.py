"""A preview says what happens: it is compared with what then happens."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from desk import previews
from events import actions as event_actions
from events.models import Event, EventChange
from notifications.models import Message
from registrations import actions
from registrations.models import Registration
from tests import factories
from tests.notifications.post import Post

pytestmark = pytest.mark.django_db
Kind = EventChange.Kind


@pytest.fixture
def event(post: Post) -> Event:
    """Full, with two in line; contacts, and people without an address of their own."""
    event = factories.event(capacity=3)
    contact = {"contact_name": "Karel Kontakt", "contact_email": "karel@mesto.example"}
    factories.registration(event=event)
    factories.registration(event=event, **contact)
    factories.registration(event=event, **contact, email="")
    factories.registration(event=event, **contact)
    factories.registration(event=event)
    post.sweep()
    event.refresh_from_db()
    return event


def happened(post: Post, do: Callable[[], object]) -> previews.Preview:
    """What an action really did: the mails and entries that left, the places that were given."""
    last = Message.objects.latest("pk").pk
    waiting = set(Registration.objects.waiting().values_list("pk", flat=True))
    do()
    post.sweep()
    new = Message.objects.filter(pk__gt=last, state="sent")
    promoted = Registration.objects.confirmed().filter(pk__in=waiting)
    return previews.Preview(
        calendars=new.exclude(calendar_method="").count(),
        mails=new.count(),
        promoted=promoted.count(),
    )


def test_preview_of_moving_is_what_happens(post: Post, event: Event) -> None:
    assert event.starts_at is not None
    later = event.starts_at + timedelta(days=7)
    seen = previews.of_event_change(event, Kind.MOVED, timezone.now())
    assert seen == previews.Preview(calendars=3, mails=7)
    assert happened(post, lambda: event_actions.move_event(event.pk, later)) == seen


def test_preview_of_calling_off_and_back_is_what_happens(post: Post, event: Event) -> None:
    seen = previews.of_event_change(event, Kind.CALLED_OFF, timezone.now())
    assert seen == previews.Preview(calendars=3, mails=7)
    assert happened(post, lambda: event_actions.cancel_event(event.pk)) == seen
    event.refresh_from_db()
    back = previews.of_event_change(event, Kind.REINSTATED, timezone.now())
    assert back == previews.Preview(calendars=3, mails=7)
    assert happened(post, lambda: event_actions.reinstate_event(event.pk)) == back


def test_an_event_called_off_moves_silently(post: Post, event: Event) -> None:
    event_actions.cancel_event(event.pk)
    post.sweep()
    event.refresh_from_db()
    assert event.starts_at is not None
    later = event.starts_at + timedelta(days=7)
    seen = previews.of_event_change(event, Kind.MOVED, timezone.now())
    assert seen == previews.Preview()
    assert happened(post, lambda: event_actions.move_event(event.pk, later)) == seen


def test_first_date_of_an_event_tells_nobody() -> None:
    today = timezone.now().date()
    event = factories.event(starts_at=None, period_from=today, period_to=today)
    assert previews.of_event_change(event, Kind.SCHEDULED, timezone.now()) == previews.Preview()


def test_first_date_counts_the_mails_to_followers(post: Post) -> None:
    event = factories.announced_event()
    for is_confirmed in (True, True, False):
        factories.follow(event=event, is_confirmed=is_confirmed)
    post.sweep()
    start = timezone.now() + timedelta(days=60)

    seen = previews.of_event_change(event, Kind.SCHEDULED, timezone.now())

    assert seen == previews.Preview(mails=2)
    end = start + timedelta(hours=6)
    assert happened(post, lambda: event_actions.move_event(event.pk, start, end)) == seen


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        (2, previews.Preview()),
        (4, previews.Preview(calendars=1, mails=2, promoted=1)),
        (9, previews.Preview(calendars=2, mails=3, promoted=2)),
    ],
)
def test_preview_of_capacity_is_what_happens(
    post: Post, event: Event, places: int, expected: previews.Preview
) -> None:
    seen = previews.of_capacity(event, places, timezone.now())
    assert seen == expected
    assert happened(post, lambda: actions.change_capacity(event.pk, places)) == seen


def test_preview_of_cancelling_counts_who_moves_up(post: Post, event: Event) -> None:
    person = Registration.objects.with_event().earliest("pk")
    seen = previews.of_cancelling(person, timezone.now())
    assert seen == previews.Preview(calendars=2, mails=3, promoted=1)
    assert happened(post, lambda: actions.cancel_registration(person.pk)) == seen


def test_preview_of_leaving_the_line_is_one_mail(post: Post, event: Event) -> None:
    person = Registration.objects.with_event().latest("pk")
    seen = previews.of_cancelling(person, timezone.now())
    assert seen == previews.Preview(calendars=0, mails=1)
    assert happened(post, lambda: actions.cancel_registration(person.pk)) == seen


def test_preview_of_correcting_counts_both_addresses(post: Post, event: Event) -> None:
    person = Registration.objects.with_event().order_by("pk")[1]
    seen = previews.of_correcting(person, "nova@mesto.example", timezone.now())
    assert seen == previews.Preview(calendars=2, mails=3)

    def correct() -> None:
        actions.correct_address(person.pk, "nova@mesto.example")

    assert happened(post, correct) == seen


def test_preview_of_handing_over_counts_both_people(post: Post, event: Event) -> None:
    person = Registration.objects.with_event().order_by("pk")[1]
    seen = previews.of_handing_over(person, "dana@mesto.example", timezone.now())
    assert seen == previews.Preview(calendars=2, mails=3)
    dana = factories.substitute(email="dana@mesto.example")
    assert happened(post, lambda: actions.hand_over(person.pk, dana, actor_id=1)) == seen


def test_preview_writes_nothing(event: Event) -> None:
    before = Message.objects.count(), Registration.objects.count()
    person = Registration.objects.with_event().earliest("pk")
    now = timezone.now()
    previews.of_event_change(event, Kind.MOVED, now)
    previews.of_capacity(event, 9, now)
    previews.of_cancelling(person, now)
    previews.of_correcting(person, "nova@mesto.example", now)
    previews.of_handing_over(person, "nova@mesto.example", now)
    assert (Message.objects.count(), Registration.objects.count()) == before
