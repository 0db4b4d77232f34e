"""Faults put in through the control API, as the genuine client meets them."""

import asyncio

import aiohttp
import aiomqtt
import pytest
from pymammotion.aliyun.exceptions import DeviceOfflineException, DeviceRemovedFromAccountError
from pymammotion.client import MammotionClient
from pymammotion.messaging.command_queue import Priority
from pymammotion.proto.luba_msg_pb2 import LubaMsg
from pymammotion.transport.base import TransportError, TransportType

from external.mammotion.simulator import SimulatorServer
from external.mammotion.simulator.mower import Activity, WorkMode
from tests.external.mammotion.simulator.conftest import Control, eventually

PING = "get_device_version_main"


async def ping(client: MammotionClient, cloud: SimulatorServer, key: str = PING) -> None:
    await client.send_command_with_args(cloud.devices[0].name, key, priority=Priority.USER)


def transport_of(client: MammotionClient, cloud: SimulatorServer) -> object:
    session = client.account_registry.get(cloud.accounts[0][0])
    assert session is not None
    return session.mammotion_transport


@pytest.mark.parametrize("status", [401, 460])
@pytest.mark.parametrize("shape", ["status", "body"])
async def test_a_dead_token_costs_one_refresh_and_the_command_arrives(
    client: MammotionClient, cloud: SimulatorServer, control: Control, status: int, shape: str
) -> None:
    await control("http", status=status, shape=shape, endpoint="invoke", count=1)
    await ping(client, cloud)
    counts = cloud.journal.requests[cloud.accounts[0][0]]
    assert (counts["login"], counts["refresh"]) == (1, 1)
    assert cloud.journal.leaves["to_device net.todev_devinfo_req"] == 1


async def test_ended_access_tokens_are_really_dead(
    client: MammotionClient, cloud: SimulatorServer, control: Control
) -> None:
    account = cloud.accounts[0][0]
    old_token = client.account_registry.get(account).mammotion_http.login_info.refresh_token  # type: ignore[union-attr]
    await control(f"accounts/{account}", end_access_tokens=True)
    await ping(client, cloud)
    assert cloud.journal.requests[account]["refresh"] == 1
    async with aiohttp.ClientSession() as session:
        query = {"grant_type": "refresh_token", "refresh_token": old_token}
        async with session.post(f"{cloud.http_url}/oauth2/token", params=query) as response:
            assert (response.status, (await response.json())["code"]) == (200, 40102)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"status": 500}, TransportError),
        ({"status": 502, "shape": "html"}, aiohttp.ClientError),
        ({"status": 20099, "shape": "body"}, TransportError),
    ],
)
async def test_a_failing_cloud_fails_the_command(
    client: MammotionClient, cloud: SimulatorServer, control: Control, fault: dict[str, object], error: type[Exception]
) -> None:
    await control("http", endpoint="invoke", count=1, **fault)
    with pytest.raises(error):
        await ping(client, cloud)
    await ping(client, cloud)  # once only


async def test_a_slow_answer_comes_late_but_comes(
    client: MammotionClient, cloud: SimulatorServer, control: Control
) -> None:
    await control("http", endpoint="invoke", count=1, delay_s=0.5)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(ping(client, cloud), 0.2)
    await ping(client, cloud)


async def test_an_offline_device_is_told_and_refuses(
    client: MammotionClient, cloud: SimulatorServer, control: Control
) -> None:
    luba = cloud.devices[0]
    handle = client.device_registry.get_by_name(luba.name)
    assert handle is not None
    await control(f"mowers/{luba.name}", online=False)
    await eventually(lambda: handle.availability.mqtt_reported_offline)
    await control(f"mowers/{luba.name}", online=True)
    await eventually(lambda: not handle.availability.mqtt_reported_offline)
    luba.online = False  # without the cloud's word, as when a device has just dropped
    with pytest.raises(DeviceOfflineException):
        await ping(client, cloud)


async def test_a_removed_device_is_gone_from_the_account(
    client: MammotionClient, cloud: SimulatorServer, control: Control
) -> None:
    await control(f"mowers/{cloud.devices[0].name}", removed=True)
    with pytest.raises(DeviceRemovedFromAccountError):
        await ping(client, cloud)
    http = client.account_registry.get(cloud.accounts[0][0]).mammotion_http  # type: ignore[union-attr]
    page = await http.get_user_device_page()  # type: ignore[union-attr]
    assert page.data is not None
    assert cloud.devices[0].name not in [record.device_name for record in page.data.records]


