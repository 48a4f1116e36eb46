"""What a party's contact reads: once of what happened to all, with everybody's state."""

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from events import actions as event_actions
from notifications.models import Message
from registrations import actions
from registrations.applications import Party
from tests import factories

pytestmark = pytest.mark.django_db
BARA = {"contact_name": "Bára Ukázková", "contact_email": "bara@mesto.example"}


def party(event, *names, together=True, **fields):
    people = tuple(factories.application(name=name, **BARA | fields) for name in names)
    return actions.register_party(
        event.pk, Party(people=people, is_together=together), factories.submit()
    )


def summaries(booking):
    rows = Message.objects.filter(booking=booking).order_by("pk")
    return [(row.kind, row.state) for row in rows]


def text_of_last(booking, post):
    message = Message.objects.filter(booking=booking).order_by("pk").last()
    return post.read(message).get_body(("plain",)).get_content().replace("\r\n", "\n")


def test_one_mail_to_each_and_one_summary_to_the_contact(post):
    booking = party(factories.event(capacity=5), "Anna Á", "Cyril C")

    post.sweep()

    assert summaries(booking) == [("party", "sent")]
    for row in booking.registrations.all():
        assert post.states(row) == [("confirmed", "sent")]
    text = text_of_last(booking, post)
    for row in booking.registrations.all():
        assert row.name in text
        assert row.reference in text
        assert row.token not in text
    assert f"/b/{booking.token}/" in text


def test_a_delegate_who_is_the_contact_reads_the_summary_too(post):
    people = (
        factories.application(name="Bára Ukázková", email="bara@mesto.example", **BARA),
        factories.application(name="Anna Á", **BARA),
    )
    event = factories.event(capacity=5)
    booking = actions.register_party(
        event.pk, Party(people=people, is_together=True), factories.submit()
    )

    post.sweep()

    assert summaries(booking) == [("party", "sent")]


def test_of_somebody_who_was_known_it_says_only_where_the_answer_went(post):
    event = factories.event(capacity=5)
    known = factories.registration(event=event, email="znama@mesto.example")
    people = (
        factories.application(name="Anna Á", **BARA),
        factories.application(name="Známá Osoba", email=known.email, **BARA),
    )
    booking = actions.register_party(
        event.pk, Party(people=people, is_together=True), factories.submit()
    )

    post.sweep()

    text = " ".join(text_of_last(booking, post).split())
    assert "Známá Osoba: odpověď odešla na vlastní adresu." in text
    assert known.reference not in text


def test_a_party_that_waits_reads_its_positions_and_then_one_offer(post):
    event = factories.event(capacity=2, offer_hours=48)
    (holder,) = factories.fill(event, 1)
    booking = party(event, "Anna Á", "Cyril C")
    post.sweep()
    assert "1. v pořadí" in text_of_last(booking, post)

    actions.cancel_registration(holder.pk)
    post.sweep()

    assert summaries(booking) == [("party", "sent")] * 2
    message = Message.objects.filter(booking=booking).latest("pk")
    assert "Potvrďte místa do" in str(post.read(message)["Subject"])
    actions.accept_party_offer(booking.pk)
    post.sweep()
    assert summaries(booking) == [("party", "sent")] * 3


def test_an_offer_that_expires_is_told_once(post):
    event = factories.event(capacity=2, offer_hours=48)
    (holder,) = factories.fill(event, 1)
    booking = party(event, "Anna Á", "Cyril C")
    actions.cancel_registration(holder.pk)
    post.sweep()
    until = booking.registrations.first().offered_until

    with time_machine.travel(until):
        post.sweep()

    assert [kind for kind, _state in summaries(booking)] == ["party"] * 3
    for row in booking.registrations.all():
        assert post.states(row)[-1] == ("offer_expired", "sent")


def test_whoever_leaves_first_takes_no_summary_along(post):
    booking = party(factories.event(capacity=5), "Anna Á", "Cyril C")
    actions.cancel_registration(booking.registrations.earliest("pk").pk)

    post.sweep()

    assert summaries(booking) == [("party", "sent"), ("cancelled", "sent")]


def test_a_move_is_told_to_the_contact_once_with_everybodys_names(post):
    event = factories.event(capacity=5)
    booking = party(event, "Anna Á", "Cyril C")
    post.sweep()

    event_actions.retitle_event(event.pk, "Nový název", "New title")
    post.sweep()

    assert summaries(booking) == [("party", "sent"), ("moved", "sent")]


