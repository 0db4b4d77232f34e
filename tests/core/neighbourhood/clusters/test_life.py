"""From draft to retirement: who may move what, what is judged again, and who is told of whose edit."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from core.errors import Conflict, Invalid, NotAllowed, NotFound
from core.neighbourhood.clusters import ClusterState, Level, Rule
from tests.core.neighbourhood.clusters.elm_row import Office

S = ClusterState


async def test_a_draft_goes_through_its_whole_life_and_every_move_is_kept(office: Office) -> None:
    cluster = await office.active()
    assert (cluster.code, cluster.state, cluster.version) == ("C-0001", S.ACTIVE, 4)
    assert all(member.approved for member in cluster.members)
    cluster = await office.clusters.suspend(cluster.id, 4, office.ben, "mower stolen")
    cluster = await office.clusters.activate(cluster.id, 5, office.ben)
    cluster = await office.clusters.retire(cluster.id, 6, office.ben, "host moved away")
    events = await office.clusters.events(cluster.id)
    assert [event.action for event in events] == [
        "create", "submit", "approve", "activate", "suspend", "activate", "retire",
    ]  # fmt: skip
    assert [(event.by, event.state_after) for event in events][2] == ("Ben", S.APPROVED)
    assert events[4].comment == "mower stolen"
    lines = await office.audit.lines(action="cluster.")
    assert lines[0].action == "cluster.retire"
    assert len(lines) == 7
    assert (lines[0].before or {})["state"] == "active"
    assert (lines[0].after or {})["state"] == "retired"


async def test_each_write_is_told_once_it_is_stored_and_a_refused_one_is_not(office: Office) -> None:
    told: list[tuple[UUID, ...]] = []
    office.clusters.changed.subscribe(told.append)
    cluster = await office.approved()
    assert told == [(cluster.id,)] * 3  # drawn, submitted, approved
    with pytest.raises(Conflict):
        await office.clusters.suspend(cluster.id, 1, office.ben, "seen too early")
    assert len(told) == 3


async def test_nobody_approves_what_they_drew_revised_or_submitted(office: Office) -> None:
    cluster = await office.submitted()
    with pytest.raises(NotAllowed, match="another person must approve"):
        await office.clusters.approve(cluster.id, cluster.version, office.ada)
    revised = await office.clusters.revise(cluster.id, cluster.version, 2, [1, 3, 5], "", office.ben)
    assert revised.state is S.DRAFT
    again = await office.clusters.submit(revised.id, revised.version, office.ada)
    with pytest.raises(NotAllowed):
        await office.clusters.approve(again.id, again.version, office.ben)


async def test_a_rejection_says_why_and_a_revision_brings_it_back(office: Office) -> None:
    cluster = await office.submitted()
    with pytest.raises(Invalid, match="say why"):
        await office.clusters.reject(cluster.id, cluster.version, office.ben, "  ")
    rejected = await office.clusters.reject(cluster.id, cluster.version, office.ben, "too far from the depot")
    assert (rejected.state, rejected.comment, rejected.decided_by) == (S.REJECTED, "too far from the depot", "Ben")
    with pytest.raises(Conflict, match="rejected"):
        await office.clusters.submit(rejected.id, rejected.version, office.ada)
    draft = await office.clusters.revise(rejected.id, rejected.version, 2, [1, 3, 4, 5], "", office.ada)
    assert draft.state is S.DRAFT


async def test_each_move_needs_its_right(office: Office) -> None:
    with pytest.raises(NotAllowed):
        await office.clusters.create_draft(2, [1, 3, 4], "", office.dan)
    cluster = await office.submitted()
    with pytest.raises(NotAllowed, match="approve_clusters"):
        await office.clusters.approve(cluster.id, cluster.version, office.dan)
    assert office.clusters.moves(cluster, office.dan) == ()
    assert set(office.clusters.moves(cluster, office.ben)) == {"revise", "approve", "reject", "retire"}


async def test_what_no_row_of_the_machine_allows_is_refused_in_words(office: Office) -> None:
    cluster = await office.submitted()
    with pytest.raises(Conflict, match="C-0001 is submitted: to activate it is not possible now"):
        await office.clusters.activate(cluster.id, cluster.version, office.ben)
    live = await office.active(7, [6, 8, 9])
    with pytest.raises(Conflict, match="its approval stands"):
        await office.clusters.approve(live.id, live.version, office.ben)
    with pytest.raises(Invalid, match="say why"):
        await office.clusters.retire(live.id, live.version, office.ben)


async def test_approval_judges_the_rules_at_that_very_moment(office: Office) -> None:
    cluster = await office.submitted()
    office.ways.block(2, 4)
    with pytest.raises(Conflict) as refused:
        await office.clusters.approve(cluster.id, cluster.version, office.ben)
    assert refused.value.reasons == ("4 ELM ST: Elm Street lies between.",)
    assert (await office.clusters.get(cluster.id)).state is S.SUBMITTED


async def test_a_broken_draft_is_kept_but_not_submitted(office: Office) -> None:
    draft = await office.clusters.create_draft(1, [2, 3, 12], "", office.ada)
    broken = [finding for finding in draft.findings if finding.level is Level.BROKEN]
    assert {(finding.rule, finding.home_id) for finding in broken} == {(Rule.RADIUS, 12), (Rule.CONTIGUITY, 12)}
    with pytest.raises(Conflict, match="the rules stand against C-0001"):
        await office.clusters.submit(draft.id, draft.version, office.ada)


async def test_a_home_that_is_not_in_the_book_is_named(office: Office) -> None:
    with pytest.raises(NotFound) as missing:
        await office.clusters.create_draft(2, [1, 99], "", office.ada)
    assert missing.value.reasons == ("Home 99 is not in the address book.",)


async def test_who_edits_an_old_version_is_told_who_changed_it_and_when(office: Office) -> None:
    draft = await office.clusters.create_draft(2, [1, 3, 4], "Elm", office.ada)
    office.clock.move(90)
    await office.clusters.revise(draft.id, draft.version, 2, [1, 3, 5], "Elm", office.ben)
    with pytest.raises(Conflict, match="C-0001 has been changed since you opened it") as stale:
        await office.clusters.revise(draft.id, draft.version, 2, [1, 3], "Elm", office.ada)
    assert stale.value.reasons == ("Ben: revised, 2026-06-01 12:01 UTC",)
    assert [member.home_id for member in (await office.clusters.get(draft.id)).neighbours] == [1, 3, 5]


async def test_a_home_is_in_one_live_cluster_only_and_the_database_decides(office: Office) -> None:
    first, second = await office.submitted(2, [1, 3, 4]), await office.submitted(5, [4, 6, 7])
    found = {finding.rule: finding for finding in second.findings if finding.level is Level.WARN}
    assert "C-0001" in found[Rule.OVERLAP].words
    await office.clusters.approve(first.id, first.version, office.ben)
    with pytest.raises(Conflict) as taken:
        await office.clusters.approve(second.id, second.version, office.ben)
    assert taken.value.reasons == ("4 ELM ST belongs to C-0001 already; a home is in one cluster only.",)
    with pytest.raises(DBAPIError):
        async with office.database.session() as session:
            await session.exec(text("UPDATE cluster_member SET live = (1 = 1) WHERE home_id = 4"))  # type: ignore[call-overload]


async def test_a_retired_cluster_frees_its_homes(office: Office) -> None:
    first = await office.active(2, [1, 3, 4])
    retired = await office.clusters.retire(first.id, first.version, office.ben, "over")
    assert not any(member.approved for member in retired.members)
    assert (await office.active(4, [1, 2, 3])).state is S.ACTIVE


async def test_a_running_cluster_is_revised_in_place_and_newcomers_wait_for_approval(office: Office) -> None:
    cluster = await office.active(3, [1, 2, 4])
    revised = await office.clusters.revise(cluster.id, cluster.version, 3, [1, 2, 5], "", office.ada)
    assert revised.state is S.ACTIVE
    assert {member.home_id: member.approved for member in revised.members} == {3: True, 1: True, 2: True, 5: False}
    assert revised.stale_reason == "5 ELM ST came after the approval."
    assert revised.stale_at == datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
    with pytest.raises(NotAllowed):
        await office.clusters.approve(revised.id, revised.version, office.ada)
    renewed = await office.clusters.approve(revised.id, revised.version, office.ben)
    assert (renewed.state, renewed.stale_reason) == (S.ACTIVE, "")
    assert all(member.approved for member in renewed.members)
    with pytest.raises(Conflict, match="keeps its host"):
        await office.clusters.revise(renewed.id, renewed.version, 1, [2, 3, 5], "", office.ada)
    with pytest.raises(Conflict, match="the rules stand against"):
        await office.clusters.revise(renewed.id, renewed.version, 3, [1, 2, 12], "", office.ada)


async def test_an_approved_cluster_that_is_revised_is_a_draft_again(office: Office) -> None:
    cluster = await office.approved()
    draft = await office.clusters.revise(cluster.id, cluster.version, 3, [1, 2, 4], "New", office.ben)
    assert (draft.state, draft.host.home_id, draft.decided_by, draft.name) == (S.DRAFT, 3, "", "New")
    assert not any(member.approved for member in draft.members)


async def test_versions_are_pictures_that_never_change_and_can_be_compared(office: Office) -> None:
    draft = await office.clusters.create_draft(2, [1, 3, 4], "Elm", office.ada)
    await office.clusters.revise(draft.id, 1, 3, [1, 2, 12], "Oak", office.ada)
    diff = await office.clusters.diff(draft.id, 1, 2)
    assert ([home.home_id for home in diff.came], [home.home_id for home in diff.left]) == ([12], [4])
    assert diff.host_before and diff.host_after
    assert (diff.host_before.home_id, diff.host_after.home_id) == (2, 3)
    assert (diff.name_before, diff.name_after) == ("Elm", "Oak")
    assert any(words.startswith("New: 12 ELM ST is 135.0 m from the host") for words in diff.verdicts)
    versions = await office.clusters.versions(draft.id)
    assert [version.version for version in versions] == [1, 2]
    assert versions[0].parameters["radius_m"] == 80.0
    assert versions[0].provenance["address_points"] == 12
    for table in ("cluster_version", "cluster_event"):
        with pytest.raises(DBAPIError):
            async with office.database.session() as session:
                await session.exec(text(f"UPDATE {table} SET version = 9"))  # type: ignore[call-overload]
    with pytest.raises(NotFound, match="no version 7"):
        await office.clusters.diff(draft.id, 1, 7)


async def test_two_approvals_at_the_same_moment_never_hold_a_home_twice(office: Office) -> None:
    first, second = await office.submitted(2, [1, 3, 4]), await office.submitted(5, [4, 6, 7])
    approvals = (office.clusters.approve(one.id, one.version, office.ben) for one in (first, second))
    outcomes = await asyncio.gather(*approvals, return_exceptions=True)
    assert sum(isinstance(one, Conflict) for one in outcomes) == 1
    live = [one for one in await office.clusters.list() if one.live]
    assert len(live) == 1


async def test_two_edits_at_the_same_moment_never_overwrite_each_other(office: Office) -> None:
    draft = await office.clusters.create_draft(2, [1, 3, 4], "", office.ada)
    edits = (office.clusters.revise(draft.id, 1, 2, homes, "", office.ada) for homes in ([1, 3], [3, 4], [4, 1]))
    outcomes = await asyncio.gather(*edits, return_exceptions=True)
    assert sum(isinstance(one, Conflict) for one in outcomes) == 2
    assert (await office.clusters.get(draft.id)).version == 2