async def test_a_dropped_broker_is_found_again(
    client: MammotionClient, cloud: SimulatorServer, control: Control
) -> None:
    transport = transport_of(client, cloud)
    await eventually(lambda: transport.is_connected)  # type: ignore[attr-defined]
    answer = await control("broker", down_s=1.5)
    assert answer["dropped"] == 1
    await eventually(lambda: not transport.is_connected)  # type: ignore[attr-defined]
    await eventually(lambda: transport.is_connected)  # type: ignore[attr-defined]


async def test_a_broker_that_refuses_twice_is_given_up(
    client: MammotionClient, cloud: SimulatorServer, control: Control
) -> None:
    transport = transport_of(client, cloud)
    await eventually(lambda: transport.is_connected)  # type: ignore[attr-defined]
    await control("broker", refuse_code=5, drop="*")
    await eventually(lambda: transport.is_unrecoverable_auth_failure or not transport.is_usable)  # type: ignore[attr-defined]
    assert cloud.front.counts["refused"] == 2


async def test_a_blocked_account_needs_a_person(
    client: MammotionClient, cloud: SimulatorServer, control: Control
) -> None:
    told: list[tuple[str, TransportType]] = []

    async def on_dead(account: str, transport: TransportType, _error: Exception) -> None:
        told.append((account, transport))

    client.on_unrecoverable_auth_error = on_dead
    account = cloud.accounts[0][0]
    await control(f"accounts/{account}", blocked=True)
    with pytest.raises(Exception, match=r"."):
        await ping(client, cloud)
    await eventually(lambda: told)
    assert told[0][0] == account
    await control(f"accounts/{account}", blocked=False)
    await client.login_and_initiate_cloud(*cloud.accounts[0])
    await ping(client, cloud)


async def test_only_a_living_jwt_opens_the_broker_and_only_for_ones_own_mowers(
    client: MammotionClient, cloud: SimulatorServer
) -> None:
    account = cloud.vendor.accounts[cloud.accounts[0][0]]
    other = cloud.vendor.accounts[cloud.accounts[1][0]]
    creds = cloud.vendor.mqtt_credentials(account, host="")

    def broker(password: str, identifier: str = creds["clientId"]) -> aiomqtt.Client:
        return aiomqtt.Client(
            "127.0.0.1", cloud.broker_port, username=creds["username"], password=password, identifier=identifier
        )

    for password, identifier in (
        ("guess", creds["clientId"]),
        (creds["jwt"] + "x", creds["clientId"]),
        (creds["jwt"], "x"),
    ):
        with pytest.raises(aiomqtt.MqttError, match=r"(?i)not authori"):
            async with broker(password, identifier):
                pass
    device = other.devices[0]
    async with broker(creds["jwt"]) as link:
        await link.subscribe(f"/sys/{device.product_key}/{device.name}/thing/event/+/post")
        assert cloud.front.counts["subscriptions_refused"] == 1
        await link.subscribe("#")
        assert cloud.front.counts["subscriptions_refused"] == 2


async def test_a_feed_can_be_frozen_replayed_or_silent(cloud: SimulatorServer, control: Control) -> None:
    feeds = dict(zip(("frozen", "replayed", "silent"), cloud.devices, strict=False))
    for luba in feeds.values():
        await control(f"mowers/{luba.name}", action=1)
    await eventually(lambda: all(len(luba.sent) >= 2 for luba in feeds.values()))
    past = {feed: {content.hex() for content in luba.sent} for feed, luba in feeds.items()}
    for feed, luba in feeds.items():
        await control(f"mowers/{luba.name}", feed=feed)
    before = {feed: luba.sequence for feed, luba in feeds.items()}
    await eventually(lambda: all(luba.sequence >= before[feed] + 2 for feed, luba in feeds.items()))

    async def latest(feed: str) -> list[str]:
        frames = await control(f"frames?device={feeds[feed].name}&limit=50")
        reports = [frame["content"] for frame in frames if frame["leaf"] == "sys.toapp_report_data"]
        return reports[-2:]

    frozen = await latest("frozen")
    assert len(set(frozen)) == 1
    assert set(await latest("replayed")) <= past["replayed"] | {c.hex() for c in feeds["replayed"].sent}
    assert set(await latest("silent")) <= past["silent"] | {c.hex() for c in feeds["silent"].sent}


