"""Choosing areas: a route over them is planned first, and the start that follows drives it."""

from typing import TYPE_CHECKING, Any, cast

from pymammotion.data.model.device import MowerDevice
from pymammotion.messaging.command_queue import Priority

from core.errors import Conflict
from core.fleet import StartSettings
from core.texts import Text
from external.mammotion.commands import route_for
from external.mammotion.web import Purpose

if TYPE_CHECKING:
    from external.mammotion.link import MammotionLink

ANSWER_S = 25.0
"""A mower far off on a bad network took 20 s in drills; giving up sooner plans twice."""


async def plan_route(link: "MammotionLink", device_name: str, plan: StartSettings) -> None:
    """Let the mower plan a route. ``Conflict`` when it cannot, ``Unavailable`` when it does not answer."""
    state = cast("MowerDevice", link.connection.handle(device_name).snapshot.raw)
    route = route_for(plan, device_name, state)
    if not route.one_hashs:
        raise Conflict(
            Text("the map of {device_name} is not known yet: settings need its areas", device_name=device_name)
        )
    answer: Any = None

    async def ask() -> None:
        nonlocal answer
        answer = await link.connection.client.send_command_and_wait(
            device_name,
            "generate_route_information",
            "bidire_reqconver_path",
            send_timeout=ANSWER_S,
            priority=Priority.USER,
            generate_route_information=route,
        )

    await link.direct(device_name, Purpose.COMMAND, ask)
    result = answer.nav.bidire_reqconver_path.result
    if result != 0:
        raise Conflict(
            Text(
                "{device_name} cannot plan a route over these areas (its answer: {result})",
                device_name=device_name,
                result=result,
            )
        )
