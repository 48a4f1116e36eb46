from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone, translation

from registrations import actions
from registrations.models import Booking, Quota
from tests import factories
from tests.registrations.rows import facts, shown, statuses

pytestmark = pytest.mark.django_db


@pytest.fixture
def event():
    return factories.closed_event(capacity=2)


@pytest.fixture
def city(event):
    kolin = factories.municipality(name="Kolín")
    return factories.invitation(event=event, kind="city", town_id=kolin.pk, places=2)


def refusal(call, *args, **kwargs):
    with pytest.raises(actions.RegistrationError) as refused:
        call(*args, **kwargs)
    with translation.override("en"):
        return str(refused.value)


def test_a_nominee_holds_no_place_and_counts_within_the_invitation(event, city):
    first, second = factories.nominated(city, "jan@mesto.example", "eva@mesto.example")

    assert statuses(event) == ["nominated", "nominated"]
    assert shown(event) == (0, 0)
    assert (first.organisation_name, str(first.town)) == ("Kolín", "Kolín")
    assert facts(second) == [("nominated", "", "nominated")]
    assert refusal(factories.nominated, city, "dalsi@mesto.example")


def test_a_company_nominates_in_its_own_name(event):
    firm = factories.invitation(event=event, kind="firm", organisation="Ukázková, a.s.")
    (nominee,) = factories.nominated(firm, "jan@firma.example")

    assert (nominee.organisation.sector, nominee.organisation_name) == ("private", "Ukázková, a.s.")


def test_accepting_is_an_ordinary_registration(event, city):
    nominee, other = factories.nominated(city, "jan@mesto.example", "eva@mesto.example")
    actions.accept_nomination(nominee.pk, via="link")
    factories.invitation(event=event, email="treti@mesto.example")
    submit = factories.submit(via=Booking.Via.DESK)
    actions.register(event.pk, factories.application(), submit)

    assert shown(event) == (2, 0)
    assert actions.accept_nomination(other.pk).status == "waiting"
    assert shown(event) == (2, 1)
    assert facts(nominee)[-1] == ("nomination_accepted", "nominated", "confirmed")
    fact = nominee.changes.get(kind="nomination_accepted")
    assert (fact.taken_after, fact.capacity_at) == (1, 2)


def test_who_accepts_late_stands_behind_those_who_wait(event, city):
    nominee = factories.nominated(city, "jan@mesto.example")[0]
    desk = [factories.submit(via=Booking.Via.DESK) for _n in range(3)]
    rows = [actions.register(event.pk, factories.application(), submit) for submit in desk]
    actions.accept_nomination(nominee.pk)
    actions.cancel_registration(rows[0].pk)

    nominee.refresh_from_db()
    rows[2].refresh_from_db()
    assert (rows[2].status, nominee.status) == ("confirmed", "waiting")


def test_declining_makes_room_for_somebody_else(event, city):
    first, _second = factories.nominated(city, "jan@mesto.example", "eva@mesto.example")
    actions.decline_nomination(first.pk, via="link")

    assert factories.nominated(city, "dalsi@mesto.example")[0].status == "nominated"
    assert refusal(actions.accept_nomination, first.pk)
    assert refusal(actions.decline_nomination, first.pk)


def test_withdrawing_ends_the_open_nominations_alone(event, city):
    first, second = factories.nominated(city, "jan@mesto.example", "eva@mesto.example")
    actions.accept_nomination(first.pk)
    actions.revoke_invitation(city.pk)

    assert statuses(event) == ["expired", "confirmed"]
    assert facts(second)[-1] == ("nomination_ended", "nominated", "expired")
    assert refusal(actions.accept_nomination, second.pk)


def test_after_the_expiry_nobody_accepts_even_before_the_tick(event, city):
    (nominee,) = factories.nominated(city, "jan@mesto.example")
    with time_machine.travel(timezone.now() + timedelta(days=11)):
        assert refusal(actions.accept_nomination, nominee.pk)
    assert statuses(event) == ["nominated"]


def test_the_same_form_again_nominates_nobody_else(event, city):
    submit = factories.submit(via=Booking.Via.INVITATION)
    people = [("Jan Navržený", "jan@mesto.example"), ("Eva Navržená", "eva@mesto.example")]
    booking = actions.nominate(city.pk, event.pk, people, submit)

    assert actions.nominate(city.pk, event.pk, people, submit) == booking
    with pytest.raises(actions.KeyReused):
        actions.nominate(city.pk, event.pk, people[:1], submit)
    assert statuses(event) == ["nominated", "nominated"]


def test_who_is_registered_already_is_written_to_and_not_nominated(event, city):
    submit = factories.submit(via=Booking.Via.DESK)
    known = actions.register(event.pk, factories.application(email="jan@mesto.example"), submit)

    assert factories.nominated(city, "jan@mesto.example") == []
    assert [fact[0] for fact in facts(known)] == ["registered", "registered_again"]
    assert statuses(event) == ["confirmed"]


def test_an_invitation_for_one_person_nominates_nobody(event):
    person = factories.invitation(event=event)
    assert refusal(factories.nominated, person, "jan@mesto.example")
    assert statuses(event) == []


def test_a_nomination_is_open_where_registration_is(event, city):
    with time_machine.travel(event.registration_closes_at):
        assert refusal(factories.nominated, city, "jan@mesto.example")
    assert statuses(event) == []


def test_who_accepts_within_a_quota_that_is_full_waits_for_a_place_in_it(event, city):
    actions.set_quotas(event.pk, [Quota(scope="each_municipality", limit=1)])
    first, second = factories.nominated(city, "a@mesto.example", "b@mesto.example")

    accepted = [actions.accept_nomination(row.pk) for row in (first, second)]

    assert [row.status for row in accepted] == ["confirmed", "waiting"]
