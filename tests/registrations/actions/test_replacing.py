from datetime import timedelta

import pytest
import time_machine

from events import actions as event_actions
from registrations import actions, questions
from registrations.models import Registration
from registrations.states import Status
from tests import factories
from tests.registrations.rows import facts, shown, statuses

pytestmark = pytest.mark.django_db


def test_correct_address_is_a_new_row_with_its_own_secrets():
    event = factories.event()
    old = factories.registration(event=event, email="ana@mesto.example", vegetarian=True)

    new = actions.correct_address(old.pk, "anna@mesto.example")

    old.refresh_from_db()
    assert (old.status, old.replaced_by) == (Status.CANCELLED, new)
    assert (new.status, new.email, new.vegetarian) == (Status.CONFIRMED, "anna@mesto.example", True)
    assert (new.reference, new.joined_at, new.priority) == (old.reference, old.joined_at, 0)
    for name in ("uid", "token", "door_code"):
        assert getattr(new, name) != getattr(old, name)
    assert facts(old)[-1] == ("transferred", "confirmed", "cancelled")
    assert facts(new) == [("corrected", "", "confirmed")]
    assert shown(event) == (1, 0)


def test_correct_address_to_a_registered_one_is_refused_whole():
    event = factories.event()
    old, other = factories.fill(event, 2)

    with pytest.raises(actions.RegistrationError):
        actions.correct_address(old.pk, other.email)

    assert statuses(event) == ["confirmed", "confirmed"]


def test_correct_address_keeps_what_organisers_wrote_and_gave():
    event = factories.event()
    old = factories.registration(event=event)
    actions.write_note(old.pk, note="Přijede později", tags="tisk")
    until = event.starts_at - timedelta(hours=1)
    actions.reopen_deadline(old.pk, until)

    new = actions.correct_address(old.pk, "nova@mesto.example")

    kept = (new.note, new.tags, new.deadline_reopened_until, new.is_substitute)
    assert kept == ("Přijede později", "tisk", until, False)


CONTACT = {"contact_name": "Bára Ukázková", "contact_email": "bara@mesto.example"}


def test_substitute_has_the_place_and_nothing_else_of_the_person():
    event = factories.event(capacity=1)
    (goulash,) = factories.question("Guláš", event=event, limit=1).options.all()
    chosen = factories.chosen(goulash)
    old = factories.registration(event=event, vegetarian=True, answers=chosen, **CONTACT)
    waiting = factories.registration(event=event)
    actions.write_note(old.pk, note="Přijede později", tags="tisk")

    new = actions.substitute(old.pk, factories.substitute(name="Dana Nová", language="en"))

    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.status, old.replaced_by, old.is_handed_over) == ("cancelled", new, True)
    assert (new.status, new.name, new.language) == ("confirmed", "Dana Nová", "en")
    for name in ("organisation", "organisation_name", "town", "joined_at", "booking"):
        assert getattr(new, name) == getattr(old, name)
    for name in ("uid", "token", "door_code", "reference"):
        assert getattr(new, name) != getattr(old, name)
    assert (new.needs, questions.said_by(new), new.note, new.tags) == ([], [], "", "")
    assert (new.is_substitute, old.is_substitute) == (True, False)
    assert facts(old)[-1] == ("substituted", "confirmed", "cancelled")
    assert facts(new) == [("took_over", "", "confirmed")]
    assert (shown(event), waiting.position()) == ((1, 1), 1)


def test_substitute_sent_twice_is_one():
    old = factories.registration(event=factories.event())
    person = factories.substitute()

    first, again = (actions.substitute(old.pk, person) for _n in range(2))

    assert first == again
    assert Registration.objects.count() == 2
    with pytest.raises(actions.RegistrationError):
        actions.substitute(old.pk, factories.substitute())


def test_substitute_of_a_substitute_and_its_corrected_address():
    event = factories.event()
    old = factories.registration(event=event)
    first = actions.substitute(old.pk, factories.substitute())
    second = actions.substitute(first.pk, factories.substitute())

    corrected = actions.correct_address(second.pk, "nova@mesto.example")

    second.refresh_from_db()
    assert (corrected.is_substitute, second.is_handed_over) == (True, False)
    assert (corrected.reference, shown(event)) == (second.reference, (1, 0))


def test_an_address_that_is_registered_takes_nothing_over_and_hears_of_itself():
    event = factories.event()
    old, known = factories.fill(event, 2)

    kept = actions.substitute(old.pk, factories.substitute(email=known.email))

    assert (kept, kept.status, kept.replaced_by) == (old, "confirmed", None)
    assert facts(old)[-1] == ("not_passed_on", "confirmed", "confirmed")
    assert facts(known)[-1] == ("registered_again", "confirmed", "confirmed")
    assert statuses(event) == ["confirmed", "confirmed"]


def test_only_an_organiser_is_told_that_an_address_is_registered():
    old, known = factories.fill(factories.event(), 2)

    with pytest.raises(actions.RegistrationError, match="už je přihlášená"):
        actions.substitute(old.pk, factories.substitute(email=known.email), actor_id=7)

    assert [len(facts(row)) for row in (old, known)] == [1, 1]


def test_who_has_the_place_does_not_pass_it_to_themselves():
    old = factories.registration(event=factories.event())

    with pytest.raises(actions.RegistrationError):
        actions.substitute(old.pk, factories.substitute(email=old.email))


def test_after_the_deadline_an_organiser_alone_passes_a_place_on():
    event = factories.event(substitution_hours=2)
    first, second, third = factories.fill(event, 3)
    actions.reopen_deadline(third.pk, event.starts_at - timedelta(minutes=30))

    with time_machine.travel(event.starts_at - timedelta(hours=2), tick=False):
        with pytest.raises(actions.RegistrationError):
            actions.substitute(first.pk, factories.substitute())
        actions.substitute(second.pk, factories.substitute(), actor_id=7)
        actions.substitute(third.pk, factories.substitute())
    with (
        time_machine.travel(event.starts_at, tick=False),
        pytest.raises(actions.RegistrationError),
    ):
        actions.substitute(first.pk, factories.substitute(), actor_id=7)

    first.refresh_from_db()
    assert (first.status, shown(event)) == ("confirmed", (3, 0))


@pytest.mark.parametrize("state", ["waiting", "cancelled", "called off"])
def test_only_a_confirmed_place_is_passed_on(state):
    event = factories.event(capacity=1)
    first, second = factories.fill(event, 2)
    if state == "cancelled":
        actions.cancel_registration(first.pk)
    if state == "called off":
        event_actions.cancel_event(event.pk)

    with pytest.raises(actions.RegistrationError):
        actions.substitute((second if state == "waiting" else first).pk, factories.substitute())
