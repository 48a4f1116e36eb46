from datetime import timedelta

import pytest
from django.utils import timezone

from events.models import Event
from registrations.models import Registration
from tests import factories

pytestmark = pytest.mark.django_db


def test_deadlines_count_back_from_the_start_or_end_with_a_call():
    event = factories.event(answer_hours=48, substitution_hours=2)
    own = Registration(event=event)
    assert own.answers_close_at == event.starts_at - timedelta(hours=48)
    assert own.substitution_ends_at == event.starts_at - timedelta(hours=2)

    call = Event(kind="call", closes_at=timezone.now())
    assert Registration(event=call).answers_close_at == call.closes_at


def test_a_reopened_deadline_counts_where_it_is_later():
    event = factories.event(answer_hours=48, substitution_hours=2)
    until = event.starts_at - timedelta(hours=24)
    own = Registration(event=event, deadline_reopened_until=until)

    assert own.answers_close_at == until
    assert own.substitution_ends_at == event.substitution_ends_at


def test_a_tag_is_a_whole_word():
    event = factories.event()
    first, second = factories.fill(event, 2)
    Registration.objects.filter(pk=first.pk).update(tags="tisk vip")
    Registration.objects.filter(pk=second.pk).update(tags="vip-host")

    rows = Registration.objects.all()

    assert [row.pk for row in rows.with_tag("vip")] == [first.pk]
    assert list(rows.with_tag("%")) == []
    assert rows.tags_in_use() == ["tisk", "vip", "vip-host"]