async def test_a_restamped_feed_repeats_the_past_under_new_times_and_numbers(
    cloud: SimulatorServer, control: Control
) -> None:
    luba = cloud.devices[0]
    await control(f"mowers/{luba.name}", action=1)
    await eventually(lambda: len(luba.sent) >= 3)
    past = [LubaMsg.FromString(content) for content in luba.sent]
    await control(f"mowers/{luba.name}", feed="restamped", action=2)
    said = [luba.fed(luba.report(now_ms=10**13 + n, now_s=10.0**6).SerializeToString()) for n in range(len(past))]
    heard = [LubaMsg.FromString(content) for content in said if content is not None]
    assert [message.timestamp for message in heard] == [10**13 + n for n in range(len(past))]
    assert heard[-1].seqs > heard[0].seqs > max(message.seqs for message in past)
    places = {str(message.sys.toapp_report_data.locations) for message in past}
    assert {str(message.sys.toapp_report_data.locations) for message in heard} <= places
    assert not {message.sys.toapp_report_data.dev.sys_status for message in heard} & {WorkMode.PAUSE}


async def test_a_spinning_mower_says_it_mows_and_stays_where_it_is(cloud: SimulatorServer, control: Control) -> None:
    luba = cloud.devices[0]
    await control(f"mowers/{luba.name}", action=1)
    for _ in range(60):
        luba.step(1.0)
    truth = await control(f"mowers/{luba.name}", spinning=True)
    assert truth["spinning"]
    before = luba.mower
    for _ in range(30):
        luba.step(1.0)
    after = luba.mower
    assert (after.x, after.y, after.progress_percent) == (before.x, before.y, before.progress_percent)
    assert after.work_mode is WorkMode.WORKING
    assert after.battery < before.battery
    await control(f"mowers/{luba.name}", spinning=False)
    luba.step(1.0)
    assert (luba.mower.x, luba.mower.y) != (after.x, after.y)


async def test_junk_reaches_the_client(client: MammotionClient, cloud: SimulatorServer, control: Control) -> None:
    transport = transport_of(client, cloud)
    await eventually(lambda: transport.is_connected)  # type: ignore[attr-defined]
    heard: list[bytes] = []

    async def hear(_iot_id: str, content: bytes) -> None:
        heard.append(content)

    transport.on_device_message = hear  # type: ignore[attr-defined]
    await control(f"mowers/{cloud.devices[0].name}", junk=8)
    await eventually(lambda: b"\xff" * 12 in heard)


async def test_states_can_be_set_and_healed(cloud: SimulatorServer, control: Control) -> None:
    luba = cloud.devices[0]
    longitude, latitude = luba.lawn.frame.to_lonlat(3.0, 4.0)
    truth = await control(
        f"mowers/{luba.name}", battery=33, rain=True, rtk=0, teleport=[longitude, latitude], lift=True
    )
    assert (truth["battery"], truth["raining"], truth["rtk"], truth["error"]) == (33, True, 0, 2801)
    assert (truth["longitude"], truth["latitude"]) == pytest.approx((longitude, latitude), abs=1e-9)
    await control("heal", all=True)
    truth = await control(f"mowers/{luba.name}")
    assert (truth["raining"], truth["rtk"], truth["error"]) == (False, 4, 0)
    assert luba.mower.activity is Activity.IDLE


@pytest.mark.parametrize(
    ("path", "fields", "status"),
    [
        ("mowers/nobody", {"battery": 5}, 404),
        ("accounts/nobody", {"blocked": True}, 404),
        ("mowers/*", {"battery": 500}, 422),
        ("http", {"colour": "red"}, 422),
    ],
)
async def test_a_wrong_control_call_is_refused(
    cloud: SimulatorServer, control: Control, path: str, fields: dict[str, object], status: int
) -> None:
    with pytest.raises(aiohttp.ClientResponseError) as caught:
        await control(path, **fields)
    assert caught.value.status == status
