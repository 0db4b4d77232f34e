"""What Prometheus reads: true figures, closed labels, for those with the token alone."""

import math
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families

from core.billing.tables import WebhookRow
from core.clock import MovableClock
from core.db import Database
from core.db.reads.production import production_figures
from core.fleet.model import LinkHealth, LinkState, MowerSnapshot, MowerState, Reading
from core.ids import new_id
from core.jobs import Outcome, Run
from core.neighbourhood.clusters.tables import ClusterMember, ClusterRow
from dashboard.metrics import Answers, Metrics, account_label, bucket_quantile
from dashboard.metrics_route import MetricsMiddleware, metrics_router

TOKEN = "the token of the scraper"


def figures(metrics: Metrics) -> dict[tuple[str, ...], float]:
    """Every sample, by its name and the values of its labels."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in metrics.registry.collect()
        for sample in family.samples
    }


async def nothing() -> None:
    return None


def scraper(metrics: Metrics, *, token: str = TOKEN, host: str = "127.0.0.1") -> httpx.AsyncClient:
    app = FastAPI()
    app.include_router(metrics_router(metrics, nothing, token=token))
    transport = httpx.ASGITransport(app, client=(host, 1))
    return httpx.AsyncClient(transport=transport, base_url="http://dashboard")


async def test_the_token_opens_it_and_what_it_says_can_be_read() -> None:
    answer = await scraper(Metrics(), host="192.0.2.7").get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    assert {family.name for family in text_string_to_metric_families(answer.text)} >= {"mowthos_mowers"}


@pytest.mark.parametrize("given", [{}, {"authorization": "Bearer wrong"}, {"authorization": TOKEN}])
async def test_without_the_right_token_nobody_reads_it_not_even_from_here(given: dict[str, str]) -> None:
    assert (await scraper(Metrics()).get("/metrics", headers=given)).status_code == 403


@pytest.mark.parametrize(
    ("host", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("192.0.2.7", {}, 403),
        ("127.0.0.1", {"x-forwarded-for": "192.0.2.7"}, 403),  # a proxy on this machine speaks for others
    ],
)
async def test_where_no_token_is_set_this_machine_alone_reads_it(
    host: str, headers: dict[str, str], status: int
) -> None:
    assert (await scraper(Metrics(), token="", host=host).get("/metrics", headers=headers)).status_code == status


async def test_answers_are_counted_by_route_and_never_by_path(clock: MovableClock) -> None:
    metrics, api, app = Metrics(), FastAPI(), FastAPI()

    @api.get("/mowers/{name}")
    async def mower(name: str) -> str:
        clock.move(0.3)
        return name

    @api.get("/broken")
    async def broken() -> None:
        raise ZeroDivisionError

    app.mount("/api/v1", api)
    app.add_middleware(MetricsMiddleware, metrics=metrics, clock=clock)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://dashboard") as client:
        for path in ("mowers/Luba-ELM", "mowers/Yuka-OAK", "broken"):
            await client.get(f"/api/v1/{path}")
        await client.get("/secret-of-a-person")
    told = figures(metrics)
    assert told["mowthos_http_requests_total", "GET", "/api/v1/mowers/{name}", "200"] == 2
    assert told["mowthos_http_requests_total", "GET", "/api/v1/broken", "500"] == 1
    assert told["mowthos_http_requests_total", "GET", "(none)", "404"] == 1
    assert told["mowthos_http_request_duration_seconds_sum", "/api/v1/mowers/{name}"] == pytest.approx(0.6)


def test_the_fleet_by_state_with_the_lag_of_its_reports(clock: MovableClock) -> None:
    now, metrics = clock.now(), Metrics()
    heard = [
        MowerSnapshot(
            number=number,
            device_name=f"Luba-{number}",
            state=MowerState.MOWING if number else MowerState.FAULT,
            reading=Reading(
                device_name=f"Luba-{number}",
                device_time=now - timedelta(seconds=10 + number),
                received_at=now - timedelta(seconds=10),
            ),
        )
        for number in range(4)
    ]
    metrics.fleet_is([*heard, MowerSnapshot(number=9, device_name="Yuka")], now.timestamp())
    told = figures(metrics)
    assert told["mowthos_mowers", "mowing"] == 3
    assert told["mowthos_mowers", "fault"] == 1
    assert told["mowthos_mowers", "charging"] == 0
    assert told["mowthos_report_lag_seconds", "1.0"] == 3
    assert told["mowthos_report_age_seconds", "0.5"] == 10


def test_a_vendor_account_tells_what_is_left_of_its_day_and_not_its_name(clock: MovableClock) -> None:
    metrics = Metrics()
    link = LinkHealth(
        account="a@vendor.example", state=LinkState.UP, since=clock.now(), requests_24h=380, request_ceiling=500
    )
    metrics.links_are([link])
    told = figures(metrics)
    assert told["mowthos_vendor_requests_left", account_label("a@vendor.example")] == 120
    assert told["mowthos_vendor_links", "up"] == 1
    assert "vendor.example" not in str(told)


def test_runs_of_jobs_are_counted_by_how_they_ended(clock: MovableClock) -> None:
    metrics = Metrics()
    run = Run(id=new_id(), job="visits.run", started_at=clock.now(), ended_at=None, seconds=2.5, outcome=Outcome.FAILED)
    metrics.job_ended(run)
    assert figures(metrics)["mowthos_job_runs_total", "visits.run", "failed"] == 1
    assert figures(metrics)["mowthos_job_duration_seconds_sum", "visits.run"] == 2.5


async def test_clusters_by_size_and_what_waits_are_read_from_the_database(
    database: Database, clock: MovableClock
) -> None:
    now = clock.now()
    async with database.session() as session:
        for number, homes in ((1, 4), (2, 4), (3, 0)):
            row = ClusterRow(
                number=number, name=f"Elm {number}", state="active" if homes else "draft", version=1, author="ada",
                created_at=now, changed_at=now,
            )  # fmt: skip
            session.add(row)
            await session.flush()
            for home in range(homes):
                session.add(
                    ClusterMember(
                        cluster_id=row.id, home_id=number * 10 + home, part="neighbour", address="1 ELM", city="BYRON",
                        longitude=1, latitude=2,
                    )
                )  # fmt: skip
        for number, state in enumerate(("waiting", "waiting", "failed", "done")):
            session.add(
                WebhookRow(
                    event_id=f"evt_{number}", type="invoice.paid", object_kind="invoice", object_id="in_1",
                    created=now, body="{}", received_at=now - timedelta(seconds=90 - number), state=state,
                )
            )  # fmt: skip
    told, metrics = await production_figures(database, now), Metrics()
    metrics.stored_is(told)
    assert told.clusters == {("active", 4): 2, ("draft", 0): 1}
    assert figures(metrics)["mowthos_webhook_backlog", "waiting"] == 2
    assert figures(metrics)["mowthos_webhook_backlog", "failed"] == 1
    assert figures(metrics)["mowthos_webhook_oldest_waiting_seconds",] == 90
    assert figures(metrics)["mowthos_clusters", "active", "4"] == 2


def test_a_quantile_is_told_by_straight_lines_within_its_bucket() -> None:
    buckets = {0.1: 80, 0.2: 90, 0.5: 100, math.inf: 100}
    assert bucket_quantile(buckets, 0.95) == pytest.approx(0.35)
    assert bucket_quantile(buckets, 0.4) == pytest.approx(0.05)
    assert bucket_quantile({0.1: 0, 10.0: 1, math.inf: 4}, 0.95) == 10.0  # beyond what was measured
    assert bucket_quantile({}, 0.95) is None and bucket_quantile({0.1: 0, math.inf: 0}, 0.95) is None


def test_what_a_screen_tells_of_all_answers_leaves_out_those_that_stay_open() -> None:
    metrics = Metrics()
    assert metrics.answers() == Answers(0, 0, None)
    for _ in range(19):
        metrics.request_ended("GET", "/fleet", 200, 0.04)
    metrics.request_ended("GET", "/fleet", 503, 0.3)
    metrics.request_ended("GET", "/api/v1/live/events", 200, 3_600.0)
    answers = metrics.answers()
    assert (answers.given, answers.failed) == (21, 1)
    assert answers.p95_s == pytest.approx(0.05)
