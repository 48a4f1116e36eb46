import pytest
import time_machine
from django.utils import timezone

from registrations import actions
from registrations.applications import Party
from registrations.models import Registration
from tests import factories

pytestmark = pytest.mark.django_db
CONTACT = {"contact_name": "Bára Ukázková", "contact_email": "bara@mesto.example"}


def party(event, size=3, **fields):
    people = tuple(factories.application(**CONTACT | fields) for _n in range(size))
    return actions.register_party(
        event.pk, Party(people=people, is_together=True), factories.submit()
    )


def page_of(booking, end=""):
    return f"/b/{booking.token}/{end}"


def statuses(booking):
    return [row.status for row in booking.registrations.order_by("pk")]


def test_the_page_shows_everybody_and_opens_nobody_elses(client):
    event = factories.event(capacity=5)
    booking = party(event)
    stranger = factories.registration(event=event)

    page = client.get(page_of(booking)).content.decode()

    for row in booking.registrations.all():
        assert row.name in page
        assert row.token not in page
    assert stranger.name not in page
    for secret in (stranger.token, booking.registrations.first().token, "A" * 32):
        assert client.get(f"/b/{secret}/").status_code == 404
    assert client.get(f"/r/{booking.token}/").status_code == 404


def test_one_of_the_party_is_cancelled_by_a_button_alone(client):
    booking = party(factories.event(capacity=5))
    first = booking.registrations.earliest("pk")
    asked = page_of(booking, f"cancel/?person={first.pk}")
    assert first.name in client.get(asked).content.decode()
    assert statuses(booking) == ["confirmed"] * 3

    done = client.post(page_of(booking, "cancel/"), {"person": first.pk, "reason": "Nemoc"})

    assert done["Location"] == page_of(booking)
    assert statuses(booking) == ["cancelled", "confirmed", "confirmed"]
    assert first.changes.latest("pk").note == "Nemoc"


def test_everybody_is_cancelled_at_once(client):
    booking = party(factories.event(capacity=5))

    client.post(page_of(booking, "cancel/"), {"person": "", "reason": ""})

    assert statuses(booking) == ["cancelled"] * 3
    page = client.get(page_of(booking)).content.decode()
    assert "cancel/" not in page


def test_a_stranger_or_somebody_who_left_cancels_nobody(client):
    event = factories.event(capacity=9)
    booking, stranger = party(event), factories.registration(event=event)

    for number in (str(stranger.pk), "x", "0"):
        client.post(page_of(booking, "cancel/"), {"person": number})

    assert statuses(booking) == ["confirmed"] * 3
    stranger.refresh_from_db()
    assert stranger.is_confirmed


@pytest.mark.parametrize(("answer", "status"), [("accept", "confirmed"), ("decline", "declined")])
def test_the_contact_answers_one_offer_for_all(client, answer, status):
    event = factories.event(capacity=3, offer_hours=48)
    (holder,) = factories.fill(event, 1)
    booking = party(event)
    actions.cancel_registration(holder.pk)
    assert 'value="accept"' in client.get(page_of(booking)).content.decode()
    member = client.get(f"/r/{booking.registrations.first().token}/").content.decode()
    assert 'value="accept"' not in member
    assert client.get(page_of(booking, "offer/"))["Location"] == page_of(booking)

    client.post(page_of(booking, "offer/"), {"answer": answer})

    assert statuses(booking) == [status] * 3


def test_an_offer_that_is_over_shows_no_buttons(client):
    event = factories.event(capacity=2, offer_hours=48)
    (holder,) = factories.fill(event, 1)
    booking = party(event, size=2)
    actions.cancel_registration(holder.pk)

    with time_machine.travel(booking.registrations.first().offered_until):
        assert 'value="accept"' not in client.get(page_of(booking)).content.decode()


def test_another_person_is_added_with_the_same_town_and_organisation(client):
    event = factories.event(capacity=5)
    booking = party(event, organisation="Ukázková firma")

    added = client.post(page_of(booking, "add/"), {"name": "Cyril Nový", "email": "", "same": "on"})

    assert added["Location"] == page_of(booking)
    row = Registration.objects.get(name="Cyril Nový")
    assert (row.booking, row.organisation_name, row.mail_to, row.is_in_party) == (
        booking,
        "Ukázková firma",
        "bara@mesto.example",
        False,
    )


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"name": ""}, {"name": ["Napište jméno a\u00a0příjmení."]}),
        ({"same": "", "town": "", "sector": "city"}, {"town": ["Napište obec."]}),
    ],
)
def test_a_person_half_filled_in_comes_back(client, fields, errors):
    booking = party(factories.event(capacity=9))

    refused = client.post(page_of(booking, "add/"), {"name": "Cyril Nový", "same": "on"} | fields)

    assert refused.status_code == 422
    found = refused.context["form"].errors
    assert {name: list(map(str, words)) for name, words in found.items()} == errors


def test_a_known_address_is_added_with_the_same_answer(client):
    event = factories.event(capacity=9)
    booking, known = party(event), factories.registration(event=event)

    answer = client.post(
        page_of(booking, "add/"), {"name": "Kdosi", "email": known.email, "same": "on"}
    )

    assert answer["Location"] == page_of(booking)
    assert len(statuses(booking)) == 3
    assert known.changes.latest("pk").kind == "registered_again"


def test_nobody_is_added_once_registration_is_closed(client):
    event = factories.event(capacity=9)
    booking = party(event)

    with time_machine.travel(event.registration_closes_at):
        page = client.get(page_of(booking, "add/")).content.decode()
        refused = client.post(page_of(booking, "add/"), {"name": "Kdosi", "same": "on"})

    assert "Přihlašování skončilo." in page
    assert refused.status_code == 422
    assert event.registration_closes_at > timezone.now()
