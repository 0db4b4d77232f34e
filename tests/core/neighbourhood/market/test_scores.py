"""How well a cluster is served: told by the visits that really were, and by what households said of them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.db.reads.cluster_scores import cluster_scores
from core.household.tables import VisitRating
from core.ids import new_id
from core.neighbourhood.market.scores import LATE, UNKNOWN, PastVisit, score
from core.scheduling import Visit, VisitReason, VisitState
from core.scheduling.store import write_visit
from tests.core.scheduling.conftest import Row, quiet_on, row
from tests.core.scheduling.season_player import clusters_of

__all__ = ["row"]

NINE = datetime(2026, 6, 8, 14, tzinfo=UTC)
HOUR = timedelta(hours=1)
WEEK = timedelta(days=7)


def past(*, done: bool = True, late: timedelta | None = timedelta(), mowed: int | None = 60) -> PastVisit:
    return PastVisit(done, NINE, None if late is None else NINE + late, mowed)


def test_each_figure_is_of_what_was_asked_and_unknown_where_nothing_was() -> None:
    found = score(
        [past(), past(late=LATE), past(late=LATE + timedelta(seconds=1), done=False), past(late=None, done=False)],
        [5, 4, 4], 40 * HOUR,
    )  # fmt: skip
    assert (found.visits, found.completion_percent, found.on_time_percent) == (4, 50.0, 66.7)
    assert (found.utilisation_percent, found.rating, found.ratings) == (10.0, 4.33, 3)
    assert score([], [], 40 * HOUR) == UNKNOWN
    assert score([past(late=None, mowed=None)], [], 40 * HOUR).utilisation_percent is None


@given(st.lists(st.tuples(st.booleans(), st.integers(-30, 60))), st.lists(st.integers(1, 5)))
def test_shares_lie_between_nothing_and_all(visits: list[tuple[bool, int]], stars: list[int]) -> None:
    found = score([past(done=done, late=timedelta(minutes=late)) for done, late in visits], stars, 1_000 * HOUR)
    assert all(share is None or 0 <= share <= 100 for share in (found.completion_percent, found.on_time_percent))
    assert (found.rating is None) == (not stars) and (found.rating is None or 1 <= found.rating <= 5)


async def became(row: Row, visit: Visit, state: VisitState, **more: object) -> None:
    async with row.database.session() as session:
        assert await write_visit(session, visit, replace(visit, state=state, **more), row.clock.now(), "visits.run")  # type: ignore[arg-type]


async def test_a_live_cluster_is_told_by_its_lots_visits_and_stars(row: Row) -> None:
    for address in row.lots:
        await row.agree(address)
    await clusters_of(row)
    await quiet_on(row, "0123456", 0, 12 * 60)
    begins = row.clock.now()
    elm = {address: (await row.visits(address))[0] for address in ("12 ELM ST", "14 ELM ST", "16 ELM ST")}
    for visit, late in ((elm["12 ELM ST"], 5), (elm["14 ELM ST"], 40)):
        at = visit.begins_at + timedelta(minutes=late)
        await became(row, visit, VisitState.DONE, started_at=at, mowed_minutes=42)
    await became(row, elm["16 ELM ST"], VisitState.SKIPPED, reason=VisitReason.RAIN)
    second = (await row.visits("12 ELM ST"))[1]
    await became(row, second, VisitState.SKIPPED, reason=VisitReason.SKIPPED_BY_HOUSEHOLD)  # wanted: no failure
    oak = (await row.visits("1 OAK AVE"))[0]
    async with row.database.session() as session:
        for stars, visit in ((5, elm["12 ELM ST"]), (2, elm["14 ELM ST"])):
            session.add(
                VisitRating(visit_id=visit.id, person_id=new_id(), lot_id=visit.lot_id, stars=stars, rated_at=begins)
            )
    found = await cluster_scores(row.database, begins, begins + WEEK)
    (told,) = found.values()  # the Oaks' visit is yet to come: they have no card
    assert oak.state is VisitState.PLANNED
    assert (told.visits, told.completion_percent, told.on_time_percent) == (3, 66.7, 50.0)
    assert (told.rating, told.ratings) == (3.5, 2)
    assert told.utilisation_percent == round(100 * 84 / (7 * 12 * 60), 1)
    assert await cluster_scores(row.database, begins - WEEK, begins) == {}
