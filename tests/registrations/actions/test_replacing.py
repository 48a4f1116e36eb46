from datetime import timedelta

import pytest
import time_machine

from events import actions as event_actions
from registrations import actions
from registrations.applications import Substitute
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


CYRIL = Substitute(name="Cyril Nový", email="cyril@mesto.example", language="cs")


def test_a_place_is_handed_over_without_touching_the_line():
    event = factories.event(capacity=1)
    (holder,) = factories.fill(event)
    (waiting,) = factories.fill(event, 1)

    new = actions.hand_over(holder.pk, CYRIL, via="link")

    holder.refresh_from_db()
    assert (holder.status, holder.replaced_by, holder.is_handed_over) == ("cancelled", new, True)
    assert (new.status, new.organisation, new.is_substitute) == (
        "confirmed",
        holder.organisation,
        True,
    )
    for name in ("uid", "token", "door_code", "reference"):
        assert getattr(new, name) != getattr(holder, name)
    assert facts(holder)[-1] == ("handed_over", "confirmed", "cancelled")
    assert facts(new) == [("took_over", "", "confirmed")]
    assert shown(event) == (1, 1)
    waiting.refresh_from_db()
    assert waiting.is_waiting


def test_the_place_of_an_invitation_is_handed_over_with_it():
    invitation = factories.invitation(event=factories.closed_event(capacity=2))
    way_in = {"via": "invitation", "invitation_id": invitation.pk}
    holder = actions.register(
        invitation.event_id, factories.application(), factories.submit(**way_in)
    )

    substitute = actions.hand_over(holder.pk, Substitute("Jan Nový", "jan@mesto.example", "cs"))

    assert substitute.invitation == invitation
    with pytest.raises(actions.RegistrationError):
        actions.register(invitation.event_id, factories.application(), factories.submit(**way_in))


def test_needs_and_answers_are_not_handed_over():
    event = factories.event()
    question = factories.question("Doprava", event=event)
    holder = factories.registration(
        event=event, vegetarian=True, answers=factories.chosen(question.options.get())
    )

    new = actions.hand_over(holder.pk, CYRIL)

    assert (new.needs, new.answers.count()) == ([], 0)


def test_who_waits_already_gets_the_very_place():
    event = factories.event(capacity=1)
    (holder,) = factories.fill(event)
    factories.fill(event, 1)
    waiting = factories.registration(event=event, email=CYRIL.email)

    got = actions.hand_over(holder.pk, CYRIL)

    assert (got.pk, got.status) == (waiting.pk, "confirmed")
    assert statuses(event) == ["cancelled", "waiting", "confirmed"]
    assert shown(event) == (1, 1)


def test_who_has_a_place_already_leaves_this_one_to_the_line():
    event = factories.event(capacity=2)
    (holder,) = factories.fill(event, 1)
    known = factories.registration(event=event, email=CYRIL.email)
    (waiting,) = factories.fill(event, 1)

    assert actions.hand_over(holder.pk, CYRIL).pk == known.pk

    waiting.refresh_from_db()
    holder.refresh_from_db()
    assert waiting.is_confirmed
    # The holder's page says the same as for anybody else.
    assert (holder.replaced_by, holder.is_handed_over) == (None, True)
    assert known.changes.latest("pk").kind == "registered_again"


def test_a_place_is_handed_over_until_its_deadline_by_who_has_one():
    event = factories.event(capacity=1)
    (holder,) = factories.fill(event)
    (waiting,) = factories.fill(event, 1)

    with pytest.raises(actions.RegistrationError):
        actions.hand_over(waiting.pk, CYRIL)
    own = Substitute(name=holder.name, email=holder.email, language="cs")
    with pytest.raises(actions.RegistrationError):
        actions.hand_over(holder.pk, own)
    late = time_machine.travel(event.substitution_ends_at)
    with late, pytest.raises(actions.RegistrationError) as error:
        actions.hand_over(holder.pk, CYRIL)
    assert str(error.value).startswith("Místo bylo možné předat do ")
    event_actions.cancel_event(event.pk)
    with pytest.raises(actions.RegistrationError):
        actions.hand_over(holder.pk, CYRIL)


def test_a_corrected_address_keeps_what_organisers_wrote_and_gave():
    event = factories.event()
    old = factories.registration(event=event)
    actions.write_note(old.pk, note="Přijede později", tags="tisk")
    until = event.starts_at - timedelta(hours=1)
    actions.reopen_deadline(old.pk, until)

    new = actions.correct_address(old.pk, "nova@mesto.example")

    assert (new.note, new.tags, new.deadline_reopened_until) == ("Přijede později", "tisk", until)


def test_a_substitute_with_a_corrected_address_stays_one_and_brings_no_note():
    holder = factories.registration(event=factories.event())
    actions.write_note(holder.pk, note="Přijede později", tags="tisk")

    new = actions.hand_over(holder.pk, CYRIL)
    corrected = actions.correct_address(new.pk, "nova@mesto.example")

    assert (new.note, new.tags) == ("", "")
    assert (corrected.is_substitute, corrected.reference) == (True, new.reference)


@pytest.mark.parametrize("is_known", [False, True])
def test_handed_over_twice_it_is_handed_over_once(is_known):
    event = factories.event()
    holder = factories.registration(event=event)
    if is_known:
        factories.registration(event=event, email=CYRIL.email)

    for _n in range(2):
        actions.hand_over(holder.pk, CYRIL)

    assert [kind for kind, *_moves in facts(holder)] == ["registered", "handed_over"]
    assert shown(event) == (1, 0)


