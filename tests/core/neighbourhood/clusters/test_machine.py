"""Anything that three people may do, in any order, with roads coming and going: what must never happen does not."""

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from core.clock import MovableClock
from core.db import open_database
from core.db.migrate import migrate
from core.errors import MowthosError
from core.neighbourhood.clusters import LIVE, ClusterState, ClusterView, Part, VersionView
from tests.core.neighbourhood.clusters.elm_row import HOMES, Somebody, open_office
from tests.proofs import cases

HOME = st.integers(1, HOMES)
PERSON = st.integers(0, 2)
WHICH = st.integers(0, 5)
SHAPING = {"create", "revise", "submit", "join", "leave", "split", "merge", "move"}


@cache
def migrated() -> Path:
    """An empty, migrated SQLite file, made once and copied."""
    path = Path(tempfile.mkdtemp()) / "empty.sqlite3"

    async def make() -> None:
        database = open_database(f"sqlite:///{path}")
        await migrate(database)
        await database.close()

    asyncio.run(make())
    return path


class LifeOfClusters(RuleBasedStateMachine):
    """Acts at random; refusals are fine, broken promises are not."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = Path(tempfile.mkdtemp())
        shutil.copy(migrated(), self.folder / "test.sqlite3")
        database = open_database(f"sqlite:///{self.folder / 'test.sqlite3'}")
        self.office = open_office(database, MovableClock(datetime(2026, 6, 1, tzinfo=UTC)))
        self.people = [Somebody(name) for name in ("Ada", "Ben", "Cem")]

    def teardown(self) -> None:
        self.wait(self.office.database.close())
        self.runner.close()
        shutil.rmtree(self.folder)

    def wait(self, act: Awaitable[Any]) -> Any:
        async def turn() -> Any:
            return await act

        return self.runner.run(turn())

    def attempt(self, act: Callable[[], Awaitable[Any]]) -> None:
        self.office.clock.move(1)
        try:
            self.wait(act())
        except MowthosError:
            return

    def one(self, which: int) -> ClusterView | None:
        found = self.wait(self.office.clusters.list())
        return found[which % len(found)] if found else None

    @rule(host=HOME, homes=st.lists(HOME, min_size=1, max_size=7), who=PERSON)
    def draw(self, host: int, homes: list[int], who: int) -> None:
        self.attempt(lambda: self.office.clusters.create_draft(host, homes, "", self.people[who]))

    @rule(host=st.integers(2, 10), size=st.integers(2, 5), who=PERSON, other=PERSON)
    def bring_to_approval(self, host: int, size: int, who: int, other: int) -> None:
        homes = sorted((home for home in range(1, HOMES + 1) if home != host), key=lambda home: abs(home - host))[:size]

        async def act() -> None:
            clusters = self.office.clusters
            draft = await clusters.create_draft(host, homes, "", self.people[who])
            sent = await clusters.submit(draft.id, draft.version, self.people[who])
            await clusters.approve(sent.id, sent.version, self.people[other])

        self.attempt(act)

    @rule(which=WHICH, host=HOME, homes=st.lists(HOME, min_size=1, max_size=7), who=PERSON)
    def revise(self, which: int, host: int, homes: list[int], who: int) -> None:
        if cluster := self.one(which):
            host = cluster.host.home_id if cluster.state in LIVE else host
            self.attempt(
                lambda: self.office.clusters.revise(cluster.id, cluster.version, host, homes, "", self.people[who])
            )

    @rule(
        which=WHICH,
        move=st.sampled_from(["submit", "approve", "approve", "reject", "activate", "activate", "suspend", "retire"]),
        who=PERSON,
    )
    def decide(self, which: int, move: str, who: int) -> None:
        if cluster := self.one(which):
            act = getattr(self.office.clusters, move)
            self.attempt(lambda: act(cluster.id, cluster.version, self.people[who], "said"))

    @rule(which=WHICH, home=HOME, who=PERSON)
    def join(self, which: int, home: int, who: int) -> None:
        if cluster := self.one(which):
            self.attempt(lambda: self.office.clusters.join(cluster.id, home, self.people[who]))

    @rule(which=WHICH, home=HOME, who=PERSON)
    def leave(self, which: int, home: int, who: int) -> None:
        if cluster := self.one(which):
            self.attempt(lambda: self.office.clusters.leave(cluster.id, home, self.people[who]))

    @rule(one=WHICH, other=WHICH, home=HOME, kind=st.sampled_from(["split", "merge", "move"]), who=PERSON)
    def reshape(self, one: int, other: int, home: int, kind: str, who: int) -> None:
        first, second = self.one(one), self.one(other)
        if first is None or second is None:
            return

        async def act() -> None:
            clusters = self.office.clusters
            if kind == "split":
                preview = await clusters.preview_split(first.id, host_id=home, home_ids=[home % HOMES + 1])
            elif kind == "merge":
                preview = await clusters.preview_merge(first.id, second.id)
            else:
                preview = await clusters.preview_move(home, first.id, second.id)
            await clusters.apply(preview.change, self.people[who])

        self.attempt(act)

    @rule(first=HOME, second=HOME, what=st.sampled_from(["block", "doubt", "open"]))
    def change_the_land(self, first: int, second: int, what: str) -> None:
        if first != second:
            getattr(self.office.ways, what)(min(first, second), max(first, second))
            self.attempt(self.office.clusters.recheck_all)

    @invariant()
    def no_home_is_in_two_live_clusters(self) -> None:
        homes = [home for cluster in self.wait(self.office.clusters.list(LIVE)) for home in cluster.home_ids]
        assert len(homes) == len(set(homes))

    @invariant()
    def capacity_is_never_exceeded(self) -> None:
        for cluster in self.wait(self.office.clusters.list({*LIVE, ClusterState.SUBMITTED})):
            assert len(cluster.neighbours) <= cluster.max_neighbours

    @invariant()
    def nobody_is_served_without_the_approval_of_another_person(self) -> None:
        for cluster in self.wait(self.office.clusters.list()):
            approved = approved_homes(self.wait(self.office.clusters.versions(cluster.id)))
            assert {member.home_id for member in cluster.members if member.approved} <= approved
            if cluster.state is ClusterState.ACTIVE:
                assert cluster.host.home_id in approved

    @invariant()
    def versions_have_no_gap(self) -> None:
        for cluster in self.wait(self.office.clusters.list()):
            numbers = [version.version for version in self.wait(self.office.clusters.versions(cluster.id))]
            assert numbers == list(range(1, cluster.version + 1))
            assert cluster.host.part is Part.HOST


def approved_homes(versions: tuple[VersionView, ...]) -> set[int]:
    """The homes of the last version that somebody approved who had no hand in it; fails on an approval of one's own."""
    hands: set[str] = set()
    homes: set[int] = set()
    for version in versions:
        if version.action == "approve":
            assert version.by not in hands, f"{version.by} approved their own"
            homes = {version.host.home_id, *(member.home_id for member in version.neighbours)}
            hands = set()
        elif version.action in SHAPING:
            hands.add(version.by)
        if version.state not in LIVE:
            homes = set()
    return homes


TestLifeOfClusters = LifeOfClusters.TestCase
TestLifeOfClusters.pytestmark = [pytest.mark.prove]
TestLifeOfClusters.settings = settings(
    max_examples=cases(sample=4, full=40),
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
