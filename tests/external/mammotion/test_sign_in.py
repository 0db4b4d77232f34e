"""Logging in, coming back on stored tokens, and what a person is told when neither works."""

import asyncio
import json

import pytest

from core.clock import SystemClock
from core.errors import NeedsHuman, Unavailable
from core.fleet.model import LinkState
from external.mammotion import MammotionCloud
from external.mammotion.link import MammotionLink
from external.mammotion.simulator import Lifetimes, SimulatorOptions, SimulatorServer
from external.mammotion.simulator.default_sites import default_sites
from external.mammotion.tokens import TokenCache
from tests.external.mammotion.conftest import QUICK, Ear, Inject, OpenLink, eventually, request_counts


async def test_a_login_finds_the_mowers_and_comes_up(link: MammotionLink, ear: Ear, street: SimulatorServer) -> None:
    names = [mower.name for mower in street.devices[:2]]
    assert [device.device_name for device in link.devices] == names
    assert {device.device_name for device in ear.found} == set(names)
    assert LinkState.UP in ear.states
    assert link.health.devices == 2
    assert {device.model for device in link.devices} == {"Luba 2", "HM430"}  # told by the name (7.16)


async def test_a_wrong_password_needs_a_human_and_leaves_no_task(open_link: OpenLink, ear: Ear) -> None:
    with pytest.raises(NeedsHuman, match="refuses this account"):
        await open_link(password="guess")
    assert ear.states[-1] is LinkState.REAUTH_NEEDED
    assert ear.tokens == []
    await asyncio.sleep(0.05)
    assert not tasks_of_the_adapter()


async def test_a_blocked_account_is_told_as_blocked(
    open_link: OpenLink, ear: Ear, street: SimulatorServer, inject: Inject
) -> None:
    await inject(f"accounts/{street.accounts[0][0]}", blocked=True)
    with pytest.raises(NeedsHuman):
        await open_link()
    assert ear.states[-1] is LinkState.BLOCKED


async def test_a_cloud_in_trouble_is_unavailable_and_no_refusal(open_link: OpenLink, ear: Ear, inject: Inject) -> None:
    await inject("http", status=502, shape="html", endpoint="token", count=1)
    with pytest.raises(Unavailable):
        await open_link()
    assert LinkState.REAUTH_NEEDED not in ear.states


async def test_a_cloud_that_is_not_there_is_unavailable(ear: Ear) -> None:
    cloud = MammotionCloud(
        login_url="http://127.0.0.1:1", api_url="http://127.0.0.1:1", clock=SystemClock(), request_ceiling=100
    )
    with pytest.raises(Unavailable):
        await cloud.log_in("anna@example.org", "secret", ear)


async def test_a_restore_comes_back_without_a_login_and_asks_nothing_twice(
    link: MammotionLink, open_link: OpenLink, ear: Ear, street: SimulatorServer
) -> None:
    account = street.accounts[0][0]
    await eventually(lambda: all(device.firmware for device in link.devices))
    used = link.health.requests_24h
    await link.close()
    before = request_counts(street, account)
    back = await open_link(tokens=ear.tokens[-1])
    await eventually(lambda: back.health.state is LinkState.UP)
    await asyncio.sleep(0.5)
    after = request_counts(street, account)
    assert after["login"] == before["login"] == 1
    assert after["invoke"] == before["invoke"]  # bases and versions were kept
    assert all(device.firmware for device in back.devices)
    assert back.health.requests_24h > used  # the count goes on


async def test_after_a_restore_the_mowers_are_not_held_unreachable(
    link: MammotionLink, open_link: OpenLink, ear: Ear, inject: Inject
) -> None:
    """Pitfall 2: a handle built on a connection that is up already is told nothing of it."""
    await link.close()
    await inject("http", endpoint="device_list", delay_s=0.5, seconds=5)  # the broker is there before the handles
    back = await open_link(tokens=ear.tokens[-1])
    await eventually(lambda: back.health.state is LinkState.UP)
    for device in back.devices:
        handle = back.connection.handle(device.device_name)
        await eventually(lambda handle=handle: handle.availability.connection_state.name == "CONNECTED")


async def test_dead_tokens_need_a_human_and_never_a_login(
    link: MammotionLink, open_link: OpenLink, ear: Ear, street: SimulatorServer, inject: Inject
) -> None:
    account = street.accounts[0][0]
    await link.close()
    await inject(f"accounts/{account}", end_all_tokens=True)
    with pytest.raises(NeedsHuman):
        await open_link(tokens=ear.tokens[-1])
    counts = request_counts(street, account)
    assert counts["login"] == 1
    assert ear.states[-1] is LinkState.REAUTH_NEEDED


async def test_a_dead_access_token_is_renewed_on_restore_without_a_login(
    link: MammotionLink, open_link: OpenLink, ear: Ear, street: SimulatorServer, inject: Inject
) -> None:
    account = street.accounts[0][0]
    await eventually(lambda: all(device.firmware for device in link.devices))
    await link.close()
    await inject(f"accounts/{account}", end_access_tokens=True)
    back = await open_link(tokens=ear.tokens[-1])
    await eventually(lambda: back.health.state is LinkState.UP)
    counts = request_counts(street, account)
    assert (counts["login"], counts["refresh"]) == (1, 1)
    assert all(device.firmware for device in back.devices)
    kept = json.loads(ear.tokens[-1])
    assert (
        kept["credentials"]["mammotion_data"]["data"]["refresh_token"] == street.vendor.accounts[account].refresh_token
    )
    assert all(facts["base"] for facts in kept["devices"].values())


