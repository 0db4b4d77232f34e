"""Joining as pages and REST share it: which home, which payer, and the provider's page that saves a card."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote
from uuid import UUID

from core.accounts import Right, Viewer
from core.db import Database
from core.db.reading import need_to_write
from core.db.reads.billing_homes import HomeToJoin, homes_to_join
from core.errors import NotAllowed, NotFound, Unavailable
from core.ids import new_id
from core.texts import N_
from dashboard.billing.parts import Billing, Payments

type Homes = Callable[..., Awaitable[Any]]


class JoinDesk:
    """One step each; the scope is the viewer's own homes, or all for those who manage billing."""

    def __init__(self, database: Database, billing: Billing) -> None:
        self._database, self._billing = database, billing

    async def homes(self, viewer: Viewer) -> list[HomeToJoin]:
        return list(await homes_to_join(self._database, household_ids=viewer.household_ids))

    async def pre_join(self, viewer: Viewer, lot_id: UUID, plan_id: UUID) -> UUID:
        """``NotFound`` for a lot that is not the viewer's, in the words used for one that does not exist."""
        home = next(iter(await homes_to_join(self._database, lot_id=lot_id)), None)
        own = home is not None and home.household_id in viewer.household_ids
        if home is None or not (own or viewer.may(Right.MANAGE_BILLING)):
            raise NotFound(N_("there is no such home"))
        return await self._billing.desk.pre_join(
            household_id=home.household_id,
            lot_id=home.lot_id,
            cluster_id=home.cluster_id,
            address=home.address,
            host=home.host,
            lawn_m2=home.lawn_m2,
            plan_version_id=plan_id,
            payer_name=viewer.name if own else home.household,
            payer_email=viewer.email if own else (home.email or viewer.email),
            person_id=viewer.person_id if own else None,
            by=viewer.email,
        )

    async def check(self, viewer: Viewer, subscription_id: UUID) -> None:
        """``NotAllowed`` unless it is the viewer's own or they may see billing."""
        if not viewer.may(Right.SEE_BILLING):
            await self._billing.desk.owned(subscription_id, viewer.household_ids)

    async def check_change(self, viewer: Viewer, subscription_id: UUID) -> None:
        if not viewer.may(Right.MANAGE_BILLING):
            await self._billing.desk.owned(subscription_id, viewer.household_ids)

    async def card_page(self, subscription_id: UUID, base_url: str) -> str:
        """The address of the provider's page that saves a card for this subscription."""
        need_to_write()
        payments = self.payments()
        row, _life, _usage = await self._billing.desk.life(subscription_id)
        customer = await payments.jobs.customer_of(row.payer_id)
        back = f"{base_url.rstrip('/')}/join/done?subscription={quote(str(subscription_id))}"
        page = await payments.provider.card_page(
            customer,
            reference=str(subscription_id),
            success_url=back + "&page={CHECKOUT_SESSION_ID}",
            cancel_url=back,
            key=f"card-page-{new_id()}",
            with_address=payments.jobs.tax,
        )
        return page.url

    async def came_back(self, subscription_id: UUID, page_id: str) -> None:
        """The person is back from the card page: read how it stands, without waiting for any webhook."""
        payments = self.payments()
        page = await payments.provider.checkout(page_id)
        if page.reference != str(subscription_id):
            raise NotAllowed(N_("this card page belongs to another subscription"))
        if page.status == "complete":
            await payments.inbox.card_saved(subscription_id, page)

    async def portal_page(self, subscription_id: UUID, base_url: str) -> str:
        need_to_write()
        payments = self.payments()
        row, _life, _usage = await self._billing.desk.life(subscription_id)
        customer = await payments.jobs.customer_of(row.payer_id)
        page = await payments.provider.portal_page(
            customer, return_url=f"{base_url.rstrip('/')}/home", key=f"portal-{new_id()}"
        )
        return page.url

    def payments(self) -> Payments:
        if self._billing.payments is None:
            raise Unavailable(N_("no payment provider is set up: an admin sets MOWTHOS_STRIPE_SECRET_KEY"))
        return self._billing.payments
