"""One sweep of everything that ticks, from the database alone."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from notifications.sweeping import sweep


class Command(BaseCommand):
    help = "Settles, announces, reminds, delivers and forgets once; needs no broker and no worker."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--now", type=moment, help="ISO 8601 with its offset")

    def handle(self, *args: Any, now: datetime | None = None, **options: Any) -> None:
        self.stdout.write(str(sweep(now or timezone.now())))


def moment(text: str) -> datetime:
    """An aware moment. Raises CommandError for anything else."""
    try:
        value = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"Not a moment in ISO 8601: {text}") from error
    if value.utcoffset() is None:
        raise CommandError(f"A moment needs its offset, {text}+01:00 for one.")
    return value.astimezone(UTC)
