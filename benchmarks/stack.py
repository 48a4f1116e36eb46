"""A whole site for a proof or a benchmark: database and web processes in a temporary folder."""

import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from config.processes import end_with_parent
from config.readiness import is_ready
from tests import services

TREE = Path(__file__).resolve().parent.parent
READY_WITHIN_SECONDS = 60


@dataclass(frozen=True)
class Stack:
    """A place to run the program in: the tree it runs from and the environment it reads."""

    tree: Path
    environment: dict[str, str]
    folder: Path

    def manage(self, *arguments: str) -> str:
        """What a management command prints. Raises CalledProcessError."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(
            command, cwd=self.tree, env=self.environment, check=True, capture_output=True, text=True
        )
        return done.stdout

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """A process of the program in a session of its own; it ends with us, however we end."""
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", *arguments],
                cwd=self.tree,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=end_with_parent,  # noqa: PLW1509 - no threads yet
            )

    def log(self) -> str:
        path = self.folder / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    @property
    def port(self) -> int:
        return int(self.environment["PORT"])


@contextmanager
def stack(*, database: str = "postgres", tree: Path = TREE, **environment: str) -> Iterator[Stack]:
    """A stack with an empty, migrated database; `database` is postgres or sqlite.

    The settings of this process are the same, so that it can look into the database itself.
    """
    with ExitStack() as resources:
        folder = Path(resources.enter_context(tempfile.TemporaryDirectory(prefix="setkani-")))
        port = str(services.free_port())
        values = {
            "DATA_DIR": str(folder),
            "PORT": port,
            "BASE_URL": f"http://localhost:{port}",
            "SECRET_KEY": secrets.token_urlsafe(60),
            "TRUSTED_PROXIES": "1",
            "LOG_LEVEL": "WARNING",
            "DJANGO_SETTINGS_MODULE": "config.settings",
        } | environment
        if database == "postgres":
            values.setdefault("DATABASE_URL", resources.enter_context(services.postgres()))
        os.environ.update(values)
        made = Stack(tree, {**os.environ, **values}, folder)
        for command in ("migrate", "createcachetable", "collectstatic --noinput"):
            made.manage(*command.split(), "-v0")
        yield made


@contextmanager
def web(made: Stack) -> Iterator[str]:
    """Gunicorn as in production; yields the host and port it answers at."""
    process = made.start("gunicorn", "--config", "config/gunicorn.py")
    try:
        _wait_until_ready(made, process)
        yield f"localhost:{made.port}"
    finally:
        stop(process)


def _wait_until_ready(made: Stack, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while not is_ready(made.port, made.environment["BASE_URL"], trusted_proxies=1):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"the site did not start:\n{made.log()}")
        time.sleep(0.1)


def stop(process: subprocess.Popen[bytes], with_signal: signal.Signals = signal.SIGTERM) -> None:
    """Ends a process of ours and waits for it."""
    if process.poll() is None:
        process.send_signal(with_signal)
    process.wait(timeout=60)


@contextmanager
def patched_tree(*patches: tuple[str, str, str]) -> Iterator[Path]:
    """A temporary copy of the tree with guards removed: (file, text, replacement) each.

    The code itself has no switch for it. Raises LookupError where a text does not stand once.
    """
    with tempfile.TemporaryDirectory(prefix="setkani-patched-") as name:
        copy = Path(name) / "tree"
        ignored = shutil.ignore_patterns(".git", ".venv", "var", "__pycache__", ".*_cache")
        shutil.copytree(TREE, copy, ignore=ignored)
        for file, text, replacement in patches:
            _patch(copy / file, text, replacement)
        yield copy


def _patch(path: Path, text: str, replacement: str) -> None:
    source = path.read_text()
    if source.count(text) != 1:
        raise LookupError(f"{path.name}: {text!r} stands {source.count(text)} times")
    path.write_text(source.replace(text, replacement))


def setup_django() -> None:
    """Loads the settings of the running stack into this process, to look into its database."""
    import django

    django.setup()
