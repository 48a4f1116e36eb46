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


# --- Somebody else comes ----------------------------------------------------------------------
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
