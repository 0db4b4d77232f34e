"""Container and workflow files are what their tools expect, and run what the product offers."""

import ast
import importlib.metadata
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from core.settings import Settings, variable_name
from dashboard.body_limit import LARGEST_BODY_BYTES

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    ("schema", "file"),
    [
        ("vendor.compose-spec", "compose.yaml"),
        ("vendor.compose-spec", "compose.prod.yaml"),
        ("vendor.github-workflows", ".github/workflows/ci.yml"),
        ("vendor.github-workflows", ".github/workflows/release.yml"),
        ("vendor.github-workflows", ".github/workflows/audit.yml"),
    ],
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


def stages() -> list[str]:
    """The stages of the Dockerfile, each from its FROM on."""
    return re.split(r"^(?=FROM )", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)[1:]


def test_the_last_stage_has_no_compiler_no_root_and_a_health_check() -> None:
    first, last = stages()
    assert "build-essential" in first
    assert not re.search(r"build-essential|gcc|pip install|-dev\b", last)
    assert re.search(r"^USER mowthos$", last, re.MULTILINE)
    assert last.index("apt-get") < last.index("USER mowthos")
    assert "HEALTHCHECK" in last


def test_what_the_image_copies_is_what_the_build_may_see() -> None:
    seen = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = {
        word for line in re.findall(r"^COPY (?!--from)(.+) \S+$", stages()[0], re.MULTILINE) for word in line.split()
    }
    assert seen == copied
    assert all((ROOT / name).exists() for name in seen)


def production() -> dict[str, Any]:
    services: dict[str, Any] = yaml.safe_load((ROOT / "compose.prod.yaml").read_text())["services"]
    return services


def test_production_has_every_part_and_each_of_ours_runs_confined() -> None:
    services = production()
    assert {"nginx", "web", "fleet-worker", "worker", "beat", "backup", "postgres", "redis"} <= set(services)
    ours = {name: one for name, one in services.items() if one.get("command", [""])[0] == "mowthos"}
    assert len(ours) >= 6
    for one in ours.values():
        assert one["read_only"]
        assert one["cap_drop"] == ["ALL"]
        assert "no-new-privileges:true" in one["security_opt"]
    assert [name for name, one in services.items() if "ports" in one] == ["nginx"]


def test_every_mounted_file_of_ours_exists() -> None:
    mounts = [mount.split(":")[0] for one in production().values() for mount in one.get("volumes", ())]
    ours = [mount for mount in mounts if mount.startswith("./docs/")]
    assert ours
    assert [mount for mount in ours if not (ROOT / mount).exists()] == []


def test_the_proxy_keeps_a_browser_at_its_process_passes_sockets_and_hides_figures() -> None:
    text = (ROOT / "docs" / "deployment" / "nginx.conf").read_text()
    assert text.count("{") == text.count("}")
    for wanted in (
        "hash $sticky consistent", "$cookie_mowthos_session", "proxy_set_header Upgrade $http_upgrade",
        "location = /metrics { return 404; }", "X-Forwarded-Proto https", "ssl_protocols TLSv1.2 TLSv1.3",
    ):  # fmt: skip
        assert wanted in text
    megabytes = int(re.search(r"client_max_body_size (\d+)m;", text)[1])  # type: ignore[index]
    assert megabytes * 1024 * 1024 == LARGEST_BODY_BYTES


def test_the_example_of_the_environment_names_every_setting_and_no_secret() -> None:
    text = (ROOT / ".env.example").read_text()
    given = dict(re.findall(r"^(?:# )?(MOWTHOS_[A-Z_]+)=(.*)$", text, re.MULTILINE))
    fields = {variable_name(name): field for name, field in Settings.model_fields.items()}
    assert set(given) - {"MOWTHOS_IMAGE", "MOWTHOS_VERSION"} == set(fields)
    secret = {name for name, field in fields.items() if "SecretStr" in str(field.annotation)}
    assert {name: given[name] for name in secret if given[name]} == {}
    for name, field in fields.items():
        if f"\n# {name}=" in text:  # what stands behind the sign is the default
            assert given[name].lower() == ("" if field.default is None else str(field.default).lower()), name
    assert re.search(r"^POSTGRES_PASSWORD=$", text, re.MULTILINE)


def test_workflows_ask_for_no_more_than_they_need() -> None:
    for path in sorted((ROOT / ".github" / "workflows").glob("*.yml")):
        workflow = yaml.safe_load(path.read_text())
        assert workflow["permissions"] == {"contents": "read"}, path.name
        for name, job in workflow["jobs"].items():
            assert job["timeout-minutes"] <= 30, f"{path.name} {name}"


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
