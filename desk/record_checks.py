"""What must hold of rows and their history: one live row a person, facts that replay, true keys."""

from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise

from django.db.models import Exists, F, Max, OuterRef, Q
from django.db.models.functions import Lower

from accounts.text import fold
from desk.checks import Checks
from events.models import Event, EventChange, Municipality
from registrations.models import Organisation, Registration, RegistrationChange
from registrations.states import MOVES

CHECKS = Checks()
EventKind = EventChange.Kind


@CHECKS.under("5 one live registration per event and address, in lower case")
def doubles(now: datetime) -> Iterator[str]:
    live = Registration.objects.live().exclude(email="")
    twins = live.filter(event=OuterRef("event"), email=OuterRef("email")).exclude(pk=OuterRef("pk"))
    for registration in live.filter(Exists(twins)).iterator():
        yield f"registration {registration.pk}"
    for registration in Registration.objects.exclude(email=Lower("email")).iterator():
        yield f"registration {registration.pk}"


@CHECKS.under("13 replaying the facts of a registration gives its status")
def replay_registrations(now: datetime) -> Iterator[str]:
    status, revision, current = "", -1, 0
    rows = RegistrationChange.objects.order_by("registration_id", "id").values_list(
        "registration_id", "from_status", "to_status", "registration_revision", "id"
    )
    for registration_id, before, after, number, pk in rows.iterator():
        if registration_id != current:
            status, revision, current = "", -1, registration_id
        moved = before != after
        if before != status or (moved and after not in MOVES[before]) or number < revision:
            yield f"registrationchange {pk}"
        status, revision = after, number
    last = RegistrationChange.objects.filter(registration=OuterRef("pk")).order_by("-id")
    same = last.values("to_status")[:1]
    for registration in Registration.objects.exclude(status=same).iterator():
        yield f"registration {registration.pk}"


@CHECKS.under("13 replaying the facts of an event gives its revision, status and capacity")
def replay_events(now: datetime) -> Iterator[str]:
    for event in Event.objects.iterator():
        last = event.changes.aggregate(last=Max("event_revision"))["last"] or 0
        if event.revision != last or _status_by_facts(event) != event.is_called_off:
            yield f"event {event.pk}"
    raised = EventChange.objects.filter(kind=EventKind.CAPACITY_CHANGED).order_by("event_id", "id")
    changes = list(raised.select_related("event"))
    for change, following in pairwise([*changes, None]):
        is_last = following is None or following.event_id != change.event_id  # type: ignore[union-attr]
        if is_last and change is not None and change.new("capacity") != change.event.capacity:
            yield f"event {change.event_id}"


def _status_by_facts(event: Event) -> bool:
    turning = event.changes.filter(kind__in=[EventKind.CALLED_OFF, EventKind.REINSTATED])
    last = turning.order_by("id").last()
    return last is not None and last.kind == EventKind.CALLED_OFF


@CHECKS.under("a search key is derived from its row")
def search_keys(now: datetime) -> Iterator[str]:
    for registration in Registration.objects.select_related("town").iterator():
        if registration.search_key != registration.folded():
            yield f"registration {registration.pk}"
    for town in Municipality.objects.iterator():
        if town.search_key != fold(town.name):
            yield f"municipality {town.pk}"
    for organisation in Organisation.objects.iterator():
        if organisation.search_key != fold(organisation.name):
            yield f"organisation {organisation.pk}"


@CHECKS.under("a replaced registration is followed by a row of the same event and reference")
def replacements(now: datetime) -> Iterator[str]:
    replaced = Registration.objects.filter(replaced_by__isnull=False)
    same_reference = Q(reference=F("replaced_by__reference")) | Q(replaced_by__is_substitute=True)
    broken = replaced.exclude(same_reference, event=F("replaced_by__event"))
    for registration in broken.iterator():
        yield f"registration {registration.pk}"
