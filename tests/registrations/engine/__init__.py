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
        people=st.integers(0, 8),
        party=st.booleans(),
        way=st.sampled_from(["open", "open", "approval", "invitation"]),
        holds=st.booleans(),
        hours=st.sampled_from([None, 24]),
        added=st.integers(0, 3),
        nominated=st.integers(1, 3),
    )
    def begin(self, places, people, party, way, holds, hours, added, nominated):
        """Some came before the way in was what it is now; then there were a few more places."""
        self.change_capacity(places)
        for who in range(people):
            self.register(who, wish=who % 2 == 0, waits=True)
        if party:
            self.register_party(30, 2, together=True)
        self.change_admission(way, holds, hours)
        self.change_capacity(places + added)
        for who, kind in enumerate(["person", "firm", "city"]):
            self.invite(who, kind, whole=False)
        self.nominate(0, 40, nominated)


__all__ = ["Engine", "SeriesEngine"]
