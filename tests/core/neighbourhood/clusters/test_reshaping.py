"""Split, merge and move, previewed and carried out as one; approvals that age; best hosts and suggestions."""

from dataclasses import replace

import pytest

from core.errors import Conflict, Invalid, NotAllowed
from core.neighbourhood.clusters import ClusterRules, ClusterState, Part
from core.neighbourhood.rules import Verdict
from tests.core.neighbourhood.clusters.elm_row import Office, open_office

S = ClusterState


async def test_a_split_is_previewed_with_who_moves_and_no_price_is_made_up(office: Office) -> None:
    cluster = await office.active(3, [1, 2, 4, 5, 6])
    preview = await office.clusters.preview_split(cluster.id, host_id=5, home_ids=[6], name="North")
    assert [(move.home_id, move.part, move.from_code, move.to_code) for move in preview.moves] == [
        (5, Part.HOST, "C-0001", ""), (6, Part.NEIGHBOUR, "C-0001", ""),
    ]  # fmt: skip
    assert {(move.price.words, move.price.change_cents) for move in preview.moves} == {
        ("unknown until billing is set up", None)
    }
    assert preview.possible
    assert (await office.clusters.get(cluster.id)).version == cluster.version, "a preview writes nothing"
    source, fresh = await office.clusters.apply(preview.change, office.ada)
    assert (source.state, {home.home_id for home in source.neighbours}) == (S.ACTIVE, {1, 2, 4})
    assert (fresh.state, fresh.name, fresh.host.home_id, fresh.home_ids) == (S.DRAFT, "North", 5, (5, 6))
    assert [event.action for event in await office.clusters.events(fresh.id)] == ["split"]


async def test_a_merge_hands_all_homes_over_and_retires_the_source(office: Office) -> None:
    target, source = await office.active(3, [1, 2]), await office.active(5, [4, 6])
    preview = await office.clusters.preview_merge(source.id, target.id)
    assert "C-0002 retires." in preview.words
    retired, grown = await office.clusters.apply(preview.change, office.ada)
    assert retired.state is S.RETIRED
    assert {home.home_id: home.approved for home in grown.neighbours} == {
        1: True, 2: True, 5: False, 4: False, 6: False,
    }  # fmt: skip
    assert "5 ELM ST came after the approval." in grown.stale_reason
    assert (await office.clusters.approve(grown.id, grown.version, office.ben)).state is S.ACTIVE


async def test_a_merge_beyond_capacity_is_refused_and_changes_nothing(office: Office) -> None:
    target, source = await office.active(3, [1, 2, 4]), await office.active(6, [5, 7, 8])
    preview = await office.clusters.preview_merge(source.id, target.id)
    assert not preview.possible
    with pytest.raises(Conflict) as refused:
        await office.clusters.apply(preview.change, office.ada)
    assert "7 neighbours: at most 5 fit one mower." in refused.value.reasons
    assert [one.version for one in await office.clusters.list()] == [4, 4]


async def test_a_home_moves_from_one_cluster_to_the_other(office: Office) -> None:
    source, target = await office.active(3, [1, 2, 4, 5]), await office.active(7, [6, 8, 9])
    preview = await office.clusters.preview_move(5, source.id, target.id)
    with pytest.raises(NotAllowed):
        await office.clusters.apply(preview.change, office.dan)
    left, grown = await office.clusters.apply(preview.change, office.ada)
    assert 5 not in left.home_ids
    assert left.stale_reason == ""
    assert [home.approved for home in grown.neighbours if home.home_id == 5] == [False]
    with pytest.raises(Conflict, match="changed since"):
        await office.clusters.apply(preview.change, office.ada)


async def test_the_host_stays_and_strangers_do_not_move(office: Office) -> None:
    cluster = await office.active(3, [1, 2, 4, 5])
    with pytest.raises(Invalid, match="host of C-0001 stays"):
        await office.clusters.preview_split(cluster.id, host_id=3, home_ids=[1])
    with pytest.raises(Invalid, match="no neighbour"):
        await office.clusters.preview_split(cluster.id, host_id=9, home_ids=[])
    with pytest.raises(Invalid, match="merged with itself"):
        await office.clusters.preview_merge(cluster.id, cluster.id)


async def test_a_new_road_marks_exactly_the_approvals_it_hurts(office: Office) -> None:
    first, second = await office.active(3, [1, 2, 4]), await office.active(8, [7, 9, 10])
    assert await office.clusters.recheck_after_import() is not None
    assert await office.clusters.recheck_after_import() is None, "nothing was imported since"
    office.ways.block(8, 10, "Oak Avenue lies between.")
    office.books.renew()
    found = await office.clusters.recheck_after_import()
    assert found is not None
    assert (found.looked_at, [cluster_id for cluster_id, _ in found.stale]) == (2, [second.id])
    stale = await office.clusters.get(second.id)
    assert stale.stale_reason == "10 ELM ST: Oak Avenue lies between."
    assert stale.state is S.ACTIVE
    assert (await office.clusters.get(first.id)).stale_reason == ""
    assert (await office.clusters.recheck_all()).stale == (), "told once"
    assert (await office.clusters.events(second.id))[-1].by == "recheck"
    lines = await office.audit.lines(action="cluster.stale")
    assert [(line.source, line.actor) for line in lines] == [("job", "recheck")]


