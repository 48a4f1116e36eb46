import pytest

from events.models import EventChange
from registrations import actions
from registrations.models import Quota, Registration
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def call():
    return factories.call(capacity=10)


@pytest.fixture
def meeting(call):
    return factories.meeting(call=call, capacity=2)


def there(event):
    """Who is registered, in order of arrival."""
    rows = Registration.objects.filter(event=event).live().order_by("pk")
    return [(row.email, row.status) for row in rows]


def test_a_member_comes_by_the_membership_and_is_asked_no_approval(call, meeting):
    membership = factories.registration(event=call, email="anna@mesto.example", name="Anna Vzorová")
    own = factories.attendance(membership, event=meeting)

    assert (own.name, own.email, own.status) == ("Anna Vzorová", "anna@mesto.example", "confirmed")
    assert (own.membership, own.organisation) == (membership, membership.organisation)
    assert own.booking.via == "member"


def test_a_stranger_does_not_come(meeting):
    with pytest.raises(actions.RegistrationError, match="Jen pro členy"):
        factories.registration(event=meeting)
    assert there(meeting) == []


@pytest.mark.parametrize("kind", ["left", "waiting", "other call", "no member at all"])
def test_nobody_else_comes_as_a_member(call, meeting, kind):
    membership = factories.registration(event=call)
    if kind == "left":
        actions.cancel_registration(membership.pk)
    elif kind == "waiting":
        actions.change_capacity(call.pk, 1)
        membership = factories.registration(event=call)
    elif kind == "other call":
        membership = factories.registration(event=factories.call())
    elif kind == "no member at all":
        membership = factories.registration(event=factories.event())
    with pytest.raises(actions.RegistrationError) as refusal:
        factories.attendance(membership, event=meeting)

    assert str(refusal.value) in {
        "Členství neplatí.",
        "Setkání je pro členy jiné skupiny.",
    }
    assert there(meeting) == []


def test_a_membership_brings_one_person(call, meeting):
    membership = factories.registration(event=call, email="anna@mesto.example")
    own = factories.attendance(membership, event=meeting)
    again = factories.attendance(membership, event=meeting)
    assert again == own

    substitute = actions.hand_over(own.pk, factories.substitute(email="dana@mesto.example"))
    assert substitute.membership == membership
    with pytest.raises(actions.RegistrationError, match="Na toto členství"):
        factories.attendance(membership, event=meeting)
    assert there(meeting) == [("dana@mesto.example", "confirmed")]


def test_a_corrected_address_takes_the_meetings_along(call, meeting):
    membership = factories.registration(event=call)
    own = factories.attendance(membership, event=meeting)
    corrected = actions.correct_address(membership.pk, "spravne@mesto.example")

    own.refresh_from_db()
    assert own.membership == corrected
    with pytest.raises(actions.RegistrationError, match="Na toto členství"):
        factories.attendance(corrected, event=meeting)


def test_a_membership_handed_over_brings_one_person_still(call, meeting):
    membership = factories.registration(event=call)
    own = factories.attendance(membership, event=meeting)
    taken_over = actions.hand_over(membership.pk, factories.substitute())

    own.refresh_from_db()
    assert own.membership == taken_over
    with pytest.raises(actions.RegistrationError, match="Na toto členství"):
        factories.attendance(taken_over, event=meeting)


def test_who_has_cancelled_is_not_put_back(call, meeting):
    membership = factories.registration(event=call)
    own = factories.attendance(membership, event=meeting)
    actions.cancel_registration(own.pk)
    assert actions.register_members(meeting.pk) == []
    assert factories.attendance(membership, event=meeting).is_confirmed


def test_members_first_everybody_from_a_day_on(call, meeting, time_machine):
    day = meeting.starts_at.replace(day=1)
    actions.change_admission(
        meeting.pk,
        admission="members",
        has_place_while_pending=True,
        offer_hours=None,
        admits_from=call,
        opens_to_everybody_at=day,
    )
    membership = factories.registration(event=call)
    time_machine.move_to(day.replace(hour=0), tick=False)
    assert day > day.replace(hour=0)
    with pytest.raises(actions.RegistrationError, match="Jen pro členy"):
        factories.registration(event=meeting)
    factories.attendance(membership, event=meeting)

    time_machine.move_to(day, tick=False)
    assert factories.registration(event=meeting).is_confirmed


