"""make prove-journey [STACK=full]: a fresh clone serves, a person registers, the invite arrives.

As an ordinary user: `make run`, one page in a real browser, an .eml (STACK=full: a mail at a real
SMTP server) within 30 s, TERM leaves no process behind, and `make test` is green there.
"""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from email import message_from_bytes, policy
from pathlib import Path

from benchmarks.stack import TREE
from tests import services

Mails = Callable[[Path], list[bytes]]
SERVES_WITHIN, MAIL_WITHIN, ENDS_WITHIN, TESTS_WITHIN = 300, 30, 60, 1800
DELEGATE = "anna.vzorova@mesto.example"


def main() -> int:
    with ExitStack() as resources:
        home = Path(resources.enter_context(_home()))
        clone = home / "setkani"
        subprocess.run(["git", "clone", "--quiet", str(TREE), str(clone)], check=True)
        _give(home)
        environment, mails = _environment(resources, home)
        started = time.monotonic()
        run = _make(clone, environment, "run")
        try:
            _wait_for(lambda: "runs at" in _output(home), SERVES_WITHIN, "make run does not serve")
            print(f"served after {time.monotonic() - started:.0f} s")
            _register(f"http://localhost:{environment['PORT']}")
            sent = time.monotonic()
            _wait_for(lambda: any(map(_is_invite, mails(clone))), MAIL_WITHIN, "no invite came")
            print(f"the invite came after {time.monotonic() - sent:.0f} s")
        except Exception:
            print(_output(home))
            raise
        finally:
            run.send_signal(signal.SIGTERM)
            run.wait(timeout=ENDS_WITHIN)
        left = _processes_in(clone)
        if left:
            print(f"prove-journey: left behind: {left}")
            return 1
        print("no process is left behind")
        tests = _make(clone, _bare(environment), "test")
        status = tests.wait(timeout=TESTS_WITHIN)
        print("\n".join(_output(home).rstrip().splitlines()[-1 if not status else -40 :]))
        return status


@contextmanager
def _home() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="setkani-", ignore_cleanup_errors=True) as name:
        yield name


def _user() -> pwd.struct_passwd | None:
    """Somebody without rights, where we are root ourselves."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def _give(home: Path) -> None:
    user = _user()
    if user:
        subprocess.run(["chown", "-R", f"{user.pw_uid}:{user.pw_gid}", str(home)], check=True)


def _environment(resources: ExitStack, home: Path) -> tuple[dict[str, str], Mails]:
    kept = {key: value for key, value in os.environ.items() if key.startswith(("PIP_", "UV_"))}
    values = kept | {
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "PORT": str(services.free_port()),
    }
    if os.environ.get("STACK") != "full":
        return values, _mails_in_folder
    smtp = resources.enter_context(services.smtp())
    values["DATABASE_URL"] = resources.enter_context(services.postgres())
    values["BROKER_URL"] = resources.enter_context(services.redis())
    values["EMAIL_URL"] = f"smtp://127.0.0.1:{smtp.port}"
    return values, lambda _clone: [delivery.raw for delivery in smtp.deliveries]


def _mails_in_folder(clone: Path) -> list[bytes]:
    return [file.read_bytes() for file in (clone / "var/mail").glob("*.eml")]


def _bare(environment: dict[str, str]) -> dict[str, str]:
    """Without the names of the running site: the tests bring their own."""
    return {key: value for key, value in environment.items() if not key.endswith("_URL")}


def _make(clone: Path, environment: dict[str, str], target: str) -> subprocess.Popen[bytes]:
    user = _user()
    log = (clone.parent / "output").open("ab")
    return subprocess.Popen(
        ["make", target],
        cwd=clone,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
        user=user.pw_uid if user else None,
        group=user.pw_gid if user else None,
        extra_groups=[] if user else None,
    )


def _output(home: Path) -> str:
    path = home / "output"
    return path.read_text(errors="replace") if path.exists() else ""


def _wait_for(condition: Callable[[], bool], seconds: float, otherwise: str) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(otherwise)
        time.sleep(0.2)


def _register(base: str) -> None:
    """One page: from the first session of the home page to the page after Send."""
    from playwright.sync_api import sync_playwright

    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    quiet = ["--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=services.chromium_program(), args=[*quiet, *sandbox]
        )
        page = browser.new_page()
        page.goto(f"{base}/smart-regiony-2018/jihozapad/")
        page.get_by_role("link", name="Přihlásit se").click()
        page.get_by_label("Jméno a příjmení", exact=True).last.fill("Anna Vzorová")
        page.locator("#id_email").fill(DELEGATE)
        page.locator("#id_town").fill("Milevsko")
        page.wait_for_timeout(2_100)
        page.get_by_role("button", name="Přihlásit na setkání").click()
        page.wait_for_url("**/register/sent/")
        browser.close()


def _is_invite(raw: bytes) -> bool:
    mail = message_from_bytes(raw, policy=policy.default)
    kinds = [part.get_content_type() for part in mail.walk()]
    return DELEGATE in str(mail["To"]) and "text/calendar" in kinds


def _processes_in(folder: Path) -> list[str]:
    """The command lines of processes that run in a folder, from /proc."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink().is_relative_to(folder):
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue
    return found


if __name__ == "__main__":
    if not shutil.which("make"):
        sys.exit("prove-journey: make is missing")
    sys.exit(main())
