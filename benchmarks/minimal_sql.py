"""What PostgreSQL alone can do: pgbench with the least transaction that books a place."""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests import services

SECONDS = 1
_PACE = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)
# One lock, one count, one insert: by whom, for what and all that mails and pages need is missing.
_TRANSACTION = """
\\set event random({first}, {last})
BEGIN;
SELECT capacity FROM events_event WHERE id = :event FOR NO KEY UPDATE;
SELECT count(*) FROM registrations_registration WHERE event_id = :event AND status = 'confirmed';
INSERT INTO registrations_registration ({columns}) VALUES ({values});
COMMIT;
"""
_RANDOM = "md5(random()::text)"
_VALUES = {
    "event_id": ":event",
    "booking_id": "(SELECT id FROM registrations_booking WHERE key = 'bare')",
    "organisation_id": "(SELECT id FROM registrations_organisation WHERE name = 'Bare')",
    "name": "'Anna'",
    "email": _RANDOM + " || '@mesto.example'",
    "organisation_name": "'Bare'",
    "language": "'cs'",
    "status": "'waiting'",
    "joined_at": "now()",
    "created_at": "now()",
    "reference": f"left({_RANDOM}, 10)",
    "uid": _RANDOM,
    "token": _RANDOM,
    "door_code": _RANDOM,
    **dict.fromkeys(["priority", "revision", "since_revision"], "0"),
    **dict.fromkeys(["needs_note", "note", "tags", "search_key"], "''"),
    **dict.fromkeys(
        ["is_substitute", "is_in_party", "vegetarian", "gluten_free", "wheelchair"], "false"
    ),
    "sign_language": "false",
}


def program() -> str | None:
    """Debian keeps it beside the server, off the PATH."""
    folder = services.postgres_folder()
    beside = folder / "pgbench" if folder else None
    return str(beside) if beside and beside.exists() else shutil.which("pgbench")


def transactions_per_second(
    pgbench: str, database_url: str, events: Sequence[int], at_once: int
) -> float:
    """For events of consecutive numbers, by so many clients. Raises CalledProcessError."""
    columns, values = ", ".join(_VALUES), ", ".join(_VALUES.values())
    with tempfile.TemporaryDirectory(prefix="setkani-pgbench-") as name:
        script = Path(name) / "book.sql"
        script.write_text(
            _TRANSACTION.format(first=min(events), last=max(events), columns=columns, values=values)
        )
        options = ["-n", "-M", "prepared", "-c", str(at_once), "-j", "2", "-T", str(SECONDS)]
        command = [pgbench, *options, "-f", str(script), database_url]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    found = _PACE.search(done.stdout)
    if found is None:
        raise RuntimeError(f"pgbench said no pace:\n{done.stdout}")
    return float(found[1])
