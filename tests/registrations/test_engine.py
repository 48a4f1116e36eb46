"""No order of events breaks a rule: machines that do what people and organisers may do.

After each step the invariants are asked. ENGINE_EXAMPLES sets how many lives each is given;
`make prove-engine` gives them many, on both databases.
"""

import ast
import inspect
import os

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from events import actions as event_actions
from registrations import actions
from tests.registrations.engine import Engine, SeriesEngine, organisers, people, series

EXAMPLES = int(os.environ.get("ENGINE_EXAMPLES", "5"))
# The suite lives the same few lives each time; the proof lives others.
IS_PROOF = "ENGINE_EXAMPLES" in os.environ
STEPS = 30


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
    assert public_actions() - named_actions(people, organisers, series) == {"create_event"}


@pytest.mark.django_db
@pytest.mark.parametrize("machine", [Engine, SeriesEngine])
def test_no_order_of_events_breaks_a_rule(machine):
    machine.done.clear()
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES,
            derandomize=not IS_PROOF,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    never = ", ".join(sorted(public_actions() - set(machine.done)))
    print(
        f"{EXAMPLES} lives of up to {STEPS} steps, {machine.done.total()} actions; never: {never}"
    )
