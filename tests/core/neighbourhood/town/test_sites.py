"""The sites file of a town: what the simulated cloud stands its mowers on."""

import json

from shapely import LineString, Polygon
from shapely.geometry import Point

from core.neighbourhood.town import Town, account_name, town_sites


def test_sites_are_plain_json_with_every_mower_at_its_hosts_house(town: Town) -> None:
    sites = json.loads(json.dumps(town_sites(town)))
    mowers = [mower for account in sites["accounts"] for mower in account["mowers"]]
    assert [mower["device_name"] for mower in mowers] == [cluster.device_name for cluster in town.clusters]
    for mower, cluster in zip(mowers, town.clusters, strict=True):
        host = town.homes[cluster.host]
        dock = Point(mower["dock"]["longitude"], mower["dock"]["latitude"])
        base = Point(mower["base"]["longitude"], mower["base"]["latitude"])
        assert town.lonlat(host.lot).covers(dock)
        assert town.lonlat(host.house).covers(base)
        assert 0 <= mower["dock"]["heading_deg"] < 360
        assert -180 <= mower["yaw_deg"] <= 180


def test_areas_carry_address_and_side_and_match_the_lawns(town: Town) -> None:
    cluster = town.clusters[3]
    mower = town_sites(town)["accounts"][0]["mowers"][3]
    assert [area["name"] for area in mower["areas"]] == [
        f"{town.homes[home].address} {part}" for home, part in cluster.areas
    ]
    for area, (home, part) in zip(mower["areas"], cluster.areas, strict=True):
        lawn = next(lawn.polygon for lawn in town.homes[home].lawns if lawn.part == part)
        drawn = Polygon(area["ring"])
        assert drawn.is_valid
        assert drawn.symmetric_difference(Polygon(town.lonlat(lawn).exterior)).area < 1e-12
        assert area["ring"][0] != area["ring"][-1]


def test_channels_begin_at_the_dock_and_no_go_zones_lie_in_areas(town: Town) -> None:
    for account in town_sites(town)["accounts"]:
        for mower in account["mowers"]:
            areas = [Polygon(area["ring"]) for area in mower["areas"]]
            assert LineString(mower["channels"][0]["line"]).coords[0] == (
                mower["dock"]["longitude"],
                mower["dock"]["latitude"],
            )
            assert len(mower["channels"]) >= len(areas)
            for zone in mower["no_go"]:
                inside = Polygon(zone["ring"]).representative_point()
                assert any(area.contains(inside) for area in areas)


def test_accounts_are_named_in_order(town: Town) -> None:
    accounts = [account["account"] for account in town_sites(town)["accounts"]]
    assert accounts == [account_name(index) for index in range(4)]
    assert accounts[0] == "fleet1@mowthos.example"
