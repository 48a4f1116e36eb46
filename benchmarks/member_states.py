"""The pages of working groups with each state they can show, as data."""

from collections.abc import Iterator

from benchmarks.opening import INVALID, State, at, filled, press
from benchmarks.scenes import GROUPS, Cast
from events.models import Event


def states(cast: Cast) -> Iterator[State]:
    yield from _public()
    yield from _own(cast)
    yield from _desk()


def _public() -> Iterator[State]:
    yield State("series-group", at("series", GROUPS), shows=".sessions")
    for name, slug in (("open", "doprava"), ("full", "energetika"), ("closed", "ict")):
        yield State(f"event-call-{name}", at("event", GROUPS, slug))
    yield State("register-call", at("register", GROUPS, "doprava"), shows="main [name=email]")
    yield State("sent-call", at("register_sent", GROUPS, "doprava"))
    for name, slug in (("members", "prvni-jednani-doprava"), ("members-first", "druhe-jednani")):
        yield State(f"event-{name}", at("event", GROUPS, slug), shows="main [name=email]")
    page = at("register", GROUPS, "prvni-jednani-doprava")
    yield State("register-members", page, shows="main [name=email]")
    page = at("send_links", GROUPS)
    yield State("links-members", page)
    wrong = filled({"email": "anna"})
    yield State("links-members-errors", page, "stranger", INVALID, wrong, ".error-summary li")


def _own(cast: Cast) -> Iterator[State]:
    own = cast.token("member")
    yield State("registration-member", at("registration", own), shows=".people li")
    for word in ("waiting-member", "left-group"):
        yield State(f"registration-{word}", at("registration", cast.token(word)))
    yield State("cancel-member", at("cancel", own))
    page = at("register_member", own, "prvni-jednani-doprava")
    yield State("register-member", page, shows="main [name=nonce]")
    yield State("register-member-errors", page, "stranger", INVALID, press, ".notice.bad strong")
    yield State("register-member-closed", at("register_member", own, "treti-jednani"))
    yield State("member-sent", at("member_sent", own, "prvni-jednani-doprava"))


def _desk() -> Iterator[State]:
    events = {event.slug: event.pk for event in Event.objects.filter(series__slug=GROUPS)}
    for word, slug in (("call", "doprava"), ("members", "prvni-jednani-doprava")):
        page = at("admin:events_event_change", events[slug])
        yield State(f"admin-event-{word}", page, "organiser")
    page = at("register_members", events["prvni-jednani-doprava"])
    yield State("admin-members", page, "organiser")
    yield State("admin-members-asks", page, "organiser", then=filled(), shows=".consequences li")
    nobodys = at("register_members", events["doprava"])
    errors = ".error-summary li"
    yield State("admin-members-errors", nobodys, "organiser", INVALID, filled(), errors)
