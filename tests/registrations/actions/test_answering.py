from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from events import actions as event_actions
from registrations import actions, questions
from registrations.applications import GivenAnswer
from registrations.models import Answer
from tests import factories
from tests.registrations.rows import facts

pytestmark = pytest.mark.django_db
NEEDS = {
    "vegetarian": False,
    "gluten_free": False,
    "wheelchair": False,
    "sign_language": False,
    "needs_note": "",
}


def change(registration, *answers, organisation=None, needs=None, **fields):
    return actions.change_answers(
        registration.pk,
        organisation=organisation or registration.organisation_name,
        needs=NEEDS | (needs or {}),
        answers=answers,
        **fields,
    )


def words(registration):
    return [(said.words, said.lost) for said in questions.said_by(registration)]


@pytest.fixture
def event():
    return factories.event(capacity=3)


@pytest.fixture
def lunch(event):
    question = factories.question("Guláš", "Svíčková", "Salát", event=event, limit=1)
    return list(question.options.order_by("position"))


def test_changed_answers_are_one_fact_that_says_none_of_them(event, lunch):
    own = factories.registration(event=event, answers=factories.chosen(lunch[0]))

    fact = change(
        own, *factories.chosen(lunch[1]), organisation="Město Zlín", needs={"wheelchair": True}
    )

    own.refresh_from_db()
    assert words(own) == [("Svíčková", "")]
    assert (own.organisation_name, own.wheelchair, own.revision) == ("Město Zlín", True, 0)
    assert "mesto zlin" in own.search_key
    assert facts(own)[-1] == ("answers_changed", "confirmed", "confirmed")
    assert fact.data == {
        "answers": [None, None],
        "needs": [None, None],
        "organisation_name": [None, None],
    }


def test_nothing_changed_is_no_fact(event, lunch):
    own = factories.registration(event=event, answers=factories.chosen(lunch[0]))

    assert change(own, *factories.chosen(lunch[0])) is None

    assert facts(own) == [("registered", "", "confirmed")]


def test_what_is_said_again_keeps_its_words(event, lunch):
    typed = factories.question(event=event, label_cs="Odkud")
    said = (*factories.chosen(lunch[0]), GivenAnswer(typed.pk, "Zlín"))
    own = factories.registration(event=event, answers=said)
    typed.label_cs = "Odkud přijedete"
    typed.save()

    change(own, *factories.chosen(lunch[1]), GivenAnswer(typed.pk, "Zlín"))

    assert [said.label for said in questions.said_by(own)] == ["Oblast", "Odkud"]


def test_a_full_option_is_refused_and_nothing_is_written(event, lunch):
    factories.registration(event=event, answers=factories.chosen(lunch[0]))
    own = factories.registration(event=event, answers=factories.chosen(lunch[1]))

    with pytest.raises(actions.OptionFull):
        change(own, *factories.chosen(lunch[0]), organisation="Jinde")

    own.refresh_from_db()
    assert (words(own), own.organisation_name) == ([("Svíčková", "")], "Ukázková firma")


def test_an_own_full_option_can_be_kept(event, lunch):
    own = factories.registration(event=event, answers=factories.chosen(lunch[0]))

    assert change(own, *factories.chosen(lunch[0]), organisation="Jinde")

    assert words(own) == [("Guláš", "")]


def test_a_lost_option_stays_told_until_another_is_chosen(event, lunch):
    own = factories.registration(event=event, answers=factories.chosen(lunch[0]))
    Answer.objects.update(is_granted=False)

    change(own, organisation="Jinde")
    assert words(own) == [("", "Guláš")]
    change(own, *factories.chosen(lunch[1]))

    assert words(own) == [("Svíčková", "")]


def test_a_lost_option_that_came_free_can_be_chosen_again(event, lunch):
    own = factories.registration(event=event, answers=factories.chosen(lunch[0]))
    Answer.objects.update(is_granted=False)

    change(own, *factories.chosen(lunch[0]))

    assert words(own) == [("Guláš", "")]


def test_retired_questions_keep_their_answers(event, lunch):
    own = factories.registration(event=event, answers=factories.chosen(lunch[0]))
    event.questions.update(is_retired=True)

    change(own, organisation="Jinde")

    assert words(own) == [("Guláš", "")]


@pytest.mark.parametrize(("hours", "is_possible"), [(49, True), (47, False)])
def test_people_may_until_the_deadline_and_organisers_until_the_start(hours, is_possible):
    own = factories.registration(event=factories.event())
    with time_machine.travel(own.event.starts_at - timedelta(hours=hours)):
        if is_possible:
            assert change(own, organisation="Jinde")
        else:
            with pytest.raises(actions.RegistrationError, match="Odpovědi bylo možné měnit do"):
                change(own, organisation="Jinde")
        assert change(own, organisation="Jinde 2", actor_id=1)


def test_nobody_changes_answers_after_the_start_or_of_what_is_over():
    own = factories.registration(event=factories.event())
    off = factories.registration(event=factories.event())
    gone = factories.registration(event=factories.event())
    event_actions.cancel_event(off.event_id)
    actions.cancel_registration(gone.pk)

    for row, words in ((off, "Setkání je zrušené."), (gone, "Registrace už neplatí.")):
        with pytest.raises(actions.RegistrationError, match=words):
            change(row, organisation="Jinde")
    with (
        time_machine.travel(own.event.starts_at + timedelta(minutes=1)),
        pytest.raises(actions.RegistrationError, match="Setkání už začalo"),
    ):
        change(own, organisation="Jinde", actor_id=1)
    assert timezone.now() < own.event.starts_at
