"""Loads a programme file: creates what is missing, lists or applies what differs."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, no_translations

from desk.programme.entries import ProgrammeError
from desk.programme.loading import Report, load_programme


class Command(BaseCommand):
    help = (
        "Creates the series, areas, partners and events of FILE that are missing. An event that "
        "exists is never changed: differences are listed, and applied only with --update."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument(
            "--upcoming",
            action="store_true",
            help="move a new series by whole weeks: its first event lies about three weeks ahead",
        )
        parser.add_argument(
            "--update",
            action="store_true",
            help="apply the differences by the actions; people hear of what concerns them",
        )

    @no_translations
    def handle(
        self,
        *args: Any,
        file: Path,
        upcoming: bool = False,
        update: bool = False,
        verbosity: int = 1,
        **options: Any,
    ) -> None:
        try:
            report = load_programme(Path(file), upcoming=upcoming, update=update)
        except ProgrammeError as error:
            raise CommandError(str(error)) from None
        if verbosity:
            self.stdout.write("\n".join(_lines(report, update=update)))
        if report.refused:
            raise CommandError("\n".join(["Not applied:", *report.refused]))


def _lines(report: Report, *, update: bool) -> list[str]:
    """The report for the operator; the last line says what can be done next."""
    created = [f"created {line}" for line in report.created]
    moved = [f"dates of the file moved by {report.weeks} weeks"] if report.weeks else []
    listed = [str(difference) for difference in report.differences]
    return [*moved, *created, *listed, _last_line(report, update=update)]


def _last_line(report: Report, *, update: bool) -> str:
    count = len(report.differences)
    if not count:
        return "The database says what the file says."
    words = "1 difference" if count == 1 else f"{count} differences"
    if update:
        return f"{words}, {len(report.refused)} not applied."
    return f"{words}, nothing changed. To apply use --update."
