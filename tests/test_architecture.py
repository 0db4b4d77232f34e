"""The import rules of the house, read from the source itself."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
UI_OR_VENDOR = {"nicegui", "fastapi", "starlette", "stripe", "pymammotion", "osmnx", "pydeck"}
SEES_BOTH_SIDES = {"dashboard/bootstrap.py", "dashboard/cli.py", "dashboard/twins.py"}
WALL_CLOCK = {("time", "time"), ("time", "monotonic"), ("datetime", "now"), ("datetime", "utcnow"), ("date", "today")}


def source_files(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imported_modules(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def imports_of(path: Path) -> set[str]:
    return set(imported_modules(ast.parse(path.read_text())))


def tops(modules: set[str]) -> set[str]:
    return {module.split(".")[0] for module in modules}


@pytest.mark.parametrize("path", source_files("core"), ids=name_of)
def test_core_imports_neither_the_outside_nor_any_ui_or_vendor_library(path: Path) -> None:
    assert tops(imports_of(path)) & ({"dashboard", "external", "tests"} | UI_OR_VENDOR) == set()


@pytest.mark.parametrize("path", source_files("external"), ids=name_of)
def test_external_does_not_import_the_dashboard(path: Path) -> None:
    assert tops(imports_of(path)) & {"dashboard", "tests", "nicegui"} == set()


@pytest.mark.parametrize("path", source_files("dashboard"), ids=name_of)
def test_only_bootstrap_and_the_command_line_see_core_and_external(path: Path) -> None:
    if name_of(path) not in SEES_BOTH_SIDES:
        assert "external" not in tops(imports_of(path))


@pytest.mark.parametrize("path", source_files("core"), ids=name_of)
def test_core_packages_meet_only_through_their_front_door(path: Path) -> None:
    own = path.relative_to(ROOT / "core").parts[0]
    packages = {"fleet", "neighbourhood", "scheduling", "billing", "accounts", "notices", "control"} - {own}
    if own == "db":  # reads and migrations join the tables of every domain
        return
    shared_values = {"core.fleet.model", "core.fleet.live"}
    private = {
        module
        for module in imports_of(path)
        if len(parts := module.split(".")) > 2
        and parts[0] == "core"
        and parts[1] in packages
        # `from core.fleet import X` reads as core.fleet.X: private only when X is a module of that package
        and (ROOT / "core" / parts[1] / f"{parts[2]}.py").exists()
        and not any(module.startswith(value) for value in shared_values)
    }
    assert private == set()


@pytest.mark.parametrize("path", source_files("core", "dashboard", "external"), ids=name_of)
def test_only_the_clock_module_reads_the_wall_clock(path: Path) -> None:
    if name_of(path) == "core/clock.py":
        return
    reads = {
        (node.func.value.id, node.func.attr)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name)
    }
    assert reads & WALL_CLOCK == set()


@pytest.mark.parametrize("path", source_files("core", "dashboard", "external"), ids=name_of)
def test_only_settings_and_the_start_read_the_environment(path: Path) -> None:
    allowed = SEES_BOTH_SIDES | {"core/settings.py", "dashboard/demo.py", "external/mammotion/cloud.py"}
    if name_of(path) in allowed:
        return
    reads = {
        f"os.{node.attr}"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "os"
        and node.attr in {"environ", "getenv", "putenv"}
    }
    assert reads == set()


def test_top_level_code_folders_are_the_fixed_ones() -> None:
    folders = {path.parts[0] for path in (p.relative_to(ROOT) for p in ROOT.rglob("*.py")) if len(path.parts) > 1}
    assert {name for name in folders if not name.startswith(".")} - {"var", "build", "upstream"} <= {
        "dashboard",
        "core",
        "tests",
        "external",
        "assets",
        "docs",
    }
