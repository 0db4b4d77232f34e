"""The hours without mowing that a device holds itself, through PyMammotion's do-not-disturb calls.

``nav.todev_unable_time_set`` (PyMammotion 0.10.13, ``messages/navigation.py``): sub command 1 with trigger 1 sets one
daily stretch as HH:MM texts of the device's wall clock, with trigger 0 removes it, sub command 2 reads it. It knows
neither weekdays nor a second stretch nor holidays: the rest of quiet hours and bans is held by our own start guard.
PyMammotion's ``HomeAssistantMowerApi`` passes these calls parameters that they do not take, so they are called here
by their own names.
"""

import asyncio
import re
from typing import TYPE_CHECKING, Any, cast

from pymammotion.data.model.device import MowerDevice
from pymammotion.data.model.device_info import DeviceNonWorkingHours

from core.errors import Unavailable
from core.fleet.model import DailyHours
from core.texts import Text
from external.mammotion.errors import translated
from external.mammotion.web import Purpose

if TYPE_CHECKING:
    from external.mammotion.link import MammotionLink

READ_S = 15.0
LOOK_S = 0.05
SETTLE_S = 0.4
"""Between a change and reading it back, as with plans."""
_UNTOLD = "?"
_WALL = re.compile(r"^([01]?\d|2[0-3]):([0-5]\d)")


class LinkHours:
    """The hours of one account's devices (`core.ports.DeviceHours`)."""

    def __init__(self, link: "MammotionLink") -> None:
        self._link = link
        self._reading = asyncio.Lock()

    async def read(self, device_name: str) -> DailyHours | None:
        self._link.known(device_name)
        async with self._reading:
            with translated(Text("hours of {name}", name=device_name)):
                handle = self._link.connection.handle(device_name)
                cast("MowerDevice", handle.snapshot.raw).non_work_hours = DeviceNonWorkingHours(start_time=_UNTOLD)
                await self._link.tell_device(device_name, "read_job_do_not_disturb")
                try:
                    async with asyncio.timeout(READ_S):
                        while (told := _told(handle)).start_time == _UNTOLD:
                            await asyncio.sleep(LOOK_S)
                except TimeoutError as error:
                    words = Text("the hours of {name} did not come in time", name=device_name)
                    raise Unavailable(words) from error
        return hours_of(told)

    async def write(self, device_name: str, hours: DailyHours | None) -> None:
        if hours is None:
            await self._link.tell_device(device_name, "job_do_not_disturb_del", purpose=Purpose.COMMAND)
        else:
            await self._link.tell_device(
                device_name, "job_do_not_disturb", purpose=Purpose.COMMAND,
                unable_start_time=_wall(hours.begins), unable_end_time=_wall(hours.ends),
            )  # fmt: skip
        await asyncio.sleep(SETTLE_S)


def hours_of(told: DeviceNonWorkingHours) -> DailyHours | None:
    """PyMammotion's words in ours; ``None`` for none, and for what is no time of day."""
    begins, ends = _WALL.match(told.start_time or ""), _WALL.match(told.end_time or "")
    if begins is None or ends is None:
        return None
    first, last = (int(one[1]) * 60 + int(one[2]) for one in (begins, ends))
    return None if first == last else DailyHours(first, last)


def _told(handle: Any) -> DeviceNonWorkingHours:
    return cast("MowerDevice", handle.snapshot.raw).non_work_hours


def _wall(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
