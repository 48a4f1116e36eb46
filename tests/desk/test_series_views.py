"""The page about the limits of a series; with the same litany as the other actions."""

from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from accounts.models import User
from desk.previews import Preview
from events.models import EventChange
from registrations.models import Quota, Registration
from tests import factories

pytestmark = pytest.mark.django_db


def page(series: Any) -> str:
    return f"/admin/events/series/{series.pk}/limits/"


def limits(series: Any) -> list[tuple[str, int]]:
    return sorted(Quota.objects.filter(series=series).values_list("scope", "limit"))


def test_limits_are_set_after_a_look_at_what_happens(desk: Client, organiser: User) -> None:
    event = factories.event()
    series = event.series
    back = f"/admin/events/series/{series.pk}/change/"
    assert page(series) in desk.get(back).content.decode()
    wanted = {"is_one_event_per_person": "on", "town_limit": "3", "note": "Málo míst"}

    shown = desk.post(page(series), wanted)
    assert shown.context["preview"] == Preview()
    assert shown.context["form"].before == []
    assert shown.content.decode().count("<strong>") == 2
    with translation.override("en"):
        assert shown.context["form"].after == [
            "Each person can come to one session of the series.",
            "At most 3 people from one town in the whole series.",
        ]
    assert limits(series) == []
    answer = desk.post(page(series), wanted | {"confirmed": "yes"})
    assert (answer.status_code, answer.headers["Location"]) == (302, back)
    assert limits(series) == [("each_municipality", 3), ("each_person", 1)]
    fact = EventChange.objects.get(event=event, kind="quotas_changed")
    assert (fact.actor_id, fact.note) == (organiser.pk, "Málo míst")

    again = desk.post(page(series), wanted)
    assert again.status_code == 422
    with translation.override("en"):
        assert again.context["form"].non_field_errors() == ["Nothing would change."]


def test_letting_go_says_how_many_get_a_place(desk: Client) -> None:
    event = factories.event()
    Quota.objects.create(series=event.series, scope="each_municipality", limit=1)
    town = {"town_id": factories.municipality().pk, "sector": "city", "organisation": ""}
    for _n in range(2):
        factories.registration(event=event, **town, waits_within_limit=True)

    shown = desk.post(page(event.series), {"town_limit": "2", "note": ""})
    assert shown.context["preview"] == Preview(calendars=1, mails=1, promoted=1)
    desk.post(page(event.series), {"town_limit": "2", "note": "", "confirmed": "yes"})
    assert Registration.objects.confirmed().count() == 2


def test_a_limit_below_one_comes_back(desk: Client) -> None:
    series = factories.series()
    answer = desk.post(page(series), {"town_limit": "0", "is_one_event_per_person": "on"})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"town_limit"}
    assert answer.context["form"]["is_one_event_per_person"].value()
    assert limits(series) == []
