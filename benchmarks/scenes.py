"""What the database holds while the pictures are taken: scenes, each built upon the last."""

import itertools
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.core.mail import send_mail
from django.core.management import call_command
from django.utils import timezone

from accounts.models import User
from benchmarks.stack import TREE
from events import actions as event_actions
from events.models import Event, EventQuerySet, Municipality, Venue
from notifications.actions import stop_follow
from notifications.models import Follow, Message
from notifications.sweeping import sweep
from registrations import actions, limits
from registrations.models import Invitation, Registration
from tests import factories

SERIES, WORKSHOPS, GROUPS = "smart-regiony-2018", "smart-cities-pitch", "pracovni-skupiny"
PASSWORD = "modrý kufr plný map"
IMPATIENT = "netrpelivy@mesto.example"
NAMES = (
    *("Anna Vzorová", "Jiří Ukázkový", "Eva Příkladná", "Petr Zkušební", "Marie Názorná"),
    *("Tomáš Modelový", "Lenka Testovací", "Bartoloměj Nejneobvyklejší-Dlouhý", "Jana Krátká"),
)
TOWNS = ("Milevsko", "Klatovy", "Kolín", "Louny", "Žďár nad Sázavou", "Přerov", "Vsetín", "Zbiroh")
_numbers = itertools.count()


@dataclass
class Cast:
    """Whom the pictures are about, by a word for each."""

    people: dict[str, Registration] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    follows: dict[str, Follow] = field(default_factory=dict)
    invitations: dict[str, Invitation] = field(default_factory=dict)

    def token(self, word: str) -> str:
        return self.people[word].token


def event(slug: str) -> Event:
    return Event.objects.with_place().get(series__slug=SERIES, slug=slug)


def towns_alone() -> None:
    """A site that nobody has filled yet."""
    call_command("load_regions", verbosity=0)


def programme() -> Cast:
    """The programme as `make run` shows it; one event without a date, one closed, one moved."""
    for name in (SERIES, WORKSHOPS, GROUPS):
        file = TREE / "events/data" / f"{name}.yaml"
        call_command("load_programme", str(file), upcoming=True, verbosity=0)
    cast = Cast(users=_users())
    cast.people["moved-hall"] = _person(event("jihovychod"))
    _person(event("jihovychod"), language="en")
    _tell()
    _rows("praha").update(starts_at=None, ends_at=None)
    cast.follows = _follows(event("praha"))
    _rows("stredni-cechy").update(closing_hours=24 * 300)
    _move_hall(event("jihovychod"))
    _tell()
    return cast


def crowd(cast: Cast) -> None:
    """People everywhere, and an event in every state that a tile can show."""
    original = Event.objects.get(series__slug=SERIES, slug="jihozapad")
    assert original.starts_at
    event_actions.move_event(event("praha").pk, original.starts_at, original.ends_at)
    _rows("stredni-cechy").update(closing_hours=24)
    _call_off_and_hold(cast)
    _open(cast)
    _people(event("stredni-cechy"), places=16, count=13)
    _line(cast)
    _people(event("stredni-morava"), places=12, count=12)
    _rows("stredni-morava").update(has_waiting_list=False)
    _rows("moravskoslezsko").update(opens_at=timezone.now() + timedelta(days=9))
    _move(cast)
    cast.people["called-off"] = cast.people["moved-hall"]
    event_actions.cancel_event(event("jihovychod").pk, note="Hala je pod vodou.")
    _tell()
    _end(cast)
    _fail_mails()
    send_mail("Kód k přihlášení", "ABCDEF", None, ["organiser-cs@setkani.example"])
    _exhaust_patience()


def _rows(slug: str) -> EventQuerySet:
    return Event.objects.filter(series__slug=SERIES, slug=slug)


def _tell() -> None:
    """Everybody reads what happened so far."""
    sweep(timezone.now())


def _follows(announced: Event) -> dict[str, Follow]:
    """Who waits for the date: not confirmed yet, confirmed, stopped, and one in English."""
    found = {
        word: factories.follow(event=announced, is_confirmed=word != "asked")
        for word in ("asked", "followed", "stopped")
    }
    stop_follow(found["stopped"].pk)
    factories.follow(event=announced, language="en")
    return found


def _users() -> dict[str, User]:
    """Organisers of both languages: with a password alone, with an app, with all there is."""
    found = {}
    for language, name in (("cs", "Olga Ukázková"), ("en", "Oscar Example")):
        for kind in ("organiser", "app", "secured"):
            email = f"{kind}-{language}@setkani.example"
            found[f"{kind}-{language}"] = factories.organiser(
                email=email, name=name, language=language, password=PASSWORD
            )
        _add_app(found[f"app-{language}"])
        _secure(found[f"secured-{language}"])
    return found


