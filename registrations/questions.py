"""What an event asks, what people said, and how chosen options are counted.

Options are counted as places are: by the rows of who holds a place, under the event's lock. An
option has no waiting list; who waits for a place holds none yet.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events.models import Event
from registrations.applications import GivenAnswer
from registrations.models import Answer, Option, Question, Registration
from registrations.rules import Problem, RegistrationError
from registrations.states import Status


class OptionFull(RegistrationError):
    """A chosen option has no place left, or filled up in this moment."""

    def __init__(self, options: Iterable[Option]) -> None:
        super().__init__([_is_full(option) for option in options])


def _is_full(option: Option) -> Problem:
    return _("%(option)s is full. Choose something else.") % {"option": option.label}


@dataclass(frozen=True)
class Asked:
    """The questions of an event as a form shows them: `full` options are not to be had.

    What this person `held` already is never full to them, and stays a choice once it is retired.
    `is_of_call`: they apply for membership, so nobody speaks of badges and calendars.
    """

    questions: tuple[Question, ...] = ()
    full: frozenset[int] = frozenset()
    held: frozenset[int] = frozenset()
    is_of_call: bool = False

    def options_of(self, question: Question) -> list[Option]:
        """The choices of a question, in their order."""
        options = question.options.all()
        return [option for option in options if not option.is_retired or option.pk in self.held]

    def is_full(self, question: Question) -> bool:
        """Whether a question gives choices, and none of them is to be had."""
        return question.has_options and all(
            option.pk in self.full for option in self.options_of(question)
        )


@dataclass(frozen=True)
class Said:
    """What one person said to one question; `lost` are options that were full by then."""

    label: str
    words: str = ""
    lost: str = ""


NOTHING = Asked()


def read_by(event: Event) -> Asked:
    """What the event asks, to read a sent form by: what is full, `refuse_full` decides."""
    return Asked(tuple(Question.objects.asked_by(event)), is_of_call=event.is_call)


def asked_by(event: Event) -> Asked:
    """What the event asks a newcomer; one query where it asks nothing."""
    asked = read_by(event)
    return replace(asked, full=full_options(event, _options(asked.questions)))


def asked_of(registration: Registration) -> Asked:
    """What somebody registered is asked, by their sector (`registration` read with its event)."""
    sector = registration.organisation.sector
    questions = Question.objects.asked_by(registration.event)
    asked = tuple(question for question in questions if question.concerns(sector))
    held = held_by(registration)
    return Asked(asked, full_options(registration.event, _options(asked)) - held, held)


def are_asked_of(registration: Registration) -> bool:
    """Whether the event asks anything of somebody's sector; one query where it asks nothing."""
    return bool(asked_of(registration).questions)


def are_missing_from(registration: Registration) -> bool:
    """Whether something that must be answered is not; what is full cannot be asked of anybody."""
    asked = asked_of(registration)
    answered = set(Answer.objects.of(registration).values_list("question_id", flat=True))
    return any(
        question.is_required and question.pk not in answered and not asked.is_full(question)
        for question in asked.questions
    )


def _options(questions: Iterable[Question]) -> list[Option]:
    return [option for question in questions for option in question.options.all()]


def held_by(registration: Registration) -> frozenset[int]:
    """The options that a person chose and did not lose; who waits keeps the wish."""
    own = Answer.objects.of(registration).filter(is_granted=True)
    return frozenset(own.by_option())


def full_options(event: Event, options: Iterable[Option]) -> frozenset[int]:
    """Which of these have no place left in the event; one query where any has a limit.

    Only under the event's lock does the answer hold (rule 3).
    """
    limits = {option.pk: option.limit for option in options if option.limit is not None}
    if not limits:
        return frozenset()
    taken = Answer.objects.held_in(event).filter(option__in=limits).by_option()
    return frozenset(pk for pk, limit in limits.items() if taken.get(pk, 0) >= limit)


def refuse_full(
    event: Event, given: Sequence[GivenAnswer], held: Collection[int] = frozenset()
) -> None:
    """Raises OptionFull where chosen options that are not `held` have no place for all of these.

    It knows no address (rule 20). The caller holds the event's lock.
    """
    chosen = Counter(pk for answer in given for pk in answer.option_ids if pk not in held)
    limited = Option.objects.filter(pk__in=chosen, limit__isnull=False)
    options = list(limited.order_by("position", "pk")) if chosen else []
    if not options:
        return
    taken = Answer.objects.held_in(event).filter(option__in=options).by_option()
    full = [
        option
        for option in options
        if taken.get(option.pk, 0) + chosen[option.pk] > (option.limit or 0)
    ]
    if full:
        raise OptionFull(full)