@pytest.mark.parametrize("text", ["", "{}", "nonsense", '{"format": 1, "credentials": {}}', '{"format": 9}', "[1]"])
async def test_what_is_no_token_cache_needs_a_human(open_link: OpenLink, text: str) -> None:
    with pytest.raises(NeedsHuman):
        await open_link(tokens=text)


async def test_a_cache_without_a_usable_login_needs_a_human(open_link: OpenLink, street: SimulatorServer) -> None:
    broken = TokenCache({"mammotion_data": {"code": 0, "msg": "", "data": {"access_token": "x"}}}).write()
    with pytest.raises(NeedsHuman):
        await open_link(tokens=broken)
    assert street.accounts[0][0] not in street.journal.requests


async def test_a_restore_while_the_cloud_is_away_is_unavailable(
    link: MammotionLink, open_link: OpenLink, ear: Ear, street: SimulatorServer
) -> None:
    await link.close()
    await street.stop()
    with pytest.raises(Unavailable):
        await open_link(tokens=ear.tokens[-1])
    assert LinkState.REAUTH_NEEDED not in ear.states


async def test_a_restore_while_only_the_broker_answers_shows_the_mowers_and_says_what_is_wrong(
    link: MammotionLink, open_link: OpenLink, ear: Ear, inject: Inject
) -> None:
    await link.close()
    await inject("http", status=500, shape="html")
    back = await open_link(tokens=ear.tokens[-1])
    await eventually(lambda: back.health.state is LinkState.CLOUD_DOWN)
    assert len(back.devices) == 2
    await inject("heal", all=True)
    await eventually(lambda: back.health.state is LinkState.UP)


async def test_tokens_that_die_later_are_a_task_for_a_human(
    link: MammotionLink, ear: Ear, street: SimulatorServer, inject: Inject
) -> None:
    account, name = street.accounts[0][0], link.devices[0].device_name
    await inject(f"accounts/{account}", end_all_tokens=True)
    with pytest.raises((NeedsHuman, Unavailable)):  # this one finds out
        await link.request_report(name)
    await eventually(lambda: link.health.state is LinkState.REAUTH_NEEDED)
    with pytest.raises(NeedsHuman):
        await link.request_report(name)
    assert request_counts(street, account)["login"] == 1


class TestShortLivedTokens:
    @pytest.fixture
    def lifetimes(self) -> Lifetimes:
        return Lifetimes(access_s=301.0, mqtt_s=3600.0)

    async def test_renewed_tokens_are_handed_over_at_once(
        self, link: MammotionLink, ear: Ear, street: SimulatorServer
    ) -> None:
        seen = len(ear.tokens)
        await asyncio.sleep(1.5)  # the access token is within five minutes of its end by now
        await link.connection.probe()
        await eventually(lambda: len(ear.tokens) > seen)
        kept = json.loads(ear.tokens[-1])["credentials"]["mammotion_data"]["data"]["refresh_token"]
        assert kept == street.vendor.accounts[link.account].refresh_token


async def test_closing_leaves_no_task_and_says_so(open_link: OpenLink, ear: Ear) -> None:
    link = await open_link()
    await eventually(lambda: link.health.state is LinkState.UP)
    assert tasks_of_the_adapter()
    await link.close()
    await link.close()
    await asyncio.sleep(0.05)
    assert not tasks_of_the_adapter()
    assert ear.states[-1] is LinkState.STOPPED


async def test_a_second_link_of_an_account_ends_the_first(street: SimulatorServer, ear: Ear) -> None:
    cloud = MammotionCloud(
        login_url=street.http_url, api_url=street.http_url, clock=SystemClock(), request_ceiling=1000, times=QUICK
    )
    first = await cloud.log_in(*street.accounts[0], ear)
    second = await cloud.log_in(*street.accounts[0], ear)
    assert first.health.state is LinkState.STOPPED
    assert second.health.requests_24h > 7  # those of the first count as well
    await second.close()


async def test_one_process_may_speak_to_two_clouds(open_link: OpenLink, ear: Ear) -> None:
    here = await open_link()
    server = SimulatorServer(SimulatorOptions(sites=default_sites(mowers=1, accounts=1, seed=9), owners=False))
    await server.start()
    try:
        cloud = MammotionCloud(
            login_url=server.http_url, api_url=server.http_url, clock=SystemClock(), request_ceiling=100, times=QUICK
        )
        there = await cloud.log_in(*server.accounts[0], ear)
        await eventually(lambda: there.health.state is LinkState.UP and here.health.state is LinkState.UP)
        assert {device.device_name for device in there.devices} == {server.devices[0].name}
        await there.close()
    finally:
        await server.stop()


def tasks_of_the_adapter() -> list[asyncio.Task[object]]:
    return [
        task
        for task in asyncio.all_tasks()
        if task.get_name().startswith("mammotion.") or "pymammotion" in repr(task.get_coro())
    ]
