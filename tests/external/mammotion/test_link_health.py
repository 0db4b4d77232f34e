"""What a link makes of a broker and a cloud in trouble."""

import asyncio
from dataclasses import replace

import pytest

from core.errors import NeedsHuman
from core.fleet.model import LinkState, Source
from external.mammotion.caretaker import DEFAULT_TIMES
from external.mammotion.health import Signs, judge
from external.mammotion.link import MammotionLink
from external.mammotion.simulator import SimulatorServer
from tests.external.mammotion.conftest import QUICK, Ear, Inject, OpenLink, eventually, request_counts


@pytest.mark.parametrize(
    ("signs", "state"),
    [
        (Signs(), LinkState.CONNECTING),
        (Signs(connected=True), LinkState.UP),
        (Signs(connected=True, was_connected=True, http_failures=1), LinkState.UP),
        (Signs(connected=True, was_connected=True, http_failures=2), LinkState.CLOUD_DOWN),
        (Signs(was_connected=True), LinkState.BROKER_DOWN),
        (Signs(was_connected=True, http_failures=9), LinkState.BROKER_DOWN),
        (Signs(was_connected=True, empty=True), LinkState.UP),
        (Signs(empty=True), LinkState.CONNECTING),
        (Signs(connected=True, dead="over"), LinkState.REAUTH_NEEDED),
        (Signs(dead="over", blocked=True), LinkState.BLOCKED),
        (Signs(connected=True, blocked=True), LinkState.UP),
        (Signs(closed=True, dead="over"), LinkState.STOPPED),
    ],
)
def test_the_gravest_sign_decides(signs: Signs, state: LinkState) -> None:
    assert judge(signs)[0] is state


async def test_a_lost_broker_is_told_and_comes_back_and_the_silent_are_asked(
    link: MammotionLink, ear: Ear, street: SimulatorServer, inject: Inject
) -> None:
    """Pitfall 11: nothing is queued while the connection is away, so everyone silent is asked afterwards."""
    asked = street.journal.leaves["to_device sys.todev_report_cfg"]
    await inject("broker", down_s=1.0)
    await eventually(lambda: link.health.state is LinkState.BROKER_DOWN)
    await eventually(lambda: link.health.state is LinkState.UP)
    assert ear.states[-2:] == [LinkState.BROKER_DOWN, LinkState.UP]
    await eventually(lambda: street.journal.leaves["to_device sys.todev_report_cfg"] >= asked + 2)
    for device in link.devices:
        await eventually(lambda name=device.device_name: ear.last(name) is not None)


async def test_a_failing_cloud_is_told_probed_and_found_well_again(
    link: MammotionLink, ear: Ear, inject: Inject
) -> None:
    await inject("http", status=500, shape="status")
    for _ in range(2):
        with pytest.raises(Exception, match="refused"):
            await link.request_report(link.devices[0].device_name)
    assert link.health.state is LinkState.CLOUD_DOWN
    await inject("heal", all=True)
    await eventually(lambda: link.health.state is LinkState.UP)
    assert ear.states[-2:] == [LinkState.CLOUD_DOWN, LinkState.UP]


async def test_a_broker_that_refuses_for_a_while_costs_a_new_client_and_no_login(
    link: MammotionLink, ear: Ear, street: SimulatorServer, inject: Inject
) -> None:
    """PyMammotion gives such a connection up for good, without a word to the account."""
    await inject("broker", refuse_code=5)
    await inject("broker", drop="*")
    await eventually(lambda: link.connection.gave_up)
    assert link.health.state is LinkState.BROKER_DOWN
    await inject("heal", all=True)
    await eventually(lambda: link.health.state is LinkState.UP)
    assert request_counts(street, link.account)["login"] == 1
    ear.heard.clear()
    await link.request_report(link.devices[0].device_name)
    await eventually(lambda: ear.heard)


async def test_junk_frames_are_counted_and_cost_nothing_else(link: MammotionLink, ear: Ear, inject: Inject) -> None:
    """Pitfall 4: some of them end the whole account's connection in PyMammotion alone."""
    name = link.devices[0].device_name
    await inject(f"mowers/{name}", junk=200)
    await eventually(lambda: link.health.refused_frames >= 100)
    ear.heard.clear()
    await link.request_report(name)
    await eventually(lambda: ear.last(name))
    assert LinkState.BROKER_DOWN not in ear.states


