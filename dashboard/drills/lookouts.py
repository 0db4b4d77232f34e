"""What is looked at besides fleet and alarms: the webhook inbox, its banner, and who compared the books."""

from collections.abc import Sequence
from datetime import datetime

from core.drills import PAYMENTS, Lookout, Observation, Sign
from core.ids import new_id
from dashboard.billing.parts import Payments
from dashboard.scheduler import Scheduler

RECONCILE = "billing.reconcile"


class PaymentsWatch:
    """Makes something happen at the payment provider, and looks whether it is known here."""

    def __init__(self, payments: Payments) -> None:
        self._payments = payments
        self._made = ""

    async def happens(self) -> None:
        """A customer is made there, whom nobody here bills."""
        name = f"drill-{new_id()}"
        made = await self._payments.provider.create_customer(
            reference=name, email=f"{name}@mowthos.example", name="Drill", key=name
        )
        self._made = made.id

    async def look(self, since: datetime) -> Sequence[Observation]:
        seen: list[Observation] = []
        if self._made:
            seen += [
                Observation(sign=Sign.EVENT_TAKEN, subject=PAYMENTS, at=event.received_at, detail=event.type)
                for event in await self._payments.inbox.events(search=self._made)
                if event.object_id == self._made
            ]
        away = await self._payments.missed.away()
        if away is not None and away.noticed_at >= since:
            seen.append(Observation(sign=Sign.BANNER, subject=PAYMENTS, at=away.noticed_at, detail="webhooks_away"))
        return seen


def books_watch(scheduler: Scheduler) -> Lookout:
    """Sees a person run the comparison with the provider's books."""

    async def look(since: datetime) -> Sequence[Observation]:
        return [
            Observation(sign=Sign.BOOKS_COMPARED, subject=PAYMENTS, at=run.started_at, by=run.asked_by)
            for run in (await scheduler.view(RECONCILE)).recent
            if run.asked_by and run.started_at >= since
        ]

    return look
