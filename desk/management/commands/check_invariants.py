"""manage.py check_invariants [--json] [--self-test]"""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from desk import corruptions, invariants


class Command(BaseCommand):
    help = "Asks the database for every row that breaks a rule; exit status 1 with their ids."
    requires_migrations_checks = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object")
        parser.add_argument(
            "--self-test",
            action="store_true",
            help="plant each corruption in a scratch database and expect each to be found",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["self_test"]:
            self._report(
                corruptions.missed(), "found every planted corruption", as_json=options["json"]
            )
        else:
            found = invariants.run(timezone.now())
            self._report(
                found, f"{len(invariants.CHECKS)} invariants hold", as_json=options["json"]
            )

    def _report(self, found: dict[str, list[str]], good_news: str, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(found, indent=2))
        for name, rows in found.items() if not as_json else []:
            self.stdout.write(f"{name}: {', '.join(rows)}")
        if found:
            raise SystemExit(1)
        if not as_json:
            self.stdout.write(good_news)
