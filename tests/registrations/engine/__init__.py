"""The machine of test_engine.py: one event, and what people and organisers may do with it."""

from hypothesis import strategies as st
from hypothesis.stateful import initialize

from tests.registrations.engine.organisers import Organisers
from tests.registrations.engine.people import People
from tests.registrations.engine.series import SeriesEngine


class Engine(People, Organisers):
    """One event from its first day to its start and beyond; what is refused changes nothing."""

    @initialize(
        places=st.integers(1, 4),
        way=st.sampled_from(["open", "open", "approval", "invitation"]),
        holds=st.booleans(),
        hours=st.sampled_from([None, 24]),
        people=st.integers(0, 8),
    )
    def begin(self, places, way, holds, hours, people):
        """Some have come before the way in was what it is now."""
        self.change_capacity(places)
        for who in range(people):
            self.register(who, wish=who % 2 == 0, waits=True)
        self.change_admission(way, holds, hours)
        for who, kind in enumerate(["person", "firm", "city"]):
            self.invite(who, kind, whole=False)


__all__ = ["Engine", "SeriesEngine"]
