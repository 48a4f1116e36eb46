"""Actions that meet: real threads on PostgreSQL, the invariants asked afterwards."""

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import timezone

from desk import invariants
from registrations import actions, waiting_list
from registrations.applications import Party, Substitute
from registrations.models import Answer, Booking, Quota, Registration, RegistrationChange
from tests import factories

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def at_once(calls: Iterable[Callable[[], object]]) -> list[object]:
    """Starts all calls at the same moment and returns results, or the refusals, in order."""
    calls = list(calls)
    barrier = threading.Barrier(len(calls))

    def run(call):
        try:
            barrier.wait()
            return call()
        except actions.RegistrationError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def count(event, status):
    return Registration.objects.filter(event=event, status=status).count()


def broken():
    hits = invariants.run(timezone.now())
    return {name: rows for name, rows in hits.items() if "announced" not in name}


def test_many_for_few_places_gets_exactly_the_places():
    event = factories.event(capacity=10)
    applications = [factories.application() for _n in range(40)]
    submits = [factories.submit() for _n in range(40)]

    at_once(
        lambda a=application, s=submit: actions.register(event.pk, a, s)
        for application, submit in zip(applications, submits, strict=True)
    )

    assert (count(event, "confirmed"), count(event, "waiting")) == (10, 30)
    line = Registration.objects.filter(event=event).waiting().in_line()
    assert [row.position() for row in line] == list(range(1, 31))
    assert broken() == {}


def test_one_address_at_once_is_registered_once():
    event = factories.event(capacity=10)
    application = factories.application(email="anna@mesto.example")
    submits = [factories.submit() for _n in range(12)]

    results = at_once(
        lambda s=submit: actions.register(event.pk, application, s) for submit in submits
    )

    assert len({row.pk for row in results}) == 1
    assert RegistrationChange.objects.filter(kind="registered_again").count() == 1
    assert broken() == {}


def test_one_key_at_once_is_answered_once():
    event = factories.event(capacity=10)
    application, submit = factories.application(), factories.submit()

    results = at_once([lambda: actions.register(event.pk, application, submit)] * 12)

    assert len({row.pk for row in results}) == 1
    assert RegistrationChange.objects.count() == 1


def test_cancelling_and_registering_leave_no_idle_seat():
    event = factories.event(capacity=8)
    people = factories.fill(event, 14)
    newcomers = [(factories.application(), factories.submit()) for _n in range(8)]

    at_once(
        [
            *(lambda p=person: actions.cancel_registration(p.pk) for person in people[:8]),
            *(lambda a=a, s=s: actions.register(event.pk, a, s) for a, s in newcomers),
        ]
    )

    assert (count(event, "confirmed"), count(event, "waiting")) == (8, 6)
    assert broken() == {}


def test_many_for_the_last_of_an_option_get_it_exactly():
    event = factories.event(capacity=30)
    (area,) = factories.question("Doprava", event=event, limit=5).options.all()
    applications = [factories.application(answers=factories.chosen(area)) for _n in range(20)]
    submits = [factories.submit() for _n in range(20)]

    results = at_once(
        lambda a=application, s=submit: actions.register(event.pk, a, s)
        for application, submit in zip(applications, submits, strict=True)
    )

    assert sum(isinstance(result, actions.OptionFull) for result in results) == 15
    assert Answer.objects.held_in(event).by_option() == {area.pk: 5}
    assert (count(event, "confirmed"), broken()) == (5, {})


def test_changed_answers_and_newcomers_meet_at_the_last_of_an_option():
    event = factories.event(capacity=30)
    (area,) = factories.question("Doprava", event=event, limit=3).options.all()
    chosen, people = factories.chosen(area), factories.fill(event, 8)
    newcomers = [(factories.application(answers=chosen), factories.submit()) for _n in range(8)]

    results = at_once(
        [
            *(
                lambda p=person: actions.change_answers(
                    p.pk, organisation="Firma", needs={}, answers=chosen
                )
                for person in people
            ),
            *(lambda a=a, s=s: actions.register(event.pk, a, s) for a, s in newcomers),
        ]
    )

    assert sum(isinstance(result, actions.OptionFull) for result in results) == 13
    assert Answer.objects.held_in(event).by_option() == {area.pk: 3}
    assert broken() == {}


