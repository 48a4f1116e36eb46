"""make prove-engine [ENGINE_EXAMPLES=60] [SEED=7]: no order of actions breaks a rule.

The machines of tests/registrations/test_engine.py play many lives of an event and of a series, on
PostgreSQL from the seed that is printed and on SQLite from the next one, at once; the same seed
plays the same lives again. Between them they must play every action; where one never came up they
live on, from the seeds after these.
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
MOST_ROUNDS = 3
DATABASES = {"PostgreSQL": [], "SQLite": ["--db=sqlite"]}


def main() -> int:
    examples = os.environ.get("ENGINE_EXAMPLES", EXAMPLES)
    first = int(os.environ.get("SEED") or secrets.randbelow(1_000_000))
    started = time.monotonic()
    lists: list[set[str]] = []
    for seed in range(first, first + MOST_ROUNDS * len(DATABASES), len(DATABASES)):
        is_unbroken = _play_round(examples, seed, lists)
        missed = set.intersection(*lists) - NOT_PLAYED if is_unbroken else set()
        if not missed:
            break
    print(
        f"{examples} lives on {' and on '.join(DATABASES)} with SEED={first}, no rule broken:"
        f" {is_unbroken}, never played: {', '.join(sorted(missed)) or 'nothing'},"
        f" {time.monotonic() - started:.0f} s"
    )
    return 0 if is_unbroken and not missed else 1


def _play_round(examples: str, seed: int, lists: list[set[str]]) -> bool:
    """Whether no machine broke a rule; what each never played is added to the lists."""
    plays = {
        name: _play(options, examples, seed + number)
        for number, (name, options) in enumerate(DATABASES.items())
    }
    for name, play in plays.items():
        words = play.communicate()[0]
        said = [line.lstrip(".") for line in words.splitlines() if NEVER in line]
        print(f"{name}: {words[-6000:] if play.returncode else ' '.join(said)}", flush=True)
        lists += [set(line.partition(NEVER)[2].split(", ")) for line in said]
    return not any(play.returncode for play in plays.values())


def _play(options: list[str], examples: str, seed: int) -> "subprocess.Popen[str]":
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


if __name__ == "__main__":
    sys.exit(main())
