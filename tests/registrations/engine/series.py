"""What a series adds: other sessions, a call, a meeting of its members, limits of its own."""

from datetime import timedelta

from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from registrations import actions
from registrations.models import Quota, Registration
from tests import factories
from tests.registrations.engine.organisers import Organisers
from tests.registrations.engine.world import NUMBERS

# Which of the events of a series.
EVENTS = st.integers(0, 4)


class SeriesEngine(Organisers):
    """Each rule is about the event that the machine has turned to."""

    def __init__(self):
        super().__init__()
        series, start = self.event.series, timezone.now() + timedelta(days=9)
        dated = {"series": series, "starts_at": start, "closing_hours": 0}
        self.call = factories.call(series=series, closes_at=start)
        self.meeting = factories.meeting(call=self.call, capacity=2, **dated)
        announced = factories.announced_event(series=series)
        self.events = [self.event, factories.event(**dated), self.call, self.meeting, announced]

    @initialize(number=EVENTS, persons=st.booleans(), approves=st.booleans())
    def begin(self, number, persons, approves):
        """The call has members or turned them down; maybe people come to one event each."""
        self.set_series_limits(persons, towns=None)
        self.event = self.call
        for who in range(3):
            self.register(who, wish=False, waits=True)
        self.decide(2, approves)
        self.turn_to(number)

    @rule(number=EVENTS)
    def turn_to(self, number):
        self.event = self.events[number]

    @rule(persons=st.booleans(), towns=st.sampled_from([None, 1, 3]))
    def set_series_limits(self, persons, towns):
        """A second before and behind tells who came first."""
        wanted = [Quota(scope="each_person", limit=1)] if persons else []
        if towns:
            wanted.append(Quota(scope="each_municipality", limit=towns))
        self.traveller.shift(timedelta(seconds=1))
        self.attempt(actions.set_series_limits, self.call.series_id, wanted)
        self.traveller.shift(timedelta(seconds=1))

    @rule(number=NUMBERS, everybody=st.booleans())
    def come_as_members(self, number, everybody):
        members = list(Registration.objects.filter(event=self.call).confirmed().order_by("pk"))
        if everybody:
            self.attempt(actions.register_members, self.meeting.pk)
        elif members:
            own = members[number % len(members)]
            self.attempt(factories.attendance, own, event=self.meeting)
