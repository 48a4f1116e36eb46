import re
from datetime import timedelta

import pytest
from django.utils import timezone

from events import actions as event_actions
from events.models import EventChange
from notifications import announcements
from notifications.models import Message
from registrations import actions
from registrations.models import RegistrationChange
from tests import factories

pytestmark = pytest.mark.django_db
CONTACT = {"contact_name": "Bára Ukázková", "contact_email": "bara@mesto.example"}


def messages(registration):
    """What the last fact of a registration says to whom."""
    fact = registration.changes.order_by("pk").last()
    return announcements.messages_of(fact, [registration], timezone.now())


def test_every_kind_of_fact_is_mapped():
    assert set(announcements.EVENT_FACTS) == set(EventChange.Kind)
    assert set(announcements.FOLLOWER_FACTS) == set(EventChange.Kind)
    assert set(announcements.REGISTRATION_FACTS) == set(RegistrationChange.Kind)


def test_an_unmapped_kind_is_a_bug_and_not_silence():
    with pytest.raises(KeyError):
        announcements.kind_of(EventChange(kind="painted"))
    with pytest.raises(KeyError):
        announcements.kind_for_followers(EventChange(kind="painted"))


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        *(("confirmed", "confirmed"), ("waiting", "waiting"), ("pending", "pending")),
        *(("offered", "offered"), ("nominated", "nominated")),
    ],
)
def test_a_new_row_says_what_became_of_it(status, kind):
    for fact_kind in ("registered", "corrected", "approved"):
        fact = RegistrationChange(kind=fact_kind, to_status=status)
        assert announcements.kind_of(fact) == kind


@pytest.mark.parametrize(
    ("status", "kind"), [("confirmed", "promoted"), ("pending", "pending"), ("offered", "offered")]
)
def test_who_is_promoted_reads_what_the_place_is(status, kind):
    fact = RegistrationChange(kind="promoted", to_status=status)
    assert announcements.kind_of(fact) == kind


def test_a_key_names_kind_table_fact_and_recipient():
    registration = factories.registration(event=factories.event(), **CONTACT)
    fact = registration.changes.get()

    keys = [message.key for message in messages(registration)]

    assert keys == [
        f"confirmed:registration:{fact.pk}:r{registration.pk}",
        f"confirmed:registration:{fact.pk}:b{registration.booking_id}-r{registration.pk}",
    ]


def test_the_contact_reads_a_summary_in_their_own_language_and_at_their_own_address():
    registration = factories.registration(event=factories.event(), **CONTACT)
    registration.language = "en"

    own, summary = messages(registration)

    assert (own.to_email, own.language, own.booking) == (registration.email, "en", None)
    assert (summary.to_email, summary.language) == ("bara@mesto.example", "cs")
    assert summary.booking == registration.booking


def test_without_an_own_address_the_contact_gets_the_mail_itself_and_no_summary():
    registration = factories.registration(event=factories.event(), email="", **CONTACT)

    (message,) = messages(registration)

    assert (message.to_email, message.booking) == ("bara@mesto.example", None)


def test_who_is_their_own_contact_gets_one_mail():
    registration = factories.registration(
        event=factories.event(), email="bara@mesto.example", **CONTACT
    )

    assert len(messages(registration)) == 1


def test_a_second_registration_is_told_to_the_person_alone():
    registration = factories.registration(event=factories.event(), **CONTACT)
    again = factories.application(email=registration.email, **CONTACT)
    actions.register(registration.event_id, again, factories.submit())

    fact = registration.changes.get(kind="registered_again")

    (message,) = announcements.messages_of(fact, [registration], timezone.now())

    assert (message.kind, message.to_email) == ("already_registered", registration.email)


def test_a_corrected_address_is_told_to_the_old_to_the_new_and_once_to_the_contact():
    old = factories.registration(event=factories.event(), **CONTACT)
    new = actions.correct_address(old.pk, "nova@mesto.example")
    old.refresh_from_db()

    told = [(row.kind, row.to_email) for row in [*messages(old), *messages(new)]]

    assert told == [
        ("cancelled", old.email),
        ("confirmed", "nova@mesto.example"),
        ("confirmed", "bara@mesto.example"),
    ]


def test_a_message_may_leave_for_three_days_after_its_fact():
    registration = factories.registration(event=factories.event())

    (message,) = messages(registration)

    assert message.not_after == registration.changes.get().at + timedelta(hours=72)


def test_every_message_has_an_id_of_our_domain(settings):
    settings.MAIL_DOMAIN = "mail.example"

    ids = {announcements.new_message_id() for _n in range(3)}

    assert len(ids) == 3
    assert all(re.fullmatch(r"<\w+@mail\.example>", value) for value in ids)


def test_what_moves_while_called_off_is_not_told():
    event = factories.event()
    start = event.starts_at
    event_actions.move_event(event.pk, start + timedelta(days=1))
    event_actions.cancel_event(event.pk)
    event_actions.move_event(event.pk, start + timedelta(days=2))
    event_actions.retitle_event(event.pk, "Jiný název", "")
    event_actions.reinstate_event(event.pk)
    event_actions.move_event(event.pk, start + timedelta(days=3))

    told = announcements.told(event.changes.order_by("event_revision"))

    assert [fact.kind for fact in told] == ["moved", "called_off", "reinstated", "moved"]
    assert told[-1].new("starts_at") == (start + timedelta(days=3)).isoformat()


def test_silence_is_for_facts_that_concern_nobody_registered():
    event = factories.event()
    registration = factories.registration(event=event)

    assert announcements.messages_of(event.changes.get(), [registration], timezone.now()) == []
    assert Message.objects.count() == 0


def test_followers_hear_that_there_is_a_date_and_nothing_else():
    dated, undated = factories.event(), factories.announced_event()
    heard = {
        (kind.value, event.starts_at is not None)
        for kind in EventChange.Kind
        for event in (dated, undated)
        if announcements.kind_for_followers(EventChange(kind=kind, event=event))
    }

    assert heard == {("scheduled", True), ("scheduled", False), ("reinstated", True)}


def test_a_followers_key_names_fact_and_wish_and_no_address():
    follow = factories.follow(event=factories.announced_event(), language="en")
    fact = EventChange(pk=7, kind="scheduled", event=follow.event, at=timezone.now())

    (message,) = announcements.messages_to_followers(fact, [follow], timezone.now())

    assert message.key == f"date_set:event:7:f{follow.pk}"
    assert (message.to_email, message.language) == (follow.email, "en")
    assert message.not_after == fact.at + timedelta(hours=72)


def test_what_organisers_note_or_give_is_told_to_nobody():
    event = factories.event()
    own = factories.registration(event=event, **CONTACT)
    actions.write_note(own.pk, note="Volala", tags="vip")
    assert messages(own) == []
    actions.reopen_deadline(own.pk, event.starts_at - timedelta(hours=1))
    assert messages(own) == []
