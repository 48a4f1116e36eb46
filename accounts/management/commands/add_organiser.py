"""Makes an address an organiser's; a first password is put into DATA_DIR/organiser.txt."""

import os
import secrets
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from accounts import actions
from accounts.models import User
from accounts.text import clean, is_clean


class Command(BaseCommand):
    help = (
        "Makes EMAIL an organiser. A new person's first password is written to "
        "DATA_DIR/organiser.txt; somebody who is there already keeps theirs."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", metavar="EMAIL")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        address = _address(email)
        known = User.objects.filter(email=address).first()
        self.stdout.write(_promote(known) if known else _create(address))


def _address(typed: str) -> str:
    """The address as it is stored; raises CommandError on what is none."""
    address = clean(typed).lower() if is_clean(typed) else ""
    try:
        User(email=address).clean_fields(exclude={"password"})
    except ValidationError:
        raise CommandError(f"Not an e-mail address: {typed!r}") from None
    return address


def _promote(known: User) -> str:
    was_organiser = known.is_staff
    user, _ = actions.add_organiser(email=known.email, password="")
    said = "is an organiser already" if was_organiser else "is an organiser now"
    shut = "" if user.is_active else " The account is deactivated and stays so."
    return f"{user.email} {said}; the password stays as it was.{shut}"


def _create(address: str) -> str:
    """The file comes first: a person whose password nobody can read would be of no use."""
    file = settings.DATA_DIR / "organiser.txt"
    password = secrets.token_urlsafe(15)
    _write_once(file, f"E-mail: {address}\nPassword: {password}\n")
    try:
        _, is_new = actions.add_organiser(email=address, password=password)
    except BaseException:
        file.unlink()
        raise
    if not is_new:  # Somebody else added the same address meanwhile.
        file.unlink()
        return f"{address} is an organiser already; the password stays as it was."
    return f"{address} is an organiser now. The first password is in {file}"


def _write_once(file: Path, text: str) -> None:
    """Makes the file, readable by its owner alone; one that exists is never replaced."""
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise CommandError(
            f"{file} still holds another first password: hand it over, delete the file, run again."
        ) from None
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(text)
