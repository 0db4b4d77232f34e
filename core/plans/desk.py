"""Plans of devices: read, made, copied, renamed, switched, deleted, run. Nothing counts until it was read back.

1. The change goes to the device through its link (the vendor's own plan calls).
2. All plans are read back from the device; `_confirmed` says whether the change is there.
3. The list that was read is kept with its time; the audit has a line. A change that cannot be read back is
   ``Unavailable``: the list shows what the device has.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol
from uuid import UUID

from sqlmodel import select

from core.accounts import Audit, Viewer
from core.clock import Clock
from core.db import Database
from core.errors import Invalid, NotFound, Unavailable
from core.events import Event
from core.fleet import CommandView, MowerIdentity
from core.fleet.model import CommandKind
from core.lawnmaps.tables import DevicePlanList
from core.plans.model import NAME_LENGTH, DevicePlan, PlanDraft, PlanList, copy_name, plan_content, plan_from_content
from core.texts import N_, Text


class DevicePlans(Protocol):
    """What a vendor link does with plans. Raises the six errors; returns once the cloud took it."""

    async def read(self, device_name: str) -> Sequence[DevicePlan]: ...

    async def create(self, device_name: str, draft: PlanDraft) -> str:
        """The new plan's id."""
        ...

    async def copy(self, device_name: str, plan_id: str, name: str) -> str: ...

    async def rename(self, device_name: str, plan_id: str, name: str) -> None: ...

    async def enable(self, device_name: str, plan_id: str, enabled: bool) -> None: ...

    async def delete(self, device_name: str, plan_id: str) -> None: ...


class Mowers(Protocol):
    def identity(self, device_name: str) -> MowerIdentity: ...


class Starts(Protocol):
    """`core.fleet.Commands` is one: a plan is run under the same guard as any start."""

    async def request(
        self, *, device_name: str, kind: CommandKind, asked_by: str, source: str, parameters: dict[str, str],
        person_id: UUID,
    ) -> CommandView: ...  # fmt: skip


