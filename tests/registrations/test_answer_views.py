import re
from datetime import timedelta

import pytest
import time_machine
from django.db import OperationalError

from events import actions as event_actions
from registrations import actions, answer_views, questions
from registrations.models import RegistrationChange
from tests import factories

pytestmark = pytest.mark.django_db
FORM = {"name": "Anna Vzorová", "organisation": "Město Zlín", "wheelchair": "on"}


def address(registration):
    return f"/r/{registration.token}/answers/"


def changed():
    return RegistrationChange.objects.filter(kind="answers_changed").count()


def words(registration):
    return [(said.words, said.lost) for said in questions.said_by(registration)]


def errors_of(response):
    return {
        name: [str(e) for e in found] for name, found in response.context["form"].errors.items()
    }


@pytest.fixture
def lunch():
    question = factories.question("Guláš", "Svíčková", event=factories.event(), limit=1)
    return list(question.options.order_by("position"))


@pytest.fixture
def own(lunch):
    event = lunch[0].question.event
    return factories.registration(event=event, answers=factories.chosen(lunch[0]))


def test_the_page_shows_what_was_said_and_changes_it(client, own, lunch):
    page = client.get(address(own)).content.decode()
    chosen = re.search(rf'<input[^>]*value="{lunch[0].pk}"[^>]*>', page)[0]
    assert "checked" in chosen
    assert "disabled" not in chosen

    answer = client.post(address(own), FORM | {f"q{lunch[0].question_id}": lunch[1].pk})

    own.refresh_from_db()
    assert (answer.status_code, answer["Location"]) == (302, f"/r/{own.token}/")
    assert (words(own), own.organisation_name) == ([("Svíčková", "")], "Město Zlín")
    assert (own.name, own.wheelchair, changed()) == ("Anna Vzorová", True, 1)
    summary = client.get(f"/r/{own.token}/").content.decode()
    assert "<dt>Oblast</dt><dd>Svíčková</dd>" in summary
    assert address(own) in summary


def test_ones_own_name_is_corrected_and_never_emptied(client, own):
    named = FORM | {"name": "Anna Opravená", "organisation": own.organisation_name}
    refused = client.post(address(own), named | {"name": " "})

    client.post(address(own), named | {"wheelchair": ""})

    assert errors_of(refused) == {"name": ["Napište jméno a\u00a0příjmení."]}
    own.refresh_from_db()
    assert (own.name, "anna opravena" in own.search_key) == ("Anna Opravená", True)
    assert own.changes.latest("pk").data["name"] == [None, None]


def test_sent_twice_it_is_one_change(client, own, lunch):
    for _n in range(2):
        client.post(address(own), FORM | {f"q{lunch[0].question_id}": lunch[1].pk})
    assert changed() == 1


def test_nothing_is_kept_and_indexed(client, own):
    response = client.get(address(own))
    assert response["Referrer-Policy"] == "no-referrer"
    assert "no-store" in response["Cache-Control"]


def test_bad_input_comes_back_with_the_error_beside_it(client, own, lunch):
    response = client.post(
        address(own), FORM | {"organisation": " ", f"q{lunch[0].question_id}": "x"}
    )

    assert response.status_code == 422
    assert set(errors_of(response)) == {"organisation", f"q{lunch[0].question_id}"}
    assert changed() == 0


def test_a_full_option_is_named_and_refused_beside_its_field(client, own, lunch):
    factories.registration(event=own.event, answers=factories.chosen(lunch[1]))

    page = client.get(address(own)).content.decode()
    response = client.post(address(own), FORM | {f"q{lunch[0].question_id}": lunch[1].pk})

    assert "Svíčková (obsazeno)" in page
    assert "disabled" in re.search(rf'<input[^>]*value="{lunch[1].pk}"[^>]*>', page)[0]
    assert errors_of(response) == {
        f"q{lunch[0].question_id}": ["Svíčková: už je obsazeno. Vyberte něco jiného."]
    }
    assert (response.status_code, words(own), changed()) == (422, [("Guláš", "")], 0)


def test_an_option_that_fills_up_in_this_moment_comes_back_beside_its_field(
    client, own, lunch, monkeypatch
):
    change = actions.change_answers

    def others_first(*args, **kwargs):
        factories.registration(event=own.event, answers=factories.chosen(lunch[1]))
        return change(*args, **kwargs)

    monkeypatch.setattr(answer_views.actions, "change_answers", others_first)

    response = client.post(address(own), FORM | {f"q{lunch[0].question_id}": lunch[1].pk})

    assert (response.status_code, set(errors_of(response))) == (422, {f"q{lunch[0].question_id}"})
    assert response.context["form"]["organisation"].value() == "Město Zlín"
    assert (words(own), changed()) == ([("Guláš", "")], 0)


def test_after_the_deadline_a_sentence_and_the_contact_stand_there(client, own):
    with time_machine.travel(own.event.starts_at - timedelta(hours=47)):
        shown, sent = client.get(address(own)), client.post(address(own), FORM)
        summary = client.get(f"/r/{own.token}/").content.decode()

    assert (shown.status_code, sent.status_code) == (200, 422)
    for page in (shown.content.decode(), sent.content.decode()):
        assert "Odpovědi bylo možné měnit do" in page
        assert own.event.series.contact_email in page
        assert "<form" not in page.partition("<main")[2].partition("</main")[0]
    assert address(own) not in summary
    assert changed() == 0


def test_a_refusal_under_the_lock_is_a_sentence(client, own, monkeypatch):
    change = actions.change_answers

    def called_off_first(*args, **kwargs):
        event_actions.cancel_event(own.event_id)
        return change(*args, **kwargs)

    monkeypatch.setattr(answer_views.actions, "change_answers", called_off_first)

    response = client.post(address(own), FORM)

    assert response.status_code == 422
    assert "Setkání je zrušené." in response.content.decode()


def test_what_cannot_be_saved_now_is_kept(client, own, monkeypatch, caplog):
    def locked(*args, **kwargs):
        raise OperationalError

    monkeypatch.setattr(answer_views.actions, "change_answers", locked)

    response = client.post(address(own), FORM)

    caplog.clear()
    assert response.status_code == 503
    assert response.context["form"]["organisation"].value() == "Město Zlín"


def test_strangers_and_other_secrets_find_nothing(client, own):
    for token in ("A" * 32, own.door_code):
        assert client.get(f"/r/{token}/answers/").status_code == 404
        assert client.post(f"/r/{token}/answers/", FORM).status_code == 404
    assert client.put(address(own)).status_code == 405
