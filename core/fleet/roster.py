"""Which mowers exist: devices of the vendor's accounts become rows with a small number, and the live fleet's roster."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from core.clock import Clock
from core.db import Database
from core.errors import NotFound, Unavailable
from core.fleet.live import LiveFleet
from core.fleet.model import DeviceDescription, MowerSnapshot
from core.fleet.state import restored
from core.fleet.tables import Mower, VendorAccount
from core.fleet.telemetry import TelemetryStore
from core.texts import Text

MAX_NUMBER = 32_767
"""Numbers are 16 bit in telemetry and never return to another mower."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MowerIdentity:
    """Who a mower is, apart from what it does."""

    id: UUID
    number: int
    device_name: str
    account: str | None
    model: str
    firmware: str | None
    iot_id: str
    product_key: str


class Roster:
    """Keeps the mower table and the roster of the live fleet the same."""

    def __init__(
        self,
        database: Database,
        live: LiveFleet,
        telemetry: TelemetryStore,
        clock: Clock,
        *,
        mine: Callable[[str | None], bool] = lambda _account: True,
    ) -> None:
        """``mine`` says of an account whether its mowers belong into this process."""
        self._database = database
        self._mine = mine
        self._live = live
        self._telemetry = telemetry
        self._clock = clock
        self._identities: dict[str, MowerIdentity] = {}
        self._changing = asyncio.Lock()

    def all(self) -> Sequence[MowerIdentity]:
        """Every mower in service, by number."""
        return tuple(self._identities.values())

    def identity(self, device_name: str) -> MowerIdentity:
        try:
            return self._identities[device_name]
        except KeyError:
            raise NotFound(Text("no mower named {device_name!r}", device_name=device_name)) from None

    def account_of(self, device_name: str) -> str | None:
        """The account a mower is linked through, if it is known and linked."""
        mower = self._identities.get(device_name)
        return None if mower is None else mower.account

    def of_account(self, account: str) -> Sequence[MowerIdentity]:
        return tuple(mower for mower in self._identities.values() if mower.account == account)

    async def load(self) -> None:
        """Read the mowers in service; each one not live yet comes back with its last stored reading, never as fresh."""
        async with self._changing:
            await self._load()

    async def _load(self) -> None:
        accounts = {}
        async with self._database.session() as session:
            for account in (await session.exec(select(VendorAccount))).all():
                accounts[account.id] = account.account
            rows = (
                await session.exec(select(Mower).where(col(Mower.removed_at).is_(None)).order_by(col(Mower.number)))
            ).all()
        identities = {
            row.device_name: MowerIdentity(
                id=row.id,
                number=row.number,
                device_name=row.device_name,
                account=accounts.get(row.vendor_account_id) if row.vendor_account_id else None,
                model=row.model,
                firmware=row.firmware,
                iot_id=row.iot_id,
                product_key=row.product_key,
            )
            for row in rows
            if self._mine(accounts.get(row.vendor_account_id) if row.vendor_account_id else None)
        }
        self._identities = identities
        names = [snapshot.device_name for snapshot in self._live.all()]
        if names != list(identities):
            fresh = {name: await self._restored(mower) for name, mower in identities.items() if name not in self._live}
            # No await from here: the pipeline must not put between reading the snapshots and setting them.
            self._live.set_roster([fresh[name] if name in fresh else self._live.get(name) for name in identities])

    async def found(self, account: str, devices: Sequence[DeviceDescription]) -> None:
        """Devices an account lists: new ones get the next numbers, known ones their new facts."""
        async with self._changing:
            if all(self._knows(account, device) for device in devices):
                return
            async with self._database.session() as session:
                owner = (await session.exec(select(VendorAccount).where(VendorAccount.account == account))).one()
                with session.no_autoflush:  # everything is read before the first write: others wait for its turn
                    await self._upsert(session, owner, devices)
            await self._load()

    async def removed(self, account: str, device_name: str) -> None:
        """The account lists a device no longer; its number and history stay."""
        async with self._changing:
            async with self._database.session() as session:
                row = (await session.exec(select(Mower).where(Mower.device_name == device_name))).first()
                owner = (await session.exec(select(VendorAccount).where(VendorAccount.account == account))).first()
                if row is None or owner is None or row.vendor_account_id != owner.id or row.removed_at is not None:
                    return
                row.removed_at = self._clock.now()
                session.add(row)
            await self._load()

    def _knows(self, account: str, device: DeviceDescription) -> bool:
        mower = self._identities.get(device.device_name)
        if mower is None or mower.account != account:
            return False
        same = (mower.iot_id, mower.product_key, mower.model) == (device.iot_id, device.product_key, device.model)
        return same and device.firmware in (None, mower.firmware)

    async def _upsert(self, session: AsyncSession, owner: VendorAccount, devices: Sequence[DeviceDescription]) -> None:
        names = [device.device_name for device in devices]
        stored = (await session.exec(select(Mower).where(col(Mower.device_name).in_(names)))).all()
        rows = {row.device_name: row for row in stored}
        last = (await session.exec(select(func.max(Mower.number)))).one() or 0
        for device in devices:
            row = rows.get(device.device_name)
            if row is None:
                last += 1
                if last > MAX_NUMBER:
                    raise Unavailable(
                        Text("no mower number left: {n} are the most this installation can hold", n=MAX_NUMBER)
                    )
                row = Mower(number=last, device_name=device.device_name, created_at=self._clock.now())
                rows[device.device_name] = row  # a list that names a device twice means one mower
            elif row.removed_at is None and row.vendor_account_id not in (None, owner.id):
                holder = await session.get(VendorAccount, row.vendor_account_id)
                if holder is not None and holder.unlinked_at is None:
                    continue  # shared between two accounts: the first link keeps it
            row.vendor_account_id = owner.id
            row.iot_id, row.product_key, row.model = device.iot_id, device.product_key, device.model
            row.firmware = device.firmware or row.firmware
            row.removed_at = None
            session.add(row)

    async def _restored(self, mower: MowerIdentity) -> MowerSnapshot:
        stored = await self._telemetry.latest(mower.number, mower.device_name)
        if stored is None:
            return MowerSnapshot(number=mower.number, device_name=mower.device_name)
        return restored(mower.number, stored.reading, stored.state, stored.mode_since)
