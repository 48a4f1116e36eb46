import re

import pytest
from django.db import OperationalError

from events import actions as event_actions
from registrations import actions, nomination_views, questions
from tests import factories
from tests.registrations.rows import statuses

pytestmark = pytest.mark.django_db
FORM = {"name": "Jan Navržený", "organisation": "Kolín", "answer": "accept"}


@pytest.fixture
def event():
    return factories.closed_event()


@pytest.fixture
def nominee(event):
    city = factories.invitation(
        event=event, kind="city", town_id=factories.municipality(name="Kolín").pk, places=3
    )
    return factories.nominated(city, "jan@kolin.example")[0]


@pytest.fixture
def lunch(event):
    asked = factories.question("Guláš", "Svíčková", event=event, limit=1, is_required=True)
    return list(asked.options.order_by("position"))


def page_of(nominee):
    return f"/r/{nominee.token}/nomination/"


def chosen(option):
    return {f"q{option.question_id}": option.pk}


def words(nominee):
    return [(said.words, said.lost) for said in questions.said_by(nominee)]


def errors_of(response):
    found = response.context["form"].errors
    return {name: list(map(str, texts)) for name, texts in found.items()}


def test_where_something_is_asked_accepting_leads_through_the_form(client, event, nominee, lunch):
    own = client.get(f"/r/{nominee.token}/").content.decode()
    assert f'href="{page_of(nominee)}"' in own
    assert 'value="accept"' not in own
    page = client.get(page_of(nominee)).content.decode()
    assert "Guláš" in page
    assert 'name="vegetarian"' in page
    assert client.post(page_of(nominee), {"answer": "accept"}).status_code == 200
    assert statuses(event) == ["nominated"]

    done = client.post(page_of(nominee), FORM | chosen(lunch[0]) | {"vegetarian": "on"})

    assert done["Location"] == f"/r/{nominee.token}/"
    nominee.refresh_from_db()
    assert (nominee.status, nominee.vegetarian) == ("confirmed", True)
    assert words(nominee) == [("Guláš", "")]
    fact = nominee.changes.get(kind="nomination_accepted")
    assert fact.data == {"needs": [None, None], "answers": [None, None]}
    assert nominee.changes.count() == 2


def test_who_is_asked_nothing_accepts_by_the_button(client, event, nominee):
    factories.question("Guláš", event=event, is_required=True, sectors=["private"])
    assert 'value="accept"' in client.get(f"/r/{nominee.token}/").content.decode()
    assert client.get(page_of(nominee))["Location"] == f"/r/{nominee.token}/"

    client.post(page_of(nominee), {"answer": "accept"})

    assert statuses(event) == ["confirmed"]


def test_an_unanswered_question_registers_nobody(client, event, nominee, lunch):
    refused = client.post(page_of(nominee), FORM | {"name": ""})

    assert refused.status_code == 422
    assert set(errors_of(refused)) == {"name", f"q{lunch[0].question_id}"}
    assert "<title>Chyba:" in refused.content.decode()
    assert statuses(event) == ["nominated"]


def test_a_full_option_is_refused_with_the_form_filled(client, event, nominee, lunch, monkeypatch):
    accept = actions.accept_nomination

    def others_first(*args, **kwargs):
        factories.nominated(nominee.invitation, "eva@kolin.example")
        other = event.registrations.get(email="eva@kolin.example")
        said = {"name": "Eva", "organisation": "Kolín", "needs": {}}
        accept(other.pk, said | {"answers": factories.chosen(lunch[0])})
        return accept(*args, **kwargs)

    monkeypatch.setattr(nomination_views.actions, "accept_nomination", others_first)

    refused = client.post(page_of(nominee), FORM | chosen(lunch[0]))

    assert refused.status_code == 422
    assert errors_of(refused) == {
        f"q{lunch[0].question_id}": ["Guláš: už je obsazeno. Vyberte něco jiného."]
    }
    assert refused.context["form"]["name"].value() == FORM["name"]
    assert statuses(event) == ["nominated", "confirmed"]
    assert words(nominee) == []


def test_who_waits_then_holds_no_option(client, event, nominee, lunch):
    actions.change_capacity(event.pk, 1)
    factories.nominated(nominee.invitation, "eva@kolin.example")
    actions.accept_nomination(event.registrations.get(email="eva@kolin.example").pk)

    client.post(page_of(nominee), FORM | chosen(lunch[0]))

    nominee.refresh_from_db()
    assert (nominee.status, words(nominee)) == ("waiting", [("Guláš", "")])
    assert questions.full_options(event, lunch) == frozenset()


def test_a_wish_of_before_that_filled_up_meanwhile_is_marked_lost(client, event, nominee, lunch):
    said = factories.chosen(lunch[0])
    actions.change_answers(nominee.pk, organisation="Kolín", needs={}, answers=said)
    factories.nominated(nominee.invitation, "eva@kolin.example")
    taken = {"name": "Eva", "organisation": "Kolín", "needs": {}, "answers": said}
    actions.accept_nomination(event.registrations.get(email="eva@kolin.example").pk, taken)

    client.post(page_of(nominee), FORM | chosen(lunch[0]))

    assert statuses(event) == ["confirmed", "confirmed"]
    assert words(nominee) == [("", "Guláš")]


def test_too_late_or_twice_is_a_sentence_or_the_page(client, event, nominee, lunch):
    filled = FORM | chosen(lunch[0])
    event_actions.cancel_event(event.pk)
    refused = client.post(page_of(nominee), filled)
    assert refused.status_code == 422
    assert "Setkání je zrušené." in refused.content.decode()
    event_actions.reinstate_event(event.pk)

    client.post(page_of(nominee), filled)
    again = client.post(page_of(nominee), filled)

    assert (again.status_code, statuses(event)) == (422, ["confirmed"])
    assert client.get(page_of(nominee))["Location"] == f"/r/{nominee.token}/"


def test_what_cannot_be_saved_now_is_kept(client, nominee, lunch, monkeypatch, caplog):
    def fails(*args, **kwargs):
        raise OperationalError

    monkeypatch.setattr(nomination_views.actions, "accept_nomination", fails)

    answer = client.post(page_of(nominee), FORM | chosen(lunch[0]))

    caplog.clear()
    assert answer.status_code == 503
    field = re.search(rf'<input[^>]*value="{lunch[0].pk}"[^>]*>', answer.content.decode())[0]
    assert "checked" in field
