"""make prove-engine [ENGINE_EXAMPLES=60] [SEED=7]: no order of actions breaks a rule.

The machines of tests/registrations/test_engine.py play many lives of an event and of a series, on
PostgreSQL and on SQLite at once, each from the seed that is printed; the same seed plays the same
lives again.
"""

import os
import secrets
import subprocess
import sys
import time

from benchmarks.stack import TREE

EXAMPLES = "60"
MACHINE = "tests/registrations/test_engine.py"
# As the machines' test prints it of each; an event is what they begin with.
NEVER, NOT_PLAYED = "; never: ", {"create_event"}
DATABASES = {"PostgreSQL": [], "SQLite": ["--db=sqlite"]}


def main() -> int:
    examples = os.environ.get("ENGINE_EXAMPLES", EXAMPLES)
    seed = os.environ.get("SEED") or str(secrets.randbelow(1_000_000))
    started = time.monotonic()
    plays = {name: _play(options, examples, seed) for name, options in DATABASES.items()}
    are_green = [_is_green(name, play) for name, play in plays.items()]
    print(
        f"{examples} lives on {' and on '.join(plays)} with SEED={seed}, no rule broken and every"
        f" action played: {all(are_green)}, {time.monotonic() - started:.0f} s"
    )
    return 0 if all(are_green) else 1


def _play(options: list[str], examples: str, seed: str) -> "subprocess.Popen[str]":
    """Every skipped test is a failure: without PostgreSQL nothing would be proved."""
    command = [sys.executable, "-m", "pytest", "-q", "-s", "-p", "no:cacheprovider"]
    # The settings are the tests' own business (tests/conftest.py).
    kept = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
    return subprocess.Popen(
        [*command, *options, "--fail-on-skip", f"--hypothesis-seed={seed}", MACHINE],
        cwd=TREE,
        env=kept | {"ENGINE_EXAMPLES": examples},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _is_green(name: str, play: "subprocess.Popen[str]") -> bool:
    """No rule was broken, and what one machine never played the other did."""
    words = play.communicate()[0]
    said = [line.lstrip(".") for line in words.splitlines() if NEVER in line]
    print(f"{name}: {words[-6000:] if play.returncode else ' '.join(said)}", flush=True)
    if play.returncode:
        return False
    by_none = set.intersection(*(set(line.partition(NEVER)[2].split(", ")) for line in said))
    if missed := by_none - NOT_PLAYED:
        print(f"{name}: played by neither: {', '.join(sorted(missed))}", flush=True)
    return not missed


if __name__ == "__main__":
    sys.exit(main())
