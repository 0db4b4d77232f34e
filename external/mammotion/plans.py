"""A device's own plans through PyMammotion's plan calls (``nav.todev_planjob_set``): sub command 1 makes, 2 reads,
3 deletes, 4 changes; ``nav.plan_task_execute`` runs one."""

import asyncio
import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from pymammotion.data.model.device import MowerDevice
from pymammotion.data.model.hash_list import Plan
from pymammotion.utility.plan_id import new_mower_plan_id

from core.clock import Clock, to_epoch_ms
from core.errors import NotFound, Unavailable
from core.plans import DevicePlan, PlanDraft
from core.texts import Text
from external.mammotion.errors import translated
from external.mammotion.map_sync import queue_emptied
from external.mammotion.web import Purpose

if TYPE_CHECKING:
    from external.mammotion.link import MammotionLink

READ_S = 30.0
SETTLE_S = 0.4
"""Between a change and reading it back: a device answers what it does in order, but stores it a moment later."""
DAY_ENDS = "23:59"
_CALENDAR = 0  # ``triggerType``: on given weekdays


class LinkPlans:
    """The plans of one account's devices (`core.plans.DevicePlans`)."""

    def __init__(self, link: "MammotionLink", clock: Clock) -> None:
        self._link, self._clock = link, clock

    async def read(self, device_name: str) -> Sequence[DevicePlan]:
        """Every plan the device holds. ``Unavailable`` when not all of them came."""
        device = self._link.known(device_name)
        with self._link.lawns.one_at_a_time(device), translated(Text("plans of {name}", name=device_name)):
            handle = self._link.connection.handle(device_name)
            cast("MowerDevice", handle.snapshot.raw).map.plans_fetched = False
            await self._link.connection.client.start_plan_sync(device_name)
            await queue_emptied(handle, READ_S, Text("the plans of {name} did not come in time", name=device_name))
            lawn = cast("MowerDevice", handle.snapshot.raw).map
            if not lawn.plans_fetched:
                raise Unavailable(Text("the plans of {name} did not come whole", name=device_name))
        return tuple(device_plan(plan) for plan in lawn.plan.values())

    async def create(self, device_name: str, draft: PlanDraft) -> str:
        device = self._link.known(device_name)
        plan = vendor_plan(draft, plan_id=self._new_id(), device_id=device.device_name)
        await self._tell(device_name, "create_plan", plan=plan.with_enabled(draft.enabled))
        return plan.plan_id

    async def copy(self, device_name: str, plan_id: str, name: str) -> str:
        new_id = self._new_id()
        await self._tell(
            device_name, "copy_plan", plan=self._plan(device_name, plan_id), new_name=name, new_plan_id=new_id
        )
        return new_id

    async def rename(self, device_name: str, plan_id: str, name: str) -> None:
        plan = dataclasses.replace(self._plan(device_name, plan_id), job_name=name)
        await self._tell(device_name, "rename_plan", plan=plan, new_name=name)

    async def enable(self, device_name: str, plan_id: str, enabled: bool) -> None:
        await self._tell(device_name, "enable_plan", plan=self._plan(device_name, plan_id), enabled=enabled)

    async def delete(self, device_name: str, plan_id: str) -> None:
        await self._tell(device_name, "delete_plan_by_id", plan_id=plan_id)

    def _plan(self, device_name: str, plan_id: str) -> Plan:
        """The plan as it was last read; an edit sends the whole of it again."""
        handle = self._link.connection.handle(device_name)
        plan = cast("MowerDevice", handle.snapshot.raw).map.plan.get(plan_id)
        if plan is None:
            raise NotFound(Text("{name} has no plan {plan}: read its plans again", name=device_name, plan=plan_id))
        return plan

    async def _tell(self, device_name: str, key: str, **fields: Any) -> None:
        await self._link.tell_device(device_name, key, purpose=Purpose.COMMAND, **fields)
        await asyncio.sleep(SETTLE_S)

    def _new_id(self) -> str:
        return new_mower_plan_id(now_ms=to_epoch_ms(self._clock.now()))


def device_plan(plan: Plan) -> DevicePlan:
    """PyMammotion's plan in our words."""
    return DevicePlan(
        plan_id=plan.plan_id,
        name=plan.task_name or plan.job_name,
        enabled=plan.is_enabled(),
        zone_hashes=tuple(int(zone) for zone in plan.zone_hashs),
        start_time=plan.start_time,
        weekdays=tuple(sorted(int(day) for day in plan.weeks)),
        blade_height_mm=plan.knife_height or None,
        speed_m_s=round(plan.speed, 2) or None,
        spacing_cm=plan.route_spacing or None,
        angle_deg=plan.route_angle or None,
    )


def vendor_plan(draft: PlanDraft, *, plan_id: str, device_id: str) -> Plan:
    """A draft as the vendor's app would make it."""
    return Plan(
        pver=1,
        version="1.0",
        device_id=device_id,
        plan_id=plan_id,
        task_id=plan_id[:13],
        job_id=plan_id[13:],
        task_name=draft.name.strip(),
        job_name=draft.name.strip(),
        start_time=draft.start_time,
        end_time=DAY_ENDS,
        trigger_type=_CALENDAR,
        week=draft.weekdays[0],
        weeks=list(draft.weekdays),
        knife_height=draft.blade_height_mm,
        speed=draft.speed_m_s,
        route_spacing=draft.spacing_cm,
        zone_hashs=list(draft.zone_hashes),
        reserved="\0" * 8,
    )
