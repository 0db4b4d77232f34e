"""Plans that a device keeps itself, through PyMammotion's own plan calls, against the simulated cloud."""

import pytest

from core.errors import NotFound
from core.fleet.model import CommandKind
from core.plans import PlanDraft
from external.mammotion.link import MammotionLink
from external.mammotion.simulator import SimulatorServer
from tests.external.mammotion.conftest import eventually


async def test_plans_are_made_copied_renamed_switched_and_deleted_and_read_back_from_the_device(
    link: MammotionLink, street: SimulatorServer
) -> None:
    name, device = link.devices[0].device_name, street.devices[0]
    (weekly,) = await link.plans.read(name)
    assert (weekly.name, weekly.enabled, weekly.start_time, weekly.weekdays) == ("Weekly", True, "09:00", (1, 3, 5))
    assert weekly.zone_hashes == tuple(zone.hash for zone in device.lawn.areas)
    front = device.lawn.areas[0].hash
    draft = PlanDraft(name="Front, mornings", zone_hashes=(front,), start_time="08:15", weekdays=(2, 6), enabled=False)
    made = await link.plans.create(name, draft)
    read = {plan.plan_id: plan for plan in await link.plans.read(name)}
    assert set(read) == {weekly.plan_id, made}
    assert (read[made].name, read[made].enabled, read[made].zone_hashes) == ("Front, mornings", False, (front,))
    assert (read[made].start_time, read[made].weekdays, read[made].blade_height_mm) == ("08:15", (2, 6), 50)
    for enabled in (True, False, True):  # the settings bytes must not walk away (Mammotion-HA #891)
        await link.plans.enable(name, made, enabled)
        assert {plan.plan_id: plan.enabled for plan in await link.plans.read(name)}[made] is enabled
    await link.plans.rename(name, weekly.plan_id, "Whole lawn")
    await link.plans.read(name)
    copied = await link.plans.copy(name, weekly.plan_id, "Whole lawn 2")
    names = {plan.plan_id: plan.name for plan in await link.plans.read(name)}
    assert names == {weekly.plan_id: "Whole lawn", made: "Front, mornings", copied: "Whole lawn 2"}
    for plan_id in (made, copied):
        await link.plans.delete(name, plan_id)
    assert [plan.name for plan in await link.plans.read(name)] == ["Whole lawn"]
    assert [plan.taskName for plan in device.plans] == ["Whole lawn"]
    reserved = device.plans[0].reserved.encode("latin-1")
    assert reserved[:3] == bytes((11, 11, 10))  # as delivered: one echo, not more


async def test_a_device_without_plans_says_so_and_an_unknown_plan_is_refused(
    link: MammotionLink, street: SimulatorServer
) -> None:
    name = link.devices[0].device_name
    street.devices[0].store_plans([])
    assert await link.plans.read(name) == ()
    with pytest.raises(NotFound, match="has no plan"):
        await link.plans.rename(name, "0", "Nothing")


async def test_a_plan_is_run_by_a_start_that_names_it(link: MammotionLink, street: SimulatorServer) -> None:
    name, device = link.devices[0].device_name, street.devices[0]
    front = device.lawn.areas[0].hash
    made = await link.plans.create(name, PlanDraft(name="Front", zone_hashes=(front,)))
    await link.send(name, CommandKind.START, {"plan": made}, command_id="1")
    job = await eventually(lambda: device.mower.job)
    assert (job.plan_id, job.zone_hashes) == (made, (front,))
