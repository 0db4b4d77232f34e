"""Mowers that come to an account or leave it while its link lives. PyMammotion looks only when it signs in."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import structlog

from core.fleet.model import DeviceDescription
from core.texts import Text
from external.mammotion.errors import translated
from external.mammotion.fast_lane import FastLane
from external.mammotion.web import Purpose, sending

if TYPE_CHECKING:
    from external.mammotion.link import MammotionLink

log = structlog.get_logger(__name__)


class Discovery:
    """Compares the vendor's list of an account with what its link knows."""

    def __init__(self, link: "MammotionLink", lane: FastLane, found: Callable[[DeviceDescription], None]) -> None:
        self._link, self._lane, self._found = link, lane, found
        self._missed: frozenset[str] = frozenset()

    @property
    def in_doubt(self) -> bool:
        """Whether a mower was missing from the list at the last look: the next one decides."""
        return bool(self._missed)

    async def look(self) -> None:
        """One look: a request, two when the token is dead, some more when there is a mower to take in."""
        link = self._link
        with translated(Text("mowers of {account}", account=link.account)), sending(Purpose.QUESTION):
            listed = await link.connection.listed()
        known = link.connection.names
        missing = known - listed
        for name in missing & self._missed:  # a list that is short once is not believed
            log.info("mammotion.mower_left", account=link.account, device_name=name)
            await link.connection.drop(name)
            link.device_removed(name)
        self._missed = missing - self._missed
        if listed - known and not link.fetching_maps:  # a fetch under way would hang on the old client
            before = {device.device_name for device in self._lane.devices}
            # What takes in one mower is no public part of PyMammotion; coming back on the tokens takes in all.
            await link.rebuild(quietly=True)
            for device in self._lane.devices:
                if device.device_name not in before:
                    log.info("mammotion.mower_came", account=link.account, device_name=device.device_name)
                    self._found(device.description)
