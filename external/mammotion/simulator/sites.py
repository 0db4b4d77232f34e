"""What stands where: the JSON file of ``--sites``, WGS84 degrees throughout."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Longitude = Annotated[float, Field(ge=-180, le=180)]
Latitude = Annotated[float, Field(ge=-90, le=90)]
Position = tuple[Longitude, Latitude]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SiteDock(_Part):
    """The charging station; ``heading_deg`` is the compass direction of the docked mower's nose."""

    longitude: Longitude
    latitude: Latitude
    heading_deg: float = 0.0


class SiteBase(_Part):
    """The RTK reference station, origin of the device's frame."""

    longitude: Longitude
    latitude: Latitude


class SiteArea(_Part):
    """A named mowing area; the ring may repeat its first point at the end."""

    name: str
    ring: tuple[Position, ...] = Field(min_length=3)


class SiteNoGo(_Part):
    """A zone the mower keeps out of."""

    name: str = ""
    ring: tuple[Position, ...] = Field(min_length=3)


class SiteChannel(_Part):
    """A passage between areas, or between the dock and an area."""

    line: tuple[Position, ...] = Field(min_length=2)


class SiteMower(_Part):
    """One mower at its home. The name decides the model (``Luba-VS``, ``Yuka-``, ...); ``model`` is only a label."""

    device_name: str = Field(min_length=6)
    model: str = ""
    dock: SiteDock
    base: SiteBase
    yaw_deg: float = 0.0
    areas: tuple[SiteArea, ...] = Field(min_length=1)
    no_go: tuple[SiteNoGo, ...] = ()
    channels: tuple[SiteChannel, ...] = ()


class SiteAccount(_Part):
    """One vendor account and the mowers bound to it (the vendor lists at most 100 of them)."""

    account: str = Field(min_length=3)
    password: str = Field(min_length=1)
    mowers: tuple[SiteMower, ...] = ()


class Sites(_Part):
    """Every account of the simulated cloud. ``Sites.model_validate_json(text)`` reads a file."""

    accounts: tuple[SiteAccount, ...] = Field(min_length=1)
