from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from registrations import actions, waiting_list
from registrations.applications import Party
from registrations.models import Booking, Quota, Registration
from tests import factories
from tests.registrations.rows import shown, statuses

pytestmark = pytest.mark.django_db
CONTACT = {"contact_name": "Bára Ukázková", "contact_email": "bara@mesto.example"}


def party(size=3, *, together=True, **fields):
    people = [factories.application(**CONTACT | fields) for _n in range(size)]
    return Party(people=tuple(people), is_together=together)


def register(event, wanted=None, **fields):
    return actions.register_party(event.pk, wanted or party(**fields), factories.submit())


def of(booking):
    return [row.status for row in booking.registrations.order_by("pk")]


def test_a_party_is_one_submit_of_several_rows():
    event = factories.event(capacity=5)

    booking = register(event)

    assert of(booking) == ["confirmed"] * 3
    assert (booking.contact_email, booking.is_together) == ("bara@mesto.example", True)
    assert shown(event) == (3, 0)
    counts = booking.registrations.order_by("pk").values_list("changes__taken_after", flat=True)
    assert list(counts) == [1, 2, 3]


def test_all_together_waits_as_one_where_not_all_fit():
    event = factories.event(capacity=4)
    factories.fill(event, 2)

    booking = register(event)

    assert of(booking) == ["waiting"] * 3
    assert shown(event) == (2, 3)


def test_as_many_as_fit_go_in_the_order_of_the_form():
    event = factories.event(capacity=4)
    factories.fill(event, 2)

    booking = register(event, together=False)

    assert of(booking) == ["confirmed", "confirmed", "waiting"]
    assert shown(event) == (4, 1)


def test_a_party_is_passed_over_only_while_it_does_not_fit():
    event = factories.event(capacity=4)
    holders = factories.fill(event, 3)
    booking = register(event)

    (single,) = factories.fill(event, 1)

    assert single.is_confirmed
    assert single.changes.get().new("passed_over") == [booking.pk]
    actions.cancel_registration(single.pk)
    assert of(booking) == ["waiting"] * 3
    actions.cancel_registration(holders[0].pk)
    assert of(booking) == ["waiting"] * 3
    actions.cancel_registration(holders[1].pk)
    assert of(booking) == ["confirmed"] * 3
    assert shown(event) == (4, 0)


def test_who_stands_behind_a_party_that_does_not_fit_gets_the_place():
    event = factories.event(capacity=3)
    holders = factories.fill(event, 3)
    booking = register(event, size=2)
    (behind,) = factories.fill(event, 1)

    actions.cancel_registration(holders[0].pk)

    behind.refresh_from_db()
    assert behind.is_confirmed
    assert behind.changes.latest("pk").new("passed_over") == [booking.pk]
    assert of(booking) == ["waiting"] * 2


def test_who_leaves_shrinks_a_party_that_then_fits():
    event = factories.event(capacity=3)
    factories.fill(event, 1)
    booking = register(event)
    first = booking.registrations.earliest("pk")

    actions.cancel_registration(first.pk)

    assert of(booking) == ["cancelled", "confirmed", "confirmed"]


def test_one_offer_goes_to_all_and_the_contact_accepts():
    event = factories.event(capacity=3, offer_hours=48)
    factories.fill(event, 1)
    booking = register(event)
    holder = Registration.objects.filter(event=event).confirmed().get()
    actions.cancel_registration(holder.pk)
    assert of(booking) == ["offered"] * 3
    deadlines = set(booking.registrations.values_list("offered_until", flat=True))
    assert len(deadlines) == 1
    with pytest.raises(actions.RegistrationError) as error:
        actions.accept_offer(booking.registrations.earliest("pk").pk)
    assert "kontaktní osoba" in str(error.value)

    rows = actions.accept_party_offer(booking.pk, via="link")

    assert [row.status for row in rows] == ["confirmed"] * 3
    with pytest.raises(actions.RegistrationError):
        actions.accept_party_offer(booking.pk)


def test_a_declined_offer_of_a_party_goes_on_whole():
    event = factories.event(capacity=2, offer_hours=48)
    factories.fill(event, 2)
    booking = register(event, size=2)
    behind = factories.fill(event, 2)
    actions.change_capacity(event.pk, 4)
    assert of(booking) == ["offered"] * 2

    actions.decline_party_offer(booking.pk)

    assert of(booking) == ["declined"] * 2
    found = Registration.objects.filter(pk__in=[row.pk for row in behind])
    assert [row.status for row in found] == ["offered"] * 2


