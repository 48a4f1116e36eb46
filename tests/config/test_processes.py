"""Children end with their parent: by a signal, at a deadline, and when the parent is killed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from config.processes import ChildEnded, Processes

# Two children: one that ends when told, and one that will not, with a child of its own.
PARENT = """
import signal, sys
# Under nohup the tests ignore HUP; what they start would inherit that and rightly keep it.
signal.signal(signal.SIGHUP, signal.SIG_DFL)
from config.processes import ChildEnded, Processes

processes = Processes(deadline_seconds=float(sys.argv[1]))
processes.watch_signals()
processes.start("calm", ["sleep", "600"])
stubborn = "trap '' TERM; sleep 600 & echo ready; wait; sleep 600"
processes.start("stubborn", ["sh", "-c", stubborn])
try:
    processes.wait()
finally:
    processes.stop()
"""


@pytest.fixture
def mark(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """An environment variable that every process below this test carries."""
    value = f"SETKANI_TEST={tmp_path}"
    monkeypatch.setenv(*value.split("=", 1))
    return value


def marked_processes(mark: str) -> set[int]:
    """The living processes, other than this one, that carry the mark in their environment."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if mark.encode() in (folder / "environ").read_bytes().split(b"\0"):
                found.add(int(folder.name))
        except (OSError, ProcessLookupError):
            continue
    return found - {os.getpid()}


def soon(mark: str, number: int) -> int:
    """How many there are once there are so many; one that is just being started shows no mark."""
    deadline = time.monotonic() + 10
    while len(marked_processes(mark)) != number and time.monotonic() < deadline:
        time.sleep(0.05)
    return len(marked_processes(mark))


def start_parent(deadline_seconds: float) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", PARENT, str(deadline_seconds)]
    parent = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    assert parent.stdout.readline() == "ready\n"
    return parent


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_stop_signal_leaves_no_process(mark: str, number: signal.Signals) -> None:
    parent = start_parent(deadline_seconds=0.5)
    assert soon(mark, 4) == 4
    parent.send_signal(number)
    assert parent.wait(timeout=20) == 0
    assert marked_processes(mark) == set()
    assert parent.stdout is not None
    parent.stdout.close()


def test_second_signal_does_not_wait_for_the_deadline(mark: str) -> None:
    parent = start_parent(deadline_seconds=300)
    parent.terminate()
    assert soon(mark, 3) == 3
    parent.terminate()
    assert parent.wait(timeout=20) == 0
    assert marked_processes(mark) == set()
    assert parent.stdout is not None
    parent.stdout.close()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of this death")
def test_killed_parent_ends_its_children(mark: str) -> None:
    command = [sys.executable, "-c", PARENT.replace("trap '' TERM; ", ""), "1"]
    parent = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    assert parent.stdout.readline() == "ready\n"
    leaders = marked_processes(mark) - {parent.pid}
    parent.kill()
    parent.wait()
    deadline = time.monotonic() + 10
    while len(marked_processes(mark) & leaders) > 1 and time.monotonic() < deadline:
        time.sleep(0.05)
    survivors = marked_processes(mark)
    for pid in survivors:
        os.kill(pid, signal.SIGKILL)
    parent.stdout.close()
    # The grandchild, a bare `sleep` that was never told, is all that KILL can leave.
    assert len(survivors) <= 1


def test_child_that_ends_by_itself_is_named(mark: str) -> None:
    processes = Processes(deadline_seconds=5)
    processes.start("calm", ["sleep", "600"])
    processes.start("hasty", ["true"])
    with pytest.raises(ChildEnded, match="hasty"):
        processes.wait()
    processes.stop()
    assert marked_processes(mark) == set()
