import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from notifications.models import Message
from registrations import limits
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def event():
    return factories.closed_event()


def address(event, end="ask/"):
    return f"/{event.series.slug}/links/{end}"


def send(client, event, email, *, seconds=5, **more):
    """Opens the page of the series, waits and sends the form on it; returns the answer."""
    with time_machine.travel(timezone.now(), tick=False) as clock:
        html = client.get(event.series.get_absolute_url()).content.decode()
        nonce = re.search(r'name="nonce" value="([^"]+)"', html)[1]
        clock.shift(timedelta(seconds=seconds))
        return client.post(address(event), {"email": email, "nonce": nonce, "website": ""} | more)


def test_every_address_leads_to_the_same_page(client, event):
    invitation = factories.invitation(event=event)

    answers = [send(client, event, email) for email in (invitation.email, "cizi@mesto.example")]

    assert {(answer.status_code, answer["Location"]) for answer in answers} == {
        (302, address(event, "sent/"))
    }
    assert Message.objects.filter(kind="links").count() == 2
    page = client.get(address(event, "sent/")).content.decode()
    assert event.title not in page


def test_a_known_and_an_unknown_address_cost_the_same_queries(client, event):
    invitation = factories.invitation(event=event)
    # The first request of a client has its own count to begin.
    send(client, event, "prvni@mesto.example")
    counts = []
    for email in (invitation.email, "cizi@mesto.example"):
        with CaptureQueriesContext(connection) as queries:
            send(client, event, email)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_wrong_address_comes_back_filled(client, event):
    answer = send(client, event, "bez zavináče")
    assert (answer.status_code, "bez zavináče" in answer.content.decode()) == (422, True)
    assert send(client, event, "a@mesto.example", seconds=1).status_code == 422
    assert send(client, event, "a@mesto.example", website="x").status_code == 422
    assert Message.objects.count() == 0


def test_who_asks_too_often_waits(client, event):
    for _n in range(limits.PER_EMAIL):
        assert send(client, event, "a@mesto.example").status_code == 302
    assert send(client, event, "a@mesto.example").status_code == 429


def test_a_series_without_a_closed_door_sends_no_links(client):
    event = factories.event()
    assert client.get(address(event)).status_code == 404
    assert "links/ask" not in client.get(event.series.get_absolute_url()).content.decode()


def test_a_series_with_members_sends_their_links_and_another_public_one_sends_none(client):
    call = factories.call()
    assert client.get(address(call)).status_code == 404
    meeting = factories.meeting(call=call)

    page = client.get(address(meeting)).content.decode()
    assert "Jste ze skupiny?" in page
    assert 'name="email"' in page
    with time_machine.travel(timezone.now(), tick=False) as clock:
        nonce = re.search(r'name="nonce" value="([^"]+)"', page)[1]
        clock.shift(timedelta(seconds=5))
        fields = {"email": "anna@mesto.example", "nonce": nonce, "website": ""}
        answer = client.post(address(meeting), fields)
    assert (answer.status_code, answer["Location"]) == (302, address(meeting, "sent/"))
    assert client.get(address(factories.event())).status_code == 404
