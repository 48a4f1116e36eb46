"""The house style (style.md), as far as a program can hold it. Each rule is seen to fail below."""

import ast
import inspect
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models
from django.urls import URLPattern, URLResolver, get_resolver

from benchmarks import prove_contention
from benchmarks.mutants import MUTANTS, Mutant
from events.models import RESERVED_SLUGS
from tests import sources
from tests.sources import APPS, Source

Finder = Callable[[Source], Iterator[str]]
FORBIDDEN_NAMES = {"utils", "common", "core", "helpers", "services", "signals", "mixins"}
# Taken apart, so that this file does not find itself.
UNFINISHED = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]
VAGUE_VERBS = ("process_", "handle_", "manage_", "do_")
WRITES = {"save", "filter", "create", "update", "delete", "bulk_create", "bulk_update"}
CREATES = {"create", "update", "get_or_create", "update_or_create", "bulk_create"}
# Names that a library calls, not we.
HOOKS = {"process_exception", "handle_starttag", "handle_endtag", "handle_data"}


# --- Modules and names ------------------------------------------------------------------------
def vague_modules(source: Source) -> Iterator[str]:
    if FORBIDDEN_NAMES & set(Path(source.path).with_suffix("").parts):
        yield source.path


def modules_without_a_sentence(source: Source) -> Iterator[str]:
    if source.text.strip() and not ast.get_docstring(source.tree):
        yield source.path


def verbs_without_a_docstring(source: Source) -> Iterator[str]:
    """Every public action, rule and task says what it means."""
    if source.name in {"rules.py", "tasks.py"} or is_of_actions(source):
        for function in source.public_functions:
            if not ast.get_docstring(function):
                yield source.at(function, function.name)


def docstrings_that_say_nothing(source: Source) -> Iterator[str]:
    for name, function in source.functions:
        if name.endswith("__str__") and ast.get_docstring(function):
            yield source.at(function, name)
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ClassDef) and node.name == "Meta" and ast.get_docstring(node):
            yield source.at(node, "Meta")


def vague_functions(source: Source) -> Iterator[str]:
    for name, function in source.functions:
        if function.name.lstrip("_").startswith(VAGUE_VERBS) and function.name not in HOOKS:
            yield source.at(function, name)


def unfinished_work(source: Source) -> Iterator[str]:
    for number, line in enumerate(source.text.splitlines(), start=1):
        if re.search(rf"\b({'|'.join(UNFINISHED)})\b", line):
            yield f"{source.path}:{number}"


def untrue_booleans(source: Source) -> Iterator[str]:
    """A property that is true or false asserts something: `is_full`."""
    for name, function in source.functions:
        decorators = {getattr(node, "id", "") for node in function.decorator_list}
        returned = getattr(function.returns, "id", "")
        asserts = re.match(r"_?([a-z]+s|can|may|must)_", function.name)
        if returned == "bool" and decorators & {"property", "cached_property"} and not asserts:
            yield source.at(function, name)


# --- Transactions and writes ------------------------------------------------------------------
def is_of_actions(source: Source) -> bool:
    return source.name == "actions.py" or "/actions/" in source.path


# What several actions share; the caller holds the lock.
STEPS = ("/actions/locks.py", "/actions/steps.py")


def actions_without_a_transaction(source: Source) -> Iterator[str]:
    if is_of_actions(source) and not source.path.endswith(STEPS):
        for function in source.public_functions:
            if "action" not in {getattr(node, "id", "") for node in function.decorator_list}:
                yield source.at(function, function.name)


def other_transactions(source: Source) -> Iterator[str]:
    if source.path == "accounts/transactions.py":
        return
    for node in ast.walk(source.tree):
        names = {getattr(node, key, None) for key in ("id", "attr", "name")}
        if isinstance(node, ast.Name | ast.Attribute | ast.alias) and "atomic" in names:
            yield source.at(node)


def targets(node: ast.AST) -> Iterator[ast.expr]:
    """What an assignment assigns to, one by one."""
    if isinstance(node, ast.Assign):
        yield from (part for target in node.targets for part in _parts(target))
    elif isinstance(node, ast.AugAssign | ast.AnnAssign):
        yield node.target


def _parts(target: ast.expr) -> list[ast.expr]:
    return list(target.elts) if isinstance(target, ast.Tuple | ast.List) else [target]


