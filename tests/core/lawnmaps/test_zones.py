"""Whose lot a zone is: the rule that billing rests on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.lawnmaps import LotGround, TieStatus, ZoneRules, judge_zone
from core.neighbourhood import LotView
from tests.core.lawnmaps.cast import lot, zone

ONE, TWO = lot(0), lot(1)


def verdict(corners: tuple[float, ...], *lots: LotView, rules: ZoneRules | None = None):  # type: ignore[no-untyped-def]
    return judge_zone(zone("Front", *corners), LotGround.of(lots), rules or ZoneRules())


def test_a_zone_inside_one_lot_is_tied_to_it() -> None:
    found = verdict((2, 2, 28, 38), ONE, TWO)
    assert (found.status, found.lot_id) == (TieStatus.TIED, ONE.id)
    assert found.area_m2 == pytest.approx(936, rel=0.01)
    assert found.reason == "100% of it lies on 0 ELM ROW"


def test_a_zone_that_strays_a_little_over_the_line_is_still_its_lots() -> None:
    assert verdict((2, 2, 31, 38), ONE, TWO).lot_id == ONE.id


def test_a_zone_over_two_lots_is_overlapping_and_names_both() -> None:
    found = verdict((15, 2, 45, 38), ONE, TWO)
    assert (found.status, found.lot_id) == (TieStatus.OVERLAPPING, None)
    assert found.reason == "it lies on several lots: 0 ELM ROW 50%, 1 ELM ROW 50%"
    assert {share.lot_id for share in found.shares} == {ONE.id, TWO.id}


def test_a_zone_on_no_known_lot_or_half_on_one_is_unmapped() -> None:
    assert verdict((200, 0, 210, 10), ONE, TWO).reason == "it lies on no lot whose boundary is known"
    half = verdict((2, 20, 28, 60), ONE, TWO)
    assert half.status is TieStatus.UNMAPPED
    assert "only 50% of it lies on 0 ELM ROW" in half.reason


def test_an_estimated_boundary_never_counts() -> None:
    assert verdict((2, 2, 28, 38), lot(0, source="estimated")).status is TieStatus.UNMAPPED
    assert verdict((2, 2, 28, 38), lot(0, boundary=None, source="unknown")).status is TieStatus.UNMAPPED


def test_a_lot_without_a_household_cannot_be_billed() -> None:
    found = verdict((2, 2, 28, 38), lot(0, household=None))
    assert (found.status, found.reason) == (TieStatus.UNMAPPED, "no household answers for 0 ELM ROW")


def test_a_drawing_mistake_is_no_lawn_and_lots_that_overlap_bill_nobody() -> None:
    assert verdict((2, 2, 2.5, 2.5), ONE).status is TieStatus.UNMAPPED
    assert verdict((2, 2, 28, 38), ONE, lot(0)).status is TieStatus.OVERLAPPING


@pytest.mark.parametrize("fields", [{"inside_share": 0.5}, {"stray_share": 0.6}, {"smallest_m2": -1}])
def test_rules_that_could_tie_a_zone_to_two_lots_are_refused(fields: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="expected"):
        ZoneRules(**fields)


@given(
    west=st.floats(-20, 80), south=st.floats(-20, 40), width=st.floats(1.5, 40), depth=st.floats(1.5, 40),
    inside=st.floats(0.51, 1), stray=st.floats(0, 0.49),
)  # fmt: skip
def test_a_tie_always_leaves_the_promised_share_on_its_lot_and_no_more_than_a_stray_elsewhere(
    west: float, south: float, width: float, depth: float, inside: float, stray: float
) -> None:
    rules = ZoneRules(inside_share=inside, stray_share=stray)
    found = verdict((west, south, west + width, south + depth), ONE, TWO, lot(2), rules=rules)
    assert sum(share.share for share in found.shares) <= 1 + 1e-6
    if found.status is TieStatus.TIED:
        assert found.shares[0].lot_id == found.lot_id
        assert found.shares[0].share >= inside
        assert all(share.share <= stray for share in found.shares[1:])
    else:
        assert found.lot_id is None
        assert found.reason
