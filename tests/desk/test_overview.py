from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from desk.overview import NEAREST, mail_figures
from events import actions
from notifications.models import Message
from tests import factories
from tests.notifications.post import Post

pytestmark = pytest.mark.django_db


def test_home_shows_the_nearest_sessions(desk: Client) -> None:
    now = timezone.now()
    later = factories.event(starts_at=now + timedelta(days=9), title_cs="Druhé", title_en="Druhé")
    sooner = factories.event(starts_at=now + timedelta(days=2), title_cs="První", title_en="První")
    off = factories.event(title_cs="Zrušené", title_en="Zrušené")
    actions.cancel_event(off.pk)
    answer = desk.get("/admin/")
    assert list(answer.context["events"]) == [sooner, later]
    html = answer.content.decode()
    assert (sooner.name in html, off.name in html) == (True, False)


@pytest.mark.parametrize("count", [1, NEAREST + 1])
def test_home_asks_as_often_whatever_lies_ahead(
    desk: Client, count: int, django_assert_max_num_queries: Any
) -> None:
    for _n in range(count):
        factories.event()
    with django_assert_max_num_queries(7):
        assert len(desk.get("/admin/").context["events"]) == min(count, NEAREST)


def test_mail_figures_count_what_left_waits_and_failed(post: Post) -> None:
    event = factories.event(capacity=5)
    factories.fill(event, 3)
    post.sweep()
    sent, old, failed = Message.objects.order_by("pk")
    now = timezone.now()
    Message.objects.filter(pk=old.pk).update(settled_at=now - timedelta(days=2))
    Message.objects.filter(pk=failed.pk).update(state="failed")
    sent.refresh_from_db()
    assert mail_figures(now) == {
        "sent_today": 1,
        "queued": 0,
        "failed": 1,
        "last_sent_at": sent.settled_at,
    }


def test_home_says_what_waits_for_the_organiser(desk: Client, post: Post) -> None:
    assert "Nothing waits for you." in desk.get("/admin/").content.decode()
    factories.registration(event=factories.event())
    post.sweep()
    Message.objects.update(state="failed")
    html = desk.get("/admin/").content.decode()
    assert ("Nothing waits for you." in html, "1 mail was refused" in html) == (False, True)


def test_home_speaks_the_language_of_its_reader(client: Client) -> None:
    client.force_login(factories.organiser(language="cs"))
    html = client.get("/admin/").content.decode()
    assert ('<html lang="cs">' in html, "Nic na vás nečeká." in html) == (True, True)


def test_nothing_of_people_and_rights_is_in_the_admin(desk: Client) -> None:
    html = desk.get("/admin/").content.decode()
    for app in ("accounts", "auth", "account", "mfa", "sessions", "contenttypes", "admin"):
        assert desk.get(f"/admin/{app}/").status_code == 404, app
        assert f'href="/admin/{app}/' not in html
