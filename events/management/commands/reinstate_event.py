"""manage.py reinstate_event SERIES/EVENT"""

from typing import Any

from events import actions
from events.management.event_command import EventCommand
from events.models import Event


class Command(EventCommand):
    help = "Takes the calling-off of an event back."

    def act(self, event: Event, **options: Any) -> str:
        actions.reinstate_event(event.pk)
        return f"{event.name}: takes place"
