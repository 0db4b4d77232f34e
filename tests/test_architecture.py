"""The import rules of the house, read from the source itself."""

import ast
from collections.abc import Callable, Iterable, Iterator, Set
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
UI_OR_VENDOR = {"nicegui", "fastapi", "starlette", "stripe", "pymammotion", "osmnx", "pydeck"}
SEES_BOTH_SIDES = {"dashboard/bootstrap.py", "dashboard/cli.py", "dashboard/people_parts.py", "dashboard/twins.py"}
WALL_CLOCK = {("time", "time"), ("time", "monotonic"), ("datetime", "now"), ("datetime", "utcnow"), ("date", "today")}


def source_files(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


EVERY_SOURCE = source_files("core", "dashboard", "external")


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imported_modules(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


@cache
def imports_of(path: Path) -> frozenset[str]:
    return frozenset(imported_modules(tree_of(path)))


def tops(modules: Set[str]) -> set[str]:
    return {module.split(".")[0] for module in modules}


def offences(paths: Iterable[Path], found: Callable[[Path], Set[object]]) -> dict[str, Set[object]]:
    """What was found, by file; one test a rule, not one a file: there are a thousand of them."""
    return {name_of(path): what for path in paths if (what := found(path))}


def test_core_imports_neither_the_outside_nor_any_ui_or_vendor_library() -> None:
    forbidden = {"dashboard", "external", "tests"} | UI_OR_VENDOR
    assert offences(source_files("core"), lambda path: tops(imports_of(path)) & forbidden) == {}


def test_external_does_not_import_the_dashboard() -> None:
    forbidden = {"dashboard", "tests", "nicegui"}
    assert offences(source_files("external"), lambda path: tops(imports_of(path)) & forbidden) == {}


def test_only_bootstrap_and_the_command_line_see_core_and_external() -> None:
    others = [path for path in source_files("dashboard") if name_of(path) not in SEES_BOTH_SIDES]
    assert offences(others, lambda path: tops(imports_of(path)) & {"external"}) == {}


def test_core_packages_meet_only_through_their_front_door() -> None:
    assert offences(source_files("core"), private_modules) == {}


def private_modules(path: Path) -> set[str]:
    """Modules inside other packages of core that this one imports."""
    own = path.relative_to(ROOT / "core").parts[0]
    packages = {"fleet", "neighbourhood", "scheduling", "billing", "accounts", "notices", "control"} - {own}
    if own == "db":  # reads and migrations join the tables of every domain
        return set()
    shared_values = {"core.fleet.model", "core.fleet.live"}
    return {
        module
        for module in imports_of(path)
        if len(parts := module.split(".")) > 2
        and parts[0] == "core"
        and parts[1] in packages
        # `from core.fleet import X` reads as core.fleet.X: private only when X is a module of that package
        and (ROOT / "core" / parts[1] / f"{parts[2]}.py").exists()
        and not any(module.startswith(value) for value in shared_values)
    }


def test_only_the_clock_module_reads_the_wall_clock() -> None:
    others = [path for path in EVERY_SOURCE if name_of(path) != "core/clock.py"]
    assert offences(others, lambda path: calls(path) & WALL_CLOCK) == {}


def calls(path: Path) -> set[tuple[str, str]]:
    """Every ``name.attribute(...)``."""
    return {
        (node.func.value.id, node.func.attr)
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name)
    }


def test_only_settings_and_the_start_read_the_environment() -> None:
    allowed = SEES_BOTH_SIDES | {"core/settings.py", "dashboard/demo.py", "external/mammotion/cloud.py"}
    assert offences([path for path in EVERY_SOURCE if name_of(path) not in allowed], environment_reads) == {}


def environment_reads(path: Path) -> set[str]:
    return {
        f"os.{node.attr}"
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "os"
        and node.attr in {"environ", "getenv", "putenv"}
    }


@pytest.mark.parametrize(
    ("source", "rule"),
    [
        ("import fastapi", lambda path: tops(imports_of(path)) & UI_OR_VENDOR),
        ("import time\ntime.time()", lambda path: calls(path) & WALL_CLOCK),
        ("import os\nos.environ['HOME']", environment_reads),
    ],
)
def test_the_rules_find_what_they_look_for(source: str, rule: Callable[[Path], Set[object]], tmp_path: Path) -> None:
    (tmp_path / "planted.py").write_text(source)
    assert rule(tmp_path / "planted.py")


def test_top_level_code_folders_are_the_fixed_ones() -> None:
    seen = [folder for folder in ROOT.iterdir() if folder.is_dir() and not folder.name.startswith(".")]
    folders = {folder.name for folder in seen if next(folder.rglob("*.py"), None) is not None}
    assert folders - {"var", "build", "upstream"} <= {
        "dashboard",
        "core",
        "tests",
        "external",
        "assets",
        "docs",
    }
