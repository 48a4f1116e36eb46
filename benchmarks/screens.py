"""make screens [ONLY=register,admin-add] [SCHEME=dark]: every page in each state, as pictures.

Writes screens/<name>-<language>-<width>.png and fails on what a person would stumble over: an axe
violation (WCAG 2.0 to 2.2 A and AA, best practice), sideways scroll, a console or CSP error, a
sub-request that failed, a text in the wrong language, or a state that is not the one it says.
"""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.urls import Resolver404, resolve
from django.utils import translation
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    Request,
    Response,
)

from benchmarks.stack import TREE, setup_django, stack, web
from tests import services

SCREENS = TREE / "screens"
WIDTHS = {1280: 800, 390: 844}
# WCAG 1.4.10: nothing is wider than this at 400 % of 1280.
NARROWEST = 320
# Milliseconds: a field that is missing is a finding, not a reason to wait.
LONGEST_WAIT = 15_000
# As at a desk, where no proxy stands in front and organisers sign in by one step.
SITE: dict[str, Any] = {"TRUSTED_PROXIES": "0", "STAFF_SECOND_FACTOR": "false"}
# The site waits two seconds for a database that is busy, four times.
IMPATIENT = "sqlite:///%s/setkani.sqlite3?timeout=2"
# Pages of trouble and mails: whatever the address, they are not its page.
NO_ADDRESS = ("error", "mail")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE = {
    "resultTypes": ["violations"],
    "runOnly": TAGS,
    "rules": {"target-size": {"enabled": True}},
}
TEXTS = """() => {
  const own = document.documentElement.lang;
  const said = [document.title];
  const isForeign = at => { const e = at.closest("[lang]"); return !e || e.lang !== own; };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const at = walker.currentNode.parentElement;
    if (["SCRIPT", "STYLE", "NOSCRIPT"].includes(at.tagName) || isForeign(at)) continue;
    if (at.tagName === "OPTION" || at.checkVisibility()) said.push(walker.currentNode.data);
  }
  for (const name of ["aria-label", "title", "alt", "placeholder"])
    for (const at of document.querySelectorAll(`[${name}]`))
      if (!isForeign(at)) said.push(at.getAttribute(name));
  return said;
}"""
TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@dataclass
class Report:
    """What was found, and how much was looked at."""

    pictures: int = 0
    findings: list[str] = field(default_factory=list)

    def add(self, where: str, words: str) -> None:
        self.findings.append(f"{where}: {words}")
        print(self.findings[-1], flush=True)


@dataclass
class Visit:
    """What one open page complained about, and what it was answered with."""

    page: Page
    status: int = 0
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        self.page.on("response", self._answer)
        self.page.on("requestfailed", self._miss)

    def _hear(self, message: ConsoleMessage) -> None:
        # The browser itself repeats there that a page answered 4xx.
        is_status = message.text.startswith("Failed to load resource")
        if message.type in {"error", "warning"} and not is_status:
            self.complaints.append(f"console: {message.text}")

    def _miss(self, request: Request) -> None:
        # A page that is left takes its open requests with it.
        if request.failure != "net::ERR_ABORTED":
            self.complaints.append(f"{request.failure} {request.url}")

    def _answer(self, response: Response) -> None:
        if response.request.is_navigation_request():
            self.status = response.status
        elif response.status >= 400:
            self.complaints.append(f"{response.status} {response.url}")


class Browsers:
    """One browser; each who, in each language, has a context with a cookie of their own."""

    def __init__(self, browser: Browser, base_url: str) -> None:
        self._browser, self._base_url = browser, base_url
        self._contexts: dict[str, BrowserContext] = {}

    @contextmanager
    def page(self, who: str, language: str) -> Iterator[Page]:
        page = self._context(who, language).new_page()
        page.set_default_timeout(LONGEST_WAIT)
        try:
            yield page
        finally:
            page.close()

    def _context(self, who: str, language: str) -> BrowserContext:
        """Strangers are new each time: what one did is nobody else's."""
        key = f"{who}-{language}"
        if who == "stranger":
            self._contexts.pop(key, self._new()).close()
        if key not in self._contexts:
            self._contexts[key] = self._new()
            if who in {"organiser", "secured", "stale"}:
                self._sign_in(self._contexts[key], who, language)
        return self._contexts[key]

    def _new(self) -> BrowserContext:
        scheme: Any = os.environ.get("SCHEME", "light")
        return self._browser.new_context(
            base_url=self._base_url, color_scheme=scheme, reduced_motion="reduce"
        )

    def _sign_in(self, context: BrowserContext, who: str, language: str) -> None:
        """A session as signing in makes it; `stale` has proved long ago who they are."""
        from accounts.models import User

        name = "organiser" if who == "stale" else who
        user, client = User.objects.get(email=f"{name}-{language}@setkani.example"), Client()
        client.force_login(user)
        later = time.time() + 24 * 3600
        proofs = [{"method": "password", "at": later, "reauthenticated": True}]
        session = client.session
        session["account_authentication_methods"] = [] if who == "stale" else proofs
        session["account_authentication_methods_user"] = str(user.pk)
        session.save()
        cookie = client.cookies["session"].value
        context.add_cookies([{"name": "session", "value": cookie, "url": self._base_url}])


