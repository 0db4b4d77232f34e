"""Joining, waiting in line and leaving, by invite or by the office; consents and confirmations."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from core.accounts import Role
from core.errors import Conflict, Invalid, NotAllowed, NotFound
from core.neighbourhood import create_household, register_lot
from core.neighbourhood.clusters import ClusterState, Level, Rule
from core.neighbourhood.clusters.invites import ALPHABET, new_code
from tests.core.neighbourhood.clusters.elm_row import ELM_ROW, Office, Somebody

S = ClusterState


async def owner(office: Office, number: int) -> Somebody:
    """A homeowner of one home of Elm Row, with a registered lot."""
    household = await create_household(office.database, office.clock, name=f"Household {number}")
    home = ELM_ROW[number]
    await register_lot(
        office.database,
        household_id=household,
        address=home.address,
        city=home.city,
        longitude=home.longitude,
        latitude=home.latitude,
    )
    return Somebody(f"Owner{number}", Role.HOMEOWNER, frozenset({household}))


async def test_an_owner_joins_by_code_and_waits_for_a_second_person(office: Office) -> None:
    cluster = await office.active(3, [1, 2, 4])
    nina = await owner(office, 5)
    invite = await office.clusters.invite_code(cluster.id, office.ada)
    result = await office.clusters.join(invite.code.lower().replace("-", " "), 5, nina)
    assert result.joined
    assert [(home.home_id, home.approved) for home in result.cluster.neighbours][-1] == (5, False)
    assert result.cluster.state is S.ACTIVE
    assert result.cluster.progress == 0.8
    assert result.cluster.stale_reason == "5 ELM ST came after the approval."
    renewed = await office.clusters.approve(cluster.id, result.cluster.version, office.ben)
    assert all(member.approved for member in renewed.members)


async def test_a_code_is_unguessable_told_once_revocable_and_ends(office: Office) -> None:
    cluster = await office.active()
    nina = await owner(office, 5)
    codes = {new_code() for _ in range(200)}
    assert len(codes) == 200
    assert all(len(code) == 19 and set(code) <= {*ALPHABET, "-"} for code in codes)
    first = await office.clusters.invite_code(cluster.id, office.ada, days=2)
    second = await office.clusters.invite_code(cluster.id, office.ada, days=2)
    kept = await office.clusters.invite(cluster.id)
    assert kept is not None
    assert (kept.id, kept.code) == (second.id, "")
    with pytest.raises(NotFound, match="unknown or no longer good"):
        await office.clusters.join(first.code, 5, nina)
    office.clock.move(2 * 86_400)
    with pytest.raises(NotFound):
        await office.clusters.join(second.code, 5, nina)
    third = await office.clusters.invite_code(cluster.id, office.ada)
    await office.clusters.revoke_invite(cluster.id, office.ada)
    with pytest.raises(NotFound):
        await office.clusters.join(third.code, 5, nina)
    with pytest.raises(NotAllowed):
        await office.clusters.invite_code(cluster.id, office.dan)
    with pytest.raises(Invalid, match="expected 1 to 365"):
        await office.clusters.invite_code(cluster.id, office.ada, days=0)
    assert "invite" in [event.action for event in await office.clusters.events(cluster.id)]


async def test_nobody_joins_for_a_home_that_is_not_theirs_or_without_a_code(office: Office) -> None:
    cluster = await office.active()
    nina = await owner(office, 5)
    invite = await office.clusters.invite_code(cluster.id, office.ada)
    with pytest.raises(NotAllowed, match="not one of yours"):
        await office.clusters.join(invite.code, 6, nina)
    with pytest.raises(NotAllowed, match="needs an invite code"):
        await office.clusters.join(cluster.id, 5, nina)


async def test_a_full_cluster_makes_a_line_and_a_free_place_is_held_for_the_first(office: Office) -> None:
    cluster = await office.active(4, [1, 2, 3, 5, 6])
    assert cluster.full
    for position, home in enumerate((7, 8), 1):
        result = await office.clusters.join(cluster.id, home, office.ada)
        assert result.waiting is not None
        assert (result.joined, result.waiting.position) == (False, position)
        office.clock.move(1)
    again = await office.clusters.join(cluster.id, 7, office.ada)
    assert again.waiting is not None
    assert again.waiting.position == 1, "asking twice does not move one back"
    left = await office.clusters.leave(cluster.id, 1, office.ada)
    assert {member.home_id for member in left.neighbours} == {2, 3, 5, 6}
    assert (left.held, left.places_left) == (1, 0)
    first, second = await office.clusters.waiting(cluster.id)
    assert (first.home_id, first.offered_until) == (7, office.clock.now() + timedelta(hours=48))
    assert (second.home_id, second.offered_until) == (8, None)
    assert not (await office.clusters.join(cluster.id, 8, office.ada)).joined, "the place is the first one's"
    taken = await office.clusters.join(cluster.id, 7, office.ada)
    assert taken.joined and {member.home_id for member in taken.cluster.neighbours} == {2, 3, 5, 6, 7}
    assert [waiting.home_id for waiting in await office.clusters.waiting(cluster.id)] == [8]
    await office.clusters.leave(cluster.id, 8, office.ada)
    assert await office.clusters.waiting(cluster.id) == ()


async def test_whom_the_rules_forbid_keeps_waiting_and_the_place_is_held_for_the_next(office: Office) -> None:
    cluster = await office.active(4, [1, 2, 3, 5, 6])
    for home in (7, 8):
        await office.clusters.join(cluster.id, home, office.ada)
        office.clock.move(1)
    office.ways.block(4, 7)
    await office.clusters.leave(cluster.id, 1, office.ada)
    assert [one.home_id for one in await office.clusters.waiting(cluster.id) if one.offered_until] == [8]
    assert [one.home_id for one in await office.clusters.waiting(cluster.id)] == [7, 8]


async def test_capacity_holds_when_everybody_joins_at_once(office: Office) -> None:
    cluster = await office.active(4, [2, 3, 5])
    results = await asyncio.gather(*(office.clusters.join(cluster.id, home, office.ada) for home in (1, 6, 7, 8)))
    now = await office.clusters.get(cluster.id)
    assert len(now.neighbours) == 5
    assert sum(result.joined for result in results) == 2
    assert len(await office.clusters.waiting(cluster.id)) == 2


async def test_a_home_that_would_break_a_rule_is_told_why(office: Office) -> None:
    cluster = await office.active(2, [1, 3, 4])
    with pytest.raises(Conflict) as refused:
        await office.clusters.join(cluster.id, 9, office.ada)
    assert "9 ELM ST is 105.0 m from the host; at most 80 m are allowed." in refused.value.reasons


async def test_leaving_below_the_minimum_makes_it_form_again_and_its_approval_stale(office: Office) -> None:
    cluster = await office.active(2, [1, 3, 4])
    left = await office.clusters.leave(cluster.id, 4, office.ada, "moved away")
    assert (left.state, left.forming) == (S.ACTIVE, True)
    assert left.stale_reason == "Forming: 2 neighbours so far, 3 to 5 make a full cluster."
    assert all(member.approved for member in left.members)
    renewed = await office.clusters.approve(left.id, left.version, office.ben)
    assert renewed.stale_reason == ""


async def test_leaving_above_the_minimum_leaves_the_approval_as_it_is(office: Office) -> None:
    cluster = await office.active(3, [1, 2, 4, 5])
    left = await office.clusters.leave(cluster.id, 5, office.ada)
    assert (left.stale_reason, len(left.neighbours)) == ("", 3)


async def test_the_host_cannot_leave_and_a_stranger_cannot_send_a_home_away(office: Office) -> None:
    cluster = await office.active(2, [1, 3, 4])
    with pytest.raises(Conflict, match="host cannot leave"):
        await office.clusters.leave(cluster.id, 2, office.ada)
    nina = await owner(office, 5)
    with pytest.raises(NotFound, match="no member"):
        await office.clusters.leave(cluster.id, 3, nina)


async def test_an_owner_leaves_with_their_own_home(office: Office) -> None:
    cluster = await office.active(2, [1, 3, 4])
    olga = await owner(office, 4)  # the lot is registered after the cluster was drawn
    assert [one.id for one in await office.clusters.list(household_ids=olga.household_ids)] == [cluster.id]
    assert await office.clusters.list(household_ids=[]) == ()
    left = await office.clusters.leave(cluster.id, 4, olga)
    assert 4 not in left.home_ids


async def test_a_corridor_over_a_strangers_lot_needs_consent_before_approval(office: Office) -> None:
    office.ways.cross(2, 4, 9)
    cluster = await office.submitted(2, [1, 3, 4])
    with pytest.raises(Conflict, match="the rules stand against"):
        await office.clusters.approve(cluster.id, cluster.version, office.ben)
    given = await office.clusters.consent(
        cluster.id, cluster.version, 9, office.ada, given_by="Mrs Nine", note="on the phone"
    )
    assert given.state is S.SUBMITTED
    assert [home.consent for home in given.neighbours if home.home_id == 4] == ["given"]
    with pytest.raises(Conflict, match="recorded already"):
        await office.clusters.consent(cluster.id, given.version, 9, office.ada, given_by="Mrs Nine")
    approved = await office.clusters.approve(given.id, given.version, office.ben)
    withdrawn = await office.clusters.withdraw_consent(approved.id, approved.version, 9, office.ada)
    assert "crosses the lot of 9 ELM ST" in withdrawn.stale_reason
    with pytest.raises(Conflict, match="must be renewed"):
        await office.clusters.activate(withdrawn.id, withdrawn.version, office.ben)
    with pytest.raises(Conflict, match="the rules stand against"):
        await office.clusters.approve(withdrawn.id, withdrawn.version, office.ben)
    (record,) = await office.clusters.consents(cluster.id)
    assert (record.given_by, record.note, record.withdrawn_by) == ("Mrs Nine", "on the phone", "Ada")


async def test_a_way_under_review_blocks_approval_until_a_person_confirms_it(office: Office) -> None:
    office.ways.doubt(2, 4)
    cluster = await office.submitted(2, [1, 3, 4])
    with pytest.raises(Conflict):
        await office.clusters.approve(cluster.id, cluster.version, office.ben)
    with pytest.raises(Invalid, match="reason"):
        await office.clusters.confirm_reach(cluster.id, cluster.version, 4, office.ada, " ")
    seen = await office.clusters.confirm_reach(cluster.id, cluster.version, 4, office.ada, "walked it")
    assert not [one for one in seen.findings if one.rule is Rule.REACH and one.level is not Level.OK]
    assert (await office.clusters.approve(seen.id, seen.version, office.ben)).state is S.APPROVED


async def test_only_clusters_that_take_people_take_people(office: Office) -> None:
    cluster = await office.submitted()
    with pytest.raises(Conflict, match="takes nobody now"):
        await office.clusters.join(cluster.id, 5, office.ada)
    with pytest.raises(NotFound):
        await office.clusters.join(UUID(int=7), 5, office.ada)


async def test_an_owner_joins_a_cluster_near_them_without_a_code_or_takes_a_place_in_line(office: Office) -> None:
    cluster = await office.active(3, [1, 2, 4])
    nina, omar = await owner(office, 5), await owner(office, 6)
    joined = await office.clusters.join_near(cluster.id, 5, nina)
    assert joined.joined and joined.cluster.stale_reason == "5 ELM ST came after the approval."
    await office.clusters.join_near(cluster.id, 6, omar)
    pia = await owner(office, 7)
    queued = await office.clusters.join_near(cluster.id, 7, pia)
    assert not queued.joined and queued.waiting is not None and queued.waiting.position == 1
    line = await office.clusters.place_in_line(7)
    assert line is not None and line.cluster_id == cluster.id
    assert await office.clusters.place_in_line(5) is None


async def test_nobody_joins_a_cluster_that_is_far_from_them_or_for_another_home(office: Office) -> None:
    cluster = await office.active(1, [2, 3, 4])
    far, nina = await owner(office, 12), await owner(office, 5)
    with pytest.raises(NotFound, match="no such cluster near"):
        await office.clusters.join_near(cluster.id, 12, far)
    with pytest.raises(NotAllowed):
        await office.clusters.join_near(cluster.id, 5, far)
    office.ways.block(1, 5)
    with pytest.raises(Conflict, match="do not let this home join"):
        await office.clusters.join_near(cluster.id, 5, nina)
