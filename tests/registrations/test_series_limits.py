"""A series' own limits: one event for each person, so many people of a town in all of them."""

import pytest
from django.utils import timezone

from desk import invariants
from events import actions as event_actions
from events.models import EventChange
from registrations import actions, waiting_list
from registrations.applications import Party
from registrations.models import Booking, Quota, Registration, RegistrationChange
from tests import factories
from tests.registrations.rows import statuses

pytestmark = pytest.mark.django_db
ANNA = "anna@mesto.example"
Kind = RegistrationChange.Kind


@pytest.fixture
def series():
    return factories.series()


@pytest.fixture
def events(series):
    return [factories.event(series=series, capacity=2) for _n in range(3)]


@pytest.fixture(autouse=True)
def sound():
    yield
    broken = invariants.run(timezone.now())
    assert {name: rows for name, rows in broken.items() if "announced" not in name} == {}


def one_each(series):
    actions.set_series_limits(series.pk, [Quota(scope="each_person", limit=1)])


def few_of_a_town(series, limit):
    actions.set_series_limits(series.pk, [Quota(scope="each_municipality", limit=limit)])


def of_milevsko(event, **fields):
    town = factories.municipality(name="Milevsko")
    values = {"sector": "city", "organisation": "", "town_id": town.pk}
    return factories.registration(event=event, **values | fields)


def facts(registration):
    return list(registration.changes.order_by("pk").values_list("kind", flat=True))


def test_who_holds_a_place_elsewhere_gets_none_and_reads_where_it_is(series, events):
    one_each(series)
    held = factories.registration(event=events[0], email=ANNA)
    again = factories.registration(event=events[1], email=ANNA)

    assert again == held
    assert (statuses(events[0]), statuses(events[1])) == (["confirmed"], [])
    assert facts(held) == [Kind.REGISTERED, Kind.REGISTERED_ELSEWHERE]
    assert held.changes.latest("pk").data == {"asked_for": [None, events[1].pk]}
    factories.registration(event=events[2], email=ANNA)
    assert len(facts(held)) == 2


def test_a_used_key_answers_as_the_first_time(series, events):
    one_each(series)
    held = factories.registration(event=events[0], email=ANNA)
    application, submit = factories.application(email=ANNA), factories.submit()
    first = actions.register(events[1].pk, application, submit)
    assert actions.register(events[1].pk, application, submit) == first == held
    assert Booking.objects.filter(key=submit.key).count() == 1


def test_another_series_and_no_limit_are_free(series, events):
    factories.registration(event=events[0], email=ANNA)
    factories.registration(event=events[1], email=ANNA)
    one_each(series)
    other = factories.event()
    factories.registration(event=other, email=ANNA)
    assert [statuses(event) for event in (*events[:2], other)] == [["confirmed"]] * 3


def test_people_without_an_address_are_not_told_apart_by_it(series, events):
    one_each(series)
    contact = {"email": "", "contact_name": "Karel", "contact_email": "karel@mesto.example"}
    for event in events[:2]:
        factories.registration(event=event, name="Eva Nová", **contact)
    assert [statuses(event) for event in events[:2]] == [["confirmed"]] * 2


def test_a_place_ends_the_waiting_elsewhere_in_the_same_transaction(series, events):
    one_each(series)
    for event in events[:2]:
        factories.fill(event)
    waiting = [factories.registration(event=event, email=ANNA) for event in events[:2]]
    assert [row.status for row in waiting] == ["waiting", "waiting"]

    first = Registration.objects.filter(event=events[1]).earliest("pk")
    actions.cancel_registration(first.pk)

    for row in waiting:
        row.refresh_from_db()
    assert [row.status for row in waiting] == ["cancelled", "confirmed"]
    assert facts(waiting[0]) == [Kind.REGISTERED, Kind.LEFT_LINE]
    given = waiting[1].changes.get(kind=Kind.PROMOTED)
    assert given.data == {"left_lines": [[], [events[0].pk]]}
    events[0].refresh_from_db()
    assert events[0].places_waiting == 0


