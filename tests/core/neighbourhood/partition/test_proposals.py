"""Proposals: asked for, followed, cancelled, kept over a restart, accepted in part, with a reason for each home."""

import asyncio
from uuid import UUID

import pytest

from core.clock import MovableClock
from core.db import Database
from core.errors import Conflict, Invalid, NotFound
from core.ids import new_id
from core.neighbourhood.partition import Asked, LeftOutReason, PartitionRules, ProposalStatus
from core.neighbourhood.partition.store import ProposalStore
from core.neighbourhood.partition.tables import ProposalRow
from tests.core.neighbourhood.partition.elm_field import FieldOffice, field_homes, grid_pairs, open_field

BLOCK = (-92.51, 43.99, -92.40, 44.10)


@pytest.fixture
def office(database: Database, clock: MovableClock) -> FieldOffice:
    """Twenty-four homes, four by six; home 24 reaches nobody."""
    pairs = [pair for pair in grid_pairs(4, 6) if 24 not in pair]
    return open_field(database, clock, field_homes(4, 6), pairs)


@pytest.fixture
def large(sqlite_database: Database, clock: MovableClock) -> FieldOffice:
    """Six thousand homes on rings: too many to answer at once, and too odd to be easy."""
    return open_field(sqlite_database, clock, field_homes(100, 60), grid_pairs(100, 60))


async def wait_until_over(office: FieldOffice, proposal_id: UUID, seconds: float = 60.0) -> ProposalStatus:
    for _ in range(int(seconds / 0.05)):
        view = await office.proposals.get(proposal_id, brief=True)
        if view.status is not ProposalStatus.RUNNING:
            return view.status
        await asyncio.sleep(0.05)
    raise AssertionError("the search did not end")


async def test_a_small_area_is_answered_at_once_and_proven_best(office: FieldOffice) -> None:
    view = await office.proposals.start(Asked(bbox=BLOCK), by="ada@elm.example", wait_s=20)
    assert (view.status, view.gap, view.progress) == (ProposalStatus.OPTIMAL, 0, 1)
    assert view.served == view.bound == view.homes_served == 23
    assert view.homes == 24
    assert [(out.home.id, out.reason) for out in view.left_out] == [(24, LeftOutReason.NO_NEIGHBOUR)]
    assert view.left_out[0].words == "No other home of the area can be reached from it."
    members = [home.id for cluster in view.clusters for home in (cluster.host, *cluster.neighbours)]
    assert sorted(members) == list(range(1, 24))
    assert office.graphs.asked == [("path", 80.0)]


async def test_a_finished_proposal_is_there_after_a_restart(
    office: FieldOffice, database: Database, clock: MovableClock
) -> None:
    before = await office.proposals.start(Asked(bbox=BLOCK), by="ada@elm.example", wait_s=20)
    again = open_field(database, clock, office.books.homes, []).proposals
    assert await again.recover() == 0
    assert await again.get(before.id) == before
    assert [view.id for view in await again.list()] == [before.id]


async def test_what_was_interrupted_is_marked_failed_and_says_so(
    office: FieldOffice, database: Database, clock: MovableClock
) -> None:
    asked = Asked(bbox=BLOCK)
    row = ProposalRow(
        status="running", asked=asked.plain(), home_ids=[1], result={}, accepted={}, asked_by="", started_at=clock.now()
    )
    await ProposalStore(database).add(row)
    assert await office.proposals.recover() == 1
    view = await office.proposals.get(row.id)
    assert view.status is ProposalStatus.FAILED
    assert "stopped while the search ran" in view.message
    assert view.finished_at == clock.now()


async def test_each_home_left_out_has_the_reason_that_holds(sqlite_database: Database, clock: MovableClock) -> None:
    hub = [(1, other) for other in range(2, 9)]  # home 1 reaches seven, a cluster takes five
    barred = [(11, other) for other in (12, 13, 14)]  # home 11 may not host
    pair = [(15, 16)]
    beside_fixed = [(17, other) for other in (18, 19, 20)]  # 19 and 20 stay where they are
    office = open_field(sqlite_database, clock, field_homes(21, 1), [*hub, *barred, *pair, *beside_fixed])
    office.fixed |= dict.fromkeys((19, 20), new_id())
    view = await office.proposals.start(Asked(home_ids=tuple(range(1, 21)), no_hosts=(11,)), by="", wait_s=20)
    reasons = {out.home.id: out.reason for out in view.left_out}
    assert sum(reason is LeftOutReason.BETTER_ELSEWHERE for reason in reasons.values()) == 2
    assert {reasons[home] for home in (11, 12, 13, 14)} == {LeftOutReason.NO_HOST}
    assert {reasons[home] for home in (15, 16)} == {LeftOutReason.TOO_FEW}
    assert {reasons[home] for home in (17, 18)} == {LeftOutReason.NEIGHBOURS_FIXED}
    assert {reasons[home] for home in (9, 10)} == {LeftOutReason.NO_NEIGHBOUR}
    assert not {19, 20} & reasons.keys()
    assert view.homes_fixed == 2
    assert "can reach 3 homes" in next(out.words for out in view.left_out if out.home.id == 15)


