"""Breaks the demo's twins over their control APIs, and mends them."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import aiohttp

from core.drills import Fault, Target
from core.errors import Unavailable
from core.texts import Text

SPARE_S = 60.0
"""A broker that nobody mends comes back by itself so long after the drill's own end."""
AT_ONCE_S = 0.1
START = 1
"""The vendor's number of the order to begin (`external.mammotion.simulator.orders.TaskAction`)."""

type Call = tuple[str, dict[str, Any]]
"""(path, body) of a control API."""


def put_in(fault: Fault, target: Target, for_s: float) -> Call:
    """What breaks it. Pure."""
    calls: Mapping[Fault, Call] = {
        Fault.ACCOUNT_BLOCKED: (f"accounts/{target.account}", {"blocked": True}),
        Fault.BROKER_DOWN: ("broker", {"down_s": for_s + SPARE_S}),
        Fault.SPINNING: (f"mowers/{target.mower}", {"spinning": True}),
        Fault.FROZEN: (f"mowers/{target.mower}", {"feed": "frozen", "deaf": True}),
        Fault.WEBHOOKS_HELD: ("webhooks", {"hold": True}),
    }
    return calls[fault]


def taken_out(fault: Fault, target: Target) -> Call:
    """What mends it. Pure."""
    calls: Mapping[Fault, Call] = {
        Fault.ACCOUNT_BLOCKED: (f"accounts/{target.account}", {"blocked": False}),
        Fault.BROKER_DOWN: ("broker", {"down_s": AT_ONCE_S}),
        Fault.SPINNING: (f"mowers/{target.mower}", {"spinning": False}),
        Fault.FROZEN: (f"mowers/{target.mower}", {"feed": "live", "deaf": False}),
        Fault.WEBHOOKS_HELD: ("webhooks", {"hold": False}),
    }
    return calls[fault]


class TwinInjector:
    """Speaks to the simulated Mammotion cloud and the simulated Stripe, and to nothing else.

    ``happens`` makes something happen at the payment provider, so that there is an event to be told of.
    """

    def __init__(self, *, cloud: str, payments: str, happens: Callable[[], Awaitable[None]]) -> None:
        self._cloud, self._payments, self._happens = cloud, payments, happens
        self._in: dict[Fault, Target] = {}

    async def set_to_work(self, device_name: str) -> None:
        await self._post(f"{self._cloud}/mowers/{device_name}", {"battery": 100, "rain": False, "action": START})

    async def inject(self, fault: Fault, target: Target, *, for_s: float) -> None:
        self._in[fault] = target
        if fault is Fault.SPINNING:  # or it would go home before anybody had to notice
            await self._post(f"{self._cloud}/mowers/{target.mower}", {"battery": 95})
        await self._call(fault, put_in(fault, target, for_s))
        if fault is Fault.WEBHOOKS_HELD:
            await self._happens()

    async def mend(self, fault: Fault, target: Target) -> None:
        if self._in.pop(fault, None) is not None:
            await self._call(fault, taken_out(fault, target))

    async def heal(self) -> None:
        for fault, target in list(self._in.items()):
            await self.mend(fault, target)

    async def _call(self, fault: Fault, call: Call) -> None:
        path, body = call
        base = self._payments if fault is Fault.WEBHOOKS_HELD else self._cloud
        await self._post(f"{base}/{path}", body)

    async def _post(self, url: str, body: dict[str, Any]) -> None:
        timeout = aiohttp.ClientTimeout(total=10)
        try:
            async with aiohttp.ClientSession(timeout=timeout) as session, session.post(url, json=body) as answer:
                answer.raise_for_status()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Unavailable(Text("the simulated vendor did not answer: {reason}", reason=repr(error))) from error
