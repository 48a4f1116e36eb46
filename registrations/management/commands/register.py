"""manage.py register SERIES/EVENT --name … --email …"""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser

from accounts.text import clean
from events.management.event_command import EventCommand
from events.models import Event
from events.towns import find_towns
from registrations import actions, addresses
from registrations.applications import Application
from registrations.models import Sector


class Command(EventCommand):
    help = "Registers one person as an organiser does: past the deadline, too."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--name", required=True)
        parser.add_argument("--email", required=True)
        parser.add_argument("--town", default="", help="as on the list: 'Písek, Jihočeský kraj'")
        parser.add_argument("--organisation", default="")
        parser.add_argument("--sector", choices=Sector.values, default=Sector.CITY)
        parser.add_argument("--language", choices=["cs", "en"], default="cs")

    def act(self, event: Event, **options: Any) -> str:
        submit = actions.Submit.at_the_desk(actor_id=None)
        try:
            registration = actions.register(event.pk, _application(options), submit)
        except (actions.RegistrationError, ValidationError) as error:
            raise CommandError(str(error)) from error
        return f"{registration.reference}: {registration.status}"


def _application(options: dict[str, Any]) -> Application:
    """Raises CommandError for a town that is not clear, ValidationError for an address."""
    towns = find_towns(options["town"]) if options["town"] else []
    if options["town"] and len(towns) != 1:
        raise CommandError(f"{len(towns)} towns are called {options['town']}.")
    if not options["organisation"] and not towns:
        raise CommandError("Name the organisation, or the town of a town hall.")
    return Application(
        name=clean(options["name"]),
        email=addresses.clean_address(options["email"]),
        organisation=clean(options["organisation"]),
        sector=options["sector"],
        language=options["language"],
        town_id=towns[0].pk if towns else None,
    )