def test_two_cancellations_of_one_registration_free_one_place():
    event = factories.event(capacity=1)
    first, *_others = factories.fill(event, 4)

    results = at_once([lambda: actions.cancel_registration(first.pk)] * 8)

    assert sum(isinstance(result, actions.RegistrationError) for result in results) == 7
    assert (count(event, "confirmed"), count(event, "waiting")) == (1, 2)
    assert broken() == {}


def test_lowering_the_capacity_while_people_register_never_oversells():
    event = factories.event(capacity=12)
    newcomers = [(factories.application(), factories.submit()) for _n in range(16)]

    at_once(
        [
            lambda: actions.change_capacity(event.pk, 6),
            *(lambda a=a, s=s: actions.register(event.pk, a, s) for a, s in newcomers),
        ]
    )

    assert 6 <= count(event, "confirmed") <= 12
    assert broken() == {}


def test_settle_and_cancel_promote_each_place_once():
    event = factories.event(capacity=5)
    people = factories.fill(event, 12)

    at_once(
        [
            *([lambda: waiting_list.settle(timezone.now())] * 4),
            *(lambda p=person: actions.cancel_registration(p.pk) for person in people[:4]),
        ]
    )

    assert (count(event, "confirmed"), count(event, "waiting")) == (5, 3)
    assert broken() == {}


def test_correcting_an_address_and_cancelling_meet_without_a_double():
    event = factories.event(capacity=2)
    first, *_others = factories.fill(event, 3)

    at_once(
        [
            lambda: actions.correct_address(first.pk, "nova@mesto.example"),
            lambda: actions.cancel_registration(first.pk),
        ]
    )

    assert count(event, "confirmed") == 2
    assert broken() == {}


def test_a_place_out_of_turn_and_a_cancellation_meet_without_a_double():
    event = factories.event(capacity=2)
    first, _second, third, fourth = factories.fill(event, 4)

    at_once(
        [
            lambda: actions.cancel_registration(first.pk),
            lambda: actions.promote(fourth.pk, reason="Mluví o datech."),
            lambda: actions.cancel_registration(third.pk),
        ]
    )

    event.refresh_from_db()
    assert count(event, "confirmed") == event.places_taken <= event.capacity
    assert broken() == {}


def offered(places=1, behind=3):
    """An event whose places are offered to the first in line."""
    event = factories.event(capacity=places, offer_hours=24)
    holders = factories.fill(event, places)
    line = factories.fill(event, places + behind)
    for holder in holders:
        actions.cancel_registration(holder.pk)
    return event, line


def test_two_answers_to_one_offer_are_one():
    event, line = offered()

    results = at_once(
        [
            *([lambda: actions.accept_offer(line[0].pk)] * 4),
            *([lambda: actions.decline_offer(line[0].pk)] * 4),
        ]
    )

    assert sum(isinstance(result, actions.RegistrationError) for result in results) == 7
    assert count(event, "confirmed") + count(event, "offered") == 1
    assert broken() == {}


def test_an_offer_is_taken_or_expires_and_never_both():
    event, line = offered(places=2)
    Registration.objects.filter(event=event, status="offered").update(offered_until=timezone.now())

    at_once(
        [
            *(lambda row=row: actions.accept_offer(row.pk) for row in line[:2]),
            *([lambda: waiting_list.settle(timezone.now())] * 3),
        ]
    )

    assert [count(event, status) for status in ("expired", "offered", "confirmed")] == [2, 2, 0]
    assert broken() == {}


def test_a_place_is_handed_over_or_cancelled_and_never_both():
    event = factories.event(capacity=1)
    (holder,) = factories.fill(event)
    factories.fill(event, 2)
    people = [Substitute(f"Osoba {n}", f"osoba{n}@mesto.example", "cs") for n in range(4)]

    at_once(
        [
            *(lambda p=person: actions.hand_over(holder.pk, p) for person in people),
            lambda: actions.cancel_registration(holder.pk),
            lambda: actions.correct_address(holder.pk, "nova@mesto.example"),
        ]
    )

    assert (count(event, "confirmed"), count(event, "cancelled")) == (1, 1)
    assert broken() == {}