def problems_of_holding(event: Event) -> list[Problem]:
    """Why those who await a decision cannot hold a place from now on: their options would not do.

    The caller holds the lock of an event where they hold none yet.
    """
    undecided = Answer.objects.filter(
        registration__event=event, registration__status=Status.PENDING, is_granted=True
    )
    asked, taken = undecided.by_option(), Answer.objects.held_in(event).by_option()
    options = Option.objects.filter(pk__in=asked, limit__isnull=False).order_by("pk")
    text = gettext_lazy("%(option)s: the applications would not fit into its places.")
    return [
        text % {"option": option.label}
        for option in options
        if taken.get(option.pk, 0) + asked[option.pk] > (option.limit or 0)
    ]


def note_lowering(option: Option, now: datetime) -> None:
    """Keeps when a limit, not saved yet, became smaller: more people may have the option by then.

    The caller saves the row.
    """
    former = Option.objects.filter(pk=option.pk).first()
    if former is None or option.limit is None:
        return
    if former.limit is None or option.limit < former.limit:
        option.lowered_at = now


def drop_full(registration: Registration) -> None:
    """The options that filled up while somebody waited are lost; the answer says so.

    Called before the row takes its place, under the event's lock.
    """
    chosen = Option.objects.filter(
        answers__registration=registration, answers__is_granted=True, limit__isnull=False
    )
    full = full_options(registration.event, chosen)
    if full:
        Answer.objects.of(registration).filter(option__in=full).update(is_granted=False)


def record(registration: Registration, given: Sequence[GivenAnswer]) -> None:
    """Keeps the answers of a new row, in the words that the person read."""
    if given:
        Answer.objects.bulk_create(
            row for rows in _wanted(registration, given).values() for row in rows
        )


def _wanted(registration: Registration, given: Sequence[GivenAnswer]) -> dict[int, list[Answer]]:
    """The rows that these answers make, by question; what the event does not ask makes none."""
    by_question = {answer.question_id: answer for answer in given}
    asked = Question.objects.asked_by(registration.event).filter(pk__in=by_question)
    with translation.override(registration.language):
        return {
            question.pk: _rows(registration, question, by_question[question.pk])
            for question in asked
        }


def _rows(registration: Registration, question: Question, given: GivenAnswer) -> list[Answer]:
    common = {
        "registration": registration,
        "question": question,
        "question_words": question.label,
    }
    if not question.has_options:
        words = _words(question, given.value)
        return [Answer(**common, value=given.value, words=words)] if given.value else []
    chosen = [option for option in question.options.all() if option.pk in given.option_ids]
    return [Answer(**common, option=option, words=option.label) for option in chosen]


def _words(question: Question, value: str) -> str:
    if question.kind != Question.Kind.YES_NO:
        return value
    return _("yes") if value == "yes" else _("no")


def rewrite(registration: Registration, given: Sequence[GivenAnswer]) -> bool:
    """Puts these answers in the place of the former ones; whether anything changed.

    What is said again keeps its row and its words, and so do questions that are not asked any more.
    A lost option goes once something else is chosen instead.
    """
    wanted, former = _wanted(registration, given), _former(registration)
    changes = [_replace_one(former[pk], wanted.get(pk, [])) for pk in {*former, *wanted}]
    return any(changes)


def _former(registration: Registration) -> dict[int, list[Answer]]:
    asked = {question.pk for question in asked_of(registration).questions}
    former: dict[int, list[Answer]] = defaultdict(list)
    for answer in Answer.objects.of(registration).filter(question__in=asked):
        former[answer.question_id].append(answer)
    return former


def _replace_one(former: Sequence[Answer], wanted: Sequence[Answer]) -> bool:
    held = {(row.option_id, row.value) for row in former if row.is_granted}
    said = {(row.option_id, row.value) for row in wanted}
    added = [row for row in wanted if (row.option_id, row.value) not in held]
    gone = [
        row.pk
        for row in former
        if (row.is_granted and (row.option_id, row.value) not in said)
        or (added and not row.is_granted)
    ]
    if gone:
        Answer.objects.filter(pk__in=gone).delete()
    Answer.objects.bulk_create(added)
    return bool(gone or added)


def copy(old: Registration, new: Registration) -> None:
    """The row that goes on in the place of another said the same."""
    rows = list(Answer.objects.of(old).order_by("pk"))
    for row in rows:
        row.pk, row.registration = None, new
    Answer.objects.bulk_create(rows)


def said_by(registration: Registration) -> list[Said]:
    """What a person said, question by question, in the words they read; one query."""
    by_question: dict[int, list[Answer]] = defaultdict(list)
    for answer in Answer.objects.of(registration).in_order():
        by_question[answer.question_id].append(answer)
    return [
        Said(
            label=answers[0].question_words,
            words=", ".join(answer.words for answer in answers if answer.is_granted),
            lost=", ".join(answer.words for answer in answers if not answer.is_granted),
        )
        for answers in by_question.values()
    ]


def lost_by(registration: Registration) -> list[str]:
    """The options that were full when the person got their place, in their own words."""
    return list(Answer.objects.of(registration).lost().in_order().values_list("words", flat=True))
