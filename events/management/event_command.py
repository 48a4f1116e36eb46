"""What the commands about one event share: how it is named, and how a refusal is told."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError, CommandParser

from events.actions import EventError
from events.models import Event

PRAGUE = ZoneInfo("Europe/Prague")


def moment(text: str) -> datetime:
    """An ISO 8601 moment; without an offset it is Prague's wall clock. Raises ValueError."""
    value = datetime.fromisoformat(text)
    return value if value.tzinfo else value.replace(tzinfo=PRAGUE)


class EventCommand(BaseCommand):
    """A verb on the event SERIES/EVENT; a refusal is one line and exit status 1."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("event", metavar="SERIES/EVENT")

    def handle(self, *args: Any, event: str, **options: Any) -> None:
        try:
            self.stdout.write(self.act(Event.objects.at(event), **options))
        except Event.DoesNotExist as error:
            raise CommandError(f"No event has the address {event}.") from error
        except EventError as error:
            raise CommandError(str(error)) from error

    def act(self, event: Event, **options: Any) -> str:
        """Does it and says what is so now."""
        raise NotImplementedError
