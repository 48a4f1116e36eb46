"""`make run`'s program: what it refuses, and one whole life from start to end."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.readiness import is_ready
from config.runner import only_runner
from tests.config.test_processes import marked_processes
from tests.services import free_port

PROJECT = Path(__file__).resolve().parents[2]
IN_USE = """\
Another `make run` uses {}. Stop it, or choose another folder: DATA_DIR=var2 make run
"""


@pytest.fixture
def desk(tmp_path: Path) -> dict[str, str]:
    """The environment of somebody who sets nothing but a folder and a port."""
    names = ("PATH", "HOME", "LANG", "VIRTUAL_ENV")
    kept = {name: os.environ[name] for name in names if name in os.environ}
    return kept | {"DATA_DIR": str(tmp_path / "var"), "PORT": str(free_port())}


def run(desk: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "config.runner"]
    return subprocess.run(
        command, cwd=PROJECT, env=desk, capture_output=True, text=True, check=False, timeout=60
    )


def taken(port: int, reason: str, other: int) -> str:
    line = f"Port {port} on 127.0.0.1 is not free ({reason}). Choose another: PORT={other} make run"
    return f"{line}\n"


def test_taken_port_is_one_clear_line(desk: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", int(desk["PORT"]))):
        ended = run(desk)
    port = int(desk["PORT"])
    other = port + 1 if port < 65535 else 8001
    assert (ended.returncode, ended.stdout, ended.stderr) == (
        1,
        "",
        taken(port, "Address already in use", other),
    )
    assert not (Path(desk["DATA_DIR"]) / "setkani.sqlite3").exists()


@pytest.mark.parametrize("port", ["0", "70000"])
def test_port_that_does_not_exist_is_one_clear_line(desk: dict[str, str], port: str) -> None:
    ended = run(desk | {"PORT": port})
    assert (ended.returncode, ended.stderr) == (
        1,
        taken(int(port), "no such port", 8001),
    )


def test_port_that_is_no_number_is_one_clear_line(desk: dict[str, str]) -> None:
    ended = run(desk | {"PORT": "http"})
    expected = "PORT must be a number: PORT=8001 make run\n"
    assert (ended.returncode, ended.stderr) == (1, expected)


def test_weak_settings_are_one_clear_line(desk: dict[str, str]) -> None:
    ended = run(desk | {"SECRET_KEY": "short"})
    assert (ended.returncode, ended.stderr) == (
        1,
        "The settings are not right: SECRET_KEY must be random and at least 50 characters long.\n",
    )


def test_second_runner_in_the_same_folder_is_refused(desk: dict[str, str]) -> None:
    folder = Path(desk["DATA_DIR"])
    folder.mkdir()
    with only_runner(folder):
        ended = run(desk)
    assert (ended.returncode, ended.stderr) == (
        1,
        IN_USE.format(folder),
    )


@pytest.fixture
def runner(desk: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """The whole site, started as a person starts it."""
    command = [sys.executable, "-m", "config.runner"]
    process = subprocess.Popen(
        command,
        cwd=PROJECT,
        env=desk,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    yield process
    if process.poll() is None:
        process.kill()
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


def read_until(process: subprocess.Popen[str], last_line: str) -> str:
    assert process.stdout is not None
    text = ""
    for line in process.stdout:
        text += line
        if line.startswith(last_line):
            return text
    raise AssertionError(f"The runner ended: {text}")


def test_first_start_serves_and_term_leaves_no_process(
    desk: dict[str, str], runner: subprocess.Popen[str]
) -> None:
    port, folder = int(desk["PORT"]), Path(desk["DATA_DIR"])
    text = read_until(runner, "Ctrl-C stops it.")
    email, password = (folder / "organiser.txt").read_text().splitlines()
    assert text.splitlines()[-7:] == [
        f"Setkání runs at http://localhost:{port}/",
        f"Organisers sign in at http://localhost:{port}/admin/",
        f"  {email}",
        f"  {password}",
        f"Mails are read at http://localhost:{port}/admin/notifications/message/",
        f"  and lie in {folder}/mail/",
        "Ctrl-C stops it.",
    ]
    assert email == "E-mail: organiser@setkani.example"
    assert is_ready(port, f"http://localhost:{port}")
    mark = f"DATA_DIR={folder}"
    assert len(marked_processes(mark)) >= 4
    runner.send_signal(signal.SIGTERM)
    assert runner.wait(timeout=60) == 0
    assert marked_processes(mark) == set()