def test_parties_that_come_whole_never_share_the_last_places():
    event = factories.event(capacity=5)
    contact = {"contact_name": "Bára", "contact_email": "bara@mesto.example"}
    wanted = [
        Party(people=tuple(factories.application(**contact) for _n in range(3)), is_together=True)
        for _m in range(4)
    ]
    submits = [factories.submit() for _n in wanted]

    at_once(
        lambda p=party, s=submit: actions.register_party(event.pk, p, s)
        for party, submit in zip(wanted, submits, strict=True)
    )

    assert (count(event, "confirmed"), count(event, "waiting")) == (3, 9)
    assert broken() == {}


def test_approving_and_withdrawing_meet_without_a_double():
    event = factories.event(capacity=2, admission="approval")
    rows = factories.fill(event, 4)

    at_once(
        [
            lambda: actions.approve(event.pk, [row.pk for row in rows]),
            lambda: actions.approve(event.pk, [row.pk for row in reversed(rows)]),
            lambda: actions.cancel_registration(rows[0].pk),
            lambda: actions.reject(event.pk, [rows[1].pk]),
        ]
    )

    event.refresh_from_db()
    assert event.places_taken == 2
    assert broken() == {}


def test_a_quota_holds_among_many():
    event = factories.event(capacity=20)
    actions.set_quotas(event.pk, [Quota(scope="each_organisation", limit=3)])
    newcomers = [(factories.application(), factories.submit()) for _n in range(12)]

    results = at_once(lambda a=a, s=s: actions.register(event.pk, a, s) for a, s in newcomers)

    assert sum(isinstance(result, actions.QuotaReached) for result in results) == 9
    assert count(event, "confirmed") == 3
    assert broken() == {}


def test_an_invitation_used_at_once_has_no_more_people_than_places():
    event = factories.closed_event(capacity=40)
    invitation = factories.invitation(event=event, places=3)
    way_in = {"via": Booking.Via.INVITATION, "invitation_id": invitation.pk}
    submits = [factories.submit(**way_in) for _n in range(12)]
    applications = [factories.application() for _n in range(12)]

    at_once(
        lambda a=application, s=submit: actions.register(event.pk, a, s)
        for application, submit in zip(applications, submits, strict=True)
    )

    assert count(event, "confirmed") == 3
    assert broken() == {}


def test_withdrawing_meets_accepting_and_nominating():
    for _round in range(5):
        event = factories.closed_event(capacity=5)
        firm = factories.invitation(event=event, kind="firm", organisation="Firma", places=4)
        first, second = factories.nominated(firm, "a@firma.example", "b@firma.example")
        at_once(
            [
                lambda pk=first.pk: actions.accept_nomination(pk),
                lambda pk=firm.pk: actions.revoke_invitation(pk),
                lambda pk=second.pk: actions.accept_nomination(pk),
                lambda own=firm: factories.nominated(own, "c@firma.example"),
            ]
        )
        assert count(event, "nominated") == 0
    assert broken() == {}


def test_one_address_is_handed_two_places_once():
    event = factories.event(capacity=2)
    first, second = factories.fill(event, 2)
    person = factories.substitute(email="dana@mesto.example")

    at_once(lambda p=old: actions.hand_over(p.pk, person) for old in (first, second))

    live = Registration.objects.filter(event=event, email="dana@mesto.example").live()
    assert (live.count(), count(event, "confirmed"), broken()) == (1, 1, {})


def test_handing_over_and_correcting_an_address_meet_without_a_double():
    event = factories.event(capacity=2)
    first, *_others = factories.fill(event, 3)

    results = at_once(
        [
            lambda: actions.hand_over(first.pk, factories.substitute()),
            lambda: actions.correct_address(first.pk, "nova@mesto.example"),
        ]
    )

    assert sum(isinstance(result, actions.RegistrationError) for result in results) == 1
    assert (count(event, "confirmed"), count(event, "waiting"), broken()) == (2, 1, {})


