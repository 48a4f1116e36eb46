import re
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from events import actions as event_actions
from registrations import actions
from registrations.models import Quota, Registration
from tests import factories
from tests.registrations.rows import statuses

pytestmark = pytest.mark.django_db
PERSON = {
    "name": "Cyrila Příkladná",
    "email": "prikladna@kolin.example",
    "town": "Kolín",
    "sector": "city",
}


@pytest.fixture
def event():
    factories.municipality(name="Kolín")
    return factories.closed_event(capacity=2)


@pytest.fixture
def own(event):
    return factories.invitation(event=event, email="prikladna@kolin.example")


@pytest.fixture
def city(event):
    kolin = factories.municipality(name="Kolín")
    return factories.invitation(event=event, kind="city", town_id=kolin.pk, places=3)


def address(invitation, end=""):
    return f"/i/{invitation.token}/{end}"


def page(client, invitation, end=""):
    return client.get("/en" + address(invitation, end)).content.decode()


def heading(client, invitation):
    return re.search(r"<h1>(.*?)</h1>", page(client, invitation))[1]


def send(client, invitation, fields, *, event=None, seconds=5, **more):
    """Opens the page of one event, waits and sends its form; returns the answer."""
    form = address(invitation, f"accept/{(event or invitation.event).slug}/")
    with time_machine.travel(timezone.now(), tick=False) as clock:
        nonce = re.search(r'name="nonce" value="([^"]+)"', client.get(form).content.decode())[1]
        clock.shift(timedelta(seconds=seconds))
        return client.post(form, fields | {"nonce": nonce, "website": ""} | more)


def value_of(html, name):
    found = re.search(rf'<input[^>]*name="{name}"[^>]*>', html)[0]
    return re.search(r'value="([^"]*)"', found)[1]


def test_the_page_has_the_form_filled_and_sent_it_gives_a_place(client, event, own):
    html = page(client, own)
    assert value_of(html, "email") == "prikladna@kolin.example"
    assert value_of(html, "name") == own.name

    answer = send(client, own, PERSON)

    assert (answer.status_code, answer["Location"]) == (302, address(own, "sent/"))
    registration = Registration.objects.get()
    assert (registration.status, registration.invitation) == ("confirmed", own)
    assert heading(client, own) == "The invitation is accepted"
    assert "<form" not in page(client, own)


def test_the_pages_are_secret(client, event, own):
    for end in ("", "sent/", f"accept/{event.slug}/"):
        response = client.get(address(own, end))
        assert response.status_code == 200
        assert response["Referrer-Policy"] == "no-referrer"
        assert response["X-Robots-Tag"] == "noindex"
        assert "no-store" in response["Cache-Control"]


def test_opening_the_page_changes_nothing(client, event, own):
    for end in ("", "decline/", f"accept/{event.slug}/"):
        client.get(address(own, end))
    own.refresh_from_db()
    assert (own.declined_at, statuses(event)) == (None, [])


def test_a_form_with_an_error_comes_back_filled(client, event, own):
    answer = send(client, own, PERSON, email="bez zavináče")
    assert answer.status_code == 422
    assert value_of(answer.content.decode(), "name") == "Cyrila Příkladná"
    assert send(client, own, PERSON, seconds=1).status_code == 422
    assert statuses(event) == []


def test_a_second_form_finds_no_place_left(client, event, own):
    nonce = value_of(page(client, own), "nonce")
    send(client, own, PERSON)
    with time_machine.travel(timezone.now() + timedelta(seconds=9)):
        other = PERSON | {"email": "jina@kolin.example", "nonce": nonce, "website": ""}
        answer = client.post("/en" + address(own, f"accept/{event.slug}/"), other)

    assert answer.status_code == 422
    assert "All places of the invitation are used." in answer.content.decode()
    assert statuses(event) == ["confirmed"]


def test_a_full_quota_lets_the_invited_wait_within_it(client, event, own):
    actions.set_quotas(event.pk, [Quota(scope="each_municipality", limit=1)])
    other = factories.invitation(event=event)
    send(client, other, PERSON | {"email": "prvni@kolin.example"})

    refused = send(client, own, PERSON)
    assert refused.status_code == 422
    assert 'name="waits_within_limit"' in refused.content.decode()
    assert send(client, own, PERSON, waits_within_limit="on").status_code == 302

    assert statuses(event) == ["confirmed", "waiting"]


def test_a_full_session_puts_the_invited_on_the_waiting_list(client, event, own):
    other = factories.invitation(event=event, places=2)
    for number in range(2):
        send(client, other, PERSON, email=f"host{number}@kolin.example")

    assert "You will join the waiting list" in page(client, own)
    send(client, own, PERSON)
    assert statuses(event) == ["confirmed", "confirmed", "waiting"]


