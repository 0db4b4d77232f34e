"""What waits in the database, for those who watch the house: counts alone, read in one transaction."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import col

from core.billing.tables import OutboxRow, WebhookRow
from core.db import Database
from core.jobs.model import Outcome
from core.jobs.tables import JobRun
from core.neighbourhood.clusters.tables import ClusterMember, ClusterRow
from core.notices.tables import NoticeDelivery, NoticeOutbox

WEBHOOK_STATES, OUTBOX_STATES = ("waiting", "failed"), ("waiting", "failed")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductionFigures:
    """Counts by state; ``clusters`` by state and number of homes, host included."""

    clusters: Mapping[tuple[str, int], int]
    webhooks: Mapping[str, int]
    outbox: Mapping[str, int]
    notices: Mapping[str, int]
    oldest_webhook_s: float
    backup_age_s: float
    """Since the newest backup that was restored well; infinite when there never was one."""


async def production_figures(database: Database, now: datetime, *, backup_job: str = "") -> ProductionFigures:
    """Read at each scrape: every query counts over an index of a state that few rows are in."""
    sizes = (
        select(col(ClusterRow.state), func.count(col(ClusterMember.home_id)).label("homes"))
        .outerjoin(ClusterMember, col(ClusterMember.cluster_id) == col(ClusterRow.id))
        .group_by(col(ClusterRow.id), col(ClusterRow.state))
        .subquery()
    )
    by_size = select(sizes.c.state, sizes.c.homes, func.count()).group_by(sizes.c.state, sizes.c.homes)
    webhooks = (
        select(col(WebhookRow.state), func.count(), func.min(col(WebhookRow.received_at)))
        .where(col(WebhookRow.state).in_(WEBHOOK_STATES))
        .group_by(col(WebhookRow.state))
    )
    outbox = (
        select(col(OutboxRow.state), func.count())
        .where(col(OutboxRow.state).in_(OUTBOX_STATES))
        .group_by(col(OutboxRow.state))
    )
    deliveries = (
        select(col(NoticeDelivery.state), func.count())
        .where(col(NoticeDelivery.state).in_(("waiting", "dead")))
        .group_by(col(NoticeDelivery.state))
    )
    unrouted = select(func.count()).where(col(NoticeOutbox.routed_at).is_(None))
    backed_up = select(func.max(col(JobRun.started_at))).where(
        col(JobRun.job) == backup_job, col(JobRun.outcome) == Outcome.DONE.value
    )
    async with database.connection() as connection:
        clusters = {(state, homes): count for state, homes, count in await connection.execute(by_size)}
        hooks = {state: (count, oldest) for state, count, oldest in await connection.execute(webhooks)}
        waiting = {state: count for state, count in await connection.execute(outbox)}
        told = {state: count for state, count in await connection.execute(deliveries)}
        fresh = (await connection.execute(unrouted)).scalar_one()
        backup = (await connection.execute(backed_up)).scalar_one()
    oldest = hooks["waiting"][1] if "waiting" in hooks else now
    return ProductionFigures(
        clusters=clusters,
        webhooks={state: hooks.get(state, (0, now))[0] for state in WEBHOOK_STATES},
        outbox={state: waiting.get(state, 0) for state in OUTBOX_STATES},
        notices={"waiting": told.get("waiting", 0) + fresh, "dead": told.get("dead", 0)},
        oldest_webhook_s=max(0.0, (now - oldest).total_seconds()),
        backup_age_s=math.inf if backup is None else (now - backup).total_seconds(),
    )