# Plants corruption in a copy of the database, to see it found.
PLANTS = "desk/corruptions.py"


def writes_of(source: Source, *columns: str) -> Iterator[tuple[ast.AST, str]]:
    """Assignments to the attributes, and calls that write the columns of these names."""
    for node in ast.walk(source.tree):
        for target in targets(node):
            if isinstance(target, ast.Attribute) and target.attr in columns:
                yield target, target.attr
        if isinstance(node, ast.Call) and _writes_rows(node.func):
            yield from ((node, key.arg) for key in node.keywords if key.arg in columns)


def _writes_rows(called: ast.expr) -> bool:
    if isinstance(called, ast.Attribute):
        return called.attr in CREATES
    return isinstance(called, ast.Name) and called.id == "Registration"


def moves_outside_move_to(source: Source) -> Iterator[str]:
    """`Registration.move_to` alone assigns a status; an event's is set by events/actions.py.

    The rows of a preview are never saved.
    """
    allowed = {"events/actions.py", "desk/previews.py", PLANTS}
    for node, name in writes_of(source, "status"):
        is_move_to = source.within(node) == "Registration.move_to"
        if not is_move_to and source.path not in allowed:
            yield source.at(node, name)


def counts_outside_capacity(source: Source) -> Iterator[str]:
    if source.path not in {"registrations/capacity.py", PLANTS}:
        for node, name in writes_of(source, "places_taken", "places_waiting"):
            yield source.at(node, name)


def queries_in_views(source: Source) -> Iterator[str]:
    """A view calls one action or reads one queryset; `save(kind=...)` draws a QR code."""
    if not re.search(r"(/|_)views\.py$", source.path):
        return
    for node in ast.walk(source.tree):
        is_write = isinstance(node, ast.Call) and getattr(node.func, "attr", "") in WRITES
        if is_write and "kind" not in {key.arg for key in getattr(node, "keywords", [])}:
            yield source.at(node, ast.unparse(node)[:60])


def forms_that_save(source: Source) -> Iterator[str]:
    for name, function in source.functions:
        if source.name == "forms.py" and function.name == "save":
            yield source.at(function, name)


def clocks_in_models_and_rules(source: Source) -> Iterator[str]:
    is_of_a_row = source.name in {"models.py", "rules.py", "states.py"} or "/models/" in source.path
    if not is_of_a_row:
        return
    for node in ast.walk(source.tree):
        called = getattr(node.func, "attr", "") if isinstance(node, ast.Call) else ""
        if called in {"now", "today", "utcnow", "localtime", "time"}:
            yield source.at(node, called)


def tasks_that_do_more(source: Source) -> Iterator[str]:
    """A task calls one function of its own name, and never waits."""
    if source.name != "tasks.py":
        return
    for task in source.public_functions:
        called = [node.func for node in ast.walk(task) if isinstance(node, ast.Call)]
        names = [getattr(node, "attr", getattr(node, "id", "")) for node in called]
        if task.name not in names or "sleep" in names:
            yield source.at(task, task.name)


PLANTED: dict[Finder, tuple[str, str]] = {
    vague_modules: ("events/utils.py", '"""Bits."""'),
    modules_without_a_sentence: ("events/feeds.py", "import os"),
    verbs_without_a_docstring: ("events/rules.py", "def problems(): pass"),
    docstrings_that_say_nothing: ("events/models.py", "class Meta:\n    'Options.'"),
    vague_functions: ("events/actions.py", "def process_event(): pass"),
    unfinished_work: ("events/dates.py", f"# {UNFINISHED[0]}: later"),
    untrue_booleans: (
        "events/models.py",
        "class E:\n    @property\n    def full(self) -> bool: pass",
    ),
    actions_without_a_transaction: ("events/actions.py", "def move_event(): pass"),
    other_transactions: ("events/views.py", "from django.db.transaction import atomic"),
    moves_outside_move_to: ("registrations/actions.py", "registration.status = 'confirmed'"),
    counts_outside_capacity: ("registrations/actions.py", "a, event.places_taken = 1, 2"),
    queries_in_views: ("events/views.py", "Event.objects.filter(pk=1)"),
    forms_that_save: ("events/forms.py", "class F:\n    def save(self): pass"),
    clocks_in_models_and_rules: ("events/rules.py", "def f(): return timezone.now()"),
    tasks_that_do_more: ("events/tasks.py", "@shared_task\ndef settle(): other()"),
}


