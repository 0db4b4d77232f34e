"""The bridge on a real broker: Home Assistant finds every mower, sees what is known, and steers by the proven way."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import aiomqtt
import pytest

from core.clock import SystemClock
from core.errors import Conflict
from core.fleet.live import LiveFleet
from core.fleet.model import CommandKind, MowerSnapshot, MowerState
from external.homeassistant import HomeAssistantBridge, MqttAccess
from external.homeassistant.discovery import ACTIVITY, asked, state
from external.mammotion.simulator.broker import Broker, open_broker

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
LUBA = MowerSnapshot(number=7, device_name="Luba-ELM", state=MowerState.DOCKED, received_at=AT)


class Steered:
    """Takes orders; refuses to dock."""

    def __init__(self) -> None:
        self.got: list[tuple[str, CommandKind]] = []

    async def __call__(self, device_name: str, kind: CommandKind) -> object:
        self.got.append((device_name, kind))
        if kind is CommandKind.RETURN:
            raise Conflict("not now", reasons=["it is docked already"])
        return None


class House:
    """Home Assistant's side of the broker: what is kept under each topic."""

    def __init__(self, client: aiomqtt.Client) -> None:
        self.client = client
        self.kept: dict[str, str] = {}

    async def listen(self) -> None:
        async for message in self.client.messages:
            self.kept[str(message.topic)] = bytes(message.payload).decode()  # type: ignore[arg-type]

    async def until(self, topic: str, payload: str | None = None) -> str:
        async with asyncio.timeout(20):
            while topic not in self.kept or payload not in (None, self.kept[topic]):
                await asyncio.sleep(0.02)
        return self.kept[topic]


@pytest.fixture
async def broker() -> AsyncIterator[Broker]:
    found = open_broker(SystemClock())
    await found.start()
    yield found
    await found.stop()


@pytest.fixture
async def house(broker: Broker) -> AsyncIterator[House]:
    async with aiomqtt.Client("127.0.0.1", broker.port) as client:
        await client.subscribe("#")
        found = House(client)
        listening = asyncio.create_task(found.listen())
        yield found
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


async def test_home_assistant_finds_a_mower_sees_it_change_and_steers_it(broker: Broker, house: House) -> None:
    live, steered = LiveFleet(), Steered()
    live.set_roster([LUBA])
    bridge = HomeAssistantBridge(
        MqttAccess(host="127.0.0.1", port=broker.port), live=live, models=lambda: {"Luba-ELM": "Luba 2"},
        command=steered, clock=SystemClock(),
    )  # fmt: skip
    await house.client.publish("mowthos/7/command", "start_mowing", retain=True)
    running = asyncio.create_task(bridge.run())
    config = json.loads(await house.until("homeassistant/lawn_mower/mowthos_7/config"))
    assert config["device"]["name"] == "Luba-ELM" and config["device"]["model"] == "Luba 2"
    assert config["start_mowing_command_topic"] == config["dock_command_topic"] == "mowthos/7/command"
    assert await house.until("mowthos/7/activity") == "docked"
    assert await house.until("mowthos/bridge/availability") == "online"
    assert json.loads(await house.until("homeassistant/sensor/mowthos_7/battery/config"))["device_class"] == "battery"
    await house.client.publish("mowthos/7/command", "dock")
    refusal = json.loads(await house.until("mowthos/7/refusal"))
    assert (refusal["command"], refusal["reasons"]) == ("return", ["it is docked already"])
    assert steered.got == [("Luba-ELM", CommandKind.RETURN)], "what the broker kept from earlier is not carried out"
    await house.client.publish("mowthos/7/command", "start_mowing")
    await house.until("mowthos/7/refusal", "{}")
    assert steered.got[1:] == [("Luba-ELM", CommandKind.START)]
    live.set_roster([])
    assert await house.until("homeassistant/lawn_mower/mowthos_7/config", "") == ""
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert await house.until("mowthos/bridge/availability", "offline") == "offline"


@pytest.mark.parametrize("now", list(MowerState))
def test_a_state_that_home_assistant_has_no_word_for_is_told_as_unknown(now: MowerState) -> None:
    told = {one.topic: one.payload for one in state(MowerSnapshot(number=7, device_name="Luba-ELM", state=now))}
    assert told["mowthos/7/activity"] == ACTIVITY.get(now, "None")
    assert (told["mowthos/7/activity"] == "None") == (
        now in {MowerState.IDLE, MowerState.OFFLINE, MowerState.UPDATING, MowerState.UNKNOWN}
    )
    assert told["mowthos/7/availability"] == ("offline" if now is MowerState.OFFLINE else "online")


@pytest.mark.parametrize(
    ("topic", "payload", "now", "expected"),
    [
        ("mowthos/7/command", b"start_mowing", MowerState.DOCKED, (7, CommandKind.START)),
        ("mowthos/7/command", b"start_mowing", MowerState.PAUSED, (7, CommandKind.RESUME)),
        ("mowthos/7/command", b"pause", MowerState.MOWING, (7, CommandKind.PAUSE)),
        ("mowthos/7/command", b"halt", MowerState.MOWING, None),
        ("mowthos/x/command", b"pause", MowerState.MOWING, None),
        ("mowthos/7/command", b"", MowerState.MOWING, None),
    ],
)
def test_only_the_three_words_of_home_assistant_are_commands(
    topic: str, payload: bytes, now: MowerState, expected: tuple[int, CommandKind] | None
) -> None:
    assert asked(topic, payload, now) == expected