class Plans:
    """The plans of the fleet's devices; one change a mower at a time."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        mowers: Mowers,
        plans_of: Callable[[str], DevicePlans | None],
        commands: Starts,
        audit: Audit,
    ) -> None:
        self.changed: Event[PlanList] = Event("plans_changed")
        self._database, self._clock, self._mowers = database, clock, mowers
        self._plans_of, self._commands, self._audit = plans_of, commands, audit
        self._busy: dict[str, asyncio.Lock] = {}

    async def known(self, device_name: str) -> PlanList:
        """The list as it was last read back. ``NotFound`` for an unknown mower."""
        mower = self._mowers.identity(device_name)
        async with self._database.session() as session:
            row = (await session.exec(select(DevicePlanList).where(DevicePlanList.mower_id == mower.id))).first()
        if row is None:
            return PlanList(device_name=device_name, read_at=None)
        return PlanList(
            device_name=device_name, read_at=row.read_at, plans=tuple(plan_from_content(one) for one in row.plans)
        )

    async def read(self, device_name: str) -> PlanList:
        """Read them from the device now. ``Unavailable`` when it does not answer."""
        async with self._alone(device_name):
            return await self._read(device_name)

    async def create(self, *, device_name: str, draft: PlanDraft, by: Viewer, source: str = "web") -> PlanList:
        draft.check()

        async def change(device: DevicePlans) -> Callable[[PlanList], bool]:
            plan_id = await device.create(device_name, draft)
            return lambda after: after.plan(plan_id) is not None

        return await self._change(device_name, "plan.create", draft.name, change, by, source)

    async def copy(self, *, device_name: str, plan_id: str, by: Viewer, source: str = "web") -> PlanList:
        before = await self._existing(device_name, plan_id)
        name = copy_name(before.name, [plan.name for plan in (await self.known(device_name)).plans])

        async def change(device: DevicePlans) -> Callable[[PlanList], bool]:
            copied = await device.copy(device_name, plan_id, name)
            return lambda after: (found := after.plan(copied)) is not None and found.name == name

        return await self._change(device_name, "plan.copy", name, change, by, source)

    async def rename(self, *, device_name: str, plan_id: str, name: str, by: Viewer, source: str = "web") -> PlanList:
        await self._existing(device_name, plan_id)
        if not 1 <= len(name.strip()) <= NAME_LENGTH:
            raise Invalid(Text("name: expected 1 to {most} characters", most=NAME_LENGTH))

        async def change(device: DevicePlans) -> Callable[[PlanList], bool]:
            await device.rename(device_name, plan_id, name.strip())
            return lambda after: (found := after.plan(plan_id)) is not None and found.name == name.strip()

        return await self._change(device_name, "plan.rename", name.strip(), change, by, source)

    async def enable(
        self, *, device_name: str, plan_id: str, enabled: bool, by: Viewer, source: str = "web"
    ) -> PlanList:
        plan = await self._existing(device_name, plan_id)

        async def change(device: DevicePlans) -> Callable[[PlanList], bool]:
            await device.enable(device_name, plan_id, enabled)
            return lambda after: (found := after.plan(plan_id)) is not None and found.enabled is enabled

        action = "plan.enable" if enabled else "plan.disable"
        return await self._change(device_name, action, plan.name, change, by, source)

    async def delete(self, *, device_name: str, plan_id: str, by: Viewer, source: str = "web") -> PlanList:
        plan = await self._existing(device_name, plan_id)

        async def change(device: DevicePlans) -> Callable[[PlanList], bool]:
            await device.delete(device_name, plan_id)
            return lambda after: after.plan(plan_id) is None

        return await self._change(device_name, "plan.delete", plan.name, change, by, source)

    async def run(self, *, device_name: str, plan_id: str, by: Viewer, source: str = "web") -> CommandView:
        """Start it now: a start like any other, with its guard, its record and its proof by telemetry."""
        await self._existing(device_name, plan_id)
        return await self._commands.request(
            device_name=device_name, kind=CommandKind.START, asked_by=by.email, source=source,
            parameters={"plan": plan_id}, person_id=by.person_id,
        )  # fmt: skip

    async def _change(
        self,
        device_name: str,
        action: str,
        name: str,
        change: Callable[[DevicePlans], Awaitable[Callable[[PlanList], bool]]],
        by: Viewer,
        source: str,
    ) -> PlanList:
        async with self._alone(device_name):
            confirmed = await change(self._device(device_name))
            after = await self._read(device_name)
            done = confirmed(after)
            await self._audit.record(
                actor=by.email,
                person_id=by.person_id,
                action=action,
                object_type="mower",
                object_id=device_name,
                after={"plan": name, "read back": done},
                source=source,
            )
        if not done:
            raise Unavailable(Text("{device_name} took the change but does not show it when read back",
                                   device_name=device_name))  # fmt: skip
        return after

    async def _read(self, device_name: str) -> PlanList:
        found = PlanList(
            device_name=device_name,
            plans=tuple(await self._device(device_name).read(device_name)),
            read_at=self._clock.now(),
        )
        mower = self._mowers.identity(device_name)
        assert found.read_at is not None
        async with self._database.session() as session:
            content = [plan_content(plan) for plan in found.plans]
            await session.merge(DevicePlanList(mower_id=mower.id, read_at=found.read_at, plans=content))
        self.changed.emit(found)
        return found

    async def _existing(self, device_name: str, plan_id: str) -> DevicePlan:
        plan = (await self.known(device_name)).plan(plan_id)
        if plan is None:
            raise NotFound(Text("{device_name} has no plan {plan}", device_name=device_name, plan=plan_id))
        return plan

    def _device(self, device_name: str) -> DevicePlans:
        self._mowers.identity(device_name)
        device = self._plans_of(device_name)
        if device is None:
            raise Unavailable(N_("there is no connection to the vendor's cloud"))
        return device

    def _alone(self, device_name: str) -> asyncio.Lock:
        self._mowers.identity(device_name)
        return self._busy.setdefault(device_name, asyncio.Lock())