def test_cancelling_everybody_is_one_summary(post):
    booking = party(factories.event(capacity=5), "Anna Á", "Cyril C")
    post.sweep()

    actions.cancel_party(booking.pk, via="link")
    post.sweep()

    assert summaries(booking) == [("party", "sent")] * 2
    assert text_of_last(booking, post).count("Zrušeno") == 2


def test_while_called_off_the_summary_waits_for_nothing(post):
    event = factories.event(capacity=5)
    booking = party(event, "Anna Á", "Cyril C")
    event_actions.cancel_event(event.pk)

    post.sweep()

    assert summaries(booking)[0] == ("party", "void")
    assert event.starts_at > timezone.now()


def test_a_corrected_name_is_told_to_the_person_once_as_it_stands(post):
    booking = party(factories.event(capacity=5), "Ana Á", "Cyril C")
    person = booking.registrations.get(name="Ana Á")
    post.sweep()
    for name in ("Anna Á", "Anna Ámosová"):
        actions.correct_person(person.pk, name=name, email=person.email, via="link")

    post.sweep()

    assert post.states(person)[1:] == [
        ("answers_changed", "void: superseded"),
        ("answers_changed", "sent"),
    ]
    assert str(post.last(person)["Subject"]).startswith("Jméno opraveno:")
    assert "Anna Ámosová" in post.text(person)
    assert summaries(booking) == [("party", "sent")]


def test_a_corrected_address_is_told_to_both_addresses_and_once_to_the_contact(post):
    booking = party(factories.event(capacity=5), "Anna Á", "Cyril C")
    person = booking.registrations.get(name="Anna Á")
    post.sweep()

    new = actions.correct_person(person.pk, name="Anna Á", email="nova@mesto.example", via="link")
    post.sweep()

    assert post.states(person)[1:] == [("cancelled", "sent")]
    assert post.states(new) == [("confirmed", "sent")]
    assert summaries(booking) == [("party", "sent"), ("confirmed", "sent")]
    actions.cancel_party(booking.pk, via="link")
    post.sweep()
    assert text_of_last(booking, post).count("Anna Á") == 1


def known_party(event, *known):
    people = tuple(
        factories.application(name=f"Jak je zapsal kontakt {row.pk}", email=row.email, **BARA)
        for row in known
    )
    submit = factories.submit()
    party = Party(people=people, is_together=True)
    actions.register_party(event.pk, party, submit)
    return actions.register_party(event.pk, party, submit)


def test_where_everybody_was_known_the_contact_hears_just_that_once(post):
    event = factories.event(capacity=5)
    known = [factories.registration(event=event, organisation="Tajná firma") for _n in range(2)]
    post.sweep()

    booking = known_party(event, *known)
    post.sweep()
    post.sweep()

    assert summaries(booking) == [("party", "sent")]
    message = Message.objects.get(booking=booking)
    assert (message.registration, message.event, message.to_email) == (
        None,
        event,
        "bara@mesto.example",
    )
    mail = post.read(message)
    assert str(mail["Subject"]).startswith("Koho jste přihlásili:")
    for part in ("plain", "html"):
        body = mail.get_body((part,)).get_content()
        for row in known:
            assert f"Jak je zapsal kontakt {row.pk}: odpověď" in " ".join(
                body.replace("\xa0", " ").split()
            )
            for hidden in (row.name, row.reference, row.token, "Tajná firma", "Potvrzeno"):
                assert hidden not in body
        # The page of a booking without people is none.
        assert "/b/" not in body
    for row in known:
        assert post.states(row)[-1] == ("already_registered", "sent")
    call_command("check_invariants")


def test_of_one_known_person_the_contact_hears_too_and_an_organiser_needs_no_mail(post):
    event = factories.event(capacity=5)
    known = factories.registration(event=event)
    for submit in (factories.submit(), actions.Submit.at_the_desk(factories.organiser().pk)):
        actions.register(event.pk, factories.application(email=known.email, **BARA), submit)

    post.sweep()

    assert Message.objects.filter(booking__isnull=False, registration__isnull=True).count() == 1


def test_who_registers_their_own_known_address_gets_one_mail(post):
    event = factories.event(capacity=5)
    known = factories.registration(event=event, email=BARA["contact_email"])
    actions.register(event.pk, factories.application(email=known.email, **BARA), factories.submit())

    post.sweep()

    assert post.states(known) == [("confirmed", "sent"), ("already_registered", "sent")]
    assert not Message.objects.filter(booking__isnull=False).exists()


def test_of_a_session_called_off_nobody_is_told_whom_they_named(post):
    event = factories.event(capacity=5)
    booking = known_party(event, factories.registration(event=event))
    event_actions.cancel_event(event.pk)

    post.sweep()

    assert summaries(booking) == [("party", "void")]
