"""The MQTT broker behind the front: an own mosquitto process where there is one, amqtt in this process otherwise."""

import asyncio
import os
import shutil
import signal
import socket
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from amqtt.broker import Broker as AmqttBroker

from core.clock import Clock

_LOCAL = "127.0.0.1"
_START_S = 10.0
_STOP_S = 5.0
_SYSTEM_FOLDERS = "/usr/sbin:/usr/local/sbin"


class Broker(Protocol):
    """A broker that listens on ``port`` of this machine only and takes everyone: the front decides who may come."""

    port: int

    async def start(self) -> None: ...

    async def stop(self) -> None: ...


def open_broker(clock: Clock, *, embedded: bool = False) -> Broker:
    """The best broker this machine has."""
    # Debian puts it where only root looks.
    binary = None if embedded else shutil.which("mosquitto") or shutil.which("mosquitto", path=_SYSTEM_FOLDERS)
    return EmbeddedBroker() if binary is None else MosquittoBroker(binary, clock)


class MosquittoBroker:
    """A mosquitto child. A small shell holds it by a pipe, so that it ends even when this process is killed."""

    def __init__(self, binary: str, clock: Clock) -> None:
        self.port = 0
        self._binary, self._clock = binary, clock
        self._process: asyncio.subprocess.Process | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    async def start(self) -> None:
        self.port = _free_port()
        self._folder = tempfile.TemporaryDirectory(prefix="mowthos-broker-")
        config = Path(self._folder.name) / "mosquitto.conf"
        config.write_text(
            f"listener {self.port} {_LOCAL}\nallow_anonymous true\npersistence false\n"
            "set_tcp_nodelay true\nmax_queued_messages 0\nlog_dest none\nsys_interval 0\n"
        )
        self._process = await asyncio.create_subprocess_exec(
            "sh",
            "-c",
            '"$0" -c "$1" >/dev/null 2>&1 </dev/null & child=$!; read _; kill "$child"; wait "$child"',
            self._binary,
            str(config),
            stdin=asyncio.subprocess.PIPE,
            start_new_session=True,  # Ctrl-C in the terminal is ours to handle
        )
        await _listening(self.port, self._clock)

    async def stop(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            try:
                async with asyncio.timeout(_STOP_S):
                    await self._process.wait()
            except TimeoutError:
                with suppress(ProcessLookupError):
                    os.killpg(self._process.pid, signal.SIGKILL)
                await self._process.wait()
            self._process = None
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None


class EmbeddedBroker:
    """amqtt in this process: fine for some fifty devices, it scans every filter for each message."""

    def __init__(self) -> None:
        self.port = 0
        self._broker: AmqttBroker | None = None

    async def start(self) -> None:
        self.port = _free_port()
        self._broker = AmqttBroker(
            {
                "listeners": {"default": {"type": "tcp", "bind": f"{_LOCAL}:{self.port}"}},
                "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
            }
        )
        await self._broker.start()

    async def stop(self) -> None:
        if self._broker is not None:
            # It closes its port first, then waits for clients, without end for one that never hangs up.
            with suppress(TimeoutError):
                async with asyncio.timeout(_STOP_S):
                    await self._broker.shutdown()
            self._broker = None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_LOCAL, 0))
        return int(probe.getsockname()[1])


async def _listening(port: int, clock: Clock) -> None:
    began = clock.monotonic()
    while True:
        try:
            _, writer = await asyncio.open_connection(_LOCAL, port)
        except OSError:
            if clock.monotonic() - began > _START_S:
                raise
            await asyncio.sleep(0.05)
            continue
        writer.close()
        await writer.wait_closed()
        return
