import pytest
from allauth.account.models import EmailAddress

from accounts.actions import add_organiser
from accounts.models import User
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


def addresses() -> list[tuple[str, str, bool, bool]]:
    rows = EmailAddress.objects.values_list("user__email", "email", "verified", "primary")
    return list(rows)


def test_add_organiser_makes_a_person_with_a_verified_address() -> None:
    user, is_new = add_organiser(email="olga@example.org", password="correct horse battery")
    assert (is_new, user.is_staff, user.check_password("correct horse battery")) == (
        True,
        True,
        True,
    )
    assert addresses() == [("olga@example.org", "olga@example.org", True, True)]


def test_add_organiser_promotes_somebody_known_who_keeps_the_password() -> None:
    known = factories.user(email="olga@example.org", password="my own long password")
    user, is_new = add_organiser(email="olga@example.org", password="another long password")
    assert (user.pk, is_new, user.is_staff) == (known.pk, False, True)
    assert user.check_password("my own long password")


def test_add_organiser_twice_changes_nothing() -> None:
    add_organiser(email="olga@example.org", password="correct horse battery")
    before = list(User.objects.values()), addresses()
    add_organiser(email="olga@example.org", password="another long password")
    assert (list(User.objects.values()), addresses()) == before


def test_add_organiser_leaves_the_deactivated_deactivated() -> None:
    factories.user(email="olga@example.org", is_active=False)
    user, _ = add_organiser(email="olga@example.org", password="")
    assert (user.is_staff, user.is_active) == (True, False)
