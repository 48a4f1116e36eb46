import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from events import actions as event_actions
from events.models import Series
from notifications import actions
from notifications.models import Follow, Message
from registrations import limits
from tests import factories

pytestmark = pytest.mark.django_db
EMAIL = "anna.vzorova@mesto.example"


@pytest.fixture
def event():
    return factories.announced_event()


def address(event, end=""):
    return f"/{event.series.slug}/{event.slug}/follow/{end}"


def link(follow):
    return f"/follow/{follow.token}/"


def nonce_of(response):
    return re.search(r'name="nonce" value="([^"]+)"', response.content.decode())[1]


def send(client, event, *, seconds=5, page=None, **fields):
    """Opens the event's own page, waits and sends the form on it; returns the answer."""
    with time_machine.travel(timezone.now(), tick=False) as clock:
        nonce = nonce_of(client.get(page or event.get_absolute_url()))
        clock.shift(timedelta(seconds=seconds))
        return client.post(address(event), {"email": EMAIL, "nonce": nonce, "website": ""} | fields)


def set_date(event):
    start = timezone.now() + timedelta(days=60)
    event_actions.move_event(event.pk, start, start + timedelta(hours=6))


def test_every_address_leads_to_the_same_page(client, event):
    factories.follow(event=event, email="znama@mesto.example")

    answers = [
        send(client, event),
        send(client, event),
        send(client, event, email="ZNAMA@mesto.example"),
    ]

    assert {(answer.status_code, answer["Location"]) for answer in answers} == {
        (302, address(event, "sent/"))
    }
    assert sorted(Follow.objects.values_list("email", flat=True)) == [EMAIL, "znama@mesto.example"]
    assert Message.objects.filter(kind="follow_confirm").count() == 2


def test_follow_sent_says_the_same_to_everybody_and_knows_no_address(client, event):
    send(client, event)
    response = client.get(address(event, "sent/"))
    page = response.content.decode()

    assert response.status_code == 200
    assert "Napsali jsme vám" in page
    assert EMAIL not in page
    assert client.post(address(event, "sent/")).status_code == 405


def test_the_wish_speaks_the_language_of_its_page(client, event):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        page = f"/en{address(event)}"
        nonce = nonce_of(client.get(page))
        clock.shift(timedelta(seconds=5))
        response = client.post(page, {"email": EMAIL, "nonce": nonce})

    assert response["Location"] == f"/en{address(event, 'sent/')}"
    assert Follow.objects.get().language == "en"


@pytest.mark.parametrize("email", ["", "anna", "a@b@c", "x" * 300 + "@mesto.example"])
def test_a_bad_address_comes_back_with_the_error_beside_it(client, event, email):
    response = send(client, event, email=email)

    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["email"]
    assert Follow.objects.count() == 0


@pytest.mark.parametrize(
    "fields", [{"seconds": 1}, {"website": "https://spam.example"}, {"nonce": "forged"}]
)
def test_what_a_robot_may_have_sent_comes_back_filled_and_can_be_sent_again(client, event, fields):
    response = send(client, event, **fields)

    assert response.status_code == 422
    form = response.context["form"]
    assert (form["website"].value(), form["email"].value()) == ("", EMAIL)
    assert Follow.objects.count() == 0
    with time_machine.travel(timezone.now() + timedelta(seconds=30)):
        again = client.post(address(event), {"email": EMAIL, "nonce": nonce_of(response)})
    assert again.status_code == 302


def test_a_nonce_of_another_event_is_none(client, event):
    other = factories.announced_event()
    assert send(client, event, page=other.get_absolute_url()).status_code == 422


def test_the_sixth_wish_of_one_address_in_an_hour_is_asked_to_wait(client):
    events = [factories.announced_event() for _n in range(6)]

    codes = [send(client, event).status_code for event in events]

    assert codes == [302] * 5 + [429]
    assert Follow.objects.count() == 5


def test_the_sixty_first_wish_of_one_client_is_asked_to_wait(client, event, monkeypatch):
    monkeypatch.setattr(limits, "PER_CLIENT", 2)

    answers = [send(client, event, email=f"a{number}@mesto.example") for number in range(3)]

    assert [answer.status_code for answer in answers] == [302, 302, 429]
    assert answers[-1].context["form"]["email"].value() == "a2@mesto.example"


def test_a_date_set_meanwhile_is_said_instead(client, event):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        nonce = nonce_of(client.get(address(event)))
        clock.shift(timedelta(seconds=5))
        set_date(event)
        response = client.post(address(event), {"email": EMAIL, "nonce": nonce})

    page = response.content.decode()
    assert response.status_code == 422
    assert "Termín už je známý." in page
    assert f'href="{event.get_absolute_url()}"' in page
    assert 'name="email"' not in page
    assert Follow.objects.count() == 0


def test_the_form_needs_its_csrf_token(event):
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(address(event), {"email": EMAIL}).status_code == 403


def test_a_stranger_finds_no_form_of_a_closed_door(client):
    event = factories.announced_event(series=factories.series(is_closed_door=True))

    for path in (address(event), address(event, "sent/")):
        assert client.get(path).status_code == 404
    assert client.post(address(event), {"email": EMAIL}).status_code == 404


