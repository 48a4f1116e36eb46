"""make prove-engine [EXAMPLES=60] [SEED=1]: no order of events breaks a rule, on both databases.

The machines of tests/registrations/test_engine.py live many lives, each from the same seed: SQLite
half as many as PostgreSQL, which is the reference.
"""

import os
import random
import subprocess
import sys
import time

from benchmarks.stack import TREE

TESTS = "tests/registrations/test_engine.py"
LONGEST_SECONDS = 1_200


def main() -> int:
    examples = int(os.environ.get("EXAMPLES", "60"))
    seed = int(os.environ.get("SEED") or random.randrange(1_000_000))
    broken = 0
    for database, lives in (("sqlite", examples // 2), ("postgres", examples)):
        broken += _is_broken(database, lives, seed)
    return 1 if broken else 0


def _is_broken(database: str, lives: int, seed: int) -> bool:
    started = time.monotonic()
    options = ["-q", "-p", "no:cacheprovider", "-n", "2", f"--hypothesis-seed={seed}"]
    # The settings are the tests' own business (tests/conftest.py).
    environment = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, f"--db={database}", TESTS],
        cwd=TREE,
        env=environment | {"ENGINE_EXAMPLES": str(lives)},
        capture_output=True,
        text=True,
        timeout=LONGEST_SECONDS,
        check=False,
    )
    verdict = "no rule broken" if done.returncode == 0 else "BROKEN"
    seconds = time.monotonic() - started
    print(f"{database}: {lives} lives of each machine, seed {seed}: {verdict}, {seconds:.0f} s")
    if done.returncode:
        print(done.stdout[-4000:])
    return done.returncode != 0


if __name__ == "__main__":
    sys.exit(main())
