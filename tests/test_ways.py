"""Each way into an event, from the first page to a confirmed place, with JavaScript and without."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from events.models import Event
from registrations import actions
from registrations.models import Invitation, Quota, Registration
from tests import factories
from tests.browsing import heading, link_of_mail, send

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ANNA, BARA = "anna.vzorova@mesto.example", "bara.nova@mesto.example"
REGISTER, PLACE = "Přihlásit na setkání", "Máte místo"
SENT, ANSWERED = "Napsali jsme vám", "Máme vaši odpověď"


@pytest.fixture(autouse=True)
def links_to_the_site(live_server: Any, settings: Any) -> None:
    settings.BASE_URL = live_server.url


@pytest.fixture(params=["script", "plain"])
def visitor(request: Any, browser: Browser, live_server: Any) -> Iterator[Page]:
    """A page of a browser with JavaScript, and of one in which it is switched off."""
    context = browser.new_context(
        base_url=live_server.url, java_script_enabled=request.param == "script"
    )
    yield context.new_page()
    context.close()


@pytest.fixture
def desk(browser: Browser, live_server: Any, settings: Any) -> Iterator[Page]:
    """A page of an organiser who has signed in, by one step alone."""
    settings.STAFF_SECOND_FACTOR = False
    client, user = Client(), factories.organiser()
    client.force_login(user)
    context = browser.new_context(base_url=live_server.url)
    context.add_cookies(
        [{"name": "session", "value": client.cookies["session"].value, "url": live_server.url}]
    )
    yield context.new_page()
    context.close()


def event(**fields: Any) -> Event:
    """A session in Plzeň of the programme that the home page shows; Milevsko is a known town."""
    factories.municipality(name="Milevsko")
    plzen = factories.municipality(name="Plzeň", latitude="49.75", longitude="13.38")
    return factories.event(venue=factories.venue(town=plzen), **fields)


def fill_in(page: Page, *, name: str = "Anna Vzorová", email: str = ANNA) -> None:
    page.locator("#id_name").fill(name)
    page.locator("#id_email").fill(email)
    page.locator("#id_town").fill("Milevsko")


def open_form(page: Page, event: Event, link: str = "Přihlásit se") -> None:
    """From the page of the event to its form."""
    page.goto(event.get_absolute_url())
    page.get_by_role("link", name=link).first.click()


def expect_place(page: Page, kind: str, to: str) -> None:
    """The mail says so, and the page that it leads to."""
    page.goto(link_of_mail(kind, to=to))
    expect(heading(page)).to_have_text(PLACE)


def approve(desk: Page, session: Event, name: str) -> None:
    """An organiser approves the application of this person, after a look at what happens."""
    desk.goto(f"/admin/events/event/{session.pk}/applications/")
    desk.get_by_label(name).check()
    desk.get_by_label("Schválit", exact=True).check()
    desk.get_by_role("button", name="Ukázat, co se stane").click()
    desk.get_by_role("button", name="Takto rozhodnout").click()


def status(email: str) -> str:
    return str(Registration.objects.get(email=email).status)


def test_open(visitor: Page) -> None:
    session = event()
    visitor.goto("/")
    visitor.get_by_role("link", name=re.compile("Jihozápad")).first.click()
    open_form(visitor, session)
    fill_in(visitor)
    send(visitor, REGISTER)
    expect(heading(visitor)).to_have_text(SENT)
    expect_place(visitor, "confirmed", ANNA)


def test_approval(visitor: Page, desk: Page) -> None:
    session = event(admission="approval")
    open_form(visitor, session, "Podat přihlášku")
    fill_in(visitor)
    send(visitor, "Odeslat přihlášku")
    expect(heading(visitor)).to_have_text(SENT)
    visitor.goto(link_of_mail("pending", to=ANNA))
    expect(visitor.locator(".status.big")).to_have_text("Čeká na schválení")
    approve(desk, session, "Anna Vzorová")
    expect_place(visitor, "confirmed", ANNA)


def test_invitation(visitor: Page) -> None:
    session = factories.closed_event()
    factories.municipality(name="Milevsko")
    factories.invitation(event=session, name="Anna Vzorová", email=ANNA)
    visitor.goto(link_of_mail("invited", to=ANNA, room="i"))
    expect(visitor.locator("#id_email")).to_have_value(ANNA)
    visitor.locator("#id_town").fill("Milevsko")
    send(visitor, "Přijmout pozvánku")
    expect(heading(visitor)).to_have_text(ANSWERED)
    expect_place(visitor, "confirmed", ANNA)


def test_nomination(visitor: Page) -> None:
    session = factories.closed_event()
    firm = {"kind": Invitation.Kind.FIRM, "organisation": "Ukázková firma", "places": 2}
    factories.invitation(event=session, email=BARA, **firm)
    visitor.goto(link_of_mail("invited", to=BARA, room="i"))
    visitor.locator("#id_name1").fill("Anna Vzorová")
    visitor.locator("#id_email1").fill(ANNA)
    send(visitor, "Navrhnout")
    expect(heading(visitor)).to_have_text(ANSWERED)
    visitor.goto(link_of_mail("nominated", to=ANNA))
    visitor.get_by_role("button", name="Přijmout").click()
    expect(heading(visitor)).to_have_text(PLACE)
    expect_place(visitor, "confirmed", ANNA)


def test_call(visitor: Page, desk: Page) -> None:
    factories.municipality(name="Milevsko")
    group = factories.call(admission="approval")
    visitor.goto(group.series.get_absolute_url())
    visitor.get_by_role("link", name="Skupina Doprava").click()
    visitor.get_by_role("link", name="Podat přihlášku").click()
    fill_in(visitor)
    send(visitor, "Odeslat přihlášku")
    expect(heading(visitor)).to_have_text(SENT)
    approve(desk, group, "Anna Vzorová")
    visitor.goto(link_of_mail("confirmed", to=ANNA))
    expect(heading(visitor)).to_have_text("Členství je potvrzené")


def test_members(visitor: Page) -> None:
    group = factories.call()
    factories.registration(event=group, name="Anna Vzorová", email=ANNA)
    session = factories.meeting(call=group)
    visitor.goto(session.get_absolute_url())
    visitor.locator("main [name=email]").fill(ANNA)
    send(visitor, "Poslat odkaz")
    expect(heading(visitor)).to_have_text("Podívejte se do pošty")
    visitor.goto(link_of_mail("links", to=ANNA))
    visitor.get_by_role("link", name=re.compile("Přihlásit se")).click()
    send(visitor, REGISTER)
    expect(heading(visitor)).to_have_text(SENT)
    visitor.goto(link_of_mail("confirmed", to=ANNA))
    expect(heading(visitor)).to_have_text(PLACE)
    assert Registration.objects.get(event=session).is_confirmed


def send_party(page: Page, session: Event, choice: str) -> None:
    """An assistant registers two people who come all together, or as many as fit."""
    open_form(page, session)
    page.locator("[name=who][value=other]").check()
    page.locator("#id_contact_name").fill("Karel Sekretář")
    page.locator("#id_contact_email").fill("karel@mesto.example")
    fill_in(page)
    page.get_by_role("button", name="Přidat dalšího člověka").click()
    page.locator("#id_name2").fill("Bára Nová")
    page.locator("#id_email2").fill(BARA)
    page.locator(f"[name=together][value={choice}]").check()
    send(page, REGISTER)
    expect(heading(page)).to_have_text(SENT)


def test_party_all_together(visitor: Page) -> None:
    session = event(capacity=2)
    first = factories.registration(event=session)
    send_party(visitor, session, "yes")
    assert [status(email) for email in (ANNA, BARA)] == ["waiting", "waiting"]
    actions.cancel_registration(first.pk)
    visitor.goto(link_of_mail("party", to="karel@mesto.example", room="b"))
    expect(visitor.locator(".people .status")).to_have_text(["Potvrzeno", "Potvrzeno"])
    expect_place(visitor, "promoted", BARA)


def test_party_as_many_as_fit(visitor: Page) -> None:
    session = event(capacity=2)
    factories.registration(event=session)
    send_party(visitor, session, "no")
    visitor.goto(link_of_mail("party", to="karel@mesto.example", room="b"))
    expect(visitor.locator(".people .status")).to_have_text(["Potvrzeno", "Čekací listina"])
    expect_place(visitor, "confirmed", ANNA)


def test_question_with_a_limited_option(visitor: Page) -> None:
    session = event()
    question = factories.question("Doprava", "Energetika", event=session, limit=1)
    full = question.options.earliest("pk")
    factories.registration(event=session, answers=factories.chosen(full))
    open_form(visitor, session)
    fill_in(visitor)
    expect(visitor.get_by_role("radio", name=re.compile("Doprava"))).to_be_disabled()
    visitor.get_by_role("radio", name=re.compile("Energetika")).check()
    send(visitor, REGISTER)
    expect_place(visitor, "confirmed", ANNA)
    expect(visitor.locator("main")).to_contain_text("Energetika")


@pytest.fixture
def offered(visitor: Page) -> Registration:
    """Whoever waited has been offered a place, and reads of it on the page."""
    session = event(capacity=1, offer_hours=24)
    leaving = factories.registration(event=session)
    open_form(visitor, session, "Zapsat se na čekací listinu")
    fill_in(visitor)
    send(visitor, "Zapsat se na čekací listinu")
    actions.cancel_registration(leaving.pk)
    visitor.goto(link_of_mail("offered", to=ANNA))
    return Registration.objects.get(email=ANNA)


def test_offer_accepted(visitor: Page, offered: Registration) -> None:
    visitor.get_by_role("button", name="Potvrdit místo").click()
    expect(heading(visitor)).to_have_text(PLACE)
    expect_place(visitor, "confirmed", ANNA)


def test_offer_expired(visitor: Page, offered: Registration) -> None:
    over = timezone.now() - timedelta(minutes=1)
    Registration.objects.filter(pk=offered.pk).update(offered_until=over)
    visitor.get_by_role("button", name="Potvrdit místo").click()
    expect(visitor.locator(".status.big")).to_have_text("Propadlo")
    assert status(ANNA) == "expired"
    visitor.goto(link_of_mail("offer_expired", to=ANNA))
    expect(visitor.locator(".status.big")).to_have_text("Propadlo")


def test_substitute(visitor: Page) -> None:
    session = event()
    open_form(visitor, session)
    fill_in(visitor)
    send(visitor, REGISTER)
    visitor.goto(link_of_mail("confirmed", to=ANNA))
    visitor.get_by_role("link", name="Předat místo").click()
    visitor.locator("#id_name").fill("Bára Nová")
    visitor.locator("#id_email").fill(BARA)
    visitor.get_by_role("button", name="Předat místo").click()
    expect(visitor.locator(".status.big")).to_have_text("Zrušeno")
    expect_place(visitor, "took_over", BARA)


def test_refused_and_led_to_the_nearest_event(visitor: Page) -> None:
    session = event(capacity=5)
    Quota.objects.create(event=session, scope=Quota.Scope.EACH_MUNICIPALITY, limit=1)
    milevsko = factories.municipality(name="Milevsko")
    factories.registration(event=session, sector="city", organisation="", town_id=milevsko.pk)
    tabor = factories.municipality(name="Tábor", latitude="49.41", longitude="14.66")
    near = factories.event(
        series=session.series, venue=factories.venue(town=tabor), title_cs="Jižní Čechy"
    )
    open_form(visitor, session)
    fill_in(visitor)
    send(visitor, REGISTER)
    expect(visitor.get_by_role("alert")).to_contain_text(
        "Z jedné obce může přijet nejvýše 1 člověk."
    )
    expect(visitor.locator("main")).to_contain_text("22\N{NO-BREAK SPACE}km")
    visitor.get_by_role("button", name=re.compile("Jižní Čechy")).click()
    expect(visitor.locator("#id_email")).to_have_value(ANNA)
    send(visitor, REGISTER)
    expect_place(visitor, "confirmed", ANNA)
    assert Registration.objects.get(email=ANNA).event == near