def test_a_door_that_closed_hides_its_wishes(client, event):
    follow = factories.follow(event=event)
    Series.objects.update(is_closed_door=True)

    assert client.get(link(follow)).status_code == 404


# --- The page of a wish -------------------------------------------------------------------------


def heading(response):
    return " ".join(re.search(r"<h1>(.*?)</h1>", response.content.decode(), re.DOTALL)[1].split())


def button(response):
    """What the one button of the page would answer; None without one."""
    found = re.findall(r'name="answer" value="(\w+)"', response.content.decode())
    assert len(found) <= 1
    return found[0] if found else None


def test_opening_the_link_changes_nothing_and_the_button_confirms(client, event):
    follow = factories.follow(event=event, is_confirmed=False)

    opened = [client.get(link(follow)), client.head(link(follow))]
    follow.refresh_from_db()
    assert follow.confirmed_at is None
    assert (heading(opened[0]), button(opened[0])) == (
        "Máme vám napsat, až bude termín?",
        "confirm",
    )

    answers = [client.post(link(follow), {"answer": "confirm"}) for _n in range(2)]

    assert [(a.status_code, a["Location"]) for a in answers] == [(302, link(follow))] * 2
    follow.refresh_from_db()
    assert follow.is_active
    page = client.get(link(follow))
    assert (heading(page), button(page)) == ("Dáme vám vědět, až bude termín", "stop")


def test_the_button_stops_and_takes_it_back(client, event):
    follow = factories.follow(event=event)

    client.post(link(follow), {"answer": "stop"})
    stopped = client.get(link(follow))
    assert (heading(stopped), button(stopped)) == ("Psát vám nebudeme", "confirm")

    client.post(link(follow), {"answer": "confirm"})
    follow.refresh_from_db()
    assert follow.is_active


def test_an_expired_link_leads_to_the_form(client, event):
    follow = factories.follow(event=event, is_confirmed=False)

    with time_machine.travel(timezone.now() + timedelta(days=8)):
        response = client.get(link(follow))
        client.post(link(follow), {"answer": "confirm"})

    assert (heading(response), button(response)) == ("Odkaz už neplatí", None)
    assert f'href="{address(event)}"' in response.content.decode()
    follow.refresh_from_db()
    assert follow.confirmed_at is None


@pytest.mark.parametrize(("is_confirmed", "answer"), [(False, None), (True, "stop")])
def test_once_the_date_is_set_the_link_leads_to_the_form(client, event, is_confirmed, answer):
    follow = factories.follow(event=event, is_confirmed=is_confirmed)
    set_date(event)

    response = client.get(link(follow))

    assert (heading(response), button(response)) == ("Termín je známý", answer)
    assert f'href="/{event.series.slug}/{event.slug}/register/"' in response.content.decode()


def test_a_session_called_off_has_nothing_to_wait_for(client, event):
    follow = factories.follow(event=event, is_confirmed=False)
    event_actions.cancel_event(event.pk)

    response = client.get(link(follow))

    assert (heading(response), button(response)) == ("Není na co čekat", None)


@pytest.mark.parametrize("content_type", ["form", "multipart"])
def test_one_click_of_a_mail_program_stops_at_once(event, content_type):
    # RFC 8058 §3.1: no cookie, no CSRF token, no redirect; either encoding.
    follow = factories.follow(event=event)
    strict = Client(enforce_csrf_checks=True)
    fields = {"List-Unsubscribe": "One-Click"}
    if content_type == "multipart":
        response = strict.post(link(follow), fields)
    else:
        response = strict.post(
            link(follow),
            "List-Unsubscribe=One-Click",
            content_type="application/x-www-form-urlencoded",
        )

    assert (response.status_code, heading(response)) == (200, "Psát vám nebudeme")
    assert response.cookies == {}
    follow.refresh_from_db()
    assert follow.is_stopped


@pytest.mark.parametrize(
    "fields", [{}, {"answer": "destroy"}, {"List-Unsubscribe": "One-Click-Not"}]
)
def test_anything_else_sent_changes_nothing(client, event, fields):
    follow = factories.follow(event=event)
    before = Follow.objects.values().get()

    assert client.post(link(follow), fields).status_code == 302

    assert Follow.objects.values().get() == before


def test_the_page_is_secret_and_shows_no_address(client, event):
    response = client.get(link(factories.follow(event=event, email=EMAIL)))

    assert response["Referrer-Policy"] == "no-referrer"
    assert response["X-Robots-Tag"] == "noindex"
    assert "no-store" in response["Cache-Control"]
    assert response.cookies == {}
    assert EMAIL not in response.content.decode()


def test_a_link_of_before_it_began_anew_opens_nothing(client, event):
    follow = factories.follow(event=event)
    actions.stop_follow(follow.pk)
    actions.follow_event(event.pk, follow.email, "cs")

    assert client.get(link(follow)).status_code == 404
    assert client.post(link(follow), {"List-Unsubscribe": "One-Click"}).status_code == 404