def test_the_invited_come_beside_the_members(meeting):
    guest = factories.invitation(event=meeting)
    way_in = factories.submit(via="invitation", invitation_id=guest.pk)
    own = actions.register(meeting.pk, factories.application(), way_in)
    assert (own.status, own.membership) == ("confirmed", None)


def test_all_members_are_registered_in_one_step_and_twice_is_once(call, meeting):
    emails = [f"clen{number}@mesto.example" for number in range(4)]
    members = [factories.registration(event=call, email=email) for email in emails]
    actions.cancel_registration(members[0].pk)
    factories.attendance(members[3], event=meeting)

    registered = actions.register_members(meeting.pk, actor_id=7)

    assert [row.membership for row in registered] == members[1:3]
    assert there(meeting) == [
        (emails[3], "confirmed"),
        (emails[1], "confirmed"),
        (emails[2], "waiting"),
    ]
    assert {(row.booking.via, row.booking.actor_id) for row in registered} == {("desk", 7)}
    assert actions.register_members(meeting.pk) == []
    meeting.refresh_from_db()
    assert (meeting.places_taken, meeting.places_waiting) == (2, 1)


def test_a_member_without_an_address_and_a_known_guest_are_not_doubled(call, meeting):
    contact = {"contact_name": "Karel Sekretář", "contact_email": "karel@mesto.example"}
    factories.registration(event=call, email="", name="Eva Nová", **contact)
    known = factories.registration(event=call, email="host@mesto.example")
    guest = factories.invitation(event=meeting)
    way_in = factories.submit(via="invitation", invitation_id=guest.pk)
    actions.register(meeting.pk, factories.application(email=known.email), way_in)

    assert [row.name for row in actions.register_members(meeting.pk)] == ["Eva Nová"]
    assert actions.register_members(meeting.pk) == []


def test_a_quota_lets_the_next_member_in(call, meeting):
    Quota.objects.create(event=meeting, scope="each_organisation", limit=1)
    first, _second = (factories.registration(event=call) for _n in range(2))
    other = factories.registration(event=call, organisation="Jiná firma")

    assert [(row.membership, row.status) for row in actions.register_members(meeting.pk)] == [
        (first, "confirmed"),
        (_second, "waiting"),
        (other, "confirmed"),
    ]


def test_members_of_nobody_are_not_registered(call):
    with pytest.raises(actions.RegistrationError, match="není pro členy"):
        actions.register_members(factories.event().pk)


@pytest.mark.parametrize("whose", [None, "an event", "another series"])
def test_members_are_of_a_call_of_the_same_series(call, whose):
    event = factories.event(series=call.series)
    admits_from = {
        None: None,
        "an event": factories.event(series=call.series),
        "another series": factories.call(),
    }[whose]
    with pytest.raises(actions.RegistrationError):
        actions.change_admission(
            event.pk,
            admission="members",
            has_place_while_pending=True,
            offer_hours=None,
            admits_from=admits_from,
        )


def test_the_way_in_for_members_is_a_fact_and_ends_with_it(call, meeting):
    actions.change_admission(
        meeting.pk,
        admission="open",
        has_place_while_pending=True,
        offer_hours=None,
        admits_from=call,
    )
    meeting.refresh_from_db()
    fact = meeting.changes.get(kind=EventChange.Kind.ADMISSION_CHANGED)
    assert (meeting.admission, meeting.admits_from) == ("open", None)
    assert fact.data == {"admission": ["members", "open"], "admits_from": [call.pk, None]}


def test_a_call_takes_applications_until_it_closes_and_never_starts(call, time_machine):
    application = factories.registration(event=call)
    time_machine.move_to(call.closes_at, tick=False)
    with pytest.raises(actions.RegistrationError, match="Přihlašování skončilo"):
        factories.registration(event=call)
    assert actions.cancel_registration(application.pk).status == "cancelled"


def test_a_call_decides_within_the_seats_of_a_sector():
    call = factories.call(admission="approval", has_place_while_pending=False, capacity=5)
    Quota.objects.create(event=call, scope="sectors", sectors=["private"], limit=1)
    first, second = factories.fill(call, 2)
    town = factories.registration(event=call, sector="other", organisation="Spolek")

    actions.approve(call.pk, [first.pk, second.pk, town.pk])

    rows = Registration.objects.filter(event=call).order_by("pk")
    assert [row.status for row in rows] == ["confirmed", "waiting", "confirmed"]
    actions.cancel_registration(first.pk)
    second.refresh_from_db()
    assert second.is_confirmed
