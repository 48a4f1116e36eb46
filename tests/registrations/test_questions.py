import pytest
from django.db import IntegrityError, transaction

from registrations import actions, questions
from registrations.applications import GivenAnswer
from registrations.models import Answer, Booking, Question
from tests import factories
from tests.registrations.rows import facts

pytestmark = pytest.mark.django_db


def words(registration):
    return [(said.label, said.words, said.lost) for said in questions.said_by(registration)]


def options_of(question):
    return list(question.options.order_by("position"))


@pytest.fixture
def event():
    return factories.event(capacity=3)


@pytest.fixture
def lunch(event):
    """Two options with one place each."""
    return options_of(factories.question("Guláš", "Svíčková", event=event, limit=1))


def test_an_event_asks_its_series_first_then_itself_and_nothing_retired(event):
    other = factories.event(series=event.series)
    own = factories.question(event=event, label_cs="Oběd")
    of_series = factories.question(series=event.series, label_cs="Oblast", position=9)
    factories.question(event=other, label_cs="Cizí")
    factories.question(event=event, label_cs="Stará", is_retired=True)

    assert list(questions.asked_by(event).questions) == [of_series, own]


def test_nothing_asked_is_one_query(event, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert questions.asked_by(event) == questions.NOTHING


def test_an_answer_keeps_the_words_it_was_given_under(event):
    area = factories.question("Doprava", event=event)
    (option,) = options_of(area)
    typed = factories.question(event=event, label_cs="Odkud přijedete", position=1)
    said = (*factories.chosen(option), GivenAnswer(typed.pk, "Ze Zlína"))
    registration = factories.registration(event=event, answers=said)

    Question.objects.update(label_cs="Jinak")
    option.label_cs = "Energetika"
    option.save()

    assert words(registration) == [("Oblast", "Doprava", ""), ("Odkud přijedete", "Ze Zlína", "")]


def test_words_are_of_the_persons_language(event):
    question = factories.question(event=event, kind="yes_no")
    said = (GivenAnswer(question.pk, "yes"),)

    czech = factories.registration(event=event, answers=said)
    english = factories.registration(event=event, answers=said, language="en")

    assert (words(czech), words(english)) == ([("Oblast", "ano", "")], [("Area", "yes", "")])


def test_the_last_of_an_option_is_given_once_and_others_stay_open(event, lunch):
    first, second = lunch
    factories.registration(event=event, answers=factories.chosen(first))

    with pytest.raises(actions.OptionFull) as refused:
        factories.registration(event=event, answers=factories.chosen(first))
    other = factories.registration(event=event, answers=factories.chosen(second))

    assert str(refused.value) == "Guláš: už je obsazeno. Vyberte něco jiného."
    assert other.is_confirmed
    assert Booking.objects.count() == 2
    assert questions.asked_by(event).full == {first.pk, second.pk}


def test_an_option_of_a_series_is_counted_in_each_event(event):
    (option,) = options_of(factories.question("Doprava", series=event.series, limit=1))
    other = factories.event(series=event.series)
    factories.registration(event=event, answers=factories.chosen(option))

    elsewhere = factories.registration(event=other, answers=factories.chosen(option))

    assert elsewhere.is_confirmed
    assert questions.asked_by(event).full == {option.pk}


def test_a_cancelled_person_gives_the_option_back(event, lunch):
    first = factories.registration(event=event, answers=factories.chosen(lunch[0]))

    actions.cancel_registration(first.pk)

    assert questions.asked_by(event).full == frozenset()


def test_who_waits_holds_no_option(event, lunch):
    factories.fill(event)

    waits = factories.registration(event=event, answers=factories.chosen(lunch[0]))
    too = factories.registration(event=event, answers=factories.chosen(lunch[0]))

    assert (waits.is_waiting, too.is_waiting) == (True, True)
    assert questions.asked_by(event).full == frozenset()


def test_who_is_promoted_is_confirmed_without_what_filled_up(event, lunch):
    factories.fill(event)
    waiting = [
        factories.registration(event=event, answers=factories.chosen(lunch[0])) for _n in range(2)
    ]
    actions.change_capacity(event.pk, 5)

    for row in waiting:
        row.refresh_from_db()
    assert [row.is_confirmed for row in waiting] == [True, True]
    assert words(waiting[0]) == [("Oblast", "Guláš", "")]
    assert words(waiting[1]) == [("Oblast", "", "Guláš")]
    assert questions.lost_by(waiting[1]) == ["Guláš"]
    assert facts(waiting[1])[-1] == ("promoted", "waiting", "confirmed")


def test_an_approved_applicant_without_a_held_place_may_lose_an_option(lunch, event):
    actions.change_admission(
        event.pk, admission="approval", has_place_while_pending=False, offer_hours=None
    )
    both = [
        factories.registration(event=event, answers=factories.chosen(lunch[0])) for _n in range(2)
    ]
    assert [row.is_pending for row in both] == [True, True]

    actions.approve(event.pk, [row.pk for row in both])

    assert [questions.lost_by(row) for row in both] == [[], ["Guláš"]]


def test_applicants_cannot_begin_to_hold_options_that_are_too_few(lunch, event):
    way = {"admission": "approval", "offer_hours": None}
    actions.change_admission(event.pk, **way, has_place_while_pending=False)
    for _n in range(2):
        factories.registration(event=event, answers=factories.chosen(lunch[0]))

    with pytest.raises(actions.RegistrationError) as refused:
        actions.change_admission(event.pk, **way, has_place_while_pending=True)

    assert str(refused.value) == "Guláš: přihlášky by se do jejích míst nevešly."


def test_applicants_whose_options_suffice_begin_to_hold_them(lunch, event):
    way = {"admission": "approval", "offer_hours": None}
    actions.change_admission(event.pk, **way, has_place_while_pending=False)
    factories.registration(event=event, answers=factories.chosen(lunch[0]))

    actions.change_admission(event.pk, **way, has_place_while_pending=True)

    event.refresh_from_db()
    assert questions.asked_by(event).full == {lunch[0].pk}


def test_a_corrected_address_says_the_same(event, lunch):
    old = factories.registration(event=event, answers=factories.chosen(lunch[0]))

    new = actions.correct_address(old.pk, "nova@mesto.example")

    assert words(new) == words(old) == [("Oblast", "Guláš", "")]
    assert Answer.objects.held_in(event).by_option() == {lunch[0].pk: 1}


def test_one_more_place_keeps_the_answers_and_no_full_option(event, lunch):
    factories.fill(event, 2)
    factories.registration(event=event, answers=factories.chosen(lunch[0]))
    reason = {"reason": "Host pořadatelů."}

    full = factories.application(answers=factories.chosen(lunch[0]))
    with pytest.raises(actions.OptionFull):
        actions.register_with_extra_place(event.pk, full, factories.submit(), **reason)
    application = factories.application(answers=factories.chosen(lunch[1]))
    extra = actions.register_with_extra_place(event.pk, application, factories.submit(), **reason)

    assert words(extra) == [("Oblast", "Svíčková", "")]


def test_answers_are_part_of_what_a_key_stands_for(event, lunch):
    submit, application = factories.submit(), factories.application()
    actions.register(event.pk, application, submit)
    changed = factories.application(
        name=application.name, email=application.email, answers=factories.chosen(lunch[0])
    )

    with pytest.raises(actions.KeyReused):
        actions.register(event.pk, changed, submit)


def test_what_the_event_does_not_ask_is_no_answer(event, lunch):
    foreign = factories.question(event=factories.event())

    registration = factories.registration(event=event, answers=(GivenAnswer(foreign.pk, "x"),))

    assert words(registration) == []


@pytest.mark.parametrize("fields", [{}, {"both": True}])
def test_a_question_is_of_a_series_or_of_an_event(event, fields):
    where = {"series": event.series, "event": event} if fields else {}
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.question(**where)
