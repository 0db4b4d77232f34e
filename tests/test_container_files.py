"""Container and workflow files are what their tools expect, and run what the product offers."""

import ast
import importlib.metadata
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    ("schema", "file"),
    [("vendor.compose-spec", "compose.yaml"), ("vendor.github-workflows", ".github/workflows/ci.yml")],
)
def test_the_file_follows_its_schema(schema: str, file: str) -> None:
    checker = Path(sys.executable).parent / "check-jsonschema"
    result = subprocess.run(
        [checker, "--builtin-schema", schema, file], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_image_copies_everything_the_product_runs_on() -> None:
    copied = set(re.findall(r"^COPY (?:.* )?(\S+) \S+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE))
    assert {"core", "external", "dashboard", "assets"} <= copied


def test_lock_files_carry_hashes_and_no_address() -> None:
    for lock in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / lock).read_text()
        assert re.search(r"https?://|--index-url|--find-links", text) is None
        pinned = re.findall(r"^\S+==\S+", text, re.MULTILINE)
        assert len(pinned) > 90
        assert all(f"{pin} \\\n    --hash=sha256:" in text for pin in pinned)


def top_level_imports() -> set[str]:
    """The outside packages that product code imports."""
    found: set[str] = set()
    for path in (path for folder in ("core", "external", "dashboard") for path in (ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.split(".")[0])
    return found - set(sys.stdlib_module_names) - {"core", "external", "dashboard"}


def test_the_runtime_lock_holds_everything_the_product_imports() -> None:
    locked = {
        name.replace("_", "-").lower()
        for name in re.findall(r"^([A-Za-z0-9_.-]+)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    }
    sources = importlib.metadata.packages_distributions()
    missing = {
        package
        for package in top_level_imports()
        if not {name.replace("_", "-").lower() for name in sources.get(package, [])} & locked
    }
    assert missing == set()
    assert "greenlet" in locked  # SQLAlchemy's asyncio side needs it and does not ask for it
