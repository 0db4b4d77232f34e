"""What of the fleet a caller may see: all of it, what is at home in their areas, or the mowers on their own lots,
placed only while on own ground."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.accounts import Right, Viewer
from core.errors import NotFound
from core.fleet.model import MowerSnapshot
from core.sight import ALL, Sight
from dashboard.api.ports import Ground, OwnGround


@dataclass(frozen=True, slots=True)
class FleetScope:
    """``grounds`` is ``None`` for those who see the fleet."""

    grounds: Mapping[str, Ground] | None
    sight: Sight = ALL

    def sees(self, device_name: str) -> bool:
        return self.sight.mower(device_name) if self.grounds is None else device_name in self.grounds

    def check(self, device_name: str) -> None:
        """``NotFound`` for what is out of sight, in the words used for what does not exist."""
        if not self.sees(device_name):
            raise NotFound(f"no mower named {device_name!r}")

    def at_home(self, snapshot: MowerSnapshot) -> bool:
        """Whether where the mower is, and what it does there, is the caller's business."""
        if self.grounds is None:
            return True
        position = None if snapshot.reading is None else snapshot.reading.position
        return position is not None and self.grounds[snapshot.device_name].holds(position)


async def scope_of(viewer: Viewer, own_ground: OwnGround) -> FleetScope:
    if viewer.may(Right.SEE_FLEET):
        return FleetScope(None, viewer.sight)
    return FleetScope(await own_ground(viewer.household_ids))
