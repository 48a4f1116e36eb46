from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from events import actions as event_actions
from notifications import actions as notification_actions
from notifications.models import Message
from registrations import actions
from registrations.models import Booking
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def event():
    return factories.closed_event(title_cs="Doprava s důrazem na data", title_en="")


def states(**of):
    rows = Message.objects.filter(**of).order_by("pk")
    return [(row.kind, f"{row.state} {row.reason}".strip()) for row in rows]


def mail(post, **of):
    return post.read(Message.objects.filter(**of).latest("pk"))


def text(read):
    return read.get_body(("plain",)).get_content()


def come(event, invitation, **fields):
    submit = factories.submit(via=Booking.Via.INVITATION, invitation_id=invitation.pk)
    return actions.register(event.pk, factories.application(**fields), submit)


def test_the_invited_read_a_link_and_behind_a_closed_door_no_theme_in_the_subject(post, event):
    invitation = factories.invitation(event=event, language="en")
    post.sweep()

    read = mail(post, invitation=invitation)
    assert str(read["Subject"]) == "Invitation: Smart Cities Pitch"
    assert invitation.email in str(read["To"])
    assert f"/en/i/{invitation.token}/" in text(read)
    assert "Doprava s důrazem na data" in text(read)
    assert [part.get_content_type() for part in read.walk()][1:] == ["text/plain", "text/html"]
    fact = invitation.changes.get()
    message = Message.objects.get(invitation=invitation)
    assert message.key == f"invited:invitation:{fact.pk}:i{invitation.pk}"


def test_an_invitation_to_a_series_names_its_sessions(post, event):
    invitation = factories.invitation(series=event.series, language="en", places=2)
    post.sweep()

    read = mail(post, invitation=invitation)
    assert str(read["Subject"]) == "Invitation: Smart Cities Pitch"
    assert "Doprava s důrazem na data" in text(read)


def test_each_fact_is_told_once(post, event):
    invitation = factories.invitation(event=event)
    post.sweep()
    post.sweep()
    actions.send_invitation_again(invitation.pk, timezone.now() + timedelta(days=20))
    post.sweep()

    assert states(invitation=invitation) == [("invited", "sent"), ("invited", "sent")]


def test_a_reminder_says_that_it_is_one(post, event):
    invitation = factories.invitation(event=event, language="en")
    post.sweep()
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        actions.remind_invited(event)
        post.sweep()

    subject = str(mail(post, invitation=invitation)["Subject"])
    assert subject == "Please answer the invitation: Smart Cities Pitch"


def test_nothing_leaves_that_is_no_longer_true(post, event):
    withdrawn, declined = factories.invitation(event=event), factories.invitation(event=event)
    answered = factories.invitation(event=event)
    twice = factories.invitation(event=event)
    actions.revoke_invitation(withdrawn.pk)
    actions.decline_invitation(declined.pk)
    come(event, answered)
    actions.send_invitation_again(twice.pk, timezone.now() + timedelta(days=20))
    post.sweep()

    assert states(invitation=withdrawn) == [("invited", "void not invited")]
    assert states(invitation=declined) == [("invited", "void not invited")]
    assert states(invitation=answered) == [("invited", "void superseded")]
    assert states(invitation=twice) == [("invited", "void superseded"), ("invited", "sent")]


def test_nobody_is_invited_to_a_session_that_is_called_off(post, event):
    invitation = factories.invitation(event=event)
    event_actions.cancel_event(event.pk)
    post.sweep()

    assert states(invitation=invitation) == [("invited", "void called off")]


