"""Loads the eight NUTS 2 regions, their kraje and the towns; a second run changes nothing."""

from typing import Any

from django.core.management.base import BaseCommand

from events.regions import load_regions


class Command(BaseCommand):
    help = "Loads the eight NUTS 2 regions, their kraje and the listed towns of events/data."

    def handle(self, *args: Any, verbosity: int = 1, **options: Any) -> None:
        loaded = load_regions()
        if verbosity:
            self.stdout.write(
                f"{loaded.regions} regions, {loaded.kraje} kraje, {loaded.towns:,} towns"
                f" ({loaded.changed:,} new or changed)"
            )