def test_an_offer_of_a_party_accepted_too_late_expires():
    event = factories.event(capacity=2, offer_hours=48)
    (holder,) = factories.fill(event, 1)
    booking = register(event, size=2)
    actions.cancel_registration(holder.pk)
    until = booking.registrations.earliest("pk").offered_until

    with time_machine.travel(until):
        actions.accept_party_offer(booking.pk)

    assert of(booking) == ["expired"] * 2


def test_a_party_that_can_never_fit_is_refused_whole_with_the_limit():
    event = factories.event(capacity=2)

    with pytest.raises(actions.RegistrationError) as error:
        register(event)

    assert "2\u00a0místa" in str(error.value)
    assert (Registration.objects.count(), Booking.objects.count()) == (0, 0)


def test_a_quota_refuses_the_whole_party_unless_it_waits_within_it():
    event = factories.event(capacity=9)
    actions.set_quotas(event.pk, [Quota(scope="each_organisation", limit=2)])

    with pytest.raises(actions.QuotaReached):
        register(event)
    assert Registration.objects.count() == 0

    booking = register(event, together=False, waits_within_limit=True)
    assert of(booking) == ["confirmed", "confirmed", "waiting"]


def test_without_a_waiting_list_a_party_needs_all_its_places():
    event = factories.event(capacity=4, has_waiting_list=False)
    factories.fill(event, 2)

    with pytest.raises(actions.RegistrationError):
        register(event, together=False)


def test_a_known_address_adds_nothing_and_counts_for_nothing():
    event = factories.event(capacity=3)
    known = factories.registration(event=event, email="znama@mesto.example")
    people = (
        factories.application(**CONTACT),
        factories.application(**CONTACT, email="znama@mesto.example", name="Známý Člověk"),
        factories.application(**CONTACT),
    )

    booking = register(event, Party(people=people, is_together=True))

    assert of(booking) == ["confirmed"] * 2
    assert booking.known_names == ["Známý Člověk"]
    assert known.changes.latest("pk").kind == "registered_again"
    assert shown(event) == (3, 0)


def test_people_without_an_address_are_told_apart_by_name():
    event = factories.event(capacity=9)
    people = tuple(
        factories.application(**CONTACT, email="", name=name) for name in ("Anna Á", "Bára Á")
    )

    booking = register(event, Party(people=people, is_together=True))
    again = register(event, Party(people=people, is_together=False))

    assert (len(of(booking)), of(again)) == (2, [])
    assert again.known_names == ["Anna Á", "Bára Á"]


def test_the_same_key_gives_the_same_answer_and_another_payload_is_refused():
    event, wanted, submit = factories.event(capacity=9), party(), factories.submit()
    first = actions.register_party(event.pk, wanted, submit)

    assert actions.register_party(event.pk, wanted, submit) == first
    with pytest.raises(actions.KeyReused):
        actions.register_party(event.pk, party(), submit)
    assert Registration.objects.count() == 3


def test_who_is_added_later_stands_alone_by_their_own_time():
    event = factories.event(capacity=3)
    factories.fill(event, 1)
    booking = register(event)
    with time_machine.travel(timezone.now() + timedelta(minutes=5)):
        added = actions.add_to_party(booking.pk, factories.application(**CONTACT))

    assert added.booking == booking
    assert (added.status, added.is_in_party) == ("confirmed", False)
    assert of(booking) == [*["waiting"] * 3, "confirmed"]


def test_more_than_ten_people_are_not_added():
    event = factories.event(capacity=20)
    booking = register(event, size=10)

    with pytest.raises(actions.RegistrationError):
        actions.add_to_party(booking.pk, factories.application(**CONTACT))


def test_a_party_is_cancelled_whole_and_its_places_go_on():
    event = factories.event(capacity=3)
    booking = register(event)
    behind = factories.fill(event, 2)

    actions.cancel_party(booking.pk, via="link", note="Nejedeme.")

    assert statuses(event) == [*["cancelled"] * 3, "confirmed", "confirmed"]
    assert len(behind) == 2
    with pytest.raises(actions.RegistrationError):
        actions.cancel_party(booking.pk)


def test_a_party_under_approval_is_pending_whole():
    event = factories.event(capacity=3, admission="approval")
    factories.fill(event, 1)

    booking = register(event)

    assert of(booking) == ["waiting"] * 3
    assert waiting_list.settle(timezone.now()) == 0


