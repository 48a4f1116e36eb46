"""What `make run` does: prepares the desk, then runs web, worker and beat until told to stop."""

import fcntl
import io
import os
import socket
import sys
import time
from pathlib import Path
from typing import IO

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connections

from config import environment
from config.processes import ChildEnded, Processes, end_with_parent
from config.readiness import is_ready

ORGANISER = "organiser@setkani.example"
PROGRAMMES = ("smart-regiony-2018.yaml", "smart-cities-pitch.yaml", "pracovni-skupiny.yaml")
READY_WITHIN_SECONDS = 60


class CannotStart(Exception):
    """A sentence that says what stands in the way, and what to do."""


def main() -> int:
    """Returns the exit status: 0 when somebody asked for the end, 1 when something went wrong."""
    processes = Processes()
    processes.watch_signals()
    if "MAKELEVEL" in os.environ:
        end_with_parent()
    try:
        check_port(chosen_port())
        load_settings()
        with only_runner(settings.DATA_DIR):
            serve(processes)
    except (CannotStart, ChildEnded, CommandError) as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


def serve(processes: Processes) -> None:
    """Prepares, starts and waits; whatever happens, no child is left."""
    try:
        prepare(processes)
        if not processes.is_stopping:
            start(processes)
            wait_until_ready(processes)
        if not processes.is_stopping:
            print(announcement(), flush=True)
        processes.wait()
    finally:
        processes.stop()


def load_settings() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    # A calm console at the desk; LOG_LEVEL=INFO shows more.
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    try:
        django.setup()
    except (ImproperlyConfigured, ValueError) as problem:
        raise CannotStart(f"The settings are not right: {problem}") from problem


def chosen_port() -> int:
    """Read before the settings are, so that a bad one is named for what it is."""
    try:
        return int(environment.Env().str("PORT", default="8000"))
    except ValueError as problem:
        raise CannotStart("PORT must be a number: PORT=8001 make run") from problem


def check_port(port: int) -> None:
    """Raises CannotStart where the port cannot be listened on, before anything is prepared."""
    if reason := why_not_listen(port):
        other = port + 1 if 1024 <= port < 65535 else 8001
        raise CannotStart(
            f"Port {port} on 127.0.0.1 is not free ({reason}). "
            f"Choose another: PORT={other} make run"
        )


def why_not_listen(port: int) -> str | None:
    """The system's words for what stands in the way, or None."""
    if not 1 <= port <= 65535:
        return "no such port"
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as problem:
            return problem.strerror or str(problem)
    return None


def only_runner(data_dir: Path) -> IO[str]:
    """Holds the folder for one runner: two beats on one broker would tick twice.

    The lock ends with this process, however it ends.
    """
    file = (data_dir / "runner.lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as problem:
        file.close()
        raise CannotStart(
            f"Another `make run` uses {data_dir}. Stop it, or choose another folder: "
            "DATA_DIR=var2 make run"
        ) from problem
    return file


def prepare(processes: Processes) -> None:
    """Brings database, programme, static files and the first organiser up to date.

    A stop that is asked for meanwhile waits for the step that runs, so that none is half done.
    """
    for step in (prepare_database, load_first_programme, collect_static, add_first_organiser):
        if not processes.is_stopping:
            step()
    connections.close_all()


def prepare_database() -> None:
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)


def load_first_programme() -> None:
    """Loads the example programme into an empty database; later runs keep what is there."""
    from events.models import Series

    if Series.objects.exists():
        return
    call_command("load_regions", verbosity=0)
    for name in PROGRAMMES:
        path = settings.BASE_DIR / "events" / "data" / name
        call_command("load_programme", str(path), upcoming=True, verbosity=0)


def collect_static() -> None:
    call_command("collectstatic", verbosity=0, interactive=False)


def add_first_organiser() -> None:
    """Adds one where there is none; whom somebody has dismissed does not come back."""
    from accounts.models import User

    if not User.objects.filter(is_staff=True).exists():
        call_command("add_organiser", ORGANISER, stdout=io.StringIO())


def start(processes: Processes) -> None:
    """Web, worker and beat are separate processes: one of them may be killed alone."""
    gunicorn_config = settings.BASE_DIR / "config" / "gunicorn.py"
    python = [sys.executable, "-m"]
    celery = [*python, "celery", "--quiet", "--app", "config"]
    calm = ["--loglevel", "WARNING"]
    processes.start("web", [*python, "gunicorn", "--config", str(gunicorn_config)])
    processes.start(
        "worker",
        [
            *(*celery, "worker", *calm, "--pool", "threads", "--concurrency", "2"),
            *("--hostname", f"worker-{os.getpid()}@%h"),
            *("--without-gossip", "--without-mingle", "--without-heartbeat"),
        ],
    )
    processes.start("beat", [*celery, "beat", *calm, "--pidfile", ""])


def wait_until_ready(processes: Processes) -> None:
    """Returns when the web process serves, or a stop is asked for."""
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while not processes.is_stopping:
        processes.check()
        if is_ready(settings.PORT, settings.BASE_URL, settings.TRUSTED_PROXIES):
            return
        if time.monotonic() > deadline:
            raise CannotStart(f"The site did not answer within {READY_WITHIN_SECONDS} s.")
        time.sleep(0.3)


def announcement() -> str:
    """What a person needs to know now: where the site is, who signs in, where mails lie."""
    admin = f"{settings.BASE_URL}/admin/"
    return "\n".join(
        [
            "",
            f"Setkání runs at {settings.BASE_URL}/",
            f"Organisers sign in at {admin}",
            *first_password(),
            f"Mails are read at {admin}notifications/message/",
            f"  and {mail_place()}",
            "Ctrl-C stops it.",
        ]
    )


def first_password() -> list[str]:
    """The e-mail and the password made at the first start, until somebody deletes the file."""
    path = Path(settings.DATA_DIR) / "organiser.txt"
    return [f"  {line}" for line in path.read_text().splitlines()] if path.exists() else []


def mail_place() -> str:
    transport = settings.MAIL_TRANSPORT
    if "folder" in transport:
        return f"lie in {transport['folder']}/"
    return f"leave through {transport['host']}:{transport['port']}"


if __name__ == "__main__":
    sys.exit(main())