async def test_a_recheck_looks_only_where_it_is_told(office: Office) -> None:
    first, second = await office.active(3, [1, 2, 4]), await office.active(8, [7, 9, 10])
    office.ways.block(8, 10)
    office.ways.block(3, 4)
    home = first.host
    south = (home.longitude - 0.001, 43.0, home.longitude + 0.001, home.latitude)
    assert [one for one, _ in (await office.clusters.recheck(bbox=south)).stale] == [first.id]
    assert [one for one, _ in (await office.clusters.recheck([second.id])).stale] == [second.id]


async def test_a_home_that_leaves_the_address_book_makes_its_cluster_stale(office: Office) -> None:
    cluster = await office.active(3, [1, 2, 4])
    del office.books.homes[4]
    office.books.renew()
    assert [one for one, _ in (await office.clusters.recheck_all()).stale] == [cluster.id]
    stale = await office.clusters.get(cluster.id)
    assert "Home 4 is not in the address book." in stale.stale_reason
    assert len(stale.neighbours) == 3
    left = await office.clusters.leave(cluster.id, 4, office.ada)
    assert len(left.neighbours) == 2


async def test_the_best_host_reaches_most_by_the_shortest_corridors(office: Office) -> None:
    best = await office.clusters.best_host([1, 2, 3, 4, 5])
    assert best.home_id == 3
    assert best.words.startswith("3 ELM ST reaches 4 of 4 homes by corridors of 98 m together.")
    assert "reaches as many, by" in best.words
    office.ways.block(3, 5)
    assert (await office.clusters.best_host([1, 2, 3, 4, 5])).home_id == 2
    assert [option.home_id for option in best.options][:1] == [3]
    assert len(best.options) == 5


async def test_a_suggested_cluster_takes_the_nearest_free_homes_the_mower_reaches(office: Office) -> None:
    await office.active(9, [8, 10, 11])
    office.ways.block(6, 5)
    suggestion = await office.clusters.suggest(6)
    assert sorted(suggestion.neighbour_ids) == [1, 2, 3, 4, 7]
    assert not [finding for finding in suggestion.findings if finding.blocks_approval]


async def test_a_home_learns_which_clusters_it_could_join_and_why_not(office: Office) -> None:
    await office.active(3, [1, 2, 4])
    await office.active(9, [7, 8, 10, 11, 12])
    office.ways.block(3, 6)
    found = {one.cluster.code: one for one in await office.clusters.qualifying(5)}
    assert found["C-0001"].qualifies
    assert found["C-0002"].words == ("It is full: 5 of 5 places are taken.",)
    blocked = {one.cluster.code: one for one in await office.clusters.qualifying(6)}["C-0001"]
    assert (blocked.qualifies, blocked.words) == (False, ("6 ELM ST: Elm Street lies between.",))
    near = await office.clusters.existing_neighbours(5)
    assert (near[0].member.home_id, near[0].verdict) == (4, Verdict.QUALIFIED)


async def test_numbers_count_live_clusters_only(office: Office) -> None:
    await office.active(3, [1, 2, 4])
    await office.submitted(8, [7, 9])
    stats = await office.clusters.stats()
    assert (stats.hosts, stats.homes, stats.places_left, stats.mean_neighbours) == (1, 4, 2, 3.0)
    assert stats.by_state == {"active": 1, "submitted": 1}


async def test_the_list_is_narrowed_by_state_text_home_and_place(office: Office) -> None:
    await office.active(3, [1, 2, 4])
    await office.submitted(8, [7, 9])
    clusters = office.clusters
    assert [one.code for one in await clusters.list()] == ["C-0001", "C-0002"]
    assert [one.code for one in await clusters.list([S.SUBMITTED])] == ["C-0002"]
    assert [one.code for one in await clusters.list(search="4 elm")] == ["C-0001"]
    assert [one.code for one in await clusters.list(home_id=9)] == ["C-0002"]
    assert await clusters.list(stale=True) == ()
    assert [one.code for one in await clusters.list(bbox=(-93, 44.0009, -92, 45))] == ["C-0002"]


async def test_other_sizes_are_a_matter_of_settings(office: Office) -> None:
    pair = open_office(office.database, office.clock, replace(ClusterRules(), min_neighbours=1, max_neighbours=1))
    cluster = await pair.active(2, [1])
    assert (cluster.full, cluster.forming) == (True, False)