def test_priority_moves_the_whole_party():
    event = factories.event(capacity=2)
    factories.fill(event, 2)
    (before,) = factories.fill(event, 1)
    booking = register(event, size=2)

    actions.set_priority(booking.registrations.latest("pk").pk, -1)
    actions.change_capacity(event.pk, 4)

    assert of(booking) == ["confirmed"] * 2
    before.refresh_from_db()
    assert before.is_waiting


def test_two_of_a_party_cannot_both_have_the_last_place_of_an_option():
    event = factories.event(capacity=9)
    question = factories.question("Doprava", "Energetika", event=event, limit=1)
    option = question.options.earliest("pk")
    given = factories.chosen(option)
    both = tuple(factories.application(**CONTACT, answers=given) for _n in range(2))
    one = (both[0], factories.application(**CONTACT))

    with pytest.raises(actions.OptionFull):
        register(event, Party(people=both, is_together=True))
    assert Registration.objects.count() == 0

    booking = register(event, Party(people=one, is_together=True))
    first = booking.registrations.earliest("pk")
    assert [answer.option for answer in first.answers.all()] == [option]


def test_an_offer_past_its_deadline_takes_no_other_with_it():
    event = factories.event(capacity=2, offer_hours=24)
    holders = factories.fill(event, 2)
    booking = register(event, size=2, together=False)
    for holder in holders:
        actions.cancel_registration(holder.pk)
    late, _in_time = booking.registrations.order_by("pk")
    Registration.objects.filter(pk=late.pk).update(offered_until=timezone.now())

    actions.accept_party_offer(booking.pk)

    assert of(booking) == ["expired", "confirmed"]
    assert shown(event) == (1, 0)


def test_who_is_added_by_the_contact_is_reviewed_also_beside_who_came_at_the_desk():
    event = factories.event(capacity=5, admission="approval")
    at_the_desk = actions.register(
        event.pk, factories.application(**CONTACT), actions.Submit.at_the_desk(7)
    )

    added = actions.add_to_party(
        at_the_desk.booking_id, factories.application(**CONTACT), via="link"
    )

    assert (at_the_desk.status, added.status, added.approved_at) == ("confirmed", "pending", None)
    fact = added.changes.get()
    assert (fact.via, fact.actor_id) == ("link", None)


def test_of_a_known_person_who_is_added_the_page_keeps_the_name_alone():
    event = factories.event(capacity=5)
    known = factories.registration(event=event, email="anna@mesto.example")
    booking = register(event, size=2)

    for _time in range(2):
        person = factories.application(name="Anna", email="anna@mesto.example", **CONTACT)
        assert actions.add_to_party(booking.pk, person) is None
    assert known.changes.filter(kind="registered_again").count() == 1

    booking.refresh_from_db()
    assert (booking.known_names, booking.registrations.count()) == (["Anna"], 2)


def test_a_corrected_address_stays_with_its_party():
    event = factories.event(capacity=2, offer_hours=24)
    holders = factories.fill(event, 1)
    booking = register(event, size=2)
    first = booking.registrations.earliest("pk")

    corrected = actions.correct_address(first.pk, "nova@mesto.example")

    assert (corrected.is_in_party, shown(event)) == (True, (1, 2))
    assert waiting_list.settle(timezone.now()) == 0
    actions.cancel_registration(holders[0].pk)
    corrected.refresh_from_db()
    assert (corrected.status, shown(event)) == ("offered", (2, 0))


def test_who_is_left_of_a_party_that_fits_now_gets_the_place_in_the_same_transaction():
    event = factories.event(capacity=4)
    factories.fill(event, 3)
    booking = register(event, size=2)
    first, second = booking.registrations.order_by("pk")
    again = factories.application(name=first.name, email=first.email)

    actions.register_with_extra_place(
        event.pk, again, actions.Submit.at_the_desk(None), reason="Mluví o datech."
    )

    assert of(booking) == ["confirmed", "confirmed"]
    assert shown(event) == (5, 0)
    assert second.changes.count() == 1 + 1


def test_a_party_approved_at_once_is_not_torn_apart():
    event = factories.event(capacity=2, admission="approval", has_place_while_pending=False)
    factories.registration(event=event)
    approved = Registration.objects.get(event=event)
    actions.approve(event.pk, [approved.pk])
    booking = register(event, size=2)

    actions.approve(event.pk, booking.registrations.values_list("pk", flat=True))

    assert of(booking) == ["waiting", "waiting"]
    actions.change_capacity(event.pk, 3)
    assert of(booking) == ["confirmed", "confirmed"]
