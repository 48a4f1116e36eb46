"""The machine of test_engine.py: one event, and what people and organisers may do with it."""

from hypothesis import strategies as st
from hypothesis.stateful import initialize

from tests.registrations.engine.organisers import Organisers
from tests.registrations.engine.series import SeriesEngine


class Engine(Organisers):
    """One event from its first day to its start and beyond; what is refused changes nothing."""

    @initialize(
        places=st.integers(1, 4),
        more=st.integers(0, 4),
        way=st.sampled_from(["open", "approval", "open", "invitation"]),
        holds=st.booleans(),
        hours=st.sampled_from([24, 24, None]),
        added=st.integers(0, 4),
        accepts=st.booleans(),
    )
    def begin(self, places, more, way, holds, hours, added, accepts):
        """It is full, a party and others wait; then the way in changes and there is more room.

        Who is offered a place first answers at once.
        """
        self.change_capacity(places)
        for who in range(places):
            self.register(who, wish=who % 2 == 0, waits=True)
        self.register_party(30, 2, together=True)
        for who in range(places, places + more):
            self.register(who, wish=True, waits=True)
        self.change_admission(way, holds, hours)
        self.change_capacity(places + added)
        self.answer_offer(0, accepts)
        for who, kind in enumerate(["person", "firm", "city"]):
            self.invite(who, kind, whole=False)
        self.nominate(0, 40, 2)
        self.register(50, wish=False, waits=True)


__all__ = ["Engine", "SeriesEngine"]
