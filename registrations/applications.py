"""What one submit asks for, as plain values: who comes, for whom, and how to know it again."""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

from accounts.text import fold
from events.models import Kraj, Municipality
from registrations.models import Organisation, Registration, Sector


@dataclass(frozen=True)
class TypedTown:
    """A town that is not on the list: its name as typed and the kraj that was chosen."""

    name: str
    kraj_id: int


@dataclass(frozen=True)
class GivenAnswer:
    """What somebody says to one question: a text, a number or yes/no in `value`, or options."""

    question_id: int
    value: str = ""
    option_ids: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Application:
    """One delegate for one event. Texts are cleaned; e-mails lower-case; `email` may be empty.

    `town_id` and `typed_town` are both empty for a delegate from abroad. `waits_within_limit`:
    where a quota is reached, the delegate waits for a place within it instead of being refused.
    """

    name: str
    email: str
    organisation: str
    sector: str
    language: str
    town_id: int | None = None
    typed_town: TypedTown | None = None
    contact_name: str = ""
    contact_email: str = ""
    vegetarian: bool = False
    gluten_free: bool = False
    wheelchair: bool = False
    sign_language: bool = False
    needs_note: str = ""
    waits_within_limit: bool = False
    answers: tuple[GivenAnswer, ...] = ()

    @property
    def written_to(self) -> str:
        """The address that the answer goes to first."""
        return self.email or self.contact_email

    def digest(self) -> str:
        """The same for the same payload: tells a repeated submit from a reused key (rule 4)."""
        return _digest(asdict(self))

    @property
    def needs(self) -> dict[str, bool | str]:
        return {
            "vegetarian": self.vegetarian,
            "gluten_free": self.gluten_free,
            "wheelchair": self.wheelchair,
            "sign_language": self.sign_language,
            "needs_note": self.needs_note,
        }


@dataclass(frozen=True)
class Substitute:
    """Who comes in somebody's place; `email` is lower-case, and empty where a contact reads all."""

    name: str
    email: str
    language: str


@dataclass(frozen=True, kw_only=True)
class Party:
    """Up to ten people for one event by one submit; everybody names the same contact.

    `is_together`: they come all or not at all; otherwise as many as fit, in this order.
    """

    people: tuple[Application, ...]
    is_together: bool

    @property
    def contact_name(self) -> str:
        return self.people[0].contact_name

    @property
    def contact_email(self) -> str:
        return self.people[0].contact_email

    @property
    def written_to(self) -> str:
        return self.contact_email

    @property
    def language(self) -> str:
        return self.people[0].language

    def digest(self) -> str:
        """As of an application."""
        return _digest(asdict(self))


def of_same_person(registration: Registration, **fields: Any) -> Application:
    """Who is registered already, as they would apply for something else; `fields` are the rest."""
    booking, organisation = registration.booking, registration.organisation
    values: dict[str, Any] = {
        "name": registration.name,
        "email": registration.email,
        "organisation": organisation.name,
        "sector": organisation.sector,
        "language": registration.language,
        "town_id": registration.town_id,
        "contact_name": booking.contact_name,
        "contact_email": booking.contact_email,
    }
    return Application(**values | fields)


def _digest(payload: dict[str, Any]) -> str:
    text = json.dumps(payload, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def sender_of(application: Application) -> tuple[Municipality | None, Organisation]:
    """The town and the organisation that somebody comes from; one query for a known town hall."""
    if application.sector == Sector.CITY and application.town_id:
        halls = Organisation.objects.select_related("municipality")
        if hall := halls.filter(municipality=application.town_id).first():
            return hall.municipality, hall
    town = _town_of(application)
    return town, _organisation_of(application, town)


def _town_of(application: Application) -> Municipality | None:
    """The chosen town, or the one typed by hand: found in its kraj or made, on no list."""
    if application.town_id:
        return Municipality.objects.get(pk=application.town_id)
    typed = application.typed_town
    if typed is None:
        return None
    known = Municipality.objects.named(typed.name).filter(kraj_id=typed.kraj_id)
    town = known.order_by("-is_listed", "-population", "pk").first()
    return (
        town
        or Municipality.objects.get_or_create(
            kraj=Kraj.objects.get(pk=typed.kraj_id),
            search_key=fold(typed.name),
            is_listed=False,
            defaults={"name": typed.name},
        )[0]
    )


def _organisation_of(application: Application, town: Municipality | None) -> Organisation:
    """The town hall of the town, or the organisation of that folded name in its sector."""
    if application.sector == Sector.CITY and town is not None:
        return Organisation.objects.get_or_create(
            municipality=town, defaults={"sector": Sector.CITY, "name": town.name}
        )[0]
    return Organisation.objects.get_or_create(
        sector=application.sector,
        search_key=fold(application.organisation),
        municipality=None,
        defaults={"name": application.organisation},
    )[0]
