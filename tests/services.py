"""Real servers for the tests, from installed programs, on free ports, in temporary folders."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from config.processes import end_with_parent

START_WITHIN_SECONDS = 30
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def free_port() -> int:
    """A port nobody listens on now; another program may be quicker, so starts are repeated."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def postgres_folder() -> Path | None:
    """The folder of PostgreSQL's programs: on PATH, or the newest that Debian keeps off it."""
    if found := shutil.which("initdb"):
        return Path(found).parent
    installed = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    return max((path.parent for path in installed), key=_release, default=None)


def _release(folder: Path) -> int:
    return int(folder.parent.name) if folder.parent.name.isdigit() else 0


def redis_program() -> str | None:
    return shutil.which("redis-server")


def gettext_program() -> str | None:
    return shutil.which("xgettext")


def chromium_program() -> str | None:
    return next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


@contextmanager
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL of our own, without fsync: it lives no longer than the tests."""
    programs = postgres_folder()
    assert programs is not None
    with _folder_for(_unprivileged_user()) as (folder, user):
        _initialise(programs, folder, user)
        with _serve(
            lambda port: [
                str(programs / "postgres"),
                *("-D", str(folder / "data"), "-k", str(folder), "-p", str(port)),
                *("-c", "listen_addresses=127.0.0.1", "-c", "max_connections=200"),
                *("-c", "fsync=off", "-c", "full_page_writes=off", "-c", "log_min_messages=fatal"),
            ],
            lambda port: f"postgres://setkani@127.0.0.1:{port}/postgres",
            folder,
            user,
            stop_signal=signal.SIGQUIT,
        ) as url:
            _wait_until_it_accepts(url)
            yield url


@contextmanager
def redis() -> Iterator[str]:
    """The URL of a Redis of our own that writes nothing to disk."""
    program = redis_program()
    assert program is not None
    command = [program, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    with (
        _folder_for(None) as (folder, user),
        _serve(
            lambda port: [*command, "--dir", str(folder), "--port", str(port)],
            lambda port: f"redis://127.0.0.1:{port}/0",
            folder,
            user,
            stop_signal=signal.SIGKILL,
        ) as url,
    ):
        yield url


def _wait_until_it_accepts(url: str) -> None:
    """PostgreSQL listens a moment before it lets anybody in."""
    deadline = time.monotonic() + START_WITHIN_SECONDS
    while True:
        try:
            psycopg.connect(url, connect_timeout=5).close()
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


def _unprivileged_user() -> pwd.struct_passwd | None:
    """Whom to run PostgreSQL as where we are root, whom it refuses."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError("Neither the user postgres nor nobody exists to run PostgreSQL as.")


@contextmanager
def _folder_for(
    user: pwd.struct_passwd | None,
) -> Iterator[tuple[Path, pwd.struct_passwd | None]]:
    with tempfile.TemporaryDirectory(prefix="setkani-", ignore_cleanup_errors=True) as name:
        if user:
            os.chown(name, user.pw_uid, user.pw_gid)
        yield Path(name), user


def _spawn(
    command: Sequence[str], folder: Path, user: pwd.struct_passwd | None
) -> subprocess.Popen[bytes]:
    """Output goes to `log` in the folder; the process ends with the tests, however they end."""
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(
            command,
            cwd=folder,
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=end_with_parent,  # noqa: PLW1509 - it calls one function of the system
            user=user.pw_uid if user else None,
            group=user.pw_gid if user else None,
            extra_groups=[] if user else None,
        )


def _initialise(programs: Path, folder: Path, user: pwd.struct_passwd | None) -> None:
    command = [str(programs / "initdb"), "-D", str(folder / "data"), "-U", "setkani"]
    command += ["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
    if _spawn(command, folder, user).wait() != 0:
        raise RuntimeError(f"initdb failed: {(folder / 'log').read_text()}")


@contextmanager
def _serve(
    command: Callable[[int], Sequence[str]],
    url: Callable[[int], str],
    folder: Path,
    user: pwd.struct_passwd | None,
    *,
    stop_signal: signal.Signals,
) -> Iterator[str]:
    process, port = _start_on_a_free_port(command, folder, user)
    try:
        yield url(port)
    finally:
        process.send_signal(stop_signal)
        process.wait()


def _start_on_a_free_port(
    command: Callable[[int], Sequence[str]], folder: Path, user: pwd.struct_passwd | None
) -> tuple[subprocess.Popen[bytes], int]:
    for _attempt in range(3):
        port = free_port()
        process = _spawn(command(port), folder, user)
        if _answers(process, port):
            return process, port
        process.kill()
        process.wait()
    raise RuntimeError(f"{command(0)[0]} did not start: {(folder / 'log').read_text()}")


def _answers(process: subprocess.Popen[bytes], port: int) -> bool:
    deadline = time.monotonic() + START_WITHIN_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return True
    return False


@dataclass(frozen=True)
class Delivery:
    """One mail as it came over the wire."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    at: datetime


@dataclass
class SmtpServer:
    """A real SMTP server that keeps what it accepts, and answers as it is told.

    `answers` are given to the next mails in turn ("451 later", "550 no"); then `answer` to all.
    """

    answer: str = "250 OK"
    answers: list[str] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    refused: list[Delivery] = field(default_factory=list)
    port: int = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        raw = envelope.content
        assert isinstance(raw, bytes)
        delivery = Delivery(
            envelope.mail_from or "", tuple(envelope.rcpt_tos), raw, datetime.now(UTC)
        )
        answer = self.answers.pop(0) if self.answers else self.answer
        kept = self.deliveries if answer.startswith("2") else self.refused
        kept.append(delivery)
        return answer


@contextmanager
def smtp() -> Iterator[SmtpServer]:
    """A server on a free port of 127.0.0.1, without TLS and without names to sign in with."""
    server = SmtpServer(port=free_port())
    controller = Controller(server, hostname="127.0.0.1", port=server.port, enable_SMTPUTF8=True)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()
