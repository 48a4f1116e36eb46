"""The whole way of a delegate in a real browser: with JavaScript, without it, and by keyboard."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from events.models import Event
from registrations.models import Registration
from tests import factories
from tests.browsing import SLOW_ENOUGH, heading, link_of_mail, send

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

EMAIL = "anna.vzorova@mesto.example"
MOST_TABS = 60
# A tile and a choice wear the ring of what is inside them.
HAS_RING = """element => [element, element.closest(".tile, .choice")].some(
  at => at && getComputedStyle(at).outlineStyle !== "none")"""


@pytest.fixture
def event(live_server: Any, settings: Any) -> Event:
    """A session in the region of Milevsko; the links of mails lead to the live server."""
    settings.BASE_URL = live_server.url
    jihocesky = factories.kraj(code="CZ031", name="Jihočeský kraj")
    factories.municipality(name="Milevsko", kraj=jihocesky)
    factories.municipality(name="Milešov", kraj=jihocesky, population=400)
    plzen = factories.municipality(
        name="Plzeň", kraj=factories.kraj(code="CZ032", name="Plzeňský kraj")
    )
    return factories.event(
        slug="jihozapad",
        series=factories.series(slug="smart-regiony-2018"),
        venue=factories.venue(town=plzen),
    )


@pytest.fixture
def plain_page(browser: Browser, live_server: Any) -> Iterator[Page]:
    """A page of a browser in which JavaScript is switched off."""
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    yield context.new_page()
    context.close()


@pytest.fixture
def script_page(browser: Browser, live_server: Any) -> Iterator[Page]:
    context = browser.new_context(base_url=live_server.url)
    yield context.new_page()
    context.close()


def find_town(page: Page) -> None:
    page.goto("/")
    page.get_by_role("searchbox").or_(page.locator("#q")).first.fill("Milevsko")
    page.get_by_role("button", name="Najít setkání").click()
    expect(heading(page)).to_contain_text("Milevsko")


def fill_person(page: Page) -> None:
    page.locator("#id_name").fill("Anna Vzorová")
    page.locator("#id_email").fill(EMAIL)


def cancel_by_link(page: Page) -> None:
    """From the mail to the page, from the page to the question, and the answer."""
    page.goto(link_of_mail("confirmed"))
    expect(heading(page)).to_have_text("Máte místo")
    page.get_by_role("link", name="Zrušit účast").click()
    expect(heading(page)).to_have_text("Zrušit účast?")
    page.get_by_role("button", name="Ano, zrušit účast").click()
    expect(heading(page)).to_have_text("Účast je zrušená")
    assert Registration.objects.get().status == "cancelled"
    assert link_of_mail("cancelled") == page.url


def test_journey_with_javascript(event: Event, script_page: Page) -> None:
    page = script_page
    find_town(page)
    page.get_by_role("link", name=re.compile("Jihozápad")).first.click()
    page.get_by_role("link", name="Přihlásit se").click()
    fill_person(page)
    page.locator("#id_town").press_sequentially("Mil")
    suggestions = page.locator("#towns option")
    expect(suggestions.first).to_have_attribute("value", "Milevsko")
    # A suggestion that is chosen is typed by the browser, in one go.
    page.locator("#id_town").fill(suggestions.first.get_attribute("value") or "")
    expect(page.locator("#towns-known")).to_have_text("Jihočeský kraj, region Jihozápad")
    send(page, "Přihlásit na setkání")
    expect(heading(page)).to_have_text("Napsali jsme vám")
    cancel_by_link(page)


def test_journey_without_javascript(event: Event, plain_page: Page) -> None:
    page = plain_page
    find_town(page)
    page.get_by_role("link", name=re.compile("Jihozápad")).first.click()
    page.get_by_role("link", name="Přihlásit se").click()
    fill_person(page)
    page.locator("#id_town").fill("Milevsko")
    send(page, "Přihlásit na setkání")
    expect(heading(page)).to_have_text("Napsali jsme vám")
    cancel_by_link(page)


def tab_to(page: Page, target: Locator) -> None:
    """Presses Tab until the element has the focus, and sees that it shows."""
    wanted = target.element_handle()
    for _n in range(MOST_TABS):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            assert wanted.evaluate(HAS_RING), "the focus does not show"
            return
    pytest.fail(f"{target} is not reached by Tab")


def press(page: Page, target: Locator, key: str = "Enter") -> None:
    tab_to(page, target)
    page.keyboard.press(key)


def test_journey_by_keyboard(event: Event, script_page: Page) -> None:
    page = script_page
    page.goto("/")
    tab_to(page, page.locator("#q"))
    page.keyboard.type("Milevsko")
    page.keyboard.press("Enter")
    expect(heading(page)).to_contain_text("Milevsko")
    press(page, page.get_by_role("link", name=re.compile("Jihozápad")).first)
    press(page, page.get_by_role("link", name="Přihlásit se"))
    for name, text in (("name", "Anna Vzorová"), ("email", EMAIL), ("town", "Milevsko")):
        tab_to(page, page.locator(f"#id_{name}"))
        page.keyboard.type(text)
    press(page, page.locator("#id_vegetarian"), "Space")
    page.wait_for_timeout(SLOW_ENOUGH)
    press(page, page.get_by_role("button", name="Přihlásit na setkání"))
    expect(heading(page)).to_have_text("Napsali jsme vám")
    assert Registration.objects.get().vegetarian
    page.goto(link_of_mail("confirmed"))
    press(page, page.get_by_role("link", name="Zrušit účast"))
    press(page, page.get_by_role("button", name="Ano, zrušit účast"))
    expect(heading(page)).to_have_text("Účast je zrušená")


def test_errors_take_the_focus_and_lead_to_their_fields(event: Event, script_page: Page) -> None:
    page = script_page
    page.goto(f"{event.get_absolute_url()}register/")
    send(page, "Přihlásit na setkání")
    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    links = summary.get_by_role("link")
    fields = [link.get_attribute("href") for link in links.all()]
    assert fields == ["#id_name", "#id_email", "#id_town"]
    for link, field in zip(links.all(), fields, strict=True):
        link.press("Enter")
        expect(page.locator(str(field))).to_be_focused()
        summary.focus()


def test_errors_lead_to_groups_of_choices(event: Event, plain_page: Page) -> None:
    factories.municipality(
        name="Milevsko", kraj=factories.kraj(code="CZ064", name="Jihomoravský kraj")
    )
    page = plain_page
    page.goto(f"{event.get_absolute_url()}register/")
    fill_person(page)
    page.locator("#id_town").fill("Milevsko")
    send(page, "Přihlásit na setkání")
    expect(page.get_by_role("radio", name=re.compile("Milevsko"))).to_have_count(2)
    expect(page.locator("#id_name")).to_have_value("Anna Vzorová")
    page.get_by_role("radio", name=re.compile("Jihomoravský")).check()
    page.get_by_role("button", name="Přihlásit na setkání").click()
    expect(heading(page)).to_have_text("Napsali jsme vám")
    town = Registration.objects.get().town
    assert town
    assert town.kraj.name == "Jihomoravský kraj"
