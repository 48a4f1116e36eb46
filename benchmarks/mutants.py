"""Planted faults: each a change of one text in a copy of the tree, and the tests that notice it."""

from dataclasses import dataclass

ACTIONS = "tests/registrations/actions"


@dataclass(frozen=True)
class Mutant:
    """`text` stands once in `file`; with `replacement` in its place one of `tests` must fail."""

    name: str
    file: str
    text: str
    replacement: str
    tests: tuple[str, ...]
    on_postgres: bool = False


MUTANTS = (
    Mutant(
        "no lock",
        "events/models/event.py",
        'return self.select_related("series").select_for_update(of=("self",), no_key=True)',
        '__import__("time").sleep(0.01)\n        return self.select_related("series")',
        ("tests/registrations/test_races.py::test_many_for_few_places_gets_exactly_the_places",),
        on_postgres=True,
    ),
    Mutant(
        "last in promoted first",
        "registrations/models/registration.py",
        'return self.order_by("priority", "joined_at", "pk")',
        'return self.order_by("priority", "-joined_at", "-pk")',
        (f"{ACTIONS}/test_leaving.py",),
    ),
    Mutant(
        "promotion forgotten",
        "registrations/actions/leaving.py",
        "    waiting_list.pass_on(registration.event, now)\n",
        "",
        (f"{ACTIONS}/test_leaving.py",),
    ),
    Mutant(
        "counted twice",
        "registrations/capacity.py",
        "            taken=self.taken + taken,\n",
        "            taken=self.taken + 2 * taken,\n",
        (f"{ACTIONS}/test_registering.py",),
    ),
    Mutant(
        "key not bound to payload",
        "registrations/actions/registering.py",
        "    if booking.digest != application.digest():\n        raise KeyReused\n",
        "",
        (f"{ACTIONS}/test_registering.py",),
    ),
    Mutant(
        "quota ignored",
        "registrations/capacity.py",
        "        return [limit.quota for limit in self.limits if not limit.has_room(people)]",
        "        return []",
        ("tests/registrations/test_capacity.py",),
    ),
    Mutant(
        "quota counts one too many",
        "registrations/capacity.py",
        "self.counts.get(group, 0) + n <= most",
        "self.counts.get(group, 0) + n <= most + 1",
        ("tests/registrations/test_capacity.py",),
    ),
    Mutant(
        "party half written",
        "registrations/actions/parties.py",
        "has_room = has_room_for_all if row.is_in_party else places.has_room(Person.of(row))",
        "has_room = places.has_room(Person.of(row))",
        (f"{ACTIONS}/test_parties.py",),
    ),
    Mutant(
        "party torn apart in line",
        "registrations/waiting_list.py",
        "        key = (row.is_in_party, row.booking_id if row.is_in_party else row.pk)\n",
        "        key = (False, row.pk)\n",
        (f"{ACTIONS}/test_parties.py",),
    ),
    Mutant(
        "offer never expired",
        "registrations/models/registration.py",
        "return self.filter(status=Status.OFFERED, offered_until__lte=now)",
        "return self.none()",
        (f"{ACTIONS}/test_offers.py",),
    ),
    Mutant(
        "offer taken after its deadline",
        "registrations/models/registration.py",
        "return self.offered_until is not None and self.offered_until <= now",
        "return False",
        (f"{ACTIONS}/test_offers.py",),
    ),
    Mutant(
        "position off by one",
        "registrations/models/registration.py",
        "return Registration.objects.before(self).count() + 1",
        "return Registration.objects.before(self).count()",
        (f"{ACTIONS}/test_registering.py",),
    ),
    Mutant(
        "confirmed without approval",
        "registrations/placing.py",
        "return registration.event.is_by_approval and registration.approved_at is None",
        "return False",
        (f"{ACTIONS}/test_deciding.py",),
    ),
    Mutant(
        "option ignored",
        "registrations/questions.py",
        "        if taken.get(option.pk, 0) + chosen[option.pk] > (option.limit or 0)\n",
        "        if False\n",
        ("tests/registrations/test_questions.py", f"{ACTIONS}/test_parties.py"),
    ),
    Mutant(
        "newcomer overtakes the line",
        "registrations/capacity.py",
        "return self.fits(people) and not self.is_wanted",
        "return self.fits(people)",
        ("tests/registrations/test_waiting_list.py", "tests/registrations/test_capacity.py"),
    ),
    Mutant(
        "closed door ajar",
        "events/models/event.py",
        "        return self.published().public()\n",
        "        return self.published()\n",
        ("tests/events/test_views.py", "tests/test_permissions.py"),
    ),
    Mutant(
        "a series with limits is not locked",
        "registrations/locks.py",
        """    series = _locked_series(Event.objects.filter(pk=event_id))
    if series is None:
        event = Event.objects.locked_one(event_id)
        event.is_locked_alone = True
""",
        """    series = _locked_series(Event.objects.none())
    if series is None:
        event = Event.objects.locked_one(event_id)
        __import__('time').sleep(0.01)
""",
        (
            "tests/registrations/test_races_of_series.py::test_a_town_at_once_in_two_events_gets_exactly_its_places",
        ),
        on_postgres=True,
    ),
    Mutant(
        "limits that came meanwhile are missed",
        "registrations/locks.py",
        "        event.is_locked_alone = True\n",
        "",
        ("tests/registrations/test_locks.py",),
    ),
    Mutant(
        "waiting goes on beside a place",
        "registrations/placing.py",
        "        more |= leave_other_lines(registration, now)\n",
        "        pass\n",
        ("tests/registrations/test_series_limits.py",),
    ),
    Mutant(
        "a membership is not asked",
        "registrations/actions/steps.py",
        "    refuse(rules.problems_of_membership(membership, event))\n",
        "",
        (f"{ACTIONS}/test_members.py",),
    ),
    Mutant(
        "a membership brings two",
        "registrations/actions/steps.py",
        "    if membership and membership.attendances.live().filter(event=event).exists():",
        "    if False:",
        (f"{ACTIONS}/test_members.py",),
    ),
    Mutant(
        "a party's page opens with another secret",
        "registrations/party_views.py",
        "get_object_or_404(Booking, token=token)",
        "Booking.objects.filter(registrations__token=token).first()"
        " or get_object_or_404(Booking, token=token)",
        ("tests/registrations/test_party_views.py",),
    ),
)
