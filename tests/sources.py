"""The project's own files as the tests of its conventions read them."""

import ast
import functools
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
APPS = ("accounts", "config", "desk", "events", "notifications", "registrations")
# What git ignores, and what nobody here wrote.
FOREIGN = {"__pycache__", "var", "screens", "htmlcov", "secrets", "test-results", "fonts"}
TEXTS = {".css", ".html", ".js", ".md", ".py", ".toml", ".txt", ".yaml", ".yml", ".in", ".po", ""}
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """One module: its path in the project, and what stands in it."""

    path: str
    text: str

    @property
    def name(self) -> str:
        return Path(self.path).name

    @functools.cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @functools.cached_property
    def functions(self) -> list[tuple[str, Function]]:
        """Every function with its full name: `move_to` of a class is `Registration.move_to`."""
        return list(_functions(self.tree, ""))

    @property
    def public_functions(self) -> list[Function]:
        """Those of the module itself, as far as others may call them."""
        found = [node for node in self.tree.body if isinstance(node, Function)]
        return [node for node in found if not node.name.startswith("_")]

    def at(self, node: ast.AST, words: str = "") -> str:
        return f"{self.path}:{getattr(node, 'lineno', 1)} {words}".rstrip()

    def within(self, node: ast.AST) -> str:
        """The full name of the innermost function around a node; "" for the module itself."""
        line = getattr(node, "lineno", 0)
        around = [
            (outer.lineno, name)
            for name, outer in self.functions
            if outer.lineno <= line <= (outer.end_lineno or 0)
        ]
        return max(around)[1] if around else ""


def _functions(node: ast.AST, prefix: str) -> Iterator[tuple[str, Function]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function):
            yield prefix + child.name, child
            yield from _functions(child, f"{prefix}{child.name}.")
        elif isinstance(child, ast.ClassDef):
            yield from _functions(child, f"{prefix}{child.name}.")
        else:
            yield from _functions(child, prefix)


def is_foreign(folder: str) -> bool:
    return folder in FOREIGN or (folder.startswith(".") and folder != ".ci")


@functools.cache
def files() -> list[Path]:
    """Every file of the project that is ours, as a path in it."""
    found = []
    for folder, inner, names in os.walk(PROJECT):
        inner[:] = [name for name in inner if not is_foreign(name)]
        found += [Path(folder, name).relative_to(PROJECT) for name in names if name[0] != "."]
    return sorted(found)


def read(path: Path) -> Source:
    return Source(path.as_posix(), (PROJECT / path).read_text())


@functools.cache
def modules(*, of_tests: bool = False) -> list[Source]:
    """The program's modules, without migrations; or those of its tests."""
    tops = ("tests",) if of_tests else APPS
    return [
        read(path)
        for path in files()
        if path.suffix == ".py" and path.parts[0] in tops and "migrations" not in path.parts
    ]


@functools.cache
def templates() -> list[Source]:
    return [read(path) for path in files() if path.parts[0] == "templates"]


@functools.cache
def texts() -> list[Source]:
    """Everything of ours that a person can read."""
    return [read(path) for path in files() if path.suffix in TEXTS]
