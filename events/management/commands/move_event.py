"""manage.py move_event SERIES/EVENT START [--end END]"""

from typing import Any

from django.core.management.base import CommandParser

from events import actions, dates
from events.management.event_command import EventCommand, moment
from events.models import Event


class Command(EventCommand):
    help = "Moves an event to another start; its length stays unless --end is given."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("start", metavar="START", type=moment)
        parser.add_argument("--end", type=moment)

    def act(self, event: Event, **options: Any) -> str:
        actions.move_event(event.pk, options["start"], options["end"])
        return f"{event.name}: {dates.plain(dates.full_moment(options['start']))}"
