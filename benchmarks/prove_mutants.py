"""make prove-mutants [ONLY=no-lock]: each planted fault turns the tests red that name it.

A fault is a changed text in a temporary copy of the tree; only the tests it names run there. The
proof fails if they stay green, or if they fail without the fault.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from benchmarks.mutants import MUTANTS, Mutant
from benchmarks.stack import TREE, patched_tree

LONGEST = 300


def main() -> int:
    only = os.environ.get("ONLY", "")
    chosen = [mutant for mutant in MUTANTS if not only or _slug(mutant) == only]
    named = {(test, mutant.on_postgres) for mutant in chosen for test in mutant.tests}
    survivors = 0
    for on_postgres in (False, True):
        tests = sorted(test for test, needs in named if needs == on_postgres)
        if tests and not _is_green(TREE, tests, on_postgres=on_postgres):
            print("prove-mutants: the tests are red without any fault")
            return 1
    for mutant in chosen:
        survivors += _survives(mutant)
    print(f"{len(chosen)} faults planted, {survivors} not noticed")
    return 1 if survivors or not chosen else 0


def _slug(mutant: Mutant) -> str:
    return mutant.name.replace(" ", "-")


def _survives(mutant: Mutant) -> bool:
    started = time.monotonic()
    with patched_tree((mutant.file, mutant.text, mutant.replacement)) as copy:
        survives = _is_green(copy, mutant.tests, on_postgres=mutant.on_postgres)
    verdict = "NOT NOTICED" if survives else "noticed"
    print(f"{mutant.name}: {verdict} after {time.monotonic() - started:.0f} s", flush=True)
    return survives


def _is_green(tree: Path, tests: Iterable[str], *, on_postgres: bool) -> bool:
    """Whether the tests pass; a run that found none, or broke off, is an error."""
    database = [] if on_postgres else ["--db=sqlite"]
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *database]
    # The settings are the tests' own business (tests/conftest.py).
    environment = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
    done = subprocess.run(
        [*command, *tests],
        cwd=tree,
        env=environment,
        capture_output=True,
        text=True,
        timeout=LONGEST,
        check=False,
    )
    if done.returncode not in {0, 1}:
        raise RuntimeError(f"pytest ended with {done.returncode}:\n{done.stdout[-2000:]}")
    if done.returncode and tree == TREE:
        print(done.stdout[-2000:])
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