@pytest.mark.parametrize(
    "way", ["registered", "promoted", "offered", "approved", "handed", "corrected"]
)
def test_however_the_place_comes_the_other_lines_end(series, events, way):
    first, second = events[:2]
    one_each(series)
    factories.fill(first)
    waiting = factories.registration(event=first, email=ANNA)
    if way == "registered":
        factories.registration(event=second, email=ANNA)
    elif way == "promoted":
        factories.fill(second)
        own = factories.registration(event=second, email=ANNA)
        actions.promote(own.pk, reason="Mluví o datech.")
    elif way == "offered":
        factories.fill(second)
        own = factories.registration(event=second, email=ANNA)
        way_in = {"admission": "open", "has_place_while_pending": True}
        actions.change_admission(second.pk, **way_in, offer_hours=24)
        actions.cancel_registration(Registration.objects.filter(event=second).earliest("pk").pk)
        waiting.refresh_from_db()
        assert waiting.is_waiting
        actions.accept_offer(own.pk)
    elif way == "approved":
        way_in = {"admission": "approval", "has_place_while_pending": False}
        actions.change_admission(second.pk, **way_in, offer_hours=None)
        own = factories.registration(event=second, email=ANNA)
        actions.approve(second.pk, [own.pk])
    elif way == "handed":
        holder = factories.registration(event=second)
        actions.hand_over(holder.pk, factories.substitute(email=ANNA))
    else:
        holder = factories.registration(event=second)
        actions.correct_address(holder.pk, ANNA)

    waiting.refresh_from_db()
    assert waiting.status == "cancelled"
    assert facts(waiting)[-1] == Kind.LEFT_LINE
    held = Registration.objects.confirmed().get(email=ANNA)
    told = [fact.new("left_lines") for fact in held.changes.all()]
    assert [first.pk] in told


def test_an_offer_elsewhere_is_a_place_held(series, events):
    one_each(series)
    first, second = events[:2]
    way_in = {"admission": "open", "has_place_while_pending": True}
    for event in (first, second):
        actions.change_admission(event.pk, **way_in, offer_hours=24)
        factories.fill(event)
    rows = [factories.registration(event=event, email=ANNA) for event in (first, second)]
    actions.cancel_registration(Registration.objects.filter(event=first).earliest("pk").pk)
    actions.cancel_registration(Registration.objects.filter(event=second).earliest("pk").pk)

    for row in rows:
        row.refresh_from_db()
    assert [row.status for row in rows] == ["offered", "waiting"]
    actions.decline_offer(rows[0].pk)
    rows[1].refresh_from_db()
    assert rows[1].is_offered


def test_a_party_counts_whom_it_brings(series, events):
    one_each(series)
    held = factories.registration(event=events[0], email=ANNA, name="Anna Vzorová")
    contact = {"contact_name": "Karel", "contact_email": "karel@mesto.example"}
    people = tuple(
        factories.application(email=email, **contact) for email in (ANNA, "bara@mesto.example")
    )
    party = Party(people=people, is_together=True)
    booking = actions.register_party(events[1].pk, party, factories.submit())

    assert [row.email for row in booking.registrations.all()] == ["bara@mesto.example"]
    assert booking.known_names == [people[0].name]
    assert facts(held)[-1] == Kind.REGISTERED_ELSEWHERE


def test_a_party_that_loses_one_fits_at_once(series, events):
    one_each(series)
    first, second = events[:2]
    factories.fill(first, 1)
    contact = {"contact_name": "Karel", "contact_email": "karel@mesto.example"}
    people = tuple(
        factories.application(email=email, **contact) for email in (ANNA, "bara@mesto.example")
    )
    booking = actions.register_party(
        first.pk, Party(people=people, is_together=True), factories.submit()
    )
    assert statuses(first) == ["confirmed", "waiting", "waiting"]
    factories.registration(event=second, email=ANNA)

    rows = booking.registrations.order_by("pk")
    assert [row.status for row in rows] == ["cancelled", "confirmed"]


def test_an_organiser_is_told(series, events):
    one_each(series)
    factories.registration(event=events[0], email=ANNA)
    factories.fill(events[1])
    reason = {"reason": "Mluví o datech."}
    with pytest.raises(actions.RegistrationError, match="Každý člověk"):
        actions.register_with_extra_place(
            events[1].pk, factories.application(email=ANNA), factories.submit(via="desk"), **reason
        )
    holder = factories.registration(event=events[2])
    with pytest.raises(actions.RegistrationError, match="má místo na jiném setkání"):
        actions.correct_address(holder.pk, ANNA)
    with pytest.raises(actions.RegistrationError, match="má místo na jiném setkání"):
        actions.hand_over(holder.pk, factories.substitute(email=ANNA), actor_id=7)


def test_a_place_handed_to_who_has_one_goes_to_the_line(series, events):
    one_each(series)
    held = factories.registration(event=events[0], email=ANNA)
    holder, _other = factories.fill(events[1])
    next_one = factories.registration(event=events[1])

    assert actions.hand_over(holder.pk, factories.substitute(email=ANNA)) == held
    next_one.refresh_from_db()
    assert next_one.is_confirmed
    assert facts(held)[-1] == Kind.REGISTERED_ELSEWHERE