def _add_app(user: User) -> None:
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    TOTP.activate(user, generate_totp_secret())


def _secure(user: User) -> None:
    """An app, recovery codes, and a key that nobody can sign in with: it has a name alone."""
    from allauth.mfa.models import Authenticator
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

    _add_app(user)
    RecoveryCodes.activate(user)
    Authenticator.objects.create(user=user, type="webauthn", data={"name": "Notebook"})


def _person(event: Event, **fields: Any) -> Registration:
    number = next(_numbers)
    name = NAMES[number % len(NAMES)]
    town = Municipality.objects.named(TOWNS[number % len(TOWNS)]).in_order()[0]
    values = {
        "name": name,
        "email": f"osoba{number}@mesto.example",
        "organisation": "",
        "sector": "city",
        "town_id": town.pk,
    }
    return factories.registration(event=event, **values | fields)


def _people(event: Event, *, places: int, count: int) -> list[Registration]:
    actions.change_capacity(event.pk, places)
    return [_person(event) for _n in range(count)]


def _move_hall(event: Event) -> None:
    assert event.venue
    assert event.starts_at
    hall = Venue.objects.create(
        town=event.venue.town, name_cs="Velký sál", name_en="Great hall", street="Nádražní 12"
    )
    event_actions.move_event(event.pk, event.starts_at, venue=hall)


def _call_off_and_hold(cast: Cast) -> None:
    held = event("praha")
    cast.people["over"] = _person(held)
    _person(held, language="en")
    _tell()
    event_actions.cancel_event(held.pk)
    _tell()
    event_actions.reinstate_event(held.pk)
    _tell()


def _open(cast: Cast) -> None:
    """Registered for oneself and by others, twice, corrected, with needs and from abroad."""
    opened = event("jihozapad")
    _people(opened, places=60, count=6)
    needs = {"vegetarian": True, "wheelchair": True, "needs_note": "Místo u dveří."}
    contact = {"contact_name": "Karel Sekretář", "contact_email": "sekretariat@mesto.example"}
    for language in ("cs", "en"):
        own = _person(opened, language=language, **needs, **contact)
        cast.people[f"confirmed-{language}"] = own
        _person(opened, email=own.email, language=language)
        wrong = _person(opened, language=language)
        actions.correct_address(wrong.pk, f"spravne{wrong.pk}@mesto.example")
        cast.people["transferred"] = wrong
    cast.people["no-address"] = _person(opened, email="", **contact)
    _person(opened, town_id=None, sector="private", organisation="Example Works GmbH")


def _line(cast: Cast) -> None:
    """A full event whose first in line got the places of two who cancelled."""
    full = event("severovychod")
    first = _people(full, places=12, count=10)
    leaving = [_person(full, language=language) for language in ("cs", "en")]
    for language in ("cs", "en", "cs", "en", "cs"):
        cast.people["waiting"] = _person(full, language=language)
    _tell()
    for person in leaving:
        actions.cancel_registration(person.pk, via="link", note="Nemohu přijet.")
    cast.people |= {"cancelled": leaving[0], "in-full": first[0]}


def _move(cast: Cast) -> None:
    moved = event("severozapad")
    assert moved.starts_at
    cast.people["moved"] = _people(moved, places=40, count=5)[0]
    _person(moved, language="en")
    _tell()
    event_actions.move_event(moved.pk, moved.starts_at + timedelta(days=7, minutes=30))


def _end(cast: Cast) -> None:
    """The one that has been: no action moves an event into the past."""
    over = event("praha")
    assert over.starts_at
    assert over.ends_at
    back = timedelta(days=(over.starts_at - timezone.now()).days + 4)
    _rows("praha").update(starts_at=over.starts_at - back, ends_at=over.ends_at - back)


def _fail_mails() -> None:
    pks = list(
        Message.objects.filter(kind="confirmed").order_by("-pk").values_list("pk", flat=True)
    )
    Message.objects.filter(pk=pks[0]).update(state="failed", reason="550 5.1.1 No such user here")
    Message.objects.filter(pk=pks[1]).update(state="void", reason="not live")


def _exhaust_patience() -> None:
    for _n in range(limits.PER_EMAIL):
        factories.booking(email_digest=limits.email_digest(IMPATIENT))
