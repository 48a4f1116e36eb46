"""What somebody registered says anew: answers, needs, name and organisation as typed."""

from collections.abc import Mapping, Sequence

from django.utils import timezone

from accounts.transactions import action
from registrations import questions, rules
from registrations.actions.steps import rewrite_person
from registrations.applications import GivenAnswer
from registrations.locks import locked_registration
from registrations.models import RegistrationChange


@action
def change_answers(
    registration_id: int,
    *,
    organisation: str,
    needs: Mapping[str, bool | str],
    answers: Sequence[GivenAnswer],
    name: str = "",
    actor_id: int | None = None,
    via: str = "",
) -> RegistrationChange | None:
    """Puts these answers, needs, name and organisation as typed in the place of the former ones.

    An empty name stays as it is. The person may until `answer_hours` before the start, an organiser
    (`actor_id`) until the start. Returns the fact, which names what changed and says none of it, or
    None where nothing does. Raises RegistrationError, OptionFull for an option without a place,
    Registration.DoesNotExist.
    """
    registration = locked_registration(registration_id)
    now = timezone.now()
    is_own = actor_id is None
    why_not = rules.problems_of_changing_answers if is_own else rules.problems_of_correcting
    rules.refuse(why_not(registration, now))
    questions.refuse_full(registration.event, answers, questions.held_by(registration))
    written = {"name": name or registration.name, "organisation_name": organisation}
    changed = rewrite_person(registration, written | dict(needs))
    if questions.rewrite(registration, answers):
        changed.append("answers")
    if not changed:
        return None
    data = {name: [None, None] for name in changed}
    return registration.write_fact(
        RegistrationChange.Kind.ANSWERS_CHANGED, now, actor_id=actor_id, via=via, data=data
    )