def expect_none(found: Iterable[object]) -> None:
    """Fails with one line for each."""
    lines = [str(item) for item in found]
    if lines:
        pytest.fail("\n".join(lines), pytrace=False)


@pytest.mark.parametrize("finder", PLANTED, ids=lambda finder: finder.__name__)
def test_code_has_no(finder: Finder) -> None:
    expect_none(found for source in sources.modules() for found in finder(source))


@pytest.mark.parametrize("finder", PLANTED, ids=lambda finder: finder.__name__)
def test_planted_violation_is_found_by(finder: Finder) -> None:
    assert len(list(finder(Source(*PLANTED[finder])))) == 1


def test_status_written_by_a_call_is_found() -> None:
    for call in (
        "Registration(status=1)",
        "rows.update(status=1)",
        "Event.objects.create(status=1)",
    ):
        assert len(list(moves_outside_move_to(Source("desk/imports.py", call)))) == 1
    assert list(moves_outside_move_to(Source("desk/imports.py", "rows.filter(status=1)"))) == []


# --- Models and migrations --------------------------------------------------------------------
# A part of something goes with it.
PARTS = {
    *("events.Area.series", "events.Partner.series", "events.AgendaItem.event"),
    *("registrations.Quota.event", "registrations.Quota.series"),
    *("registrations.Option.question", "registrations.Answer.registration"),
}
# What an organiser asks for in plain words.
NEEDS = {"vegetarian", "gluten_free", "wheelchair", "sign_language"}
# The fields of architecture.md that are moments by another name.
MOMENTS = {
    "at",
    "offered_until",
    "deadline_reopened_until",
    "leased_until",
    "not_after",
    "last_login",
}


def own_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model._meta.app_label in APPS]


def fields(*kinds: type[models.Field[Any, Any]]) -> list[models.Field[Any, Any]]:
    return [
        field
        for model in own_models()
        for field in model._meta.get_fields()
        if isinstance(field, kinds) and field.model is model
    ]


def test_no_model_orders_itself() -> None:
    assert [model for model in own_models() if model._meta.original_attrs.get("ordering")] == []


def test_no_text_is_null() -> None:
    assert [str(field) for field in fields(models.CharField, models.TextField) if field.null] == []


def test_moments_end_at_and_days_end_on() -> None:
    moments = {str(f) for f in fields(models.DateTimeField) if not re.search("_at$", f.name)}
    days = {
        str(field)
        for field in fields(models.DateField)
        if not isinstance(field, models.DateTimeField) and not re.search("_on$", field.name)
    }
    assert {name for name in moments if name.rpartition(".")[2] not in MOMENTS} == set()
    assert days == {"events.Event.period_from", "events.Event.period_to"}


def test_boolean_columns_assert() -> None:
    unclear = [f for f in fields(models.BooleanField) if not re.match("(is|has|can)_", f.name)]
    assert [str(field) for field in unclear if field.name not in NEEDS] == []


def test_rows_are_protected_unless_they_are_parts() -> None:
    deleted = {
        str(field)
        for field in fields(models.ForeignKey)
        if getattr(field.remote_field, "on_delete", None) is not models.PROTECT
    }
    assert deleted == PARTS


def test_constraints_are_sentences() -> None:
    names = [rule.name for model in own_models() for rule in model._meta.constraints]
    assert len(names) > 20
    assert [name for name in names if not re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+){2,}", name)] == []


def test_migrations_are_named_for_the_change() -> None:
    found = [path for path in sources.files() if "migrations" in path.parts]
    names = [path.stem for path in found if path.suffix == ".py" and path.stem != "__init__"]
    assert len(names) >= 4
    good = re.compile(r"0001_first|\d{4}_[a-z0-9]+(_[a-z0-9]+)+")
    assert [name for name in names if not good.fullmatch(name) or "_auto_" in name] == []


# --- Addresses, views, templates --------------------------------------------------------------
def own_routes() -> Iterator[tuple[str, str]]:
    """The name and the view of every address that our own code answers."""
    for pattern in _patterns(get_resolver()):
        view = inspect.unwrap(pattern.callback)
        if view.__module__.split(".")[0] in APPS:
            yield pattern.name or "", getattr(view, "__name__", type(view).__name__)


