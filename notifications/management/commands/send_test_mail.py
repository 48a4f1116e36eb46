"""Sends one mail at once and says what the server answered."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email

from notifications import actions, delivery


class Command(BaseCommand):
    help = "Sends a test mail to ADDRESS and prints the server's answer; exit status 1 if refused."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("address", metavar="ADDRESS")

    def handle(self, *args: Any, address: str, **options: Any) -> None:
        try:
            validate_email(address)
        except ValidationError as error:
            raise CommandError(f"{address} is no e-mail address.") from error
        batch = delivery.deliver(only=actions.file_test_mail(address).pk)
        if not batch.sent:
            raise CommandError(batch.words or "The mail did not leave.")
        self.stdout.write(batch.words)
