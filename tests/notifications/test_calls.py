"""What members and those who apply read: the same kinds of mail, without a day."""

import re

import pytest

from events import actions as event_actions
from notifications import actions as notification_actions
from notifications.models import Message
from registrations import actions
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def call():
    return factories.call(capacity=1, admission="approval", has_place_while_pending=False)


def subject(post, registration):
    return str(post.last(registration)["Subject"])


def test_an_application_is_told_from_first_to_last_without_a_calendar(post, call):
    first, second = factories.fill(call, 2)
    post.sweep()
    assert subject(post, first) == "Přihlášku posuzujeme: Skupina Doprava"

    actions.approve(call.pk, [first.pk, second.pk])
    post.sweep()
    assert subject(post, first) == "Členství je potvrzené: Skupina Doprava"
    assert subject(post, second) == "Čekací listina, 1. v pořadí: Skupina Doprava"

    actions.cancel_registration(first.pk)
    post.sweep()
    assert subject(post, first) == "Přihláška nebo členství zrušeno: Skupina Doprava"
    assert subject(post, second) == "Uvolnilo se místo a máte ho: Skupina Doprava"
    told = " ".join(post.text(second).split())
    assert "členství je potvrzené: Pracovní skupiny, Skupina Doprava." in told
    assert (post.calendar(first), post.calendar(second)) == ([], [])


def test_what_becomes_of_the_call_and_of_a_membership_is_told_in_its_own_words(post, call):
    own = factories.registration(event=call)
    actions.approve(call.pk, [own.pk])
    post.sweep()
    event_actions.cancel_event(call.pk)
    post.sweep()
    assert subject(post, own) == "Výzva je odvolaná: Skupina Doprava"
    event_actions.reinstate_event(call.pk)
    post.sweep()
    assert subject(post, own) == "Výzva znovu platí: Skupina Doprava"
    assert "Vaše členství zůstává" in " ".join(post.text(own).split())
    new = actions.hand_over(own.pk, factories.substitute())
    post.sweep()
    assert subject(post, own) == "Členství předáno: Skupina Doprava"
    assert subject(post, new) == "Máte členství: Skupina Doprava"
    assert post.calendar(own) == post.calendar(new) == []


@pytest.mark.parametrize("kind", ["confirmed", "pending", "waiting", "cancelled", "rejected"])
@pytest.mark.parametrize("language", ["cs", "en"])
def test_no_mail_of_a_call_speaks_of_a_session_a_code_or_a_calendar(post, call, kind, language):
    contact = {"contact_name": "Bára Ukázková", "contact_email": "bara@mesto.example"}
    first = factories.registration(event=call, language=language, **contact)
    if kind in {"confirmed", "waiting"}:
        other = factories.fill(call, 1)
        chosen = [first.pk] if kind == "confirmed" else [other[0].pk, first.pk]
        actions.approve(call.pk, [other[0].pk] if kind == "waiting" else chosen)
        actions.approve(call.pk, chosen)
    elif kind == "cancelled":
        post.sweep()
        actions.cancel_registration(first.pk)
    elif kind == "rejected":
        actions.reject(call.pk, [first.pk])
    post.sweep()

    assert post.messages(first)[-1].kind == kind
    for to_contact in (False, True):
        letter = post.text(first, to_contact=to_contact) + post.html(first, to_contact=to_contact)
        words = re.sub(r"<[^>]+>|http\S+", " ", letter)
        for word in ("QR", "kalend", "calendar", "setkání", "session", "start", "začátk"):
            assert word not in words.replace("Setkání", ""), word


def test_a_member_asks_for_the_link_and_a_stranger_gets_nothing(post, call):
    member = factories.registration(event=call, email="anna@mesto.example")
    actions.approve(call.pk, [member.pk])
    for email in ("anna@mesto.example", "nikdo@mesto.example"):
        notification_actions.send_links(call.series_id, email, "cs")
    post.sweep()

    sent = {(row.to_email, row.state, row.reason) for row in Message.objects.filter(kind="links")}
    assert sent == {
        ("anna@mesto.example", "sent", ""),
        ("", "void", "unknown"),
    }