def test_a_nominee_reads_who_named_them_and_until_when(post, event):
    kolin = factories.municipality(name="Kolín")
    city = factories.invitation(event=event, kind="city", town_id=kolin.pk, language="en")
    (nominee,) = factories.nominated(city, "jan@kolin.example")
    post.sweep()

    assert post.states(nominee) == [("nominated", "sent")]
    assert str(post.last(nominee)["Subject"]) == "Nomination: Smart Cities Pitch"
    assert f"/en/r/{nominee.token}/" in post.text(nominee)
    assert "Kolín" in post.text(nominee)
    assert "you were nominated by: Kolín" in post.foot(nominee)

    actions.accept_nomination(nominee.pk)
    post.sweep()
    assert post.states(nominee) == [("nominated", "sent"), ("confirmed", "sent")]
    assert post.calendar(nominee) == [("confirmed", "REQUEST", 2)]


def test_a_nomination_that_ended_before_its_mail_is_not_written_of(post, event):
    firm = factories.invitation(event=event, kind="firm", organisation="Firma")
    (nominee,) = factories.nominated(firm, "jan@firma.example")
    actions.revoke_invitation(firm.pk)
    post.sweep()

    assert post.states(nominee) == [("nominated", "void: superseded")]


def test_a_session_that_moves_is_told_to_nominees(post, event):
    firm = factories.invitation(event=event, kind="firm", organisation="Firma")
    (nominee,) = factories.nominated(firm, "jan@firma.example")
    post.sweep()
    start = timezone.now() + timedelta(days=40)
    event_actions.move_event(event.pk, start, start + timedelta(hours=2))
    post.sweep()

    assert post.states(nominee) == [("nominated", "sent"), ("moved", "sent")]
    assert post.calendar(nominee) == []


def test_links_hold_all_that_an_address_has_in_the_series(post, event):
    other = factories.closed_event()
    email = "cyrila@mesto.example"
    invitation = factories.invitation(event=event, email=email)
    whole = factories.invitation(series=event.series, email=email)
    foreign = factories.invitation(event=other, email=email)
    registration = come(event, whole, email=email)
    notification_actions.send_links(event.series.pk, email, "en")
    post.sweep()

    read = mail(post, kind="links")
    assert str(read["Subject"]) == "Your links: Smart Cities Pitch"
    body = text(read)
    tokens = [invitation.token, whole.token, registration.token, foreign.token]
    assert [token in body for token in tokens] == [True, True, True, False]
    assert states(kind="links") == [("links", "sent")]


def test_an_unknown_address_gets_nothing_and_is_not_kept(post, event):
    factories.invitation(event=event)
    notification_actions.send_links(event.series.pk, "cizi@mesto.example", "cs")
    post.sweep()

    assert states(kind="links") == [("links", "void unknown")]
    assert Message.objects.get(kind="links").to_email == ""


def test_links_are_sent_once_an_hour(post, event):
    invitation = factories.invitation(event=event)
    with time_machine.travel(timezone.now().replace(minute=5), tick=False) as clock:
        for _n in range(3):
            notification_actions.send_links(event.series.pk, invitation.email, "cs")
        assert Message.objects.filter(kind="links").count() == 1
        clock.shift(timedelta(hours=1))
        notification_actions.send_links(event.series.pk, invitation.email, "cs")
        assert Message.objects.filter(kind="links").count() == 2


@pytest.mark.parametrize("language", ["cs", "en"])
def test_each_mail_is_narrow_and_fits_its_page(post, event, language):
    firm = factories.invitation(
        event=event, kind="firm", organisation="Ukázková dopravní, a.s.", language=language
    )
    factories.nominated(firm, "jan@firma.example")
    factories.invitation(series=event.series, email=firm.email, language=language, places=2)
    notification_actions.send_links(event.series.pk, firm.email, language)
    post.sweep()
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        actions.remind_invited(event.series)
        post.sweep()

    messages = Message.objects.filter(state="sent")
    assert {row.kind for row in messages} == {"invited", "nominated", "links"}
    for message in messages:
        read = post.read(message)
        html = read.get_body(("html",)).get_content()
        lines = [line for line in text(read).splitlines() if "://" not in line]
        assert max(map(len, lines)) < 73
        assert f'<html lang="{language}">' in html
        assert "\n\n\n" not in text(read).replace("\r", "")
        assert all(theme not in str(read["Subject"]) for theme in (event.title, event.name))
