"""Scopes: what a viewer's channel may hold is decided on the server."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from core.accounts import Role
from core.clock import MovableClock
from core.sight import Ground, Sight
from dashboard.live.channel import LiveChannel
from dashboard.live.detail import mower_detail
from dashboard.live.scope import ALL, ScopeOf, areas
from dashboard.live.view import ScopeView
from tests.dashboard.live.cast import ELM_HOUSEHOLD, NOW, channel_of, fleet_of, own_ground, rows_of, snapshot, viewer

SCOPE_OF = ScopeOf(own_ground)
SQUARE = {"type": "Polygon", "coordinates": [[[-92.6, 44], [-92.4, 44], [-92.4, 44.1], [-92.6, 44.1], [-92.6, 44]]]}


@pytest.mark.parametrize("role", [Role.ADMIN, Role.DISPATCHER, Role.TECHNICIAN])
async def test_our_own_people_see_the_whole_fleet(role: Role) -> None:
    assert await SCOPE_OF(viewer(role)) is ALL


async def test_the_homeowner_page_of_a_dispatcher_is_narrowed_to_their_own_lots() -> None:
    scope = await SCOPE_OF(viewer(Role.DISPATCHER, ELM_HOUSEHOLD), own=True)
    assert scope.private
    assert scope.holds({"name": "Luba-000001"})
    assert not scope.holds({"name": "Luba-000002"})


async def test_a_homeowner_without_a_household_sees_an_empty_fleet() -> None:
    view = await channel_of(fleet_of(3), MovableClock(NOW)).view(await SCOPE_OF(viewer(Role.HOMEOWNER)))
    assert len(view) == 0
    assert json.loads(view.roster.body)["mowers"] == []


async def test_an_area_holds_the_mowers_at_home_there_wherever_they_drive() -> None:
    live = fleet_of(2)
    rows = {row["name"]: row for row in await rows_of(live)}
    rows["Luba-000001"]["home"] = (-92.5, 44.05)
    rows["Luba-000002"]["home"] = (-91.5, 44.05)
    view = ScopeView(areas(Sight(key="north", ground=Ground((SQUARE,)))), live, rows)
    assert view.names == ("Luba-000001",)
    assert "account" in json.loads(view.roster.body)["mowers"][0]
    live.put(snapshot(1, longitude=-90.0, version=2))
    assert view.visible("Luba-000001")


async def test_a_mower_without_a_place_is_on_nobodys_ground() -> None:
    scope = await SCOPE_OF(viewer(Role.HOMEOWNER, ELM_HOUSEHOLD))
    shown = scope.shows("Luba-000001", np.array([np.nan, -92.6, -92.4]), np.array([44.0, 44.0, 44.0]))
    assert list(shown) == [False, True, False]


async def test_the_card_of_a_household_names_no_vendor_account() -> None:
    scope = await SCOPE_OF(viewer(Role.HOMEOWNER, ELM_HOUSEHOLD))
    assert "link" not in mower_detail(snapshot(1), scope=scope)
    told = mower_detail(snapshot(1), scope=ALL)
    assert told["link"] is None
    assert told["reading"]["battery_percent"] == 63
    json.dumps(told, allow_nan=False)


async def test_who_works_in_areas_has_their_scope_and_hears_what_stands_there_and_again_when_that_changes() -> None:
    live, told = fleet_of(2), Sight(key="north", ground=Ground((SQUARE,)))
    scope = await SCOPE_OF(replace(viewer(Role.DISPATCHER), sight=told))
    assert (scope.key, scope.private, scope.bounded) == ("areas:north", False, True)
    homes = {"Luba-000001": (-92.5, 44.05), "Luba-000002": (-91.5, 44.05)}

    async def rows() -> list[dict[str, Any]]:
        return [row | {"home": homes[row["name"]]} for row in await rows_of(live)]

    channel = LiveChannel(live, MovableClock(NOW), rows)
    channel.keep_telling("marks", {}, meant_for=lambda _scope: True, within=lambda view: {"of": list(view.names)})
    channel.keep_telling("all", {"of": "all"}, meant_for=lambda _scope: True)
    area, whole = await channel.subscribe(scope, None), await channel.subscribe(ALL, None)
    assert said(await area.mailbox.take()) == [{"of": ["Luba-000001"]}]
    assert said(await whole.mailbox.take()) == [{}, {"of": "all"}]
    await channel.tick()
    assert said(await area.mailbox.take()) == [{"of": ["Luba-000001"]}]
    homes["Luba-000002"] = (-92.55, 44.02)
    channel.roster_outdated()
    await channel.tick()
    assert said(await area.mailbox.take()) == [{"of": ["Luba-000001", "Luba-000002"]}]
    channel.keep_telling("marks", {}, meant_for=lambda _scope: True, within=lambda view: {"now": len(view)})
    assert said(await area.mailbox.take()) == [{"now": 2}]


def said(taken: tuple[Sequence[str], bytes | None]) -> list[Any]:
    """The messages of a mailbox that was emptied."""
    return [json.loads(text) for text in taken[0]]
