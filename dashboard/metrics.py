"""What Prometheus reads at ``/metrics``: every name is declared here, and docs/monitoring is checked against them.

Labels are closed sets (routes, states, jobs): no name of a person, a home or a mower. A vendor account is told by the
first eight digits of its SHA-256, which ``/operations`` does not need and a stranger cannot turn back.
"""

import hashlib
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.registry import Collector
from prometheus_client.samples import Sample
from prometheus_client.utils import floatToGoString

from core.db.reads.production import ProductionFigures
from core.fleet.command_store import CommandView
from core.fleet.model import IngestCounts, LinkHealth, LinkState, MowerSnapshot, MowerState
from core.jobs import Run

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.5, 5.0, 10.0)
JOB_SECONDS = (0.1, 1.0, 5.0, 15.0, 60.0, 300.0, 1_800.0)
QUANTILES = (0.5, 0.95, 1.0)


OPEN_LONG = frozenset({"/_nicegui", "/api/v1/live/events"})
"""Routes whose answers stay open: how long is no measure of the server."""


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers given since the start: how many, how many of them a fault of ours (5xx), and within how many seconds 95
    of 100 were over (``None`` before the first)."""

    given: int
    failed: int
    p95_s: float | None


class Metrics:
    """One registry a process; what happens is counted as it happens, what stands is read when asked."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry(auto_describe=True)
        ProcessCollector(registry=self.registry)
        own = {"registry": self.registry}
        self.requests = Counter("mowthos_http_requests_total", "Answers", ["method", "route", "status"], **own)
        self.durations = Histogram(
            "mowthos_http_request_duration_seconds", "Request to last byte", ["route"], buckets=SECONDS, **own
        )
        self.mowers = Gauge("mowthos_mowers", "Mowers by the state shown", ["state"], **own)
        self.lag = Gauge("mowthos_report_lag_seconds", "Device time to receipt, newest reports", ["quantile"], **own)
        self.age = Gauge("mowthos_report_age_seconds", "Since the newest report of a mower", ["quantile"], **own)
        self.queued = Gauge("mowthos_readings_queued", "Readings that wait to be taken", **own)
        self.unsaved = Gauge("mowthos_readings_unsaved", "Readings taken that wait to be written", **own)
        self.accepted = Gauge("mowthos_readings_accepted", "Readings taken since start", **own)
        self.refused = Gauge("mowthos_readings_refused", "Readings refused since start", ["rule"], **own)
        self.links = Gauge("mowthos_vendor_links", "Vendor accounts by state", ["state"], **own)
        self.requests_left = Gauge("mowthos_vendor_requests_left", "Of the last 24 h", ["account"], **own)
        self.commands = Counter("mowthos_commands_total", "Commands that reached a status", ["kind", "status"], **own)
        self.job_runs = Counter("mowthos_job_runs_total", "Runs of jobs that ended", ["job", "outcome"], **own)
        self.job_seconds = Histogram(
            "mowthos_job_duration_seconds", "Runs of jobs", ["job"], buckets=JOB_SECONDS, **own
        )
        self.clusters = Gauge("mowthos_clusters", "Clusters by state and number of homes", ["state", "homes"], **own)
        self.webhooks = Gauge("mowthos_webhook_backlog", "Webhooks by state: waiting, failed", ["state"], **own)
        self.webhook_age = Gauge("mowthos_webhook_oldest_waiting_seconds", "Age of the oldest that waits", **own)
        self.outbox = Gauge("mowthos_payment_outbox", "Messages to the payment provider", ["state"], **own)
        self.notices = Gauge("mowthos_notices", "Notices by state: waiting, dead", ["state"], **own)
        self.database_seconds = Gauge("mowthos_database_read_seconds", "How long these figures took to read", **own)
        self.backup_age = Gauge("mowthos_backup_age_seconds", "Since the newest backup that was restored well", **own)
        self.disk_free = Gauge("mowthos_disk_free_bytes", "Free where the data lie", **own)
        self.browsers = Gauge("mowthos_live_browsers", "Browsers that listen to the live map", **own)

    def request_ended(self, method: str, route: str, status: int, seconds: float) -> None:
        self.requests.labels(method, route, str(status)).inc()
        self.durations.labels(route).observe(seconds)

    def answers(self) -> Answers:
        """What `mowthos_http_requests_total` and the durations come to."""
        counts: dict[str, float] = {}
        for sample in self._samples(self.requests, "_total"):
            counts[sample.labels["status"]] = counts.get(sample.labels["status"], 0) + sample.value
        buckets: dict[float, float] = {}
        for sample in self._samples(self.durations, "_bucket"):
            if sample.labels["route"] not in OPEN_LONG:
                bound = float(sample.labels["le"])
                buckets[bound] = buckets.get(bound, 0) + sample.value
        failed = sum(count for status, count in counts.items() if status.startswith("5"))
        return Answers(int(sum(counts.values())), int(failed), bucket_quantile(buckets, 0.95))

    @staticmethod
    def _samples(metric: Collector, ending: str) -> Iterator[Sample]:
        for family in metric.collect():
            yield from (sample for sample in family.samples if sample.name.endswith(ending))

    def job_ended(self, run: Run) -> None:
        self.job_runs.labels(run.job, run.outcome.value).inc()
        self.job_seconds.labels(run.job).observe(run.seconds)

    def command_moved(self, command: CommandView) -> None:
        self.commands.labels(command.kind.value, command.status.value).inc()

    def fleet_is(self, snapshots: Sequence[MowerSnapshot], now_s: float) -> None:
        """``now_s``: seconds since 1970."""
        counts = dict.fromkeys(MowerState, 0)
        for snapshot in snapshots:
            counts[snapshot.state] += 1
        for state, count in counts.items():
            self.mowers.labels(state.value).set(count)
        heard = [one.reading for one in snapshots if one.reading is not None]
        _quantiles(self.lag, [(one.received_at - one.device_time).total_seconds() for one in heard])
        _quantiles(self.age, [now_s - one.received_at.timestamp() for one in heard])

    def intake_is(self, counts: IngestCounts, *, queued: int, unsaved: int) -> None:
        self.accepted.set(counts.accepted)
        self.queued.set(queued)
        self.unsaved.set(unsaved)
        for rule, count in counts.refused.items():
            self.refused.labels(rule).set(count)

    def links_are(self, links: Iterable[LinkHealth]) -> None:
        self.links.clear()
        self.requests_left.clear()
        for state in LinkState:
            self.links.labels(state.value).set(0)
        for link in links:
            self.links.labels(link.state.value).inc()
            left = max(0, link.request_ceiling - link.requests_24h)
            self.requests_left.labels(account_label(link.account)).set(left)

    def stored_is(self, figures: ProductionFigures) -> None:
        self.clusters.clear()
        for (state, homes), count in figures.clusters.items():
            self.clusters.labels(state, str(homes)).set(count)
        for gauge, counts in (
            (self.webhooks, figures.webhooks),
            (self.outbox, figures.outbox),
            (self.notices, figures.notices),
        ):
            for state, count in counts.items():
                gauge.labels(state).set(count)
        self.webhook_age.set(figures.oldest_webhook_s)
        self.backup_age.set(figures.backup_age_s)


