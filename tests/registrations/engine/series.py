"""What a series adds: another session, a call, a meeting of its members, limits of its own."""

from datetime import timedelta

from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import rule

from registrations import actions
from registrations.models import Quota, Registration
from tests import factories
from tests.registrations.engine.organisers import Organisers
from tests.registrations.engine.world import NUMBERS


class SeriesEngine(Organisers):
    """Each rule is about the event that the machine has turned to."""

    def __init__(self):
        super().__init__()
        series, start = self.event.series, timezone.now() + timedelta(days=9)
        dated = {"series": series, "starts_at": start, "closing_hours": 0}
        self.call = factories.call(series=series, closes_at=start)
        self.meeting = factories.meeting(call=self.call, capacity=2, **dated)
        self.events = [self.event, factories.event(**dated), self.call, self.meeting]

    @rule(number=st.integers(0, 3))
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
