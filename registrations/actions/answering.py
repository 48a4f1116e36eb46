"""What somebody registered says anew: answers, needs, name and organisation as typed."""

from collections.abc import Mapping, Sequence

from django.utils import timezone

from accounts.transactions import action
from registrations import questions, rules
from registrations.actions.locks import locked_registration
from registrations.applications import GivenAnswer
from registrations.models import NEEDS, Registration, RegistrationChange


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
    changed = _rewrite(registration, written | dict(needs))
    if questions.rewrite(registration, answers):
        changed.append("answers")
    if not changed:
        return None
    data = {name: [None, None] for name in changed}
    return registration.write_fact(
        RegistrationChange.Kind.ANSWERS_CHANGED, now, actor_id=actor_id, via=via, data=data
    )


def _rewrite(registration: Registration, values: Mapping[str, bool | str]) -> list[str]:
    """Saves the columns and returns what changed: of needs it names no single one."""
    names = [name for name, value in values.items() if getattr(registration, name) != value]
    for name in names:
        setattr(registration, name, values[name])
    if names:
        registration.save(update_fields=[*names, "search_key"])
    return sorted({"needs" if name in NEEDS else name for name in names})
