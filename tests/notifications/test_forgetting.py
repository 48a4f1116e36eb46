from datetime import timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from events import actions as event_actions
from notifications import actions as follow_actions
from notifications import announcing, forgetting
from notifications.models import Follow, Message
from registrations import actions
from registrations.models import Invitation, InvitationChange
from tests import factories

pytestmark = pytest.mark.django_db


def test_bodies_are_emptied_thirty_days_after_they_were_settled(post):
    registration = factories.registration(event=factories.event())
    post.sweep()
    (message,) = post.messages(registration)

    assert forgetting.forget(message.settled_at + timedelta(days=30)).bodies == 0
    assert forgetting.forget(message.settled_at + timedelta(days=30, seconds=1)).bodies == 1

    message.refresh_from_db()
    assert message.raw is None
    assert message.mail is None
    # What a later CANCEL and a thread need is no body.
    assert message.calendar_uid == registration.uid


def test_needs_are_deleted_a_fortnight_after_the_event(post):
    event = factories.event()
    registration = factories.registration(event=event, vegetarian=True, needs_note="bez ořechů")

    assert forgetting.forget(event.ends_at + timedelta(days=13)).needs == 0
    assert forgetting.forget(event.ends_at + timedelta(days=14, seconds=1)).needs == 1

    registration.refresh_from_db()
    assert (registration.vegetarian, registration.needs_note) == (False, "")


def test_what_is_still_to_be_sent_keeps_its_body():
    factories.registration(event=factories.event())

    assert forgetting.forget(timezone.now() + timedelta(days=40)).bodies == 0


def set_date(event, days=60):
    start = timezone.now() + timedelta(days=days)
    event_actions.move_event(event.pk, start, start + timedelta(hours=6))


def kept(follow, moment):
    """Whether the wish and its mails are still there after all that time deletes."""
    forgetting.forget(moment)
    rows = {Follow.objects.filter(pk=follow.pk).exists(), follow.messages.exists()}
    assert len(rows) == 1
    return rows == {True}


def test_a_wish_that_nobody_confirms_is_deleted_after_a_week(post):
    follow = factories.follow(event=factories.announced_event(), is_confirmed=False)
    post.sweep()
    week = follow.created_at + timedelta(days=7)

    assert kept(follow, week)
    assert not kept(follow, week + timedelta(seconds=1))


def test_a_wish_that_waits_is_kept_as_long_as_it_waits(post):
    follow = factories.follow(event=factories.announced_event())
    post.sweep()

    assert kept(follow, timezone.now() + timedelta(days=400))


def test_a_wish_is_deleted_a_fortnight_after_the_date_was_told(post):
    follow = factories.follow(event=factories.announced_event())
    set_date(follow.event)
    post.sweep()
    told_at = follow.messages.get(kind="date_set").settled_at

    assert kept(follow, told_at + timedelta(days=14))
    assert not kept(follow, told_at + timedelta(days=14, seconds=1))


def test_a_stopped_wish_is_deleted_a_fortnight_later(post):
    follow = factories.follow(event=factories.announced_event())
    post.sweep()
    stopped_at = follow_actions.stop_follow(follow.pk).stopped_at

    assert kept(follow, stopped_at + timedelta(days=14))
    assert not kept(follow, stopped_at + timedelta(days=14, seconds=1))


def test_a_wish_for_a_session_that_is_called_off_is_deleted_a_fortnight_later(post):
    follow = factories.follow(event=factories.announced_event())
    post.sweep()
    called_off_at = event_actions.cancel_event(follow.event_id).at

    assert kept(follow, called_off_at + timedelta(days=14))
    assert not kept(follow, called_off_at + timedelta(days=14, seconds=1))


def test_a_wish_whose_mail_is_under_way_is_kept(post):
    follow = factories.follow(event=factories.announced_event())
    follow_actions.stop_follow(follow.pk)

    assert follow.messages.get().state == "queued"
    assert kept(follow, timezone.now() + timedelta(days=30))


def test_deleted_wishes_are_counted(post):
    event = factories.announced_event()
    for _n in range(2):
        factories.follow(event=event, is_confirmed=False)
    factories.follow(event=event)
    post.sweep()

    assert forgetting.forget(timezone.now() + timedelta(days=8)).follows == 2
    assert Follow.objects.count() == 1