def _patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            yield pattern
        else:
            yield from _patterns(pattern)


def test_address_is_named_as_its_view() -> None:
    # The admin names its own.
    stock = re.compile(r".*_(changelist|add|change|delete|history|changed_list)")
    names = [pair for pair in own_routes() if not stock.fullmatch(pair[0])]
    assert len(names) > 12
    expect_none(pair for pair in names if pair[0] != pair[1])
    assert all(re.fullmatch("[a-z0-9_]+", name) for name, _view in names)


def test_page_is_named_as_its_address() -> None:
    names = {name for name, _view in own_routes()}
    pages = [
        Path(source.path)
        for source in sources.templates()
        if re.fullmatch(rf"templates/({'|'.join(APPS)})/[^/]+\.html", source.path)
    ]
    assert len(pages) > 8
    whole = [page for page in pages if not page.name.startswith("_")]
    expect_none(page for page in whole if page.stem not in names)


def test_included_templates_start_with_an_underscore() -> None:
    ours = "|".join(APPS)
    included = re.compile(rf"{{%\s*include\s+[\"']((?:{ours})/(?:[^\"']*/)?[^_\"'/][^\"'/]*)[\"']")
    found = [(source.path, included.findall(source.text)) for source in sources.templates()]
    assert [pair for pair in found if pair[1]] == []


def test_no_style_and_no_script_stands_in_a_page() -> None:
    inline = re.compile(
        r"<style|\sstyle\s*=|\son[a-z]+\s*=|javascript:|hx-on"
        r"|<script(?![^>]*\s(?:src=|type=.application/json))"
    )
    pages = [source for source in sources.templates() if "/emails/" not in source.path]
    assert inline.search('<p style="x">')
    assert inline.search("<script>")
    assert not inline.search('<script src="x" defer></script>')
    found = {source.path: inline.findall(source.text) for source in pages if ".html" in source.path}
    expect_none(pair for pair in found.items() if pair[1])


# Django's own words: a hint of ours comes from code, never from a person.
SAFE = {"templates/django/forms/_field_notes.html"}


def test_nothing_is_marked_safe() -> None:
    marked = re.compile(r"\|\s*safe\b|\|\s*safeseq\b|mark_safe|SafeString\(|autoescape\s+off")
    found = [
        source.path
        for source in [*sources.modules(), *sources.templates()]
        if marked.search(source.text) and not source.path.endswith(".txt")
    ]
    assert set(found) - SAFE == set()


def test_every_mail_has_a_subject_a_text_and_a_page() -> None:
    kinds: dict[Path, set[str]] = {}
    for source in sources.templates():
        path = Path(source.path)
        if "emails" in path.parts and path.parent.name != "emails":
            kinds.setdefault(path.parent, set()).add(path.name)
    wanted = {"subject.txt", "body.txt", "body.html"}
    assert len(kinds) > 8
    assert {kind: names for kind, names in kinds.items() if names != wanted} == {}


def test_first_path_segments_are_reserved() -> None:
    # A series may never stand where the program's own pages are.
    first = {str(pattern.pattern).split("/")[0] for pattern in get_resolver().url_patterns}
    public = get_resolver().url_patterns[-1]
    assert isinstance(public, URLResolver)
    first |= {str(pattern.pattern).split("/")[0] for pattern in _patterns(public)}
    own = {segment for segment in first if re.fullmatch(r"[a-z0-9_-]+", segment)}
    assert {"account", "admin", "d", "healthz", "r", "town"} <= own
    assert own - set(RESERVED_SLUGS) == set()
    assert {code for code, _name in settings.LANGUAGES} <= set(RESERVED_SLUGS)


# --- Files ------------------------------------------------------------------------------------
def test_no_file_names_a_machine_or_a_registry() -> None:
    parts = (
        "/wo",
        "rk/|/ho",
        "me/[a-z]|/ro",
        "ot/|/Us",
        "ers/|py",
        "pi\\.|python",
        "hosted|npm",
        "js\\.",
    )
    place = re.compile("".join(parts))
    assert place.search("/ho" + "me/anna/.venv")
    found = [(source.path, place.findall(source.text)) for source in sources.texts()]
    expect_none(pair for pair in found if pair[1])


