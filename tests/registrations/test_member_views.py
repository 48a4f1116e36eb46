import re
from datetime import timedelta

import pytest
import time_machine
from django.db import OperationalError
from django.utils import timezone

from registrations import actions, limits, member_views
from registrations.models import Answer, Booking, Quota, Registration
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def call():
    return factories.call()


@pytest.fixture
def meeting(call):
    return factories.meeting(call=call, slug="prvni", capacity=2)


@pytest.fixture
def member(call, meeting):
    return factories.registration(event=call, name="Anna Vzorová", email="anna@mesto.example")


def address(member, end=""):
    return f"/r/{member.token}/meeting/prvni/{end}"


def send(client, member, fields=None, *, seconds=5, **more):
    """Opens the form, waits and sends it; returns the answer."""
    with time_machine.travel(timezone.now(), tick=False) as clock:
        page = client.get(address(member)).content.decode()
        nonce = re.search(r'name="nonce" value="([^"]+)"', page)[1]
        clock.shift(timedelta(seconds=seconds))
        values = (fields or {}) | {"nonce": nonce, "website": ""} | more
        return client.post(address(member), values)


def live(meeting):
    rows = Registration.objects.filter(event=meeting).live().order_by("pk")
    return [(row.email, row.status) for row in rows]


def test_the_membership_leads_to_the_form_and_the_form_to_a_place(client, member, meeting):
    page = client.get(f"/r/{member.token}/").content.decode()
    assert "Členství je potvrzené" in page
    assert address(member) in page
    assert "QR" not in page

    form = client.get(address(member)).content.decode()
    assert "Anna Vzorová" in form
    assert 'name="email"' not in form

    answer = send(client, member, {"vegetarian": "on"})
    assert (answer.status_code, answer["Location"]) == (302, address(member, "sent/"))
    assert client.get(answer["Location"]).status_code == 200
    own = Registration.objects.get(event=meeting)
    assert (own.email, own.status, own.membership, own.vegetarian) == (
        "anna@mesto.example",
        "confirmed",
        member,
        True,
    )
    again = client.get(address(member)).content.decode()
    assert "Na toto členství už je někdo přihlášený." in again
    assert 'name="nonce"' not in again


def nonce_of(response):
    """What the form that was answered was known by."""
    return response.wsgi_request.POST["nonce"]


def test_the_same_form_sent_twice_is_one_registration(client, member, meeting):
    sent = nonce_of(send(client, member))
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        again = client.post(address(member), {"nonce": sent, "website": ""})
    assert (again.status_code, again["Location"]) == (302, address(member, "sent/"))
    assert live(meeting) == [("anna@mesto.example", "confirmed")]
    assert Booking.objects.filter(via="member").count() == 1


def test_questions_are_asked_and_what_is_wrong_comes_back_filled(client, member, meeting):
    question = factories.question("Ano", "Raději ne", event=meeting, is_required=True)
    answer = send(client, member, {"needs_note": "Místo u dveří"})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {f"q{question.pk}"}
    assert answer.context["form"]["needs_note"].value() == "Místo u dveří"

    option = question.options.earliest("pk")
    assert send(client, member, {f"q{question.pk}": option.pk}).status_code == 302
    assert Answer.objects.get().option == option


def test_who_is_no_member_finds_no_form(client, member, meeting, call):
    stranger = factories.registration(event=factories.event(slug="prvni"))
    for token in (stranger.token, member.door_code, member.booking.token, "nobody"):
        assert client.get(f"/r/{token}/meeting/prvni/").status_code == 404
        assert client.post(f"/r/{token}/meeting/prvni/").status_code == 404
        assert client.get(f"/r/{token}/meeting/prvni/sent/").status_code == 404
    assert client.get(f"/r/{member.token}/meeting/druhe/").status_code == 404
    actions.cancel_registration(member.pk)
    assert client.get(address(member)).status_code == 404
    assert live(meeting) == []


def test_the_pages_are_secret(client, member, meeting):
    for end in ("", "sent/"):
        response = client.get(address(member, end))
        assert response["Referrer-Policy"] == "no-referrer"
        assert response["X-Robots-Tag"] == "noindex"
        assert "no-store" in response["Cache-Control"]
    assert client.post(address(member, "sent/")).status_code == 405


@pytest.mark.parametrize(
    ("fields", "seconds"), [({}, 0), ({"website": "http://"}, 5), ({"nonce": "forged"}, 5)]
)
def test_what_a_robot_may_have_sent_is_asked_once_more(client, member, meeting, fields, seconds):
    answer = send(client, member, {"needs_note": "Vlak"}, seconds=seconds, **fields)
    assert answer.status_code == 422
    assert answer.context["form"]["needs_note"].value() == "Vlak"
    assert "Zkontrolujte formulář" in answer.content.decode()
    assert live(meeting) == []


def test_a_quota_refuses_and_offers_to_wait(client, member, meeting, call):
    Quota.objects.create(event=meeting, scope="each_organisation", limit=1)
    other = factories.registration(event=call)
    factories.attendance(other, event=meeting)
    refused = send(client, member)
    assert refused.status_code == 422
    assert "nejvýše 1" in refused.content.decode()
    assert "waits_within_limit" in refused.content.decode()

    assert send(client, member, {"waits_within_limit": "on"}).status_code == 302
    assert live(meeting)[-1] == ("anna@mesto.example", "waiting")


def test_a_closed_meeting_says_so(client, member, meeting):
    with time_machine.travel(meeting.starts_at - timedelta(hours=23)):
        page = client.get(address(member)).content.decode()
        sent = client.post(address(member), {"nonce": "-"})
    assert "Přihlašování skončilo." in page
    assert 'name="nonce"' not in page
    assert sent.status_code == 422


def test_too_many_forms_from_one_client_are_asked_to_wait(client, member, meeting, monkeypatch):
    monkeypatch.setattr(limits, "PER_CLIENT", 0)
    answer = send(client, member)
    assert (answer.status_code, live(meeting)) == (429, [])


def test_a_busy_database_keeps_what_was_typed(client, member, meeting, monkeypatch, caplog):
    def busy(*_args, **_kwargs):
        raise OperationalError("lock timeout")

    monkeypatch.setattr(member_views.actions, "register", busy)
    answer = send(client, member, {"needs_note": "Vlak"})
    caplog.clear()
    assert answer.status_code == 503
    assert answer.context["form"]["needs_note"].value() == "Vlak"


def test_the_key_of_another_form_comes_back_with_a_new_one(client, member, meeting):
    used = nonce_of(send(client, member))
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        values = {"nonce": used, "website": "", "needs_note": "Vlak"}
        answer = client.post(address(member), values)
    assert answer.status_code == 422
    assert answer.context["form"]["nonce"].value() != used
    assert answer.context["form"]["needs_note"].value() == "Vlak"
