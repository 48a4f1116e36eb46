import pytest

from registrations import actions
from registrations.capacity import Limit, Places, Unit
from registrations.models import Person, Quota, Registration
from tests import factories
from tests.registrations.rows import shown, statuses

pytestmark = pytest.mark.django_db
ANNA, BARA = Person("city", 7, 9), Person("private", 7, 11)
TOWN = Quota(scope="each_municipality", limit=2)


def quotas(event, *rows):
    actions.set_quotas(event.pk, [Quota(**row) for row in rows], actor_id=7)
    return event


def of_town(event, town, *, count=1, **fields):
    values = {"town_id": town.pk, "sector": "city", "organisation": ""}
    return [factories.registration(event=event, **values | fields) for _n in range(count)]


# --- The arithmetic ---------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("taken", "people", "fits"),
    [(1, [ANNA], True), (2, [ANNA], False), (1, [ANNA, BARA], False), (0, [ANNA, BARA], True)],
)
def test_people_fit_as_long_as_their_group_has_room(taken, people, fits):
    places = Places(10, taken, 0, limits=(Limit(TOWN, {7: taken}),))

    assert places.fits(people) == fits


def test_counts_follow_who_takes_and_who_leaves():
    places = Places(10, 1, 0, limits=(Limit(TOWN, {7: 1}),))

    after = places.after(ANNA, taken=1)

    assert (after.taken, after.reached(BARA)) == (2, [TOWN])
    assert after.after(ANNA, taken=-1).reached(BARA) == []


def test_a_newcomer_passes_only_those_who_cannot_have_the_place():
    limits = (Limit(TOWN, {7: 2}),)
    stuck, able = Unit(1, (ANNA,)), Unit(2, (ANNA._replace(town_id=8),))
    elsewhere = ANNA._replace(town_id=9)

    assert Places(10, 2, 1, limits, line=(stuck,)).has_room(elsewhere)
    assert not Places(10, 2, 1, limits, line=(stuck, able)).has_room(elsewhere)


# --- Over the rows ----------------------------------------------------------------------------
def test_a_quota_refuses_beyond_its_limit_and_writes_nothing():
    event, town = factories.event(capacity=9), factories.municipality()
    quotas(event, {"scope": "each_municipality", "limit": 2})
    of_town(event, town, count=2)

    with pytest.raises(actions.QuotaReached) as error:
        of_town(event, town)

    assert str(error.value) == "Z\u00a0jedné obce mohou přijet nejvýše 2\u00a0lidé."
    assert Registration.objects.count() == 2


def test_the_answer_is_the_same_for_a_known_address():
    event, town = factories.event(capacity=9), factories.municipality()
    quotas(event, {"scope": "each_municipality", "limit": 1})
    (known,) = of_town(event, town)

    with pytest.raises(actions.QuotaReached):
        of_town(event, town, email=known.email)

    assert known.changes.count() == 1


def test_sectors_are_counted_together_and_organisations_each():
    event = factories.event(capacity=9)
    quotas(
        event,
        {"scope": "sectors", "sectors": ["private", "other"], "limit": 3},
        {"scope": "each_organisation", "limit": 2},
    )
    for number in range(2):
        factories.registration(event=event, organisation="Firma A", name=f"A {number}")
    with pytest.raises(actions.QuotaReached) as error:
        factories.registration(event=event, organisation="firma a")
    assert "jedné organizace" in str(error.value)
    factories.registration(event=event, organisation="Spolek", sector="other")

    with pytest.raises(actions.QuotaReached) as error:
        factories.registration(event=event, organisation="Firma B")

    assert str(error.value) == "Firma, Jiná organizace: nejvýše 3\u00a0lidé."
    assert factories.registration(event=event, organisation="MMR", sector="ministry").is_confirmed


def test_who_waits_within_the_limit_is_passed_over_until_it_lets_go():
    event, town, other = factories.event(capacity=3), factories.municipality(), None
    other = factories.municipality(name="Kolín")
    quotas(event, {"scope": "each_municipality", "limit": 1})
    (holder,) = of_town(event, town)
    (stuck,) = of_town(event, town, waits_within_limit=True)

    (passing,) = of_town(event, other)

    assert statuses(event) == ["confirmed", "waiting", "confirmed"]
    assert shown(event) == (2, 1)
    assert passing.changes.get().new("passed_over") == [stuck.booking_id]
    actions.cancel_registration(holder.pk)
    assert statuses(event) == ["cancelled", "confirmed", "confirmed"]


def test_a_freed_place_passes_over_whose_quota_is_full():
    event, town = factories.event(capacity=2), factories.municipality()
    other = factories.municipality(name="Kolín")
    quotas(event, {"scope": "each_municipality", "limit": 1})
    of_town(event, town)
    (leaving,) = of_town(event, other)
    (stuck,) = of_town(event, town, waits_within_limit=True)
    (next_one,) = of_town(event, factories.municipality(name="Louny"))

    actions.cancel_registration(leaving.pk)

    assert statuses(event) == ["confirmed", "cancelled", "waiting", "confirmed"]
    assert next_one.changes.latest("pk").new("passed_over") == [stuck.booking_id]
    assert stuck.position() == 1


def test_without_a_waiting_list_nobody_waits_within_a_limit():
    event = factories.event(capacity=9, has_waiting_list=False)
    town = factories.municipality()
    quotas(event, {"scope": "each_municipality", "limit": 1})
    of_town(event, town)

    with pytest.raises(actions.QuotaReached):
        of_town(event, town, waits_within_limit=True)


def test_a_quota_that_rises_gives_the_free_place_at_once():
    event, town = factories.event(capacity=3), factories.municipality()
    quotas(event, {"scope": "each_municipality", "limit": 1})
    of_town(event, town)
    of_town(event, town, waits_within_limit=True)

    fact = actions.set_quotas(event.pk, [Quota(scope="each_municipality", limit=2)])

    assert statuses(event) == ["confirmed", "confirmed"]
    assert fact.data == {"quotas": [[["each_municipality", [], 1]], [["each_municipality", [], 2]]]}
    assert actions.set_quotas(event.pk, [Quota(scope="each_municipality", limit=2)]) is None


def test_a_quota_set_below_its_people_removes_nobody():
    event, town = factories.event(capacity=9), factories.municipality()
    of_town(event, town, count=3)

    quotas(event, {"scope": "each_municipality", "limit": 1})

    assert statuses(event) == ["confirmed"] * 3


def test_no_place_out_of_turn_breaks_a_quota():
    event, town = factories.event(capacity=1), factories.municipality()
    quotas(event, {"scope": "each_municipality", "limit": 1})
    of_town(event, town)
    (stuck,) = of_town(event, town, waits_within_limit=True)

    with pytest.raises(actions.RegistrationError):
        actions.promote(stuck.pk, reason="Proč ne.")
    with pytest.raises(actions.RegistrationError):
        actions.register_with_extra_place(
            event.pk,
            factories.application(town_id=town.pk, sector="city", organisation=""),
            actions.Submit.at_the_desk(7),
            reason="Proč ne.",
        )

    assert statuses(event) == ["confirmed", "waiting"]


def test_an_application_that_holds_a_place_counts_in_its_quota():
    event = factories.event(capacity=9, admission="approval")
    town = factories.municipality()
    quotas(event, {"scope": "each_municipality", "limit": 1})
    of_town(event, town)

    with pytest.raises(actions.QuotaReached):
        of_town(event, town)
