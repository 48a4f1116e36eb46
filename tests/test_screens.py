"""What `make screens` looks for, each seen to be found on a page that has it."""

import pytest
from playwright.sync_api import Page, Route

from benchmarks import screens
from benchmarks.opening import State, at
from benchmarks.screens import Report, Visit
from benchmarks.words import foreign

pytestmark = pytest.mark.browser

GOOD = (
    "<!doctype html><html lang=cs><title>Setkání</title>"
    "<main><h1>Setkání</h1><p>Zbývá 7 míst.</p>{}</main></html>"
)


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    monkeypatch.setattr(screens, "SCREENS", tmp_path_factory.mktemp("screens"))


def findings(
    page: Page, html: str, *, policy: str = "", status: int = 200, name: str = "home"
) -> list[str]:
    """What is said of a page with this content, without the places."""

    def answer(route: Route) -> None:
        if not route.request.is_navigation_request():
            route.fulfill(status=404)
            return
        headers = {"Content-Type": "text/html", "Content-Security-Policy": policy}
        route.fulfill(status=status, headers=headers, body=GOOD.format(html))

    page.route("http://setkani.example/**", answer)
    report, visit = Report(), Visit(page)
    page.goto("http://setkani.example/")
    screens.examine(page, "page", report)
    state = State("page", at(name))
    screens.question(visit, state, "cs", "page", report)
    return [finding.partition(": ")[2] for finding in report.findings]


def test_good_page_is_left_alone(page: Page) -> None:
    assert findings(page, "<p><a href='/dal/'>Dál</a></p>") == []
    assert sorted(path.name for path in screens.SCREENS.iterdir()) == [
        "page-1280.png",
        "page-390.png",
    ]


@pytest.mark.parametrize(
    ("html", "beginning"),
    [
        ("<p style='color: #ccc'>Nečitelné</p>", "axe color-contrast"),
        ("<form><input></form>", "axe label"),
        ("<div style='width: 2000px'>Široké</div>", "scrolls sideways by"),
        ("<script>nothing()</script>", "script:"),
        ("<img src='/chybi.png' alt='Obrázek'>", "404 "),
        ("<p>Skip to content</p>", "untranslated: 'Skip to content'"),
        ("<p lang='en'>English</p><p aria-label='Save'>Text</p>", "untranslated: 'Save'"),
    ],
)
def test_fault_is_found(page: Page, html: str, beginning: str) -> None:
    found = findings(page, html)
    assert [finding for finding in found if finding.startswith(beginning)] != []


def test_what_the_policy_refuses_is_found(page: Page) -> None:
    found = findings(page, "<p style='color: #000'>Text</p>", policy="default-src 'none'")
    assert any("Content Security Policy" in finding for finding in found)


def test_other_page_is_found(page: Page) -> None:
    assert findings(page, "", name="town") == ["is the page home, not town"]


def test_other_answer_is_found(page: Page) -> None:
    assert findings(page, "", status=500) == ["answered 500 instead of 200"]


def test_words_of_the_other_language_are_told_from_data() -> None:
    texts = ["Přihlásit se", "Plzeň", "Registration: Jihozápad", "Smart Regiony 2018", "Čeština"]
    assert foreign(texts, "en") == ["Přihlásit se"]
    assert foreign(texts, "cs") == ["Registration: Jihozápad"]
