"""A small built-in street for when no sites file is given."""

from random import Random

from external.mammotion.simulator.geodesy import BaseFrame
from external.mammotion.simulator.models import MODELS
from external.mammotion.simulator.sites import (
    Position,
    SiteAccount,
    SiteArea,
    SiteBase,
    SiteChannel,
    SiteDock,
    SiteMower,
    SiteNoGo,
    Sites,
)

ORIGIN = (-92.5050, 44.0135)
"""Longitude and latitude of the street's first corner, in degrees."""

_LOT_WIDTH_M, _LOT_DEPTH_M, _STREET_M, _LOTS_A_SIDE = 26.0, 42.0, 14.0, 10
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def default_sites(*, mowers: int, accounts: int, seed: int) -> Sites:
    """``mowers`` lots along straight streets, dealt out to ``accounts`` accounts; the same for the same seed."""
    if mowers < 0 or accounts < 1 or mowers > 100 * accounts:
        raise ValueError(f"{mowers} mowers on {accounts} accounts (expected 0 to 100 an account, 1 account at least)")
    random = Random(f"street {seed}")
    lots = [_lot(number, random) for number in range(mowers)]
    return Sites(
        accounts=tuple(
            SiteAccount(
                account=f"demo{n + 1}@mowthos.example",
                password=f"mowthos-demo-{n + 1}",
                mowers=tuple(lots[n::accounts]),
            )
            for n in range(accounts)
        )
    )


def _lot(number: int, random: Random) -> SiteMower:
    street, place = divmod(number, 2 * _LOTS_A_SIDE)
    column, north_side = place // 2, place % 2 == 1
    town = BaseFrame(*ORIGIN)
    west = column * _LOT_WIDTH_M
    south = street * 2 * (_LOT_DEPTH_M + _STREET_M) + (_LOT_DEPTH_M + _STREET_M if north_side else 0.0)

    def spot(x: float, y: float) -> Position:
        """A place on the lot; y runs from the street to the back fence."""
        return town.to_lonlat(west + x, south + (y if north_side else _LOT_DEPTH_M - y))

    nick = random.uniform(-0.8, 0.8)
    model = MODELS[number % len(MODELS)]
    suffix = "".join(random.choice(_ALPHABET) for _ in range(14 - len(model.prefix)))
    # The house stands from y = 9 to 21; front and back lawn are joined by a passage beside it.
    return SiteMower(
        device_name=f"{model.prefix}{suffix}",
        model=model.title,
        dock=SiteDock(
            longitude=spot(4.0, 22.2)[0], latitude=spot(4.0, 22.2)[1], heading_deg=180.0 if north_side else 0.0
        ),
        base=SiteBase(longitude=spot(22.5, 22.0)[0], latitude=spot(22.5, 22.0)[1]),
        yaw_deg=random.choice((0.0, 0.0, 7.5, -12.0)),
        areas=(
            SiteArea(name="Front", ring=(spot(2, 1.5), spot(24, 1.5), spot(24, 8), spot(13, 8 + nick), spot(2, 8))),
            SiteArea(
                name="Back",
                ring=(
                    spot(2, 23), spot(14, 23), spot(14, 25.5 + nick), spot(24, 25.5 + nick),
                    spot(24, 40), spot(8, 40), spot(2, 37 + nick),
                ),
            ),
        ),
        no_go=(
            SiteNoGo(
                name="Flower bed",
                ring=(spot(15, 31), spot(18.5 + nick, 31), spot(18.5 + nick, 34), spot(15, 34.5)),
            ),
        ),
        channels=(SiteChannel(line=(spot(2.8, 7.5), spot(1.4, 12), spot(1.4, 20), spot(2.8, 24))),),
    )  # fmt: skip