def main() -> int:
    started, report = time.monotonic(), Report()
    shutil.rmtree(SCREENS, ignore_errors=True)
    SCREENS.mkdir()
    # Playwright keeps an event loop in this thread, beside which Django forbids its database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with (
        tempfile.TemporaryDirectory(prefix="setkani-screens-") as folder,
        stack(database="sqlite", **SITE, DATABASE_URL=IMPATIENT % folder) as made,
        web(made) as host,
    ):
        setup_django()
        from benchmarks.states import all_scenes

        with _chromium() as browser:
            browsers = Browsers(browser, f"http://{host}")
            for scene in all_scenes():
                for state in filter(_is_asked_for, scene):
                    for language in state.languages:
                        _look(browsers, state, language, report)
    seconds = time.monotonic() - started
    print(f"screens: {report.pictures} pictures, {len(report.findings)} findings, {seconds:.0f} s")
    return 1 if report.findings or not report.pictures else 0


def _is_asked_for(state: Any) -> bool:
    asked = os.environ.get("ONLY", "").split(",")
    return bool(state.name.startswith(tuple(asked)))


@contextmanager
def _chromium() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    quiet = ["--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=services.chromium_program(), args=[*quiet, *sandbox]
        )
        yield browser
        browser.close()


def _look(browsers: Browsers, state: Any, language: str, report: Report) -> None:
    where = f"{state.name}-{language}"
    with browsers.page(state.who, language) as page:
        page.set_viewport_size({"width": 1280, "height": WIDTHS[1280]})
        visit = Visit(page)
        try:
            state.open.visit(page, language)
            if state.then:
                state.then(page)
            examine(page, where, report)
        except Error as error:
            report.add(where, f"not reached: {error.message.splitlines()[0]}")
            page.screenshot(path=SCREENS / f"{where}-broken.png", full_page=True)
        question(visit, state, language, where, report)


def examine(page: Page, where: str, report: Report) -> None:
    """What depends on the width: the picture, axe, sideways scroll."""
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate("document.fonts.ready")
        page.screenshot(path=SCREENS / f"{where}-{width}.png", full_page=True)
        report.pictures += 1
        for violation in Axe().run(page, options=AXE).response["violations"]:
            targets = " | ".join(str(node["target"][0]) for node in violation["nodes"][:3])
            count = len(violation["nodes"])
            report.add(f"{where}-{width}", f"axe {violation['id']} ({count}): {targets}")
        _measure(page, f"{where}-{width}", report)
    page.set_viewport_size({"width": NARROWEST, "height": 640})
    _measure(page, f"{where}-{NARROWEST}", report)


def _page_of(page: Page, language: str) -> str:
    """The URL name of what is shown; empty for an address of nothing."""
    with translation.override(language):
        try:
            return resolve(urlsplit(page.url).path).view_name
        except Resolver404:
            return ""


def _measure(page: Page, where: str, report: Report) -> None:
    if (over := page.evaluate(TOO_WIDE)) > 0:
        report.add(where, f"scrolls sideways by {over} px")


def question(visit: Visit, state: Any, language: str, where: str, report: Report) -> None:
    """What does not depend on the width: answers, complaints, words, and that it is this state."""
    from benchmarks.words import foreign

    page = visit.page
    if visit.status not in {0, state.status}:
        report.add(where, f"answered {visit.status} instead of {state.status}")
    if state.open.name not in NO_ADDRESS and (shown := _page_of(page, language)) != state.page:
        report.add(where, f"is the page {shown}, not {state.page}")
    if not page.locator(state.shows).count():
        report.add(where, f"shows no {state.shows}")
    if page.locator("html").get_attribute("lang") != language:
        report.add(where, "names another language")
    for complaint in visit.complaints:
        report.add(where, complaint)
    for text in foreign(page.evaluate(TEXTS), language):
        report.add(where, f"untranslated: {text!r}")


if __name__ == "__main__":
    sys.exit(main())