async def test_a_handler_of_pymammotions_that_fails_does_not_end_the_connection(link: MammotionLink, ear: Ear) -> None:
    """Pitfall 4: frames whose numbers fit protobuf but no position on earth, and lists cut short, reach it, too."""
    from tests.external.mammotion import frames

    iot_id = link.devices[0].iot_id
    transport = link.connection.transport
    assert transport is not None
    assert transport.on_device_message is not None
    before = link.health.refused_frames
    for length in range(1, 6):
        short = frames.envelope()
        short.sys.systemUpdateBuf.update_buf_data.extend([2, *[0] * length])
        await transport.on_device_message(iot_id, short.SerializeToString())
    assert link.health.refused_frames >= before + 5
    await asyncio.sleep(0.1)
    assert link.health.state is LinkState.UP


async def test_a_broker_that_drops_us_is_told_before_anything_is_tried(
    open_link: OpenLink, ear: Ear, inject: Inject
) -> None:
    """Not at the next look of the caretaker, and not after PyMammotion's first failed return."""
    link = await open_link(times=replace(QUICK, round_s=60.0))
    await eventually(lambda: link.health.state is LinkState.UP)
    await inject("broker", down_s=0.5)
    await eventually(lambda: ear.states[-1] is LinkState.BROKER_DOWN, within_s=2)  # told, not asked for
    await eventually(lambda: ear.states[-1] is LinkState.UP)


async def test_a_dead_access_token_is_renewed_and_nobody_is_bothered(
    link: MammotionLink, ear: Ear, street: SimulatorServer, inject: Inject
) -> None:
    await inject(f"accounts/{link.account}", end_access_tokens=True)
    before = len(ear.healths)
    await link.request_report(link.devices[0].device_name)
    await eventually(lambda: (reading := ear.last(link.devices[0].device_name)) and reading.source is Source.POLL)
    counts = request_counts(street, link.account)
    assert (counts["login"], counts["refresh"]) == (1, 1)
    assert {health.state for health in ear.healths[before:]} <= {LinkState.UP}
    await link.look_for_devices()
    assert request_counts(street, link.account)["refresh"] == 1


async def test_a_look_at_the_mowers_renews_a_dead_access_token(
    link: MammotionLink, street: SimulatorServer, inject: Inject
) -> None:
    await inject(f"accounts/{link.account}", end_access_tokens=True)
    await link.look_for_devices()
    counts = request_counts(street, link.account)
    assert (counts["login"], counts["refresh"]) == (1, 1)
    assert len(link.devices) == 2


async def test_tokens_that_end_while_nobody_asks_anything_are_found_out_and_need_a_human(
    open_link: OpenLink, ear: Ear, street: SimulatorServer, inject: Inject
) -> None:
    link = await open_link(times=replace(QUICK, look_s=0.5, looks_share=1e6))
    await eventually(lambda: link.health.state is LinkState.UP)
    await inject(f"accounts/{link.account}", end_all_tokens=True)
    await eventually(lambda: link.health.state is LinkState.REAUTH_NEEDED)
    await asyncio.sleep(1.5)  # nothing tries on
    counts = (await inject("counts"))["requests"]
    assert counts[link.account]["login"] == 1
    assert sum(account.get("token_rejected", 0) for account in counts.values()) == 1
    assert link.health.state is LinkState.REAUTH_NEEDED
    with pytest.raises(NeedsHuman):
        await link.look_for_devices()


async def test_a_blocked_account_is_told_at_the_pace_of_production(
    open_link: OpenLink, ear: Ear, street: SimulatorServer, inject: Inject
) -> None:
    link = await open_link(times=DEFAULT_TIMES)
    await eventually(lambda: link.health.state is LinkState.UP)
    await inject(f"accounts/{link.account}", blocked=True)
    await eventually(lambda: ear.states[-1] is LinkState.BLOCKED, within_s=10)
    assert request_counts(street, link.account)["login"] == 1


async def test_an_account_blocked_while_its_link_is_up_is_told(
    link: MammotionLink, ear: Ear, street: SimulatorServer, inject: Inject
) -> None:
    await inject(f"accounts/{link.account}", blocked=True)
    await inject("broker", drop=link.account)
    await eventually(lambda: link.health.state is LinkState.BLOCKED, within_s=10)
    assert "blocked" in link.health.detail
    assert request_counts(street, link.account)["login"] == 1


async def test_lists_that_still_arrive_do_not_hide_that_no_mower_can_be_asked(
    link: MammotionLink, ear: Ear, inject: Inject
) -> None:
    await inject("http", status=500, shape="status", endpoint="invoke")
    for _ in range(2):
        with pytest.raises(Exception, match="refused"):
            await link.request_report(link.devices[0].device_name)
    assert link.health.state is LinkState.CLOUD_DOWN
    await link.look_for_devices()
    link.update()
    assert link.health.state is LinkState.CLOUD_DOWN
    await inject("heal", all=True)
    await eventually(lambda: link.health.state is LinkState.UP)
    assert ear.states[-2:] == [LinkState.CLOUD_DOWN, LinkState.UP]
