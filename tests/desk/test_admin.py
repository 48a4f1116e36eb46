import pytest
from django.test import Client

from registrations import actions
from tests import factories
from tests.notifications.post import Post

pytestmark = pytest.mark.django_db


def test_page_of_a_registration_shows_the_mails_about_it(desk: Client, post: Post) -> None:
    event = factories.event()
    person, other = factories.fill(event, 2)
    post.sweep()
    actions.cancel_registration(person.pk)
    post.sweep()
    answer = desk.get(f"/admin/registrations/registration/{person.pk}/change/")
    mails = [(mail.kind, css_class) for mail, css_class in answer.context["mails"]]
    assert mails == [("cancelled", "open"), ("confirmed", "open")]
    html = answer.content.decode()
    (message,) = post.messages(other)
    assert f"/admin/notifications/message/{message.pk}/change/" not in html
    for message in post.messages(person):
        assert f"/admin/notifications/message/{message.pk}/change/" in html