def test_a_full_session_without_a_waiting_list_says_so(client, own):
    event = factories.closed_event(capacity=1, has_waiting_list=False)
    first, second = factories.invitation(event=event), factories.invitation(event=event)
    send(client, first, PERSON)

    html = page(client, second)
    assert "All places are taken." in html
    assert 'name="nonce"' not in html


def test_declining_closes_the_page(client, event, own):
    answer = client.post(address(own, "decline/"))

    assert (answer.status_code, answer["Location"]) == (302, address(own))
    assert heading(client, own) == "The invitation is declined"
    assert 'name="nonce"' not in page(client, own)
    assert own.changes.latest("pk").via == "link"
    client.post(address(own, "decline/"))
    assert own.changes.count() == 2


def test_a_withdrawn_and_an_expired_invitation_say_so(client, event, own):
    with time_machine.travel(timezone.now() + timedelta(days=11)):
        assert heading(client, own) == "The invitation has expired"
    actions.revoke_invitation(own.pk)
    assert heading(client, own) == "The invitation is withdrawn"
    answer = client.post(address(own, f"accept/{event.slug}/"), PERSON)
    assert (answer.status_code, statuses(event)) == (422, [])


def test_a_moved_and_a_called_off_session_are_told_on_the_page(client, event, own):
    start = timezone.now() + timedelta(days=40)
    event_actions.move_event(event.pk, start, start + timedelta(hours=2))
    assert "The session has a new date" in page(client, own)
    event_actions.cancel_event(event.pk)
    assert "The session does not take place" in page(client, own)


def test_of_a_series_the_page_lists_its_sessions_and_of_each_has_the_form(client, event):
    other = factories.closed_event(series=event.series, title_cs="Vodorovně", title_en="")
    factories.closed_event(title_cs="Cizí", title_en="")
    invitation = factories.invitation(series=event.series)
    html = page(client, invitation)
    assert ("Vodorovně" in html, "Cizí" in html) == (True, False)

    send(client, invitation, PERSON, event=other)

    assert (statuses(other), statuses(event)) == (["confirmed"], [])
    assert "Cyrila Příkladná" in page(client, invitation, f"accept/{other.slug}/")
    assert client.get(address(invitation, "accept/nowhere/")).status_code == 404


def test_the_door_stays_closed_for_all_others(client, event, own):
    assert client.get(event.get_absolute_url()).status_code == 404
    assert client.get(f"{event.get_absolute_url()}register/").status_code == 404
    assert client.get(address(own).replace(own.token, event.uid)).status_code == 404


def test_a_town_names_several_and_sees_who_answers(client, event, city):
    people = {
        "name1": "Jan Navržený",
        "email1": "Jan@kolin.example",
        "name3": "Eva Navržená",
        "email3": "eva@kolin.example",
    }
    answer = send(client, city, people)

    assert (answer.status_code, answer["Location"]) == (302, address(city, "sent/"))
    rows = Registration.objects.order_by("pk")
    assert [(row.email, row.status) for row in rows] == [
        ("jan@kolin.example", "nominated"),
        ("eva@kolin.example", "nominated"),
    ]
    html = page(client, city)
    assert "You can nominate 1 more person." in html
    assert html.count("Nominated</span>") == 2


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"name1": "Jan Navržený"},
        {"email1": "jan@kolin.example"},
        {"name1": "A", "email1": "a@kolin.example", "name2": "B", "email2": "a@kolin.example"},
    ],
)
def test_a_nomination_that_is_not_whole_comes_back(client, event, city, fields):
    assert send(client, city, fields).status_code == 422
    assert statuses(event) == []


def test_a_nominee_accepts_on_their_own_page(client, event, city):
    nominee = factories.nominated(city, "jan@kolin.example")[0]
    own = f"/en/r/{nominee.token}/"
    html = client.get(own).content.decode()
    assert ("You are nominated" in html, "Kolín nominated you" in html) == (True, True)
    assert "Cancel attendance" not in html

    answer = client.post(f"{own}nomination/", {"answer": "accept"})

    assert (answer.status_code, answer["Location"]) == (302, own)
    assert statuses(event) == ["confirmed"]
    assert "You have a place" in client.get(own).content.decode()


def test_a_nominee_declines_and_cannot_return(client, event, city):
    nominee = factories.nominated(city, "jan@kolin.example")[0]
    own = f"/en/r/{nominee.token}/"
    client.post(f"{own}nomination/", {"answer": "decline"})

    assert "The nomination is declined" in client.get(own).content.decode()
    again = client.post(f"{own}nomination/", {"answer": "accept"})
    assert (again.status_code, statuses(event)) == (422, ["declined"])
    assert "You are not nominated any more." in again.content.decode()


def test_a_withdrawn_nomination_says_so(client, event, city):
    nominee = factories.nominated(city, "jan@kolin.example")[0]
    actions.revoke_invitation(city.pk)
    assert "The nomination has ended" in client.get(f"/en/r/{nominee.token}/").content.decode()
