import re

import pytest

from notifications import actions
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _one_factor(settings):
    settings.STAFF_SECOND_FACTOR = False


def words(response):
    assert response.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_the_page_of_an_announced_event_asks_for_one_address(client):
    event = factories.announced_event()

    response = client.get(event.get_absolute_url())

    page = response.content.decode()
    assert f'action="/{event.series.slug}/{event.slug}/follow/"' in page
    form = page[page.index('<form class="card stack"') :]
    form = form[: form.index("</form>")]
    assert sorted(re.findall(r'name="(\w+)"', form)) == [
        "csrfmiddlewaretoken", "email", "nonce", "website"
    ]  # fmt: skip
    assert "Dáme vám vědět" in words(response)


@pytest.mark.parametrize("fields", [{"status": "cancelled"}, {"admission": "invitation"}])
def test_where_there_is_nothing_to_wait_for_nothing_is_asked(client, fields):
    event = factories.announced_event(**fields)

    assert "/follow/" not in client.get(event.get_absolute_url()).content.decode()


def test_a_dated_event_asks_for_no_wish(client):
    assert "/follow/" not in client.get(factories.event().get_absolute_url()).content.decode()


def test_organisers_see_how_many_want_to_know_the_date_and_not_who(client):
    client.force_login(factories.organiser())
    event = factories.announced_event()
    people = [factories.follow(event=event) for _n in range(3)]
    actions.stop_follow(people[0].pk)
    factories.follow(event=event, is_confirmed=False)
    factories.follow(event=factories.announced_event())

    response = client.get(f"/admin/events/event/{event.pk}/change/")

    assert "chce znát termín 2" in words(response)
    assert people[1].email not in response.content.decode()


def test_an_event_that_nobody_waited_for_shows_no_number_once_it_has_a_date(client):
    client.force_login(factories.organiser())

    response = client.get(f"/admin/events/event/{factories.event().pk}/change/")

    assert "chce znát termín" not in words(response)
