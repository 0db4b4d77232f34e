"""Plans of devices: a change counts once it was read back; wrong drafts are refused; running goes through the guard."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.accounts import Audit
from core.clock import MovableClock
from core.db import Database
from core.errors import Invalid, NotFound, Unavailable
from core.fleet.model import CommandKind
from core.fleet.service import FleetService
from core.plans import DevicePlan, PlanDraft, Plans, copy_name
from core.plans.model import NAME_LENGTH, plan_content, plan_from_content
from tests.core.fleet.cast import LUBA
from tests.core.fleet.conftest import cloud, fleet, linked
from tests.core.lawnmaps.conftest import ADA, database

__all__ = ["cloud", "database", "fleet", "linked"]
BIG = 2**64 - 5


@dataclass
class Device:
    """Holds plans; ``deaf`` takes changes and does not carry them out."""

    plans: dict[str, DevicePlan] = field(default_factory=dict)
    deaf: bool = False
    away: bool = False

    async def read(self, device_name: str) -> Sequence[DevicePlan]:
        if self.away:
            raise Unavailable("the mower did not answer")
        return tuple(self.plans.values())

    async def create(self, device_name: str, draft: PlanDraft) -> str:
        key = f"p{len(self.plans)}"
        if not self.deaf:
            self.plans[key] = DevicePlan(
                plan_id=key, name=draft.name, enabled=draft.enabled, zone_hashes=draft.zone_hashes,
                start_time=draft.start_time, weekdays=draft.weekdays,
            )  # fmt: skip
        return key

    async def copy(self, device_name: str, plan_id: str, name: str) -> str:
        key = f"p{len(self.plans)}"
        self.plans[key] = replace(self.plans[plan_id], plan_id=key, name=name)
        return key

    async def rename(self, device_name: str, plan_id: str, name: str) -> None:
        if not self.deaf:
            self.plans[plan_id] = replace(self.plans[plan_id], name=name)

    async def enable(self, device_name: str, plan_id: str, enabled: bool) -> None:
        if not self.deaf:
            self.plans[plan_id] = replace(self.plans[plan_id], enabled=enabled)

    async def delete(self, device_name: str, plan_id: str) -> None:
        if not self.deaf:
            del self.plans[plan_id]


@dataclass
class Starts:
    asked: list[dict[str, Any]] = field(default_factory=list)

    async def request(self, **asked: Any) -> Any:
        self.asked.append(asked)


@dataclass
class Shed:
    plans: Plans
    device: Device
    starts: Starts
    audit: Audit


@pytest.fixture
def shed(linked: FleetService, database: Database, clock: MovableClock) -> Shed:
    device, starts, audit = Device(), Starts(), Audit(database, clock)
    plans = Plans(
        database=database, clock=clock, mowers=linked.roster, plans_of=lambda _name: device, commands=starts,  # type: ignore[arg-type]
        audit=audit,
    )  # fmt: skip
    return Shed(plans, device, starts, audit)


WEEKLY = PlanDraft(name="Weekly", zone_hashes=(BIG, 12))


async def test_every_change_is_read_back_kept_and_audited(shed: Shed) -> None:
    plans = shed.plans
    assert (await plans.known(LUBA)).read_at is None
    (weekly,) = (await plans.create(device_name=LUBA, draft=WEEKLY, by=ADA)).plans
    assert weekly.zone_hashes == (BIG, 12)
    await plans.copy(device_name=LUBA, plan_id=weekly.plan_id, by=ADA)
    await plans.rename(device_name=LUBA, plan_id=weekly.plan_id, name="Whole lawn", by=ADA)
    await plans.enable(device_name=LUBA, plan_id=weekly.plan_id, enabled=False, by=ADA)
    known = await plans.known(LUBA)
    assert known.read_at is not None
    assert [(plan.name, plan.enabled) for plan in known.plans] == [("Whole lawn", False), ("Weekly 2", True)]
    await plans.delete(device_name=LUBA, plan_id=weekly.plan_id, by=ADA)
    assert [plan.name for plan in (await plans.known(LUBA)).plans] == ["Weekly 2"]
    actions = [line.action for line in await shed.audit.lines(action="plan.")]
    assert actions == ["plan.delete", "plan.disable", "plan.rename", "plan.copy", "plan.create"]


async def test_a_change_that_the_device_does_not_show_is_no_success(shed: Shed) -> None:
    (weekly,) = (await shed.plans.create(device_name=LUBA, draft=WEEKLY, by=ADA)).plans
    shed.device.deaf = True
    for change in (
        shed.plans.rename(device_name=LUBA, plan_id=weekly.plan_id, name="Other", by=ADA),
        shed.plans.enable(device_name=LUBA, plan_id=weekly.plan_id, enabled=False, by=ADA),
        shed.plans.delete(device_name=LUBA, plan_id=weekly.plan_id, by=ADA),
        shed.plans.create(device_name=LUBA, draft=WEEKLY, by=ADA),
    ):
        with pytest.raises(Unavailable, match="does not show it"):
            await change
    assert [plan.name for plan in (await shed.plans.known(LUBA)).plans] == ["Weekly"]


async def test_running_a_plan_is_a_start_that_names_it(shed: Shed) -> None:
    (weekly,) = (await shed.plans.create(device_name=LUBA, draft=WEEKLY, by=ADA)).plans
    await shed.plans.run(device_name=LUBA, plan_id=weekly.plan_id, by=ADA)
    (asked,) = shed.starts.asked
    assert (asked["kind"], asked["parameters"]) == (CommandKind.START, {"plan": weekly.plan_id})
    with pytest.raises(NotFound):
        await shed.plans.run(device_name=LUBA, plan_id="none", by=ADA)


async def test_a_mower_that_does_not_answer_leaves_the_list_as_it_was(shed: Shed) -> None:
    await shed.plans.create(device_name=LUBA, draft=WEEKLY, by=ADA)
    shed.device.away = True
    with pytest.raises(Unavailable):
        await shed.plans.read(LUBA)
    assert len((await shed.plans.known(LUBA)).plans) == 1
    with pytest.raises(NotFound):
        await shed.plans.known("stranger")


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"name": " "}, "name"),
        ({"zone_hashes": ()}, "zones"),
        ({"zone_hashes": (1, 1)}, "zones"),
        ({"start_time": "24:00"}, "start"),
        ({"start_time": "9:00"}, "start"),
        ({"weekdays": (0,)}, "weekdays"),
        ({"blade_height_mm": 10}, "blade_height_mm"),
        ({"speed_m_s": 9.0}, "speed_m_s"),
    ],
)
async def test_a_wrong_draft_is_refused_before_anything_is_sent(
    shed: Shed, fields: dict[str, Any], problem: str
) -> None:
    with pytest.raises(Invalid, match=problem):
        await shed.plans.create(device_name=LUBA, draft=replace(WEEKLY, **fields), by=ADA)
    assert shed.device.plans == {}


@given(st.text(min_size=1, max_size=NAME_LENGTH), st.lists(st.text(max_size=NAME_LENGTH), max_size=20))
def test_a_copys_name_is_new_and_fits(name: str, taken: list[str]) -> None:
    copied = copy_name(name, taken)
    assert copied not in taken
    assert len(copied) <= NAME_LENGTH


@given(st.integers(1, 2**64 - 1), st.sets(st.integers(1, 7), min_size=1))
def test_a_plan_survives_the_round_trip_through_json(zone: int, days: set[int]) -> None:
    plan = DevicePlan(
        plan_id="1", name="W", enabled=True, zone_hashes=(zone,), start_time="09:00", weekdays=tuple(sorted(days))
    )
    assert plan_from_content(plan_content(plan)) == plan
