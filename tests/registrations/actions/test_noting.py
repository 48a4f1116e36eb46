from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from registrations import actions
from registrations.applications import GivenAnswer
from tests import factories
from tests.registrations.rows import facts

pytestmark = pytest.mark.django_db


def test_a_note_is_one_fact_that_says_none_of_it():
    person = factories.registration(event=factories.event())

    fact = actions.write_note(person.pk, note="Přijede později", tags="tisk vip", actor_id=7)

    person.refresh_from_db()
    assert (person.note, person.tags, person.revision) == ("Přijede později", "tisk vip", 0)
    assert (fact.data, fact.note, fact.actor_id) == (
        {"note": [None, None], "tags": [None, None]},
        "",
        7,
    )
    assert facts(person)[-1] == ("noted", "confirmed", "confirmed")


def test_the_same_note_again_is_nothing():
    person = factories.registration(event=factories.event())
    assert actions.write_note(person.pk, note="", tags="") is None
    actions.write_note(person.pk, note="", tags="vip")
    assert actions.write_note(person.pk, note="", tags="vip") is None
    assert len(facts(person)) == 2


def test_who_is_over_is_noted_too_and_found_by_the_tag():
    person = factories.registration(event=factories.event())
    actions.cancel_registration(person.pk)

    actions.write_note(person.pk, note="Ozve se", tags="řečník")

    person.refresh_from_db()
    assert "recnik" in person.search_key.split()


def test_a_reopened_deadline_is_for_one_person_and_ends():
    event = factories.event(answer_hours=48)
    question = factories.question(event=event)
    own, other = factories.fill(event, 2)
    until = event.starts_at - timedelta(hours=3)
    said = (GivenAnswer(question.pk, "Doprava"),)

    def change(person):
        return actions.change_answers(person.pk, organisation="Firma", needs={}, answers=said)

    with time_machine.travel(event.starts_at - timedelta(hours=40), tick=False):
        actions.reopen_deadline(own.pk, until, actor_id=7, note="Volala")
        assert change(own) is not None
        with pytest.raises(actions.RegistrationError):
            change(other)
    with time_machine.travel(until, tick=False), pytest.raises(actions.RegistrationError):
        change(own)

    fact = own.changes.get(kind="deadline_reopened")
    assert fact.data == {"deadline_reopened_until": [None, until.isoformat()]}
    assert (fact.note, fact.actor_id, fact.via) == ("Volala", 7, "desk")


def test_a_reopened_deadline_never_comes_before_everybodys():
    event = factories.event(answer_hours=48)
    own = factories.registration(event=event)

    row = actions.reopen_deadline(own.pk, timezone.now() + timedelta(hours=1))

    assert row.answers_close_at == event.answers_close_at


def test_a_reopened_deadline_is_taken_back():
    event = factories.event()
    own = factories.registration(event=event)
    until = event.starts_at - timedelta(hours=1)
    actions.reopen_deadline(own.pk, until)
    assert actions.reopen_deadline(own.pk, until).deadline_reopened_until == until

    row = actions.reopen_deadline(own.pk, None)

    assert row.deadline_reopened_until is None
    assert [kind for kind, *_statuses in facts(own)] == ["registered", *["deadline_reopened"] * 2]


@pytest.mark.parametrize("hours", [-24 * 400, 1])
def test_no_deadline_is_reopened_into_the_past_or_beyond_the_start(hours):
    event = factories.event()
    own = factories.registration(event=event)
    with pytest.raises(actions.RegistrationError):
        actions.reopen_deadline(own.pk, event.starts_at + timedelta(hours=hours))
    own.refresh_from_db()
    assert own.deadline_reopened_until is None


def test_no_deadline_is_reopened_for_who_is_over():
    event = factories.event()
    own = factories.registration(event=event)
    actions.cancel_registration(own.pk)
    with pytest.raises(actions.RegistrationError):
        actions.reopen_deadline(own.pk, event.starts_at - timedelta(hours=1))
