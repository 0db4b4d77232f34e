"""The server as a whole: it comes up, gives way, measures, and leaves nothing behind."""

import asyncio
import json
import signal
import sys

import aiomqtt
import psutil
import pytest
from pymammotion.mammotion.commands.mammotion_command import MammotionCommand
from pymammotion.proto import LubaMsg, luba_msg_pb2
from pymammotion.transport.envelope import unwrap_envelope

from core.clock import SystemClock
from external.mammotion.simulator import ReportPublisher, SimulatorOptions, SimulatorServer, Sites, capability_matrix
from external.mammotion.simulator.models import MODELS
from external.mammotion.simulator.mower import Activity
from external.mammotion.simulator.orders import TaskAction
from external.mammotion.simulator.replies import ANSWERS
from external.mammotion.simulator.wire import event_topic
from tests.external.mammotion.simulator.conftest import eventually

RUN = (
    "import asyncio; from external.mammotion.simulator import SimulatorOptions, run_simulator;"
    "asyncio.run(run_simulator(SimulatorOptions(mowers=2, accounts=1)))"
)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
async def test_it_says_where_it_is_and_no_process_outlives_it(how: signal.Signals) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", RUN, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    assert process.stdout is not None
    ready = json.loads(await process.stdout.readline())
    assert set(ready) == {"http_url", "control_url", "broker_port", "accounts"}
    assert ready["accounts"] == [{"account": "demo1@mowthos.example", "password": "mowthos-demo-1"}]
    children = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(how)
    await asyncio.wait_for(process.wait(), 60)
    await eventually(lambda: not any(child.is_running() and child.status() != "zombie" for child in children))


async def test_stopping_leaves_no_task_and_no_open_port(elm_street: Sites) -> None:
    before = asyncio.all_tasks()
    server = SimulatorServer(SimulatorOptions(sites=elm_street, owners=False))
    await server.start()
    await server.stop()
    await eventually(lambda: not {task for task in asyncio.all_tasks() - before if not task.done()})
    for port in (server.broker_port, int(server.http_url.rsplit(":", 1)[1])):
        with pytest.raises(OSError, match=r"refused|Connect"):
            await asyncio.open_connection("127.0.0.1", port)


async def test_the_embedded_broker_serves_where_there_is_no_mosquitto(elm_street: Sites) -> None:
    server = SimulatorServer(SimulatorOptions(sites=elm_street, owners=False, embedded_broker=True))
    await server.start()
    try:
        account = server.vendor.accounts[server.accounts[0][0]]
        creds = server.vendor.mqtt_credentials(account, host="")
        device = account.devices[0]
        async with aiomqtt.Client(
            "127.0.0.1",
            server.broker_port,
            username=creds["username"],
            password=creds["jwt"],
            identifier=creds["clientId"],
        ) as link:
            await link.subscribe(event_topic(device.product_key, device.name).replace("device_protobuf_msg_event", "+"))
            device.push_soon()
            message = await asyncio.wait_for(anext(aiter(link.messages)), 10)
            assert message.topic.value == event_topic(device.product_key, device.name)
    finally:
        await server.stop()


async def test_the_fast_publisher_sends_what_devices_send(elm_street: Sites) -> None:
    quiet = SimulatorOptions(sites=elm_street, owners=False, active_period_s=3600, docked_period_s=3600)
    server = SimulatorServer(quiet)
    await server.start()
    heard: list[aiomqtt.Message] = []
    try:
        await asyncio.sleep(1.2)  # their first pushes
        publisher = ReportPublisher(server.devices, SystemClock(), variants=3)
        async with aiomqtt.Client("127.0.0.1", server.backend_port) as link:
            await link.subscribe("/sys/#")
            sent = await publisher.run(port=server.backend_port, rate_per_s=2000, seconds=0.2)
            while len(heard) < sent:
                heard.append(await asyncio.wait_for(anext(aiter(link.messages)), 10))
    finally:
        await server.stop()
    assert sent == 400
    by_device = {device.name: [m for m in heard if device.name in m.topic.value] for device in server.devices}
    assert {name: len(messages) for name, messages in by_device.items()} == dict.fromkeys(by_device, 100)
    unwrapped = unwrap_envelope("", bytes(heard[-1].payload))  # type: ignore[arg-type]
    assert unwrapped is not None
    report = LubaMsg.parse(unwrapped[0])
    assert report.sys is not None
    assert report.sys.toapp_report_data is not None
    assert report.sys.toapp_report_data.dev.sys_status == 13  # type: ignore[union-attr]
    assert report.timestamp > 1_700_000_000_000


async def test_a_town_with_owners_is_alive_and_keeps_wall_clock_stamps() -> None:
    server = SimulatorServer(SimulatorOptions(mowers=20, accounts=1, speed=100))
    await server.start()
    try:
        truths = {device.name: (device.mower.x, device.mower.y) for device in server.devices}
        await eventually(lambda: sum((d.mower.x, d.mower.y) != truths[d.name] for d in server.devices) >= 10)
        await eventually(lambda: len({device.mower.activity for device in server.devices}) >= 4)
        await eventually(lambda: any(not device.online for device in server.devices))
        frames = server.journal.latest(limit=1)
        now_ms = SystemClock().now().timestamp() * 1000
        assert frames[0]["at_ms"] == pytest.approx(now_ms, abs=5000)
    finally:
        await server.stop()


async def test_a_mower_that_was_sent_home_stays_there() -> None:
    options = SimulatorOptions(mowers=3, accounts=1, speed=60, reply_delay_s=0.01)
    server = SimulatorServer(options)
    await server.start()
    try:
        luba = server.devices[0]
        content = MammotionCommand(luba.name, 1).return_to_dock()
        server.fleet.request(luba, luba_msg_pb2.LubaMsg.FromString(content), content)
        await eventually(lambda: luba.mower.activity is Activity.DOCKED)
        await asyncio.sleep(1.5)
        assert luba.mower.activity is Activity.DOCKED
    finally:
        await server.stop()


async def test_strangers_at_the_broker_are_turned_away(elm_street: Sites) -> None:
    server = SimulatorServer(SimulatorOptions(sites=elm_street, owners=False))
    await server.start()
    try:
        for nonsense in (b"GET / HTTP/1.1\r\n\r\n", b"\x10\xff\xff\xff\xff\x01", b"\x10\x02\x00\x04", b"\x30\x00"):
            reader, writer = await asyncio.open_connection("127.0.0.1", server.broker_port)
            writer.write(nonsense)
            writer.write_eof()
            assert await asyncio.wait_for(reader.read(), 5) == b""
            writer.close()
        assert server.front.connected == []
    finally:
        await server.stop()


@pytest.mark.parametrize("wrong", [{"speed": 0}, {"speed": 1000}, {"active_period_s": 0}, {"reply_delay_s": -1}])
def test_wrong_options_fail_at_construction(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"expected|above"):
        SimulatorOptions(**wrong)  # type: ignore[arg-type]


def test_the_capability_matrix_names_everything_the_code_can() -> None:
    matrix = capability_matrix()
    for word in (*ANSWERS, *(model.title for model in MODELS), *(action.name.lower() for action in TaskAction)):
        assert word in matrix
