"""manage.py cancel_registration REFERENCE"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from registrations import actions
from registrations.models import Registration


class Command(BaseCommand):
    help = "Cancels the live registration of a reference; the place goes to the next in line."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("reference", metavar="REFERENCE")

    def handle(self, *args: Any, reference: str, **options: Any) -> None:
        registration = Registration.objects.filter(reference=reference.upper()).live().first()
        if registration is None:
            raise CommandError(f"No live registration bears the reference {reference}.")
        try:
            actions.cancel_registration(registration.pk, via="command")
        except actions.RegistrationError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{registration.reference}: cancelled")
