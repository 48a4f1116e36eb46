"""manage.py cancel_event SERIES/EVENT"""

from typing import Any

from events import actions
from events.management.event_command import EventCommand
from events.models import Event


class Command(EventCommand):
    help = "Calls an event off; registrations stay as they are."

    def act(self, event: Event, **options: Any) -> str:
        actions.cancel_event(event.pk)
        return f"{event.name}: called off"