def test_an_organiser_is_told_that_the_address_is_registered():
    holder, known = factories.fill(factories.event(), 2)
    substitute = factories.substitute(email=known.email)

    with pytest.raises(actions.RegistrationError, match="už je přihlášená"):
        actions.hand_over(holder.pk, substitute, actor_id=7)

    assert [len(facts(row)) for row in (holder, known)] == [1, 1]


def test_past_the_deadline_organisers_hand_over_and_whom_they_gave_time():
    event = factories.event(substitution_hours=2)
    first, second, third = factories.fill(event, 3)
    actions.reopen_deadline(third.pk, event.starts_at - timedelta(minutes=30))

    with time_machine.travel(event.starts_at - timedelta(hours=2), tick=False):
        with pytest.raises(actions.RegistrationError):
            actions.hand_over(first.pk, factories.substitute())
        actions.hand_over(second.pk, factories.substitute(), actor_id=7)
        actions.hand_over(third.pk, factories.substitute())
    started = time_machine.travel(event.starts_at, tick=False)
    with started, pytest.raises(actions.RegistrationError):
        actions.hand_over(first.pk, factories.substitute(), actor_id=7)

    first.refresh_from_db()
    assert (first.status, shown(event)) == ("confirmed", (3, 0))


def test_without_an_address_a_substitute_is_told_by_contact_and_name():
    event = factories.event()
    contact = {"contact_name": "Bára", "contact_email": "bara@mesto.example"}
    known = factories.registration(event=event, name="Jan Novák", email="", **contact)
    holder = factories.registration(event=event, name="Eva Malá", email="", **contact)

    assert actions.hand_over(holder.pk, Substitute("Jan Novak", "", "cs")) == known

    holder.booking.refresh_from_db()
    assert holder.booking.known_names == ["Jan Novak"]
    assert shown(event) == (1, 0)


BARA = {"contact_name": "Bára Ukázková", "contact_email": "bara@mesto.example"}


def in_party(event, **fields):
    return factories.registration(event=event, **BARA | fields)


def corrected(person, **fields):
    values = {"name": person.name, "email": person.email} | fields
    return actions.correct_person(person.pk, **values, via="link")


def test_a_name_is_corrected_in_place_and_the_fact_names_nobody():
    person = in_party(factories.event(), name="Ana Vzorova")
    token = person.token

    same = corrected(person, name="Anna Vzorová")

    person.refresh_from_db()
    assert (same.pk, person.name, person.token) == (person.pk, "Anna Vzorová", token)
    assert "anna vzorova" in person.search_key
    fact = person.changes.latest("pk")
    assert (fact.kind, fact.via, fact.data) == ("renamed", "link", {"name": [None, None]})
    corrected(person)
    assert person.changes.latest("pk").pk == fact.pk


def test_name_and_address_are_corrected_by_one_new_row():
    event = factories.event()
    old = in_party(event, name="Ana", email="ana@mesto.example", vegetarian=True)

    new = corrected(old, name="Anna", email="anna@mesto.example")

    old.refresh_from_db()
    assert (old.name, old.replaced_by, new.name) == ("Ana", new, "Anna")
    assert (new.reference, new.vegetarian, new.booking) == (old.reference, True, old.booking)
    assert facts(old)[-1] == ("transferred", "confirmed", "cancelled")
    assert facts(new) == [("corrected", "", "confirmed")]
    assert new.changes.get().data == {"name": [None, None]}
    assert shown(event) == (1, 0)


def test_correcting_to_a_known_address_ends_this_row_and_tells_the_person():
    event = factories.event(capacity=2)
    known = factories.registration(event=event)
    old = in_party(event)
    (waiting,) = factories.fill(event, 1)

    assert corrected(old, name="Známá Osoba", email=known.email).pk == known.pk

    old.refresh_from_db()
    waiting.refresh_from_db()
    assert (old.status, old.replaced_by) == (Status.CANCELLED, None)
    assert old.booking.known_names == ["Známá Osoba"]
    assert known.changes.latest("pk").kind == "registered_again"
    assert waiting.is_confirmed


@pytest.mark.parametrize("has_place", [True, False])
def test_who_waits_already_gets_the_place_of_a_corrected_row_and_no_other(has_place):
    event = factories.event(capacity=1)
    holders = [] if has_place else factories.fill(event)
    old = in_party(event)
    factories.fill(event, 1)
    known = factories.registration(event=event)
    if holders:
        with time_machine.travel(event.promotion_ends_at):
            actions.cancel_registration(holders[0].pk)
            corrected(old, email=known.email)
    else:
        corrected(old, email=known.email)

    known.refresh_from_db()
    assert known.is_confirmed == has_place


def test_another_person_of_the_party_keeps_what_they_have():
    event = factories.event(capacity=3)
    first = in_party(event)
    second = actions.add_to_party(first.booking_id, factories.application(**BARA))

    with pytest.raises(actions.RegistrationError):
        corrected(first, email=second.email)

    assert statuses(event) == ["confirmed", "confirmed"]


def test_nobody_is_corrected_once_it_started_or_is_called_off():
    event = factories.event()
    person = in_party(event)

    with time_machine.travel(event.starts_at), pytest.raises(actions.RegistrationError):
        corrected(person, name="Nová")
    event_actions.cancel_event(event.pk)
    with pytest.raises(actions.RegistrationError):
        corrected(person, name="Nová")
