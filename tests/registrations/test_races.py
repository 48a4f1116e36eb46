"""Actions that meet: real threads on PostgreSQL, the invariants asked afterwards."""

import pytest
from django.utils import timezone

from registrations import actions, waiting_list
from registrations.applications import Substitute
from registrations.models import Answer, Registration, RegistrationChange
from tests import factories
from tests.registrations.racing import at_once, broken, count, offered, refused

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


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

    assert refused(results) == 7
    assert (count(event, "confirmed"), count(event, "waiting")) == (1, 2)
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


def test_two_answers_to_one_offer_are_one():
    event, line = offered()

    results = at_once(
        [
            *([lambda: actions.accept_offer(line[0].pk)] * 4),
            *([lambda: actions.decline_offer(line[0].pk)] * 4),
        ]
    )

    assert refused(results) == 7
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

    assert refused(results) == 1
    assert (count(event, "confirmed"), count(event, "waiting"), broken()) == (2, 1, {})


def test_an_address_is_corrected_to_or_registered_and_stands_once():
    for n in range(5):
        event, email = factories.event(capacity=3), f"nova{n}@mesto.example"
        first, _second = factories.fill(event, 2)
        newcomer, submit = factories.application(email=email), factories.submit()

        corrected, registered = at_once(
            [
                lambda pk=first.pk, e=email: actions.correct_address(pk, e),
                lambda pk=event.pk, a=newcomer, s=submit: actions.register(pk, a, s),
            ]
        )

        # Registered last, the newcomer is the corrected person; registered first, a third one.
        is_refused = isinstance(corrected, actions.RegistrationError)
        assert (registered == corrected) is not is_refused
        assert Registration.objects.filter(event=event, email=email).live().count() == 1
        assert count(event, "confirmed") == (3 if is_refused else 2)
    assert broken() == {}


def test_promoting_and_cancelling_one_who_waits_leave_no_idle_seat():
    for _round in range(5):
        event = factories.event(capacity=2)
        *_holders, third, _fourth = factories.fill(event, 4)

        promoted, cancelled = at_once(
            [
                lambda pk=third.pk: actions.promote(pk, reason="Mluví o datech."),
                lambda pk=third.pk: actions.cancel_registration(pk),
            ]
        )

        third.refresh_from_db()
        event.refresh_from_db()
        is_refused = isinstance(promoted, actions.RegistrationError)
        assert (third.status, cancelled) == ("cancelled", third)
        assert event.capacity == (2 if is_refused else 3)
        assert count(event, "confirmed") == event.capacity
        assert count(event, "waiting") == (1 if is_refused else 0)
    assert broken() == {}


def test_accepting_and_cancelling_one_offer_pass_the_place_on_once():
    event, line = offered(behind=2)

    at_once(
        [
            lambda: actions.accept_offer(line[0].pk),
            *([lambda: actions.cancel_registration(line[0].pk)] * 2),
        ]
    )

    assert [count(event, status) for status in ("offered", "waiting", "confirmed")] == [1, 1, 0]
    assert broken() == {}
