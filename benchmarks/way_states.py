"""The pages of every way in with each state they can show, as data."""

from collections.abc import Iterator

from playwright.sync_api import Page

from benchmarks.opening import INVALID, State, at, filled, press
from benchmarks.scenes import WORKSHOPS, Cast
from events.models import Event
from registrations.models import Question

SERIES = "kulate-stoly"
ANNA = {"name": "Anna Nová", "email": "nova@mesto.example", "town": "Písek, Jihočeský kraj"}
TOWN = ".notice.bad strong"


def states(cast: Cast) -> Iterator[State]:
    yield from _public()
    yield from _people(cast)
    yield from _invited(cast)
    yield from _desk(cast)
    yield from _inviting(cast)


def _public() -> Iterator[State]:
    yield State("event-approval", at("event", SERIES, "schvalovani"))
    yield State("register-approval", at("register", SERIES, "schvalovani"), shows=".notice")
    yield State("sent-approval", at("register_sent", SERIES, "schvalovani"))
    page = at("register", SERIES, "kvoty")
    yield State("register-quotas", page)
    refused = filled(ANNA)
    yield State("register-quota-reached", page, "stranger", INVALID, refused, "[formaction]")
    party = at("register", SERIES, "skupiny")
    yield State("register-party", party, then=_second_person, shows="[name=name2]")
    yield State(
        "register-party-errors", party, "stranger", INVALID, _broken_party, ".error-summary li"
    )


def _second_person(page: Page) -> None:
    for name, value in ANNA.items():
        page.locator(f"main [name={name}]").fill(value)
    page.locator("main button[name=add]").click()


def _broken_party(page: Page) -> None:
    _second_person(page)
    page.locator("main [name=email2]").fill(ANNA["email"])
    page.locator("main [name=name2]").fill("Bára Nová")
    page.wait_for_timeout(2_100)
    press(page)


def _people(cast: Cast) -> Iterator[State]:
    yield from _parties(cast)
    own = cast.token("in-party")
    yield State("answers", at("answers", own), shows="main form [type=submit]")
    for word in ("pending-cs", "rejected", "offered-cs", "declined", "expired", "in-party"):
        yield State(f"registration-{word}", at("registration", cast.token(word)))
    yield State("cancel-pending", at("cancel", cast.token("pending-cs")))
    yield State("registration-handed-over", at("registration", cast.token("handed-over")))
    page = at("substitute", cast.token("in-party"))
    yield State("substitute", page)
    yield State("substitute-errors", page, "stranger", INVALID, filled({}), ".error-summary li")


def _invited(cast: Cast) -> Iterator[State]:
    for word, invitation in cast.invitations.items():
        yield State(f"invitation-{word}", at("invitation", invitation.token))
    own = cast.invitations["person"].token
    yield State("invitation-sent", at("invitation_sent", own))
    page = at("accept_invitation", own, "mobilita")
    yield State("invitation-accept", page)
    yield State("invitation-errors", page, "stranger", INVALID, filled({}), ".error-summary li")
    own = cast.token("nominated")
    yield State("registration-nominated", at("registration", own))
    asked = cast.token("nominated-asked")
    page = at("answer_nomination", asked)
    yield State("registration-nominated-asked", at("registration", asked))
    yield State("nomination-form", page, shows="main form [name=answer]")
    yield State("nomination-errors", page, "stranger", INVALID, filled({}), ".error-summary li")
    missing = at("registration", cast.token("answers-missing"))
    yield State("registration-answers-missing", missing, shows=".notice.warn a")
    yield State("links-ask", at("send_links", WORKSHOPS))
    yield State("links-sent", at("links_sent", WORKSHOPS))


def _inviting(cast: Cast) -> Iterator[State]:
    person = cast.invitations["person"]
    for name in ("invite", "import_invitations"):
        yield State(f"admin-{name}", at(name, person.event_id), "organiser")
    for name in ("send_invitation_again", "revoke_invitation"):
        yield State(f"admin-{name}", at(name, person.pk), "organiser")
    yield State("admin-invitations", at("admin:registrations_invitation_changelist"), "organiser")
    page = at("admin:registrations_invitation_change", person.pk)
    yield State("admin-invitation", page, "organiser")


def _parties(cast: Cast) -> Iterator[State]:
    for word in ("in-party", "offered-party"):
        own = cast.people[word].booking.token
        yield State(f"party-{word}", at("party", own), shows=".people li")
    own = cast.people["in-party"].booking.token
    person = cast.people["in-party"].pk
    yield State("party-cancel-one", at("cancel_in_party", own, query=f"?person={person}"))
    yield State("party-cancel-all", at("cancel_in_party", own))
    query = f"?person={person}"
    yield State("substitute-in-party", at("substitute_in_party", own, query=query))
    page = at("correct_in_party", own, query=query)
    yield State("party-correct", page)
    wrong = filled({"name": "", "email": "anna"})
    yield State("party-correct-errors", page, "stranger", INVALID, wrong, ".error-summary li")
    page = at("add_to_party", own)
    yield State("party-add", page)
    yield State("party-add-errors", page, "stranger", INVALID, filled({}), ".error-summary li")


def _desk(cast: Cast) -> Iterator[State]:
    events = {event.slug: event.pk for event in Event.objects.filter(series__slug=SERIES)}
    for slug, pk in events.items():
        yield State(f"admin-event-{slug}", at("admin:events_event_change", pk), "organiser")
    for word in ("pending-cs", "rejected", "offered-cs", "declined", "expired", "nominated"):
        page = at("admin:registrations_registration_change", cast.people[word].pk)
        yield State(f"admin-person-{word}", page, "organiser")
    approval = events["schvalovani"]
    page = at("change_admission", approval)
    yield State("admin-admission", page, "organiser")
    asked = filled({"offer_hours": "24"})
    yield State("admin-admission-asks", page, "organiser", then=asked, shows=".consequences li")
    pending = cast.people["pending-cs"].pk
    page = at("decide_applications", approval, query=f"?chosen={pending}")
    yield State("admin-applications", page, "organiser", shows="main [name=chosen]")
    yield State(
        "admin-applications-asks", page, "organiser", then=filled({}), shows=".consequences li"
    )
    person = cast.people["in-party"].pk
    yield State("admin-answers", at("correct_answers", person), "organiser")
    for name in ("hand_over_place", "write_note", "reopen_deadline"):
        yield State(f"admin-{name}", at(name, person), "organiser")
    question = Question.objects.earliest("pk").pk
    page = at("admin:registrations_question_change", question)
    yield State("admin-question", page, "organiser")
    yield State("admin-questions", at("admin:registrations_question_changelist"), "organiser")
    page = at("admin:registrations_question_add", query=f"?event={events['skupiny']}")
    yield State("admin-question-new", page, "organiser")
    page = at("set_quotas", events["kvoty"])
    yield State("admin-quotas", page, "organiser")
    wrong = filled({"limit3": "3"})
    yield State("admin-quotas-errors", page, "organiser", INVALID, wrong, "main .error")
    right = filled({"each_municipality": "3"})
    yield State("admin-quotas-asks", page, "organiser", then=right, shows=".consequences li")
    waiting = cast.people["waiting"].pk
    for name, address, values in (
        ("promote", "promote", {"reason": "Mluví o datech."}),
        ("priority", "set_priority", {"priority": "-1"}),
    ):
        page = at(address, waiting)
        yield State(f"admin-{name}", page, "organiser")
        asked = filled(values)
        yield State(f"admin-{name}-asks", page, "organiser", then=asked, shows=".consequences li")
