"""Every rule broken once, by itself; the finding names the home, says why, and shows where."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from core.errors import Invalid
from core.ids import new_id
from core.neighbourhood.clusters import ClusterRules, Finding, Level, Rule
from core.neighbourhood.clusters.rules import Facts, Held, judge
from tests.core.neighbourhood.clusters.elm_row import ELM_ROW, HandMadeWays

RULES = ClusterRules()


def facts(ways: HandMadeWays | None = None, homes: Sequence[int] = tuple(ELM_ROW)) -> Facts:
    found = asyncio.run((ways or HandMadeWays()).pairs(list(homes)))
    return Facts({home: ELM_ROW[home] for home in homes}, {(way.first, way.second): way for way in found})


def hurt(findings: Sequence[Finding]) -> list[tuple[Rule, Level, int | None]]:
    return [(one.rule, one.level, one.home_id) for one in findings if one.level is not Level.OK]


def test_a_sound_cluster_hears_one_good_word_from_every_rule() -> None:
    findings = judge(3, [1, 2, 4], facts(), RULES)
    assert [finding.rule for finding in findings] == list(Rule)
    assert not any(finding.blocks_approval for finding in findings)
    assert hurt(findings) == []


def test_host_a_home_that_is_not_in_the_book_is_named() -> None:
    findings = judge(3, [1, 2, 99], facts(), RULES)
    assert hurt(findings)[0] == (Rule.HOST, Level.BROKEN, 99)
    assert findings[0].words == "Home 99 is not in the address book."


@pytest.mark.parametrize(
    ("neighbours", "level", "words"),
    [
        ([2, 4, 5], Level.OK, "The number of neighbours is within the rules."),
        ([1, 2, 4, 5, 6], Level.OK, "The number of neighbours is within the rules."),
        ([1, 2, 4, 5, 6, 7], Level.BROKEN, "6 neighbours: at most 5 fit one mower."),
        ([2, 4], Level.WARN, "Forming: 2 neighbours so far, 3 to 5 make a full cluster."),
        ([], Level.BROKEN, "0 neighbours: at least 1 must be there to begin."),
    ],
)
def test_size_counts_neighbours_and_lets_a_cluster_form(neighbours: list[int], level: Level, words: str) -> None:
    finding = judge(3, neighbours, facts(), RULES)[1]
    assert (finding.rule, finding.level, finding.words) == (Rule.SIZE, level, words)
    assert finding.blocks_approval is (level is Level.BROKEN)


def test_radius_a_home_beyond_eighty_metres_of_the_host_is_named_with_its_distance() -> None:
    findings = judge(1, [2, 3, 6, 7], facts(), RULES)
    (finding,) = [one for one in findings if one.rule is Rule.RADIUS]
    assert (finding.level, finding.home_id) == (Level.BROKEN, 7)
    assert finding.words == "7 ELM ST is 90.0 m from the host; at most 80 m are allowed."
    assert finding.geometry is not None
    assert finding.geometry["type"] == "LineString"
    assert (Rule.REACH, Level.BROKEN, 7) not in hurt(findings), "one home, one cause"


def test_radius_the_bound_itself_counts_as_within() -> None:
    sixth = judge(1, [2, 3, 6], facts(), replace(RULES, radius_m=75.0 + 1e-9))
    assert (Rule.RADIUS, Level.BROKEN, 6) not in hurt(sixth)
    assert (Rule.RADIUS, Level.BROKEN, 6) in hurt(judge(1, [2, 3, 6], facts(), replace(RULES, radius_m=74.999)))


def test_reach_a_blocked_home_is_named_with_what_blocks_it() -> None:
    ways = HandMadeWays()
    ways.block(3, 4)
    findings = judge(3, [1, 2, 4], facts(ways), RULES)
    (finding,) = [one for one in findings if one.rule is Rule.REACH]
    assert (finding.level, finding.home_id, finding.words) == (
        Level.BROKEN, 4, "4 ELM ST: Elm Street lies between.",
    )  # fmt: skip
    assert finding.geometry == {"type": "LineString", "coordinates": [[-92.501, 44.0], [-92.499, 44.0]]}
    assert (Rule.CONTIGUITY, Level.BROKEN, 4) not in hurt(findings), "it still hangs together by home 2"


def test_reach_a_way_under_review_is_amber_and_waits_for_a_person() -> None:
    ways = HandMadeWays()
    ways.doubt(3, 4)
    known = facts(ways)
    (finding,) = [one for one in judge(3, [1, 2, 4], known, RULES) if one.rule is Rule.REACH]
    assert (finding.level, finding.home_id, finding.blocks_approval) == (Level.WARN, 4, True)
    confirmed = judge(3, [1, 2, 4], replace(known, confirmed=frozenset({4})), RULES)
    (finding,) = [one for one in confirmed if one.rule is Rule.REACH]
    assert (finding.level, finding.blocks_approval) == (Level.OK, False)


def test_reach_a_pair_nobody_judged_is_never_taken_as_reachable() -> None:
    known = replace(facts(), ways={pair: way for pair, way in facts().ways.items() if pair != (3, 4)})
    (finding,) = [one for one in judge(3, [1, 2, 4], known, RULES) if one.rule is Rule.REACH]
    assert (finding.level, finding.home_id, finding.blocks_approval) == (Level.WARN, 4, True)


def test_contiguity_a_home_no_way_leads_to_stands_alone() -> None:
    ways = HandMadeWays()
    for other in (1, 2, 3):
        ways.block(other, 4)
    findings = judge(3, [1, 2, 4], facts(ways), RULES)
    assert (Rule.CONTIGUITY, Level.BROKEN, 4) in hurt(findings)


def test_consent_a_corridor_over_a_strangers_lot_waits_for_their_word() -> None:
    ways = HandMadeWays()
    ways.cross(3, 5, 4)
    known = facts(ways)
    (finding,) = [one for one in judge(3, [1, 2, 5], known, RULES) if one.rule is Rule.CONSENT]
    assert (finding.level, finding.home_id, finding.blocks_approval) == (Level.WARN, 4, True)
    assert "5 ELM ST crosses the lot of 4 ELM ST, who is no member" in finding.words
    assert finding.geometry is not None
    given = judge(3, [1, 2, 5], replace(known, consents=frozenset({4})), RULES)
    assert hurt(given) == []
    assert hurt(judge(3, [1, 2, 4, 5], known, RULES)) == [], "a member needs no asking"
    same = new_id()
    family = replace(known, households={4: same, 1: same})
    assert hurt(judge(3, [1, 2, 5], family, RULES)) == [], "a lot of a member's household needs no asking"


def test_overlap_a_home_of_another_live_cluster_is_refused_and_of_a_draft_only_told() -> None:
    known = replace(facts(), held={4: (Held("C-0007", True),), 2: (Held("C-0009", False),)})
    found = [one for one in judge(3, [1, 2, 4], known, RULES) if one.rule is Rule.OVERLAP]
    assert [(one.level, one.home_id, one.blocks_approval) for one in found] == [
        (Level.WARN, 2, False), (Level.BROKEN, 4, True),
    ]  # fmt: skip
    assert found[1].words == "4 ELM ST belongs to C-0007 already; a home is in one cluster only."


def test_the_host_among_its_neighbours_and_a_home_named_twice_do_no_harm() -> None:
    assert judge(3, [3, 1, 2, 2, 4], facts(), RULES) == judge(3, [1, 2, 4], facts(), RULES)


@pytest.mark.parametrize(
    "numbers",
    [
        {"min_neighbours": 6},
        {"max_neighbours": 2},
        {"forming_minimum": 0},
        {"forming_minimum": 4},
        {"radius_m": 0.0},
        {"radius_m": 501.0},
        {"radius_m": float("nan")},
        {"max_neighbours": 21},
    ],
)
def test_rules_with_senseless_numbers_are_refused(numbers: dict[str, float]) -> None:
    with pytest.raises(Invalid, match="expected"):
        ClusterRules(**numbers)  # type: ignore[arg-type]
