from datetime import timedelta

import pytest
from icalendar import Calendar

from events import actions as event_actions
from registrations import actions
from tests import factories

pytestmark = pytest.mark.django_db


def part(post, registration):
    mail = post.last(registration)
    return next(part for part in mail.walk() if part.get_content_type() == "text/calendar")


def vevent(post, registration):
    calendar = Calendar.from_ical(part(post, registration).get_payload(decode=True))
    return calendar, calendar.walk("VEVENT")[0]


def test_an_invite_says_whose_place_it_is_and_where(post):
    event = factories.event()
    registration = factories.registration(event=event, name="Anna Vzorová")
    post.sweep()
    fact = registration.changes.get()

    calendar, entry = vevent(post, registration)

    assert calendar["METHOD"] == "REQUEST"
    assert part(post, registration)["Content-Type"].params["method"] == "REQUEST"
    assert entry["UID"] == registration.uid
    assert entry["SEQUENCE"] == event.revision + registration.revision
    assert entry["DTSTAMP"].dt == entry["LAST-MODIFIED"].dt == fact.at.replace(microsecond=0)
    assert entry["CREATED"].dt == registration.created_at.replace(microsecond=0)
    assert entry["DTSTART"].dt == event.starts_at
    assert entry["ATTENDEE"] == f"mailto:{post.last(registration)['To'].addresses[0].addr_spec}"
    assert entry["ATTENDEE"].params["CN"] == "Anna Vzorová"
    assert entry["ORGANIZER"] == f"mailto:{post.last(registration)['From'].addresses[0].addr_spec}"
    assert entry["STATUS"] == "CONFIRMED"


def test_an_invite_holds_no_secret_and_no_contact(post):
    contact = {"contact_name": "Bára Ukázková", "contact_email": "bara@mesto.example"}
    registration = factories.registration(event=factories.event(), **contact)
    post.sweep()

    content = part(post, registration).get_payload(decode=True).replace(b"\r\n ", b"")

    secrets = (registration.token, registration.door_code, registration.booking.token)
    for secret in (*secrets, "Bára", "bara@", registration.reference):
        assert secret.encode() not in content


def test_the_contact_of_a_person_without_an_address_is_the_attendee(post):
    contact = {"contact_name": "Bára Ukázková", "contact_email": "bara@mesto.example"}
    registration = factories.registration(event=factories.event(), email="", **contact)
    post.sweep()

    _calendar, entry = vevent(post, registration)

    assert entry["ATTENDEE"] == "mailto:bara@mesto.example"
    assert post.last(registration)["To"].addresses[0].addr_spec == "bara@mesto.example"


def test_a_cancel_has_the_uid_of_the_invite_and_a_higher_sequence(post):
    registration = factories.registration(event=factories.event())
    post.sweep()
    _calendar, invited = vevent(post, registration)
    actions.cancel_registration(registration.pk)

    post.sweep()

    calendar, entry = vevent(post, registration)
    assert calendar["METHOD"] == "CANCEL"
    assert entry["UID"] == invited["UID"]
    assert entry["SEQUENCE"] > invited["SEQUENCE"]
    assert entry["STATUS"] == "CANCELLED"


def test_sequences_of_a_long_life_only_grow(post):
    event = factories.event(capacity=1)
    first, second = factories.registration(event=event), factories.registration(event=event)
    for days in (1, 2, 3):
        post.sweep()
        event_actions.move_event(event.pk, event.starts_at + timedelta(days=days))
    actions.cancel_registration(first.pk)
    post.sweep()
    event_actions.move_event(event.pk, event.starts_at + timedelta(days=4))
    post.sweep()

    assert post.calendar(first) == [
        ("confirmed", "REQUEST", 1),
        ("moved", "REQUEST", 2),
        ("moved", "REQUEST", 3),
        ("cancelled", "CANCEL", 5),
    ]
    assert post.calendar(second) == [("promoted", "REQUEST", 5), ("moved", "REQUEST", 6)]


def test_an_invite_after_a_reinstatement_has_the_uid_of_its_own_time(post):
    event = factories.event()
    event_actions.cancel_event(event.pk)
    event_actions.reinstate_event(event.pk)
    registration = factories.registration(event=event)

    post.sweep()

    _calendar, entry = vevent(post, registration)
    name, _at, domain = registration.uid.partition("@")
    assert entry["UID"] == f"{name}-1@{domain}"


def test_later_mails_about_a_place_answer_the_first(post):
    event = factories.event()
    registration = factories.registration(event=event)
    other = factories.registration(event=event)
    post.sweep()
    event_actions.move_event(event.pk, event.starts_at + timedelta(days=1))
    post.sweep()

    first, second = post.messages(registration)

    assert post.read(first)["References"] is None
    assert post.read(second)["References"] == post.read(second)["In-Reply-To"] == first.message_id
    assert post.read(second)["Message-ID"] == second.message_id
    assert first.message_id not in str(post.last(other))
