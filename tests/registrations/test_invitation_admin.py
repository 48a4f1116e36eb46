from datetime import timedelta

import pytest
from django.utils import timezone

from registrations import actions
from registrations.models import Booking, Invitation
from tests import factories

pytestmark = pytest.mark.django_db
LIST = "/admin/registrations/invitation/"


@pytest.fixture
def event():
    return factories.closed_event(capacity=5)


@pytest.fixture
def desk(client, settings):
    settings.STAFF_SECOND_FACTOR = False
    client.force_login(factories.organiser(language="en"))
    return client


@pytest.fixture
def everybody(event):
    """One invitation in each state, each named after it."""
    states = ("open", "accepted", "declined", "expired", "revoked")
    rows = {state: factories.invitation(event=event, name=state) for state in states}
    submit = factories.submit(via=Booking.Via.INVITATION, invitation_id=rows["accepted"].pk)
    actions.register(event.pk, factories.application(name="Kdo přišel"), submit)
    actions.decline_invitation(rows["declined"].pk)
    actions.revoke_invitation(rows["revoked"].pk)
    past = timezone.now() - timedelta(days=1)
    Invitation.objects.filter(pk=rows["expired"].pk).update(expires_at=past)
    return rows


def names(answer):
    return sorted(row.name for row in answer.context["cl"].result_list)


def test_the_list_says_who_has_answered_and_filters_it(desk, everybody):
    assert names(desk.get(LIST)) == sorted(everybody)
    for state in everybody:
        assert names(desk.get(LIST, {"answer": state})) == [state]


def test_the_filter_and_the_word_of_a_row_agree(everybody):
    now = timezone.now()
    for name, invitation in everybody.items():
        invitation.refresh_from_db()
        assert invitation.state(now) == name


def test_the_list_costs_the_same_for_one_and_many(desk, event, django_assert_max_num_queries):
    factories.invitation(event=event)
    with django_assert_max_num_queries(40) as first:
        desk.get(LIST)
    for _n in range(3):
        factories.invitation(event=event)
    with django_assert_max_num_queries(len(first)):
        desk.get(LIST)


def test_reading_a_closed_list_is_kept_with_the_sessions(desk, event):
    other = factories.closed_event(series=event.series)
    factories.invitation(series=event.series)
    desk.get(LIST)
    for one in (event, other):
        assert one.changes.filter(kind="list_read").count() == 1


def test_the_page_shows_who_came_and_what_happened_but_no_secret(desk, everybody):
    invitation = everybody["accepted"]
    html = desk.get(f"{LIST}{invitation.pk}/change/").content.decode()
    assert ("Kdo přišel" in html, "Invited" in html) == (True, True)
    assert invitation.token not in html
    withdrawn = desk.get(f"{LIST}{everybody['revoked'].pk}/change/").content.decode()
    assert "Withdraw it" not in withdrawn
