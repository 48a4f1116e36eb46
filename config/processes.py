"""Child processes that live and end together: none outlives the program that started them."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from types import FrameType

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
POLL_SECONDS = 0.1
_PR_SET_PDEATHSIG = 1


class ChildEnded(Exception):
    """A process that should have run on has ended."""


def end_with_parent() -> None:
    """Asks Linux to send this process TERM when its parent dies, even by KILL (prctl(2))."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class Processes:
    """Named children, each the leader of its own session, so that a Ctrl-C reaches only us.

    INT, TERM and HUP ask for a stop; a second one no longer waits for the children's manners.
    """

    def __init__(self, *, deadline_seconds: float = 30) -> None:
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._deadline_seconds = deadline_seconds
        self._stops_asked = 0

    def watch_signals(self) -> None:
        """A HUP that was ignored at the start (nohup) stays ignored."""
        for number in STOP_SIGNALS:
            if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._ask_to_stop)

    def _ask_to_stop(self, number: int, frame: FrameType | None) -> None:
        self._stops_asked += 1

    @property
    def is_stopping(self) -> bool:
        return self._stops_asked > 0

    def start(self, name: str, command: Sequence[str]) -> None:
        self._children[name] = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=end_with_parent,  # noqa: PLW1509 - no threads run when children start
        )

    def check(self) -> None:
        """Raises ChildEnded where a child has ended though nobody asked it to."""
        for name, child in self._children.items():
            if _has_ended(child):
                raise ChildEnded(f"The {name} process ended unexpectedly; stopping the others.")

    def wait(self) -> None:
        """Returns when a stop is asked for; raises ChildEnded before that."""
        while not self.is_stopping:
            self.check()
            time.sleep(POLL_SECONDS)

    def stop(self) -> None:
        """TERM to each child, then, when it has ended or time is up, KILL to all it has left."""
        asked_before = self._stops_asked
        for child in self._children.values():
            if not _has_ended(child):
                child.terminate()
        deadline = time.monotonic() + self._deadline_seconds
        for child in self._children.values():
            while (
                not _has_ended(child)
                and time.monotonic() < deadline
                and self._stops_asked <= asked_before
            ):
                time.sleep(POLL_SECONDS)
            _kill_group(child)
            child.wait()
        self._children.clear()


def _has_ended(child: subprocess.Popen[bytes]) -> bool:
    """Leaves the ended child unreaped: its number then still names its group, nobody else's."""
    if child.returncode is not None:
        return True
    options = os.WEXITED | os.WNOHANG | os.WNOWAIT
    return os.waitid(os.P_PID, child.pid, options) is not None


def _kill_group(child: subprocess.Popen[bytes]) -> None:
    if child.returncode is None:
        os.killpg(child.pid, signal.SIGKILL)