async def test_a_large_area_runs_beside_a_loop_that_stays_free_and_improves_live(large: FieldOffice) -> None:
    heard: list[UUID] = []
    large.proposals.changed.subscribe(heard.append)
    view = await large.proposals.start(Asked(bbox=BLOCK, time_limit_s=30), by="", wait_s=5)
    assert view.status is ProposalStatus.RUNNING
    longest, loop = 0.0, asyncio.get_running_loop()
    while (await large.proposals.get(view.id, brief=True)).status is ProposalStatus.RUNNING:
        before = loop.time()
        await asyncio.sleep(0.01)
        longest = max(longest, loop.time() - before)
    done = await large.proposals.get(view.id)
    assert done.status is ProposalStatus.OPTIMAL
    assert done.served == done.bound == 6000
    assert view.id in heard
    assert longest < 1.0, f"the loop stood still for {longest:.2f} s"


async def test_cancel_ends_the_search_and_keeps_what_it_has(large: FieldOffice) -> None:
    first = await large.proposals.start(Asked(bbox=BLOCK, rules=PartitionRules(3, 3)), by="")
    for _ in range(600):
        if (await large.proposals.get(first.id, brief=True)).served:
            break
        await asyncio.sleep(0.05)
    view = await large.proposals.cancel(first.id)
    assert view.status is ProposalStatus.CANCELLED
    assert view.served == view.homes_served > 5000
    assert view.bound is not None
    assert view.served <= view.bound
    again = await large.proposals.cancel(first.id)
    assert again == view


async def test_cancel_before_the_first_plan_leaves_an_empty_proposal(large: FieldOffice) -> None:
    first = await large.proposals.start(Asked(bbox=BLOCK), by="")
    view = await large.proposals.cancel(first.id)
    assert (view.status, view.served, view.bound) == (ProposalStatus.CANCELLED, 0, None)


async def test_accepting_some_makes_drafts_and_tells_of_each_that_was_refused(office: FieldOffice) -> None:
    view = await office.proposals.start(Asked(bbox=BLOCK), by="", wait_s=20)
    first, second, *_ = view.clusters
    assert second.host.id is not None
    office.drafts.refused_hosts = {second.host.id}
    answers = await office.proposals.accept(view.id, [0, 1], by="ada")
    assert [(answer.number, answer.refusal) for answer in answers] == [(0, ""), (1, "this home has moved")]
    assert office.drafts.kept[0].host_id == first.host.id
    after = await office.proposals.get(view.id)
    assert after.clusters[0].draft_id == office.drafts.kept[0].id == answers[0].draft_id
    assert after.clusters[1].draft_id is None


async def test_accepting_all_twice_makes_no_draft_twice(office: FieldOffice) -> None:
    view = await office.proposals.start(Asked(bbox=BLOCK), by="", wait_s=20)
    once, twice = await asyncio.gather(*(office.proposals.accept(view.id, None, by="ada") for _ in range(2)))
    assert once == twice
    assert len(office.drafts.kept) == len(view.clusters)


async def test_a_running_proposal_and_an_unknown_cluster_are_not_accepted(large: FieldOffice) -> None:
    first = await large.proposals.start(Asked(bbox=BLOCK), by="")
    with pytest.raises(Conflict, match="still running"):
        await large.proposals.accept(first.id, None, by="ada")
    await large.proposals.stop()
    with pytest.raises(NotFound, match="no cluster 7"):
        await large.proposals.accept(first.id, [7], by="ada")


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({}, "either a box or a list"),
        ({"bbox": (1.0, 2.0, 0.0, 3.0)}, "west < east"),
        ({"bbox": BLOCK, "time_limit_s": 0}, "time limit"),
        ({"bbox": BLOCK, "weights": {1: -1}}, "weights"),
    ],
)
def test_a_request_that_makes_no_sense_says_what_was_expected(asked: dict[str, object], words: str) -> None:
    with pytest.raises(Invalid, match=words):
        Asked(**asked)  # type: ignore[arg-type]


async def test_homes_that_nobody_knows_are_refused(office: FieldOffice) -> None:
    with pytest.raises(Invalid, match="no home 99"):
        await office.proposals.start(Asked(home_ids=(1, 99)), by="")
    with pytest.raises(Invalid, match="no home of the address book"):
        await office.proposals.start(Asked(bbox=(10.0, 10.0, 11.0, 11.0)), by="")
    with pytest.raises(Invalid, match="rule 'owl'"):
        await office.proposals.start(Asked(bbox=BLOCK, rule="owl"), by="")
    with pytest.raises(NotFound):
        await office.proposals.get(new_id())


async def test_the_next_best_home_is_the_one_that_unlocks_a_cluster(
    sqlite_database: Database, clock: MovableClock
) -> None:
    # homes 1-3 are signed up and need a host that reaches all of them: only home 4 does. Home 9 would fill a place.
    pairs = [(4, 1), (4, 2), (4, 3), (5, 6), (5, 7), (5, 8), (5, 10), (5, 9), (9, 6)]
    office = open_field(sqlite_database, clock, field_homes(12, 1), pairs)
    best = await office.proposals.next_best(Asked(home_ids=(1, 2, 3, 5, 6, 7, 8, 10)))
    assert [(wish.home.id, wish.gain, wish.unlocks, wish.completes) for wish in best] == [(4, 3, 1, 0), (9, 0, 0, 1)]
    assert best[0].words == (
        "Signed-up homes that would be served and are left out today: 3. Clusters that would become possible: 1."
    )
