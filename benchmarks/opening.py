"""How a page is brought into a state: opened, filled in, sent; and what one state is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import reverse
from django.utils import translation
from playwright.sync_api import Page

from registrations.nonces import SALT

Step = Callable[[Page], object]
# The buttons that add or take out a person, or take the form elsewhere, send nothing.
OTHERS = ".sr, [name=add], [name=remove], [name=move]"
SEND = f"main form[method=post] button[type=submit]:not({OTHERS})"
INVALID = 422


@dataclass(frozen=True)
class Open:
    """How a page is opened in a language; `name` is its URL's, or "error", or "mail"."""

    name: str
    visit: Callable[[Page, str], object]


@dataclass(frozen=True)
class State:
    """One page in one state. `who` looks in the language's own browser; `then` acts on the page.

    `shows` is what must stand there, as a selector, so that no picture shows something else;
    `ends_at` is the page that the steps lead to, where that is another.
    """

    name: str
    open: Open
    who: str = "stranger"
    status: int = 200
    then: Step | None = None
    shows: str = "h1"
    languages: tuple[str, ...] = ("cs", "en")
    ends_at: str = ""

    @property
    def page(self) -> str:
        """The URL name of the page that the picture shows."""
        return self.ends_at or self.open.name


def at(name: str, *arguments: Any, query: str = "") -> Open:
    """The page of an address."""

    def visit(page: Page, language: str) -> None:
        with translation.override(language):
            page.goto(reverse(name, args=arguments) + query)

    return Open(name, visit)


def answered(view: Callable[..., HttpResponse]) -> Open:
    """A page that the site answers only in trouble, under the CSP of its pages."""

    def visit(page: Page, language: str) -> None:
        path = "/en/trouble/" if language == "en" else "/trouble/"
        response = view(RequestFactory().get(path))
        policy = page.request.get(path).headers["content-security-policy"]
        headers = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy}
        page.route(
            f"**{path}",
            lambda route: route.fulfill(
                status=response.status_code, headers=headers, body=response.content
            ),
        )
        page.goto(path)

    return Open("error", visit)


def read(letter: Callable[[str], str]) -> Open:
    """The HTML part of a mail, alone."""

    def visit(page: Page, language: str) -> None:
        page.set_content(letter(language))

    return Open("mail", visit)


def press(page: Page, button: str = SEND) -> None:
    with page.expect_navigation():
        page.locator(button).first.click()


def filled(values: dict[str, Any] | None = None, button: str = SEND) -> Step:
    """Fills fields by their names and sends the form, as somebody who took their time."""

    def send(page: Page) -> None:
        for name, value in (values or {}).items():
            fill(page, name, value)
        _make_older(page)
        press(page, button)

    return send


def fill(page: Page, name: str, value: str) -> None:
    fields = page.locator(f"main [name={name}]")
    kind = fields.first.evaluate("field => field.type")
    if kind == "radio":
        page.locator(f"main [name={name}][value={value}]").check()
    elif kind.startswith("select"):
        fields.first.evaluate("field => { let d = field.closest('details'); if (d) d.open = true }")
        fields.first.select_option(value)
    else:
        fields.first.fill(value)


def _make_older(page: Page) -> None:
    """Nobody waits: the form was made a minute ago."""
    nonce = page.locator("input[name=nonce]")
    if nonce.count():
        event_id, key, made_at = signing.loads(nonce.input_value(), salt=SALT)
        older = signing.dumps([event_id, key, made_at - 60_000], salt=SALT)
        nonce.evaluate("(field, value) => { field.value = value }", older)
