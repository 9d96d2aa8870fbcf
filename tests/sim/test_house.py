"""The rules of the house: which way imports run, how long things may be, and that what is public says what it means."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LONGEST_FILE, LONGEST_FUNCTION, SHORT_METHOD = 300, 40, 6  # lines
SCREEN_ONLY = {"rich", "questionary", "prompt_toolkit"}

FILES = sorted(
    path for package in ("sim", "quizkit") for path in (ROOT / package).rglob("*.py") if "_content" not in path.parts
)
every_file = pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))

# What a module of this package may import from sim besides its siblings: each rule names modules or packages.
SIM_RULES = {
    "sim.protocols": ("sim.node", "sim.records", "sim.design"),
    "sim.checks": ("sim.history", "sim.trace", "sim.errors"),
    "sim.render": ("sim.trace", "sim.history", "sim.checks.finding", "sim.checks.lookup", "sim.checks.measure"),
}


def name_of(path: Path) -> str:
    """The module's name; a package's `__init__` is the package."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(path: Path) -> set[str]:
    """Every module that is imported anywhere in the file, inside functions too."""
    found: set[str] = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            found.update(member_or_module(node.module or ".", alias.name) for alias in node.names)
    return found


def member_or_module(module: str, name: str) -> str:
    """What `from module import name` imports: a module of that name if there is one, else the module."""
    place = ROOT / module.replace(".", "/") / name
    return f"{module}.{name}" if place.is_dir() or place.with_suffix(".py").is_file() else module


def is_within(module: str, *packages: str) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def foreign(path: Path, *allowed: str) -> list[str]:
    """The imports of a file that are neither in the standard library nor in these modules and packages."""
    outside = (module for module in imports(path) if module.partition(".")[0] not in sys.stdlib_module_names)
    return sorted(module for module in outside if not is_within(module, *allowed))


def files_of(*packages: str) -> list[Path]:
    found = [path for path in FILES if is_within(name_of(path), *packages)]
    assert found, f"nothing is in {packages}: this test watches nothing"
    return found


# Imports run one way


@pytest.mark.parametrize("path", files_of("sim"), ids=name_of)
def test_sim_needs_itself_and_the_standard_library_only(path: Path) -> None:
    assert foreign(path, "sim") == []


@pytest.mark.parametrize(("package", "allowed"), SIM_RULES.items())
def test_the_rooms_of_sim_see_only_what_they_may(package: str, allowed: tuple[str, ...]) -> None:
    assert {name_of(path): found for path in files_of(package) if (found := foreign(path, package, *allowed))} == {}


def test_only_the_screen_imports_what_draws_and_asks() -> None:
    others = [path for path in FILES if not is_within(name_of(path), "quizkit.screen")]
    users = {name_of(path): imports(path) for path in files_of("quizkit.screen")}
    assert [name_of(path) for path in others if any(is_within(module, *SCREEN_ONLY) for module in imports(path))] == []
    assert any(is_within(module, *SCREEN_ONLY) for modules in users.values() for module in modules)


@pytest.mark.parametrize(
    ("packages", "never"),
    [
        (("quizkit.library", "quizkit.learn"), ("quizkit.commands", "quizkit.screen", "quizkit.cli", "typer")),
        (("quizkit.screen",), ("quizkit.commands", "quizkit.cli")),
        (("quizkit.commands",), ("quizkit.cli",)),
    ],
)
def test_quizkit_runs_from_commands_to_the_pure_parts(packages: tuple[str, ...], never: tuple[str, ...]) -> None:
    wrong = {name_of(path): sorted(m for m in imports(path) if is_within(m, *never)) for path in files_of(*packages)}
    assert {name: modules for name, modules in wrong.items() if modules} == {}


# Sizes


@every_file
def test_a_file_is_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE


@every_file
def test_a_function_is_short(path: Path) -> None:
    lengths = {node.name: node.end_lineno - node.lineno + 1 for node in definitions(tree_of(path)) if node.end_lineno}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FUNCTION} == {}


def definitions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


# Words


@every_file
def test_what_is_public_says_what_it_means(path: Path) -> None:
    tree = tree_of(path)
    assert ast.get_docstring(tree), "the module has no docstring"
    said = {node.name for node in public(tree.body) if ast.get_docstring(node)}  # an override need not repeat its base
    assert [node.name for node in public(tree.body) if node.name not in said and not speaks_for_itself(node)] == []


def public(body: list[ast.stmt]) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    """The public classes and functions of a module, and the public methods of those classes."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from public(node.body)


def speaks_for_itself(node: ast.FunctionDef | ast.ClassDef) -> bool:
    """A short method: a property with a telling name, or the override of a method that is explained where it begins."""
    is_method = isinstance(node, ast.FunctionDef) and bool(node.args.args) and node.args.args[0].arg == "self"
    return is_method and (node.end_lineno or 0) - node.lineno < SHORT_METHOD