def test_a_nominee_with_a_place_elsewhere_stays_nominated(series):
    events = [factories.closed_event(series=series, capacity=2) for _n in range(2)]
    one_each(series)
    firms = [
        factories.invitation(event=event, kind="firm", organisation="Firma") for event in events
    ]
    (first,), (second,) = (factories.nominated(firm, ANNA) for firm in firms)
    actions.accept_nomination(first.pk)
    assert actions.accept_nomination(second.pk).status == "nominated"
    assert facts(first)[-1] == Kind.REGISTERED_ELSEWHERE


def test_a_town_sends_so_many_to_all_events_together(series, events):
    few_of_a_town(series, 2)
    of_milevsko(events[0])
    of_milevsko(events[1])
    with pytest.raises(actions.QuotaReached, match="celé řadě přijet"):
        of_milevsko(events[2])
    waiting = of_milevsko(events[2], waits_within_limit=True)
    newcomer = factories.registration(event=events[2])
    assert (waiting.status, newcomer.status) == ("waiting", "confirmed")


def test_a_place_given_up_in_one_event_is_one_for_the_town_in_another(series, events):
    few_of_a_town(series, 1)
    held = of_milevsko(events[0])
    waiting = of_milevsko(events[1], waits_within_limit=True)
    later = of_milevsko(events[2], waits_within_limit=True)

    actions.cancel_registration(held.pk)

    for row in (waiting, later):
        row.refresh_from_db()
    assert (waiting.status, later.status) == ("confirmed", "waiting")


def test_limits_are_facts_and_letting_go_fills_all_events(series, events):
    few_of_a_town(series, 1)
    of_milevsko(events[0])
    waiting = [of_milevsko(event, waits_within_limit=True) for event in events[1:]]
    made = actions.set_series_limits(series.pk, [], actor_id=7, note="Dost míst")

    for row in waiting:
        row.refresh_from_db()
    assert [row.status for row in waiting] == ["confirmed", "confirmed"]
    assert {(fact.kind, fact.actor_id, fact.note) for fact in made} == {
        (EventChange.Kind.QUOTAS_CHANGED, 7, "Dost míst")
    }
    assert made[0].data == {"series_quotas": [[["each_municipality", [], 1]], []]}
    assert actions.set_series_limits(series.pk, []) == []


def test_a_limit_that_comes_later_takes_nobodys_place(series, events):
    rows = [of_milevsko(event) for event in events]
    few_of_a_town(series, 1)
    for row in rows:
        row.refresh_from_db()
    assert [row.status for row in rows] == ["confirmed"] * 3
    actions.cancel_registration(rows[0].pk)
    with pytest.raises(actions.QuotaReached):
        of_milevsko(events[0])


def test_the_tick_fills_what_a_reinstatement_reopened_in_another_event(series, events):
    few_of_a_town(series, 1)
    held = of_milevsko(events[0])
    waiting = of_milevsko(events[1], waits_within_limit=True)
    event_actions.cancel_event(events[1].pk)
    actions.cancel_registration(held.pk)
    event_actions.reinstate_event(events[1].pk)
    waiting_list.settle(timezone.now())
    waiting.refresh_from_db()
    assert waiting.is_confirmed


def test_a_place_in_a_session_that_is_called_off_is_none(series, events):
    one_each(series)
    held = factories.registration(event=events[0], email=ANNA)
    event_actions.cancel_event(events[0].pk)
    other = factories.registration(event=events[1], email=ANNA)
    assert (other.event, other.status) == (events[1], "confirmed")
    # Held after all, both places stay.
    event_actions.reinstate_event(events[0].pk)
    held.refresh_from_db()
    assert held.is_confirmed


def test_the_tick_passes_on_what_a_calling_off_freed_of_a_town(series, events):
    few_of_a_town(series, 1)
    of_milevsko(events[0])
    waiting = of_milevsko(events[1], waits_within_limit=True)
    event_actions.cancel_event(events[0].pk)
    waiting_list.settle(timezone.now())
    waiting.refresh_from_db()
    assert waiting.is_confirmed


def test_an_application_approved_beside_a_place_waits(series, events):
    one_each(series)
    second = events[1]
    way_in = {"admission": "approval", "has_place_while_pending": False, "offer_hours": None}
    actions.change_admission(second.pk, **way_in)
    applied = factories.registration(event=second, email=ANNA)
    factories.registration(event=events[0], email=ANNA)
    actions.approve(second.pk, [applied.pk])
    applied.refresh_from_db()
    assert applied.status == "waiting"
