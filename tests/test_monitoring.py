"""Alert rules and the Grafana dashboard speak of metrics that there are, and every alert has its runbook."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import Counter, Histogram

from core.fleet.model import CommandStatus, LinkState, MowerState
from core.jobs import Outcome
from dashboard.metrics import Metrics

ROOT = Path(__file__).parents[1]
MONITORING = ROOT / "docs" / "monitoring"
RULES: list[dict[str, Any]] = yaml.safe_load((MONITORING / "alerts.yml").read_text())["groups"][0]["rules"]
PANELS: list[dict[str, Any]] = json.loads((MONITORING / "grafana.json").read_text())["panels"]
EXPRESSIONS = [rule["expr"] for rule in RULES] + [target["expr"] for panel in PANELS for target in panel["targets"]]
SELECTOR = re.compile(r"(mowthos_\w+)(?:\{([^}]*)\})?")
STATES = {
    "mowthos_mowers": {"state": {one.value for one in MowerState}},
    "mowthos_vendor_links": {"state": {one.value for one in LinkState}},
    "mowthos_commands_total": {"status": {one.value for one in CommandStatus}},
    "mowthos_job_runs_total": {"outcome": {one.value for one in Outcome}},
    "mowthos_webhook_backlog": {"state": {"waiting", "failed"}},
    "mowthos_payment_outbox": {"state": {"waiting", "failed"}},
    "mowthos_notices": {"state": {"waiting", "dead"}},
    "mowthos_report_lag_seconds": {"quantile": {"0.5", "0.95", "1.0"}},
}
"""What a label of these can be."""


def declared() -> dict[str, set[str]]:
    """Every sample name that can be scraped, with its labels."""
    found: dict[str, set[str]] = {}
    for metric in vars(Metrics()).values():
        if not hasattr(metric, "_labelnames"):
            continue
        name, labels = metric._name, set(metric._labelnames)
        if isinstance(metric, Counter):
            found[f"{name}_total"] = labels
        elif isinstance(metric, Histogram):
            found |= {f"{name}_bucket": labels | {"le"}, f"{name}_sum": labels, f"{name}_count": labels}
        else:
            found[name] = labels
    return found


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_an_expression_names_metrics_and_labels_that_there_are(expression: str) -> None:
    for name, selection in SELECTOR.findall(expression):
        assert name in declared()
        for label, words in re.findall(r'(\w+)=~?"([^"]*)"', selection):
            assert label in declared()[name]
            if label in STATES.get(name, {}):
                assert set(words.split("|")) <= STATES[name][label]
    for names in re.findall(r"by \(([^)]*)\)", expression):
        told = set().union(*(declared()[name] for name, _ in SELECTOR.findall(expression)))
        assert {name.strip() for name in names.split(",")} <= told


def test_every_metric_stands_on_the_dashboard_or_in_an_alert() -> None:
    shown = {name for expression in EXPRESSIONS for name, _ in SELECTOR.findall(expression)}
    unseen = {name for name in declared() if not name.endswith(("_sum", "_count")) and name not in shown}
    assert unseen == set()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["alert"]))
def test_every_alert_says_how_bad_it_is_and_leads_to_a_runbook(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert rule["annotations"]["summary"]
    file, anchor = rule["annotations"]["runbook"].split("#")
    headings = re.findall(r"^#+ (.+)$", (ROOT / file).read_text(), re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings}
    assert anchor in anchors


def test_the_alert_for_old_backups_waits_longer_than_one_is_due() -> None:
    from core.settings import Settings

    rule = next(rule for rule in RULES if rule["alert"] == "MowthosBackupOld")
    hours = int(re.search(r"> (\d+) \* 3600", rule["expr"])[1])  # type: ignore[index]
    assert hours > Settings.model_fields["backup_hours"].default


def test_panels_do_not_overlap_and_have_names() -> None:
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in PANELS]
    assert len(set(places)) == len(PANELS) == len({panel["title"] for panel in PANELS})


@pytest.mark.parametrize(
    "asked", [("rules", "alerts.yml"), ("config", "--syntax-only", "prometheus.yml")], ids=" ".join
)
def test_prometheus_itself_takes_the_files(asked: tuple[str, ...]) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("needs promtool (Debian's package prometheus)")
    told = subprocess.run([promtool, "check", *asked], cwd=MONITORING, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout + told.stderr
    assert "SUCCESS" in told.stdout
