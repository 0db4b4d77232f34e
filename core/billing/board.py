"""The revenue board: what comes in, who stays, what fails, and which cluster earns its keep. Plain reads."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from core.billing.tables import InvoiceRow, JournalRow, PlanVersion, SubscriptionRow
from core.clock import Clock
from core.db import Database
from core.texts import Text

DAYS = 30
LEAST_TRIALS = 5
PAYING = ("active", "past_due")
GIVEN = ("revenue_other", "power_of_hosts", "refunds")


@dataclass(frozen=True, slots=True)
class AlarmLevels:
    """Percent; what lies beyond is an alarm."""

    failed_percent: float = 10.0
    churn_percent: float = 5.0
    conversion_percent: float = 50.0


@dataclass(frozen=True, slots=True)
class ServiceCosts:
    """What service of mowers has cost, by cluster; ``foreign`` entries in other currencies are in no sum."""

    minor: Mapping[UUID | None, int] = field(default_factory=dict)
    foreign: int = 0


class CostReads(Protocol):
    """Where the costs come from: the service log is not billing's."""

    async def since(self, moment: datetime, currency: str) -> ServiceCosts:
        """Minor units of ``currency``; ``None`` stands for mowers that are in no cluster."""
        ...


@dataclass(frozen=True, slots=True)
class ClusterMargin:
    """Minor units of the last 30 days; ``given`` are credits, power of hosts and refunds."""

    cluster_id: UUID | None
    members: int
    revenue_minor: int
    given_minor: int
    service_minor: int

    @property
    def margin_minor(self) -> int:
        return self.revenue_minor - self.given_minor - self.service_minor


@dataclass(frozen=True, slots=True)
class Board:
    """Money in minor units of ``currency``; shares are ``None`` where there is nothing to divide by."""

    currency: str
    mrr_minor: int
    members: int
    trials: int
    trials_converted: int
    trials_ended: int
    bills: int
    bills_failed: int
    left: int
    owed_minor: int
    clusters: tuple[ClusterMargin, ...]
    """Those that earn least first."""
    foreign_costs: int
    """Service entries in other currencies, which no margin holds."""
    alarms: tuple[str, ...]

    @property
    def conversion(self) -> float | None:
        return share(self.trials_converted, self.trials_ended)

    @property
    def failed(self) -> float | None:
        return share(self.bills_failed, self.bills)

    @property
    def churn(self) -> float | None:
        return share(self.left, self.members + self.left)


def share(part: int, whole: int) -> float | None:
    """Percent."""
    return part / whole * 100 if whole else None


class RevenueBoard:
    """Reads the board."""

    def __init__(self, database: Database, clock: Clock, costs: CostReads, levels: AlarmLevels | None = None) -> None:
        self._database, self._clock, self._costs = database, clock, costs
        self._levels = levels or AlarmLevels()

    async def read(self) -> Board:
        since = self._clock.now() - timedelta(days=DAYS)
        async with self._database.connection() as connection:
            mrr, members = (await connection.execute(_recurring())).one()
            trials, left = (await connection.execute(_standing(since))).one()
            ended, converted = (await connection.execute(_trials(since))).one()
            bills, failed, owed = (await connection.execute(_bills(since))).one()
            currency = await connection.scalar(select(col(PlanVersion.currency)).limit(1)) or "USD"
            earned = await self._earned(connection, since)
        costs = await self._costs.since(since, currency)
        board = Board(
            currency=currency,
            mrr_minor=round(mrr or 0),
            members=members,
            trials=trials,
            trials_converted=converted,
            trials_ended=ended,
            bills=bills,
            bills_failed=failed,
            left=left,
            owed_minor=int(owed or 0),
            clusters=_margins(earned, costs),
            foreign_costs=costs.foreign,
            alarms=(),
        )
        return replace(board, alarms=_alarms(board, self._levels))

    @staticmethod
    async def _earned(connection: AsyncConnection, since: datetime) -> dict[UUID | None, tuple[int, int, int]]:
        """By cluster: members, revenue, given back."""
        revenue = case(
            (col(JournalRow.account).in_(["revenue_plans", "revenue_minutes"]), -col(JournalRow.minor)), else_=0
        )
        given = case((col(JournalRow.account).in_(GIVEN), col(JournalRow.minor)), else_=0)
        query = (
            select(
                col(SubscriptionRow.cluster_id),
                func.count(func.distinct(col(SubscriptionRow.id))),
                func.sum(revenue),
                func.sum(given),
            )
            .join(JournalRow, col(JournalRow.subscription_id) == col(SubscriptionRow.id))
            .where(col(JournalRow.at) >= since)
            .group_by(col(SubscriptionRow.cluster_id))
        )
        return {row[0]: (row[1], int(row[2]), int(row[3])) for row in await connection.execute(query)}


def _margins(earned: Mapping[UUID | None, tuple[int, int, int]], costs: ServiceCosts) -> tuple[ClusterMargin, ...]:
    """Every cluster that earned or cost something."""
    rows = [
        ClusterMargin(one, *earned.get(one, (0, 0, 0)), service_minor=costs.minor.get(one, 0))
        for one in earned.keys() | costs.minor.keys()
    ]
    return tuple(sorted(rows, key=lambda row: (row.margin_minor, str(row.cluster_id))))


def _recurring() -> Select[Any, int]:
    """What members pay a month, coupons taken off, and how many they are; a year counts as twelve months."""
    plan, row = PlanVersion, SubscriptionRow
    discounted = col(plan.price_minor) * (100 - col(plan.host_discount_percent)) / 100
    price = case((col(row.host), discounted), else_=col(plan.price_minor)) * (100 - col(row.percent_off)) / 100
    monthly = case((col(plan.interval) == "year", price / 12), else_=price)
    return (
        select(func.sum(monthly), func.count())
        .select_from(row)
        .join(plan, col(plan.id) == col(row.plan_version_id))
        .where(col(row.status).in_(PAYING))
    )


def _standing(since: datetime) -> Select[int, int]:
    row = SubscriptionRow
    return select(_count(col(row.status) == "trialing"), _count(col(row.ended_at) >= since)).select_from(row)


def _trials(since: datetime) -> Select[int, int]:
    row = InvoiceRow
    first = (col(row.number) == 1) & (col(row.closed_at) >= since)
    return select(_count(first), _count(first & (col(row.state) == "paid"))).select_from(row)


def _bills(since: datetime) -> Select[int, int, Any]:
    row = InvoiceRow
    lately = (col(row.closed_at) >= since) & (col(row.due_minor) > 0)
    owed = case((col(row.state) == "open", col(row.due_minor) + col(row.tax_minor)), else_=0)
    failed = lately & col(row.failed_at).is_not(None)
    return select(_count(lately), _count(failed), func.sum(owed)).select_from(row)


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _alarms(board: Board, levels: AlarmLevels) -> tuple[str, ...]:
    failed, churn, conversion = board.failed, board.churn, board.conversion
    found = []
    if failed is not None and failed > levels.failed_percent:
        most = levels.failed_percent
        found.append(Text("Failed payments: {share:.0f} %, more than {level:.0f} %", share=failed, level=most))
    if churn is not None and churn > levels.churn_percent:
        most = levels.churn_percent
        found.append(Text("Members who left: {share:.0f} %, more than {level:.0f} %", share=churn, level=most))
    if conversion is not None and board.trials_ended >= LEAST_TRIALS and conversion < levels.conversion_percent:
        least = levels.conversion_percent
        found.append(
            Text("Trials that became members: {share:.0f} %, less than {level:.0f} %", share=conversion, level=least)
        )
    return tuple(found)
