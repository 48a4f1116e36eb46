import pytest

from registrations import actions
from registrations.models import Quota
from tests import factories
from tests.registrations.rows import shown, statuses

pytestmark = pytest.mark.django_db


def test_change_capacity_promotes_as_many_as_places_were_added():
    event = factories.event(capacity=1)
    factories.fill(event, 4)

    change = actions.change_capacity(event.pk, 3)

    assert change is not None
    assert change.data == {"capacity": [1, 3]}
    assert statuses(event) == ["confirmed", "confirmed", "confirmed", "waiting"]
    assert shown(event) == (3, 1)


def test_lowering_the_capacity_removes_nobody_and_a_cancellation_gives_no_place():
    event = factories.event(capacity=3)
    first, *_others = factories.fill(event, 4)

    actions.change_capacity(event.pk, 2)
    actions.cancel_registration(first.pk)

    assert statuses(event) == ["cancelled", "confirmed", "confirmed", "waiting"]


def reviewed(**fields):
    return factories.event(admission="approval", **fields)


def pks(rows):
    return [row.pk for row in rows]


def change(event, **fields):
    values = {
        name: fields.get(name, getattr(event, name))
        for name in ("admission", "has_place_while_pending", "offer_hours")
    }
    return actions.change_admission(event.pk, **values, actor_id=7)


def test_the_way_in_is_changed_with_a_fact_that_nobody_hears_of():
    event = factories.event()

    fact = change(event, admission="approval", offer_hours=24)

    event.refresh_from_db()
    assert (event.admission, event.offer_hours) == ("approval", 24)
    assert fact.kind == "admission_changed"
    assert fact.data == {"admission": ["open", "approval"], "offer_hours": [None, 24]}
    assert change(event) is None


def test_who_waits_is_asked_for_approval_once_no_place_is_held():
    event = reviewed(capacity=1)
    _first, second = factories.fill(event, 2)

    change(event, has_place_while_pending=False)

    second.refresh_from_db()
    assert second.is_pending
    assert shown(event) == (0, 0)


def test_who_waits_gets_a_free_place_once_approval_ends():
    event = reviewed(capacity=1, has_place_while_pending=False)
    first, second = factories.fill(event, 2)
    actions.approve(event.pk, pks([first, second]))

    change(event, admission="open")

    assert statuses(event) == ["confirmed", "waiting"]


def test_more_applications_than_places_cannot_start_to_hold_them():
    event = reviewed(capacity=2, has_place_while_pending=False)
    factories.fill(event, 3)

    with pytest.raises(actions.RegistrationError) as error:
        change(event, has_place_while_pending=True)

    assert "Na rozhodnutí čekají" in str(error.value)
    assert shown(event) == (0, 0)


def test_applications_that_fit_start_to_hold_their_places():
    event = reviewed(capacity=3, has_place_while_pending=False)
    factories.fill(event, 3)

    change(event, has_place_while_pending=True)

    assert shown(event) == (3, 0)


def test_applications_beyond_a_quota_cannot_start_to_hold_places():
    event = reviewed(capacity=9, has_place_while_pending=False)
    actions.set_quotas(event.pk, [Quota(scope="sectors", sectors=["private"], limit=1)])
    for _n in range(2):
        factories.registration(event=event, sector="private", organisation="Firma")

    with pytest.raises(actions.RegistrationError):
        change(event, has_place_while_pending=True)

    assert statuses(event) == ["pending", "pending"]