def bucket_quantile(buckets: Mapping[float, float], share: float) -> float | None:
    """The quantile of a histogram, by straight lines within its buckets, as Prometheus's ``histogram_quantile`` does.

    ``buckets``: upper bound (the last one infinite) to how many values are at most that. Beyond the last finite bound
    it is that bound; ``None`` without values.
    """
    bounds = sorted(buckets)
    wanted = share * buckets[bounds[-1]] if bounds else 0.0
    if wanted <= 0:
        return None
    at = next(place for place, bound in enumerate(bounds) if buckets[bound] >= wanted)
    if math.isinf(bounds[at]):
        return bounds[at - 1] if at else None
    low, below = (bounds[at - 1], buckets[bounds[at - 1]]) if at else (0.0, 0.0)
    return low + (bounds[at] - low) * (wanted - below) / (buckets[bounds[at]] - below)


def account_label(account: str) -> str:
    """Tells accounts apart without naming them."""
    return hashlib.sha256(account.encode()).hexdigest()[:8]


def _quantiles(gauge: Gauge, values: Sequence[float]) -> None:
    ordered = sorted(values)
    for share in QUANTILES:
        at = min(len(ordered) - 1, int(share * len(ordered)))
        gauge.labels(floatToGoString(share)).set(ordered[at] if ordered else 0.0)
