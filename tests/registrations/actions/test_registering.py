from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from events.models import EventChange
from registrations import actions
from registrations.actions import steps
from registrations.models import Booking, Organisation, Registration, RegistrationChange
from registrations.states import Status
from tests import factories
from tests.registrations.rows import facts, shown, statuses

pytestmark = pytest.mark.django_db


def test_register_takes_a_free_place_and_shows_it():
    event = factories.event(capacity=2)

    registration = factories.registration(event=event)

    assert registration.status == Status.CONFIRMED
    assert shown(event) == (1, 0)
    assert facts(registration) == [("registered", "", "confirmed")]
    fact = registration.changes.get()
    assert (fact.taken_after, fact.capacity_at) == (1, 2)


def test_reference_that_somebody_bears_is_drawn_again(monkeypatch):
    event = factories.event()
    drawn = iter("AAAAA" + "AAAAA" + "BBBBB")
    monkeypatch.setattr(steps.secrets, "choice", lambda _letters: next(drawn))

    rows = factories.fill(event, 2)

    assert [row.reference[-5:] for row in rows] == ["AAAAA", "BBBBB"]


def test_register_fills_exactly_and_then_waits_in_order():
    event = factories.event(capacity=2)

    rows = factories.fill(event, 4)

    assert statuses(event) == ["confirmed", "confirmed", "waiting", "waiting"]
    assert [row.position() for row in rows[2:]] == [1, 2]
    assert shown(event) == (2, 2)


def test_register_without_a_waiting_list_refuses_when_full_and_writes_nothing():
    event = factories.event(capacity=1, has_waiting_list=False)
    factories.fill(event)

    with pytest.raises(actions.RegistrationError) as error:
        factories.registration(event=event)

    assert [str(problem) for problem in error.value.problems] == ["Všechna místa jsou obsazená."]
    assert (Registration.objects.count(), Booking.objects.count()) == (1, 1)


def test_register_before_opening_and_after_closing_is_refused():
    now = timezone.now()
    early = factories.event(opens_at=now + timedelta(days=1))
    late = factories.event(starts_at=now + timedelta(hours=23))

    for event in (early, late):
        with pytest.raises(actions.RegistrationError):
            factories.registration(event=event)

    assert Registration.objects.count() == 0


def test_register_at_the_desk_is_possible_after_closing():
    event = factories.event(starts_at=timezone.now() + timedelta(hours=1))

    registration = actions.register(
        event.pk, factories.application(), actions.Submit.at_the_desk(actor_id=None)
    )

    assert registration.status == Status.CONFIRMED
    assert registration.booking.via == "desk"


def test_same_key_and_payload_gives_the_same_answer_and_writes_nothing():
    event, application = factories.event(), factories.application()
    submit = factories.submit()
    first = actions.register(event.pk, application, submit)

    again = actions.register(event.pk, application, submit)

    assert again == first
    assert (Registration.objects.count(), RegistrationChange.objects.count()) == (1, 1)


def test_same_key_with_another_payload_is_refused():
    event, application = factories.event(), factories.application()
    submit = factories.submit()
    actions.register(event.pk, application, submit)

    with pytest.raises(actions.KeyReused):
        actions.register(event.pk, replace(application, name="Bára Ukázková"), submit)

    assert Registration.objects.get().name == application.name


def test_known_address_changes_nothing_but_a_fact_once_an_hour():
    event = factories.event()
    known = factories.registration(event=event, email="anna@mesto.example")

    with time_machine.travel(timezone.now(), tick=False) as clock:
        for minutes in (0, 30, 61):
            clock.shift(timedelta(minutes=minutes))
            again = factories.registration(event=event, email="anna@mesto.example", name="Jiná")
            assert again == known

    assert [kind for kind, *_moves in facts(known)] == [
        "registered",
        "registered_again",
        "registered_again",
    ]
    assert shown(event) == (1, 0)


def test_people_without_an_address_are_known_by_contact_and_name():
    event = factories.event()
    contact = {"email": "", "contact_name": "Bára", "contact_email": "bara@mesto.example"}
    first = factories.registration(event=event, name="Jiří Ukázkový", **contact)

    same = factories.registration(event=event, name="JIRI UKAZKOVY", **contact)
    other = factories.registration(event=event, name="Jana Ukázková", **contact)

    assert same == first
    assert other != first


def test_a_cancelled_person_comes_back_as_a_new_row():
    event = factories.event()
    first = factories.registration(event=event, email="anna@mesto.example")
    actions.cancel_registration(first.pk)

    second = factories.registration(event=event, email="anna@mesto.example")

    assert second.pk != first.pk
    assert statuses(event) == ["cancelled", "confirmed"]


def test_one_more_place_confirms_this_person_alone_and_keeps_the_reason():
    event = factories.event(capacity=1)
    factories.fill(event, 2)

    registration = actions.register_with_extra_place(
        event.pk,
        factories.application(),
        actions.Submit.at_the_desk(actor_id=7),
        reason="Hostitel",
    )

    assert statuses(event) == ["confirmed", "waiting", "confirmed"]
    event.refresh_from_db()
    assert (event.capacity, event.places_taken, event.places_waiting) == (2, 2, 1)
    fact = registration.changes.get()
    assert (fact.note, fact.actor_id, fact.taken_after, fact.capacity_at) == ("Hostitel", 7, 2, 2)
    assert EventChange.objects.get(kind="capacity_changed").note == "Hostitel"


def test_one_more_place_for_somebody_who_waits_promotes_them():
    event = factories.event(capacity=1)
    _first, waiting = factories.fill(event, 2)

    actions.register_with_extra_place(
        event.pk,
        factories.application(email=waiting.email),
        actions.Submit.at_the_desk(actor_id=7),
        reason="Hostitel",
    )

    assert statuses(event) == ["confirmed", "confirmed"]
    assert shown(event) == (2, 0)


def test_a_town_hall_is_its_municipality_and_others_are_their_folded_name():
    event, town = factories.event(capacity=9), factories.municipality()
    for name in ("Město Milevsko", "Městský úřad"):
        factories.registration(event=event, sector="city", town_id=town.pk, organisation=name)
    for name in ("ČEZ, a. s.", "Cez, A. S."):
        factories.registration(event=event, sector="private", organisation=name)

    rows = Organisation.objects.order_by("pk").values_list("sector", "name", "municipality_id")

    assert list(rows) == [("city", "Milevsko", town.pk), ("private", "ČEZ, a. s.", None)]
    typed = Registration.objects.order_by("pk").values_list("organisation_name", flat=True)
    assert list(typed) == ["Město Milevsko", "Městský úřad", "ČEZ, a. s.", "Cez, A. S."]
