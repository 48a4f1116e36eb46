import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from registrations.models import Person, Quota
from registrations.models.quotas import known_sectors
from tests import factories

ANNA = Person("city", 7, 9)


@pytest.mark.parametrize(
    ("quota", "group"),
    [
        (Quota(scope="sectors", sectors=["city", "region"], limit=1), "sectors"),
        (Quota(scope="sectors", sectors=["private"], limit=1), None),
        (Quota(scope="each_municipality", limit=1), 7),
        (Quota(scope="each_organisation", limit=1), 9),
    ],
)
def test_a_quota_counts_a_person_with_their_own(quota, group):
    assert quota.group_of(ANNA) == group


def test_who_comes_from_abroad_is_counted_with_no_town():
    assert Quota(scope="each_municipality", limit=1).group_of(ANNA._replace(town_id=None)) is None


@pytest.mark.parametrize("value", [["martians"], ["city", "city"], "city", [["city"]]])
def test_only_known_sectors_are_counted(value):
    with pytest.raises(ValidationError):
        known_sectors(value)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "fields",
    [
        {"scope": "sectors", "sectors": [], "limit": 1},
        {"scope": "each_municipality", "sectors": ["city"], "limit": 1},
        {"scope": "each_municipality", "limit": 0},
    ],
)
def test_the_database_refuses_what_counts_nobody(fields):
    event = factories.event()

    with pytest.raises(IntegrityError), transaction.atomic():
        Quota.objects.create(event=event, **fields)
