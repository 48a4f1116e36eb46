import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from desk import corruptions, invariants
from events.models import Event
from notifications.announcing import announce
from registrations import actions
from registrations.models import Quota, Registration, RegistrationChange
from tests import factories

pytestmark = pytest.mark.django_db


def test_the_invariants_hold_after_a_busy_life():
    event = factories.event(capacity=2)
    first, second, _third = factories.fill(event, 3)
    actions.cancel_registration(first.pk)
    actions.correct_address(second.pk, "nova@mesto.example")
    actions.change_capacity(event.pk, 1)
    actions.change_capacity(event.pk, 4)

    assert invariants.run(timezone.now()) == {}


def test_what_is_told_to_nobody_is_announced_without_a_message():
    event = factories.event(capacity=1)
    _first, waiting = factories.fill(event, 2)
    actions.write_note(waiting.pk, note="Volala", tags="vip")
    actions.set_priority(waiting.pk, -1)
    announce(timezone.now())

    assert invariants.run(timezone.now()) == {}


def test_a_fact_that_nobody_announces_is_found_after_two_minutes():
    registration = factories.registration(event=factories.event())
    change = registration.changes.get()
    RegistrationChange.objects.filter(pk=change.pk)

    hits = invariants.run(change.at + timedelta(minutes=2, seconds=1))

    assert hits["6 every fact is announced within two minutes"] == [
        f"eventchange {registration.event.changes.get().pk}",
        f"registrationchange {change.pk}",
    ]


def test_check_invariants_exits_with_the_ids(capsys):
    event = factories.event()
    factories.registration(event=event)
    Event.objects.update(places_taken=9)

    with pytest.raises(SystemExit) as stopped:
        call_command("check_invariants", "--json")

    assert stopped.value.code == 1
    assert json.loads(capsys.readouterr().out) == {"4 counters equal rows": [f"event {event.pk}"]}


def test_every_invariant_is_set_off_by_a_planted_corruption():
    hit = {name.partition(":")[0] for name in corruptions.PLANTS}
    unproven = [
        name for name in invariants.CHECKS if not any(name.startswith(prefix) for prefix in hit)
    ]
    assert unproven == []


def test_applications_that_begin_to_hold_places_are_measured_by_the_quotas():
    quota = "1 never oversold: no quota is exceeded but by who came before it was set"
    event = factories.event(capacity=9, admission="approval", has_place_while_pending=False)
    way_in = {"admission": "approval", "offer_hours": None}
    for _n in range(2):
        factories.registration(event=event, organisation="Firma")
    actions.set_quotas(event.pk, [Quota(scope="each_organisation", limit=2)])
    actions.change_admission(event.pk, has_place_while_pending=True, **way_in)
    actions.approve(event.pk, [event.registrations.earliest("pk").pk])
    assert quota not in invariants.run(timezone.now())
    # As if the guard of that change had been missing.
    event.quotas.update(limit=1)

    assert invariants.run(timezone.now())[quota] == [f"quota {event.quotas.get().pk}"]

    for quotas in ([], [Quota(scope="each_organisation", limit=1)]):
        actions.set_quotas(event.pk, quotas)
    assert quota not in invariants.run(timezone.now())


def test_invariants_write_nothing(django_assert_num_queries):
    factories.fill(factories.event(), 2)
    before = list(Registration.objects.values())
    invariants.run(timezone.now())
    assert list(Registration.objects.values()) == before


def test_applications_of_the_moment_in_which_a_quota_is_set_break_nothing(time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    event = factories.event(admission="approval", has_place_while_pending=True)
    factories.fill(event, 2)
    actions.set_quotas(event.pk, [Quota(scope="each_organisation", limit=1)])
    hits = invariants.run(timezone.now())
    assert [name for name in hits if name.startswith("1 ")] == []
