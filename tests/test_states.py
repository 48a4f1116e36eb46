"""Every page in each of its states: tests/states.toml lists them, and each has its picture."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from benchmarks import states
from benchmarks.opening import State
from events.states import State as EventState
from notifications.models import Message
from registrations.models import Invitation
from registrations.states import Status
from tests.test_permissions import KINDS, ROUTES

LISTED: dict[str, dict[str, str]] = tomllib.loads(
    (Path(__file__).parent / "states.toml").read_text()
)
FILES = LISTED.pop("files")
# What a page is a page of: each of these is one of its states.
STATUSES: dict[str, list[str]] = {
    "event": EventState.values,
    "register": EventState.values,
    "registration": Status.values,
    "invitation": Invitation.State.values,
    "admin:registrations_registration_change": Status.values,
    # What allauth writes is plain text.
    "mail": sorted(set(Message.Kind.values) - {Message.Kind.ACCOUNT}),
}
# A form that can be sent wrong, and a page that asks before it acts.
CAN_BE_WRONG = {"form", "closed_door_form"}
ASKS = "admin_action"
# Before anybody is known there is one language.
CZECH_ONLY = ("account_", "mfa_")


def shows_something(kinds: dict[str, str]) -> bool:
    """Whether anybody gets a page from a route, right or wrong."""
    outcomes = " ".join(" ".join(KINDS[kind].values()) for kind in kinds.values())
    return bool({"200", "422"} & set(outcomes.split()))


@pytest.fixture
def pictures(transactional_db: Any, settings: Any) -> list[State]:
    """Every picture that is taken, with the scenes it is taken of."""
    settings.EMAIL_BACKEND = "notifications.outbox.OutboxBackend"
    return [state for scene in states.all_scenes() for state in scene]


def test_every_page_is_listed() -> None:
    pages = {name for name, kinds in ROUTES.items() if shows_something(kinds)}
    assert sorted(pages - set(LISTED) - set(FILES)) == []
    assert sorted((set(LISTED) | set(FILES)) - set(ROUTES) - {"error", "mail"}) == []


@pytest.mark.parametrize("name", STATUSES)
def test_every_status_of_a_page_is_listed(name: str) -> None:
    assert sorted(set(STATUSES[name]) - set(LISTED[name])) == []


def test_every_form_is_listed_with_its_errors_and_every_question_with_its_consequences() -> None:
    wrong = {name for name, kinds in ROUTES.items() if CAN_BE_WRONG & set(kinds.values())}
    asking = {name for name, kinds in ROUTES.items() if ASKS in kinds.values()}
    assert sorted(name for name in wrong if "errors" not in LISTED[name]) == []
    assert sorted(name for name in asking if not {"asks", "errors"} & set(LISTED[name])) == []


def test_every_state_has_its_picture_and_every_picture_its_state(pictures: list[State]) -> None:
    listed = [(page, name) for page, named in LISTED.items() for name in named.values()]
    taken = [(state.page, state.name) for state in pictures]
    assert (sorted(set(listed) - set(taken)), sorted(set(taken) - set(listed))) == ([], [])
    assert len(taken) == len(set(taken)) == len(listed)


def test_every_picture_is_taken_in_both_languages(pictures: list[State]) -> None:
    czech = {state.page for state in pictures if state.languages == ("cs",)}
    rest = {state.languages for state in pictures if state.page not in czech}
    assert rest == {("cs", "en")}
    assert sorted(page for page in czech if not page.startswith(CZECH_ONLY)) == []


class Sheet:
    """Stands for a browser's page where a mail alone is shown."""

    text = ""

    def set_content(self, text: str) -> None:
        self.text = text


def test_every_mail_was_written_in_both_languages(pictures: list[State]) -> None:
    missing = [
        (state.name, language)
        for state in pictures
        if state.page == "mail"
        for language in state.languages
        if not is_written(state, language)
    ]
    assert missing == []


def is_written(state: State, language: str) -> bool:
    sheet: Any = Sheet()
    try:
        state.open.visit(sheet, language)
    except IndexError:
        return False
    return "<html" in sheet.text
