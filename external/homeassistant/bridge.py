"""The bridge to Home Assistant: a client of its broker that tells of every mower and takes commands for it.

Commands go the way every command goes, with its guard, its record and its proof; what is refused is told beside the
mower. A command that the broker kept from earlier (retained) is never carried out.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass

import aiomqtt
import structlog

from core.clock import Clock
from core.errors import MowthosError
from core.fleet.live import LiveFleet
from core.fleet.model import CommandKind, MowerChanged
from external.homeassistant.discovery import (
    BRIDGE_TOPIC,
    COMMANDS,
    OFFLINE,
    ONLINE,
    Message,
    asked,
    base,
    config_topics,
    discovery,
    state,
)

log = structlog.get_logger(__name__)

FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 60.0

type Command = Callable[[str, CommandKind], Awaitable[object]]
"""Device name and what it shall do; one of the six errors says why not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MqttAccess:
    host: str
    port: int = 1883
    username: str | None = None
    password: str | None = None
    tls: bool = False
    prefix: str = "homeassistant"


class HomeAssistantBridge:
    """``models`` names each mower's model; without ``command`` nothing is taken, only told."""

    def __init__(
        self,
        access: MqttAccess,
        *,
        live: LiveFleet,
        models: Callable[[], Mapping[str, str]],
        command: Command | None,
        clock: Clock,
    ) -> None:
        self._access, self._live, self._models = access, live, models
        self._command, self._clock = command, clock
        self._changed: dict[str, None] = {}
        self._known: set[int] = set()
        self._news = asyncio.Event()
        self._everything = True
        live.changed.subscribe(self._mower_changed)
        live.roster_changed.subscribe(lambda _epoch: self._tell_everything())

    async def run(self) -> None:
        """Stay connected until cancelled; the wait between attempts doubles."""
        wait = FIRST_WAIT_S
        while True:
            began = self._clock.monotonic()
            try:
                await self._connected()
            except* aiomqtt.MqttError as errors:
                log.warning("homeassistant.away", error=str(errors.exceptions[0]))
            wait = FIRST_WAIT_S if self._clock.monotonic() - began > LONGEST_WAIT_S else min(wait * 2, LONGEST_WAIT_S)
            await self._clock.sleep(wait)

    async def _connected(self) -> None:
        access = self._access
        client = aiomqtt.Client(
            access.host,
            access.port,
            username=access.username,
            password=access.password,
            tls_params=aiomqtt.TLSParameters() if access.tls else None,
            will=aiomqtt.Will(BRIDGE_TOPIC, OFFLINE, qos=1, retain=True),
        )
        async with client:
            await client.subscribe(f"{access.prefix}/status", qos=1)
            if self._command is not None:
                await client.subscribe(COMMANDS, qos=1)
            await client.publish(BRIDGE_TOPIC, ONLINE, qos=1, retain=True)
            self._tell_everything()
            try:
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(self._tell(client))
                    tasks.create_task(self._hear(client))
            finally:
                with suppress(aiomqtt.MqttError):  # a clean end sends no will
                    await client.publish(BRIDGE_TOPIC, OFFLINE, qos=1, retain=True)

    async def _tell(self, client: aiomqtt.Client) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            if self._everything:
                self._everything, self._changed = False, {}
                await self._publish(client, self._all())
            names, self._changed = self._changed, {}
            for name in names:
                if name in self._live:
                    await self._publish(client, state(self._live.get(name)))

    async def _hear(self, client: aiomqtt.Client) -> None:
        async for message in client.messages:
            topic, payload = str(message.topic), message.payload if isinstance(message.payload, bytes) else b""
            if topic == f"{self._access.prefix}/status":
                if payload == ONLINE.encode():  # Home Assistant has just started
                    self._tell_everything()
            elif not message.retain:
                await self._obey(client, topic, payload)

    async def _obey(self, client: aiomqtt.Client, topic: str, payload: bytes) -> None:
        mower = next((one for one in self._live.all() if topic == f"{base(one.number)}/command"), None)
        order = None if mower is None else asked(topic, payload, mower.state)
        if mower is None or order is None or self._command is None:
            log.warning("homeassistant.not_understood", topic=topic[:80])
            return
        refusal: dict[str, object] = {}
        try:
            await self._command(mower.device_name, order[1])
        except MowthosError as error:
            refusal = {
                "command": order[1].value,
                "detail": error.message,
                "reasons": [str(one) for one in error.reasons],
            }
            log.info("homeassistant.refused", mower=mower.device_name, command=order[1].value, reason=error.message)
        await client.publish(f"{base(mower.number)}/refusal", json.dumps(refusal), qos=1, retain=True)

    def _all(self) -> list[Message]:
        """Every mower's discovery and state; of those that left, nothing any more."""
        models, told, present = self._models(), [], set()
        for snapshot in self._live.all():
            present.add(snapshot.number)
            model = models.get(snapshot.device_name, "")
            told += discovery(self._access.prefix, snapshot, model, steerable=self._command is not None)
            told += state(snapshot)
        for number in self._known - present:
            told += [Message(topic, "") for topic in config_topics(self._access.prefix, number)]
        self._known = present
        return told

    async def _publish(self, client: aiomqtt.Client, messages: Iterable[Message]) -> None:
        for message in messages:
            await client.publish(message.topic, message.payload, qos=1, retain=True)

    def _mower_changed(self, change: MowerChanged) -> None:
        if state(change.before) != state(change.after):
            self._changed[change.after.device_name] = None
            self._news.set()

    def _tell_everything(self) -> None:
        self._everything = True
        self._news.set()
