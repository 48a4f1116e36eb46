"""What must hold in every committed state (docs/rules.md, Invariants), asked read-only."""

from datetime import datetime

from desk import mail_checks, place_checks, record_checks

CHECKS = {**place_checks.CHECKS, **mail_checks.CHECKS, **record_checks.CHECKS}


def run(now: datetime) -> dict[str, list[str]]:
    """Every broken invariant with the rows that break it; {} if all hold."""
    found = {name: sorted(set(function(now))) for name, function in CHECKS.items()}
    return {name: rows for name, rows in found.items() if rows}
