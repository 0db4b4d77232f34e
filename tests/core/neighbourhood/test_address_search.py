"""Typed addresses: many spellings, one home."""

import pytest

from core.neighbourhood import Home
from core.neighbourhood.address_search import AddressSearch, canonical

HOMES = [
    Home("108 3 AVE NE", "BYRON", "MN", "55920", 0, 0, 1),
    Home("3030 HWY 14   E", "ROCHESTER", "MN", "55904", 0, 0, 2),
    Home("511 3 AVE SW, UNIT 215", "ROCHESTER", "MN", "55902", 0, 0, 3),
    Home("1867 17 1/2 ST NW", "ST CHARLES", "MN", "", 0, 0, 4),
    Home("108 3 AVE", "LINCOLN", "NE", "68501-1234", 0, 0, 5),
]
SEARCH = AddressSearch(HOMES)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("108 3 AVE NE", [1]),
        ("108 3rd Avenue Northeast, Byron, Minnesota 55920", [1]),
        ("108 3 ave ne byron mn", [1]),
        ("108 3 ave ne byron iowa", []),
        ("108 3 ave ne byron mn 55901", []),
        ("108 3 Ave, Lincoln, NE 68501", [5]),
        ("108 3 ave, lincoln 68501-1234", [5]),
        ("3030 Highway 14 East", [2]),
        ("511 3 ave sw #unit 215", [3]),
        ("1867 17 1/2 st nw, Saint Charles", [4]),
        ("1867 17 1/2 st nw, St. Charles, MN 55972", [4]),
        ("108", []),
        ("", []),
    ],
)
def test_an_address_is_found_however_it_is_written(typed: str, found: list[int]) -> None:
    assert [home.id for home in SEARCH.exact(typed)] == found


def test_long_forms_and_ordinals_become_the_short_ones_of_address_files() -> None:
    assert canonical("12 Twenty-Second Street  South-East") == "12 TWENTY-SECOND ST SOUTH-EAST"
    assert canonical("12, 22nd Street Southeast, Apartment 3.") == "12 22 ST SE APT 3"


def test_what_is_alike_prefers_the_same_house_number() -> None:
    assert [home.id for home in SEARCH.alike("511 3 ave sw unit 25", 2)][:1] == [3]
    assert SEARCH.alike("", 3) == []


def test_a_named_city_takes_part_in_the_likeness() -> None:
    assert [home.id for home in SEARCH.alike("108 3 avv ne byron", 1)] == [1]