def forgotten(invitation, moment):
    """What an invitation still says of whom it was to after all that time deletes."""
    forgetting.forget(moment)
    invitation.refresh_from_db()
    return (invitation.name, invitation.email)


AFTER = timedelta(days=14, seconds=1)


def test_an_invitation_that_led_nowhere_names_nobody_a_fortnight_after_it_expired(post):
    event = factories.closed_event()
    invitation = factories.invitation(event=event, organisation="Zlín", name="Cyrila")
    post.sweep()
    message = Message.objects.get(invitation=invitation)
    assert forgotten(invitation, invitation.expires_at + timedelta(days=14))[0] == "Cyrila"

    assert forgotten(invitation, invitation.expires_at + AFTER) == ("", "")

    message.refresh_from_db()
    assert (message.to_email, message.raw, invitation.organisation) == ("", None, "")
    assert str(invitation) == "(jméno smazáno)"
    call_command("check_invariants")


def test_two_invitations_to_one_event_are_forgotten_and_the_address_is_invited_anew():
    event = factories.closed_event()
    for email in ("a@mesto.example", "b@mesto.example"):
        actions.revoke_invitation(
            factories.invitation(event=event, email=email).pk, note="Cyrila volala"
        )
        factories.invitation(event=event, email=email)

    assert forgetting.forget(event.ends_at + AFTER).invitations == 4

    assert not InvitationChange.objects.exclude(note="").exists()
    assert factories.invitation(event=event, email="a@mesto.example").pk
    with pytest.raises(actions.RegistrationError):
        actions.send_invitation_again(Invitation.objects.earliest("pk").pk, event.starts_at)
    assert actions.remind_invited(event, actor_id=None) == 0


def test_an_invitation_by_which_somebody_came_stays_with_the_registration(post):
    event = factories.closed_event()
    person = factories.invitation(event=event, name="Cyrila")
    actions.register(
        event.pk,
        factories.application(),
        factories.submit(via="invitation", invitation_id=person.pk),
    )
    firm = factories.invitation(event=event, kind="firm", organisation="Firma", name="Jana")
    (nominee,) = factories.nominated(firm, "n@firma.example")
    actions.decline_nomination(nominee.pk)
    post.sweep()

    assert forgotten(person, event.ends_at + AFTER)[0] == "Cyrila"
    assert forgotten(firm, event.ends_at + AFTER)[0] == "Jana"


def test_an_invitation_whose_mail_is_under_way_stays():
    invitation = factories.invitation(event=factories.closed_event(), name="Cyrila")
    announcing.announce(timezone.now())

    assert forgotten(invitation, invitation.expires_at + AFTER)[0] == "Cyrila"


def test_an_invitation_to_what_was_called_off_is_forgotten_and_never_sent_again(post):
    event = factories.closed_event()
    until = timezone.now() + timedelta(days=60)
    invitation = factories.invitation(event=event, expires_at=until)
    event_actions.cancel_event(event.pk)
    post.sweep()

    assert forgotten(invitation, timezone.now() + AFTER) == ("", "")
    event_actions.reinstate_event(event.pk)
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        assert actions.remind_invited(event, actor_id=None) == 0


def test_answers_notes_and_tags_go_ninety_days_after_the_event():
    event = factories.event()
    option = factories.question("Guláš", event=event).options.get()
    person = factories.registration(event=event, answers=factories.chosen(option))
    actions.write_note(person.pk, note="Volat ráno", tags="tisk vip")
    later = factories.event()
    other = factories.registration(event=later)
    actions.write_note(other.pk, note="", tags="vip")

    before = forgetting.forget(event.ends_at + timedelta(days=90))
    event_actions.move_event(later.pk, event.starts_at + timedelta(days=60))
    after = forgetting.forget(event.ends_at + timedelta(days=90, seconds=1))

    assert [(f.answers, f.notes) for f in (before, after)] == [(0, 0), (1, 1)]
    person.refresh_from_db()
    other.refresh_from_db()
    assert (person.note, person.tags, person.answers.count()) == ("", "", 0)
    assert ("vip" in person.search_key, other.tags) == (False, "vip")
    call_command("check_invariants")
