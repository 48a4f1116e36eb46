"""No order of events breaks a rule: a machine that does what people and organisers may do.

After each step the invariants are asked. ENGINE_EXAMPLES sets how many lives an event is given;
`make prove-engine` gives it many, on both databases.
"""

import ast
import inspect
import os

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from events import actions as event_actions
from registrations import actions
from tests.registrations.engine import Engine, organisers, people

EXAMPLES = int(os.environ.get("ENGINE_EXAMPLES", "10"))
STEPS = 30
# So many lives see all actions succeed but a few that need more luck.
MANY, FEW = 60, 3
# The machine has one event, which it makes with a date.
OF_OTHER_EVENTS = {"create_event", "announce_event"}


def public_actions():
    """Every public verb of the two rooms, as `@action` makes them."""
    rooms = [actions, event_actions]
    found = {name for room in rooms for name, verb in vars(room).items() if is_action(verb)}
    return {name for name in found if not name.startswith("_")}


def is_action(verb):
    return inspect.isfunction(verb) and hasattr(verb, "__wrapped__")


def named_actions(*modules):
    """What the machine calls, as its source says it: `actions.register`."""
    nodes = [node for module in modules for node in ast.walk(ast.parse(inspect.getsource(module)))]
    return {
        node.attr
        for node in nodes
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in {"actions", "event_actions"}
    }


def test_the_machine_plays_every_public_action():
    assert public_actions() - named_actions(people, organisers) == {"create_event"}


@pytest.mark.django_db
def test_no_order_of_events_breaks_a_rule():
    Engine.done.clear()
    run_state_machine_as_test(
        Engine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    never = public_actions() - set(Engine.done) - OF_OTHER_EVENTS
    print(f"{EXAMPLES} lives, {Engine.done.total()} actions done, never: {sorted(never)}")
    if EXAMPLES >= MANY:
        assert len(never) <= FEW