def test_no_lock_names_an_address() -> None:
    locks = [source for source in sources.texts() if source.name.startswith("requirements")]
    assert len(locks) == 4
    assert [source.path for source in locks if "://" in source.text] == []


def test_unfinished_work_stands_nowhere() -> None:
    ours = [source for source in sources.texts() if not source.path.endswith(".md")]
    expect_none(found for source in ours for found in unfinished_work(source))


# --- Tests ------------------------------------------------------------------------------------
# What spans several files, and what it spans.
SPANNING = {
    "tests/test_conventions.py": "style.md",
    "tests/test_fuzz.py": "every route",
    "tests/test_journeys.py": "a whole way through the pages",
    "tests/test_permissions.py": "every route",
    "tests/test_readme.py": "README.md",
    "tests/test_screens.py": "every page",
    "tests/test_services.py": "tests/services.py",
    "tests/test_states.py": "every page in each of its states",
    "tests/test_translations.py": "locale/",
    "tests/test_ways.py": "every way into an event",
    "tests/accounts/test_passkeys.py": "static/passkeys.js",
    "tests/config/test_compose.py": "docker-compose.yml",
    "tests/config/test_locks.py": "requirements.txt",
    "tests/notifications/test_calls.py": "what members and those who apply read",
    "tests/notifications/test_parties.py": "what the contact of a party reads",
    "tests/registrations/test_engine.py": "registrations/actions/ in any order",
    "tests/registrations/test_series_limits.py": "what a series limits across its events",
    "tests/registrations/test_races.py": "registrations/actions/ under contention",
    "tests/registrations/test_races_of_invitations.py": "invitations under contention",
    "tests/registrations/test_races_of_parties.py": "parties under contention",
    "tests/registrations/test_races_of_series.py": "a series under contention",
    "tests/registrations/test_races_with_organisers.py": "an event's changes under contention",
}


def mirrored(path: str) -> list[str]:
    """The files a test may stand for: tests/events/test_dates.py for events/dates.py."""
    app, name = Path(path).parent.relative_to("tests"), Path(path).name.removeprefix("test_")
    folders = ("", "management/commands/", "management/", "templatetags/")
    return [f"{app.as_posix()}/{folder}{name}" for folder in folders]


def test_every_test_file_mirrors_a_file() -> None:
    ours = {source.path for source in sources.modules()}
    tests = [source.path for source in sources.modules(of_tests=True)]
    tests = [path for path in tests if Path(path).name.startswith("test_")]
    expect_none(path for path in tests if path not in SPANNING and not ours & set(mirrored(path)))


def mocks(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        names = {alias.name for alias in getattr(node, "names", []) if isinstance(alias, ast.alias)}
        names.add(getattr(node, "module", None) or "")
        if any(re.search(r"\bmock\b", name) for name in names):
            yield source.at(node)
        if isinstance(node, ast.arg) and node.arg == "mocker":
            yield source.at(node)


def docstrings_of_tests(source: Source) -> Iterator[str]:
    for _name, function in source.functions:
        if function.name.startswith("test_") and ast.get_docstring(function):
            yield source.at(function, function.name)


PLANTED_TESTS: dict[Finder, tuple[str, str]] = {
    mocks: ("tests/events/test_dates.py", "from unittest import mock"),
    docstrings_of_tests: ("tests/events/test_dates.py", "def test_a():\n    'Says it twice.'"),
}


@pytest.mark.parametrize("finder", PLANTED_TESTS, ids=lambda finder: finder.__name__)
def test_tests_have_no(finder: Finder) -> None:
    expect_none(found for source in sources.modules(of_tests=True) for found in finder(source))
    assert len(list(finder(Source(*PLANTED_TESTS[finder])))) == 1


# --- Proofs -----------------------------------------------------------------------------------
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_planted_fault_can_be_planted(mutant: Mutant) -> None:
    source = (sources.PROJECT / mutant.file).read_text()
    assert source.count(mutant.text) == 1
    assert all((sources.PROJECT / test.partition("::")[0]).exists() for test in mutant.tests)


def test_the_guards_that_contention_removes_stand_where_it_looks() -> None:
    for file, text, _replacement in (prove_contention.NO_LOCK, prove_contention.LATE_WRITE):
        assert (sources.PROJECT / file).read_text().count(text) == 1