def test_a_membership_brings_one_person_at_once():
    call = factories.call()
    meeting = factories.meeting(call=call, capacity=9)
    members = [factories.registration(event=call, email="") for _n in range(2)]

    at_once(
        lambda member=member, n=n: factories.attendance(member, event=meeting, name=f"Osoba {n}")
        for member in members
        for n in range(4)
    )

    live = Registration.objects.filter(event=meeting).live()
    assert sorted(live.values_list("membership", flat=True)) == [row.pk for row in members]
    assert broken() == {}


def test_a_member_who_leaves_comes_before_or_not_at_all():
    call = factories.call()
    meeting = factories.meeting(call=call)
    for _n in range(6):
        member = factories.registration(event=call)
        came, _left = at_once(
            [
                lambda member=member: factories.attendance(member, event=meeting),
                lambda member=member: actions.cancel_registration(member.pk),
            ]
        )
        refused = isinstance(came, actions.RegistrationError)
        there = Registration.objects.filter(event=meeting, membership=member).live()
        assert there.exists() is not refused
        member.refresh_from_db()
        assert member.status == "cancelled"
    assert broken() == {}


def test_all_members_at_once_and_one_by_one_are_each_there_once():
    call = factories.call(capacity=9)
    meeting = factories.meeting(call=call, capacity=5)
    members = factories.fill(call, 6)

    at_once(
        [
            *(lambda m=member: factories.attendance(m, event=meeting) for member in members),
            lambda: actions.register_members(meeting.pk),
            lambda: actions.register_members(meeting.pk),
        ]
    )

    assert (count(meeting, "confirmed"), count(meeting, "waiting")) == (5, 1)
    assert broken() == {}


def in_series(series, **fields):
    return Registration.objects.filter(event__series=series, **fields)


def test_one_address_at_once_in_two_events_holds_one_place():
    series = factories.series()
    events = [factories.event(series=series, capacity=9) for _n in range(2)]
    actions.set_series_limits(series.pk, [Quota(scope="each_person", limit=1)])

    for number in range(4):
        email = f"osoba{number}@mesto.example"
        at_once(
            lambda event=event, email=email: factories.registration(event=event, email=email)
            for event in (*events, *events)
        )
        assert in_series(series, email=email).live().count() == 1
    assert broken() == {}


def test_a_town_at_once_in_two_events_gets_exactly_its_places():
    series, town = factories.series(), factories.municipality()
    events = [factories.event(series=series, capacity=20) for _n in range(2)]
    actions.set_series_limits(series.pk, [Quota(scope="each_municipality", limit=5)])
    people = {"town_id": town.pk, "sector": "city", "organisation": ""}

    at_once(
        lambda event=event: factories.registration(event=event, **people) for event in events * 8
    )

    assert in_series(series).confirmed().count() == 5
    assert broken() == {}


def test_places_given_up_in_two_events_go_to_the_town_exactly():
    series, town = factories.series(), factories.municipality()
    events = [factories.event(series=series, capacity=20) for _n in range(2)]
    actions.set_series_limits(series.pk, [Quota(scope="each_municipality", limit=4)])
    people = {"town_id": town.pk, "sector": "city", "organisation": "", "waits_within_limit": True}
    for event in events * 5:
        factories.registration(event=event, **people)
    held = list(in_series(series).confirmed())

    at_once(lambda row=row: actions.cancel_registration(row.pk) for row in held)

    assert in_series(series).confirmed().count() == 4
    assert broken() == {}


def test_a_limit_set_while_people_register_holds_from_then_on():
    series, town = factories.series(), factories.municipality()
    events = [factories.event(series=series, capacity=30) for _n in range(2)]
    people = {"town_id": town.pk, "sector": "city", "organisation": ""}
    limit = [Quota(scope="each_municipality", limit=3)]

    results = at_once(
        [
            *(lambda e=event: factories.registration(event=e, **people) for event in events * 6),
            lambda: actions.set_series_limits(series.pk, limit),
        ]
    )

    facts = results.pop()
    late = in_series(series).confirmed().filter(created_at__gt=facts[0].at)
    early = in_series(series).confirmed().count() - late.count()
    assert late.count() <= max(0, 3 - early)
    assert any(isinstance(result, actions.QuotaReached) for result in results) or early == 12
    assert broken() == {}
