"""What organisers write about one person, and the time they give one person alone."""

from datetime import datetime

from django.utils import timezone

from accounts.transactions import action
from events.history import plain
from registrations import rules
from registrations.locks import locked_registration
from registrations.models import Registration, RegistrationChange

Kind = RegistrationChange.Kind


@action
def write_note(
    registration_id: int, *, note: str, tags: str, actor_id: int | None = None
) -> RegistrationChange | None:
    """Puts this note and these tags (as `tags.normalised` writes them) in the place of the former.

    Also of a registration that is over. Returns the fact, which names what changed and says none of
    it, or None where nothing does. Raises Registration.DoesNotExist.
    """
    registration = locked_registration(registration_id)
    values = {"note": note, "tags": tags}
    changed = [name for name, value in values.items() if getattr(registration, name) != value]
    if not changed:
        return None
    registration.note, registration.tags = note, tags
    registration.save(update_fields=["note", "tags", "search_key"])
    data = {name: [None, None] for name in changed}
    return registration.write_fact(Kind.NOTED, timezone.now(), actor_id=actor_id, data=data)


@action
def reopen_deadline(
    registration_id: int, until: datetime | None, *, actor_id: int | None = None, note: str = ""
) -> Registration:
    """Lets one person change answers and pass the place on until this moment (aware), or no more.

    A later deadline of everybody's stays as it is. Raises RegistrationError,
    Registration.DoesNotExist.
    """
    registration = locked_registration(registration_id)
    now = timezone.now()
    rules.refuse(rules.problems_of_reopening(registration, until, now))
    former = registration.deadline_reopened_until
    if until == former:
        return registration
    registration.deadline_reopened_until = until
    registration.save(update_fields=["deadline_reopened_until"])
    data = {"deadline_reopened_until": [plain(former), plain(until)]}
    registration.write_fact(
        Kind.DEADLINE_REOPENED, now, actor_id=actor_id, via="desk", note=note, data=data
    )
    return registration
