"""Billing's parts, made once and handed to pages, REST and jobs. Without a payment provider it bills and shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from core.accounts import Audit, Right, who_may
from core.billing import (
    DEFAULT_RULES,
    Bill,
    BillingReads,
    BillingRules,
    Board,
    Closing,
    Inbox,
    Metering,
    MissedEvents,
    Outbox,
    Plans,
    PowerFeed,
    ProviderJobs,
    Reconciling,
    Referrals,
    RevenueBoard,
    Standing,
    Subscriptions,
    Teller,
    Unattributed,
    UsageFeed,
    UsageLedger,
    signing_key,
)
from core.billing.ports import PaymentProvider
from core.clock import Clock
from core.db import Database
from core.db.reads.billing_people import BillingPeople
from core.db.reads.cluster_names import cluster_names
from core.db.reads.mowing import MowingReads
from core.db.reads.service_costs import ServiceCostReads
from core.events import Event
from core.fleet.sessions import MowingSession
from core.money import Money


@dataclass(frozen=True, slots=True)
class Payments:
    """What needs a payment provider."""

    provider: PaymentProvider
    jobs: ProviderJobs
    outbox: Outbox
    inbox: Inbox
    missed: MissedEvents
    reconciling: Reconciling


@dataclass(frozen=True, slots=True)
class Billing:
    """All of billing."""

    database: Database
    clock: Clock
    rules: BillingRules
    plans: Plans
    ledger: UsageLedger
    desk: Subscriptions
    closing: Closing
    feed: UsageFeed
    power: PowerFeed
    teller: Teller
    metering: Metering
    reads: BillingReads
    board: RevenueBoard
    mowing: MowingReads
    standing: Standing
    referrals: Referrals
    secret: str
    payments: Payments | None

    @property
    def key(self) -> Ed25519PrivateKey:
        """Signs evidence files."""
        return signing_key(self.secret)

    @property
    def taxed(self) -> bool:
        """Whether tax comes on top of what bills say."""
        return self.payments is not None and self.payments.jobs.tax

    async def turn(self) -> int:
        """What came from the provider, what time has done, what must be told: once through, in this order."""
        heard = await self.payments.inbox.run() if self.payments else 0
        closed = await self.closing.run()
        await self.metering.run()
        told = await self.payments.outbox.run() if self.payments else 0
        await self.standing.refresh()
        await self.teller.run()
        return heard + closed.closed + closed.held + told

    def hear(self, ended: Event[MowingSession]) -> None:
        """Attribute each session of the fleet once it has ended."""
        ended.subscribe(lambda one: self.feed.heard(one.number, one.started_ms, one.ended_ms))

    async def cluster_names(self, board: Board) -> Mapping[UUID, str]:
        """What people call the clusters of the board."""
        return await cluster_names(self.database, [one.cluster_id for one in board.clusters if one.cluster_id])

    async def tax_on(self, payer_id: UUID, bill: Bill) -> Money | None:
        """The tax that would come to a bill, where the provider works it out and can say."""
        return await self.payments.jobs.tax_on(payer_id, bill) if self.payments else None

    async def fetch_missed(self) -> int:
        """What the provider lists and no webhook brought."""
        return await self.payments.missed.run() if self.payments else 0

    async def reconcile(self) -> int:
        return await self.payments.reconciling.run() if self.payments else 0


def make_billing(
    *,
    database: Database,
    clock: Clock,
    audit: Audit,
    secret: str,
    provider: PaymentProvider | None,
    rules: BillingRules = DEFAULT_RULES,
    full_charge_wh: int = 0,
    referral_minor: int = 0,
    tax: bool = False,
) -> Billing:
    mowing = MowingReads(database)
    plans, ledger = Plans(database, clock, audit), UsageLedger(database, clock)
    desk = Subscriptions(database=database, clock=clock, audit=audit, plans=plans, ledger=ledger, rules=rules)
    closing = Closing(
        database=database,
        clock=clock,
        ledger=ledger,
        audit=audit,
        unattributed=Unattributed(ledger, mowing),
        rules=rules,
    )
    payments = None
    if provider is not None:

        async def managers() -> Sequence[UUID]:
            return [one.person_id for one in await who_may(database, Right.MANAGE_BILLING)]

        jobs = ProviderJobs(database=database, clock=clock, provider=provider, desk=desk, tax=tax)
        inbox = Inbox(database=database, clock=clock, provider=provider, desk=desk, jobs=jobs)
        payments = Payments(
            provider=provider,
            jobs=jobs,
            outbox=Outbox(database=database, clock=clock, provider=provider, desk=desk, jobs=jobs),
            inbox=inbox,
            missed=MissedEvents(database=database, clock=clock, provider=provider, inbox=inbox, managers=managers),
            reconciling=Reconciling(database=database, clock=clock, provider=provider, jobs=jobs, audit=audit),
        )
    return Billing(
        database=database,
        clock=clock,
        rules=rules,
        plans=plans,
        ledger=ledger,
        desk=desk,
        closing=closing,
        feed=UsageFeed(ledger, mowing, clock),
        teller=Teller(database, clock, BillingPeople(database)),
        power=PowerFeed(database, clock, mowing, full_charge_wh=full_charge_wh),
        metering=Metering(database, clock),
        reads=BillingReads(database, ledger),
        board=RevenueBoard(database, clock, ServiceCostReads(database)),
        mowing=mowing,
        standing=Standing(database),
        referrals=Referrals(database=database, clock=clock, desk=desk, audit=audit, minor=referral_minor),
        secret=secret,
        payments=payments,
    )
