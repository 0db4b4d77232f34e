"""How a round is asked for in an address, and how it reads."""

from uuid import UUID

from starlette.datastructures import QueryParams

from core.neighbourhood.routes import Figures, RoundPlan, Visit
from dashboard.clusters.rounds import CrewAsked, figures_words, saving_words

FIRST, SECOND = UUID(int=1), UUID(int=2)


def test_an_address_names_clusters_start_and_minutes() -> None:
    query = QueryParams([("cluster", str(FIRST)), ("cluster", str(SECOND)), ("start", " 2 Elm St "), ("minutes", "15")])
    asked = CrewAsked.from_query(query)
    assert (asked.cluster_ids, asked.start, asked.minutes) == ((FIRST, SECOND), "2 Elm St", 15)
    assert asked.pace.work_s == 900


def test_what_cannot_be_read_is_left_out_and_twice_counts_once() -> None:
    query = QueryParams([("cluster", "x"), ("cluster", str(FIRST)), ("cluster", str(FIRST)), ("minutes", "-3")])
    assert CrewAsked.from_query(query) == CrewAsked((FIRST,))


def plan(metres: int, before: int, *, visits: int = 3, before_visits: int = 3) -> RoundPlan:
    visit = Visit(1, 60, 60, 3660, charged_before=False)
    best = Figures(visits, metres * 2, metres, 3720)
    return RoundPlan((visit,) * visits, (), best, Figures(before_visits, before * 2, before, 4000), proven=True)


def test_the_saving_is_told_against_the_order_of_the_list() -> None:
    assert saving_words(plan(300, 400)) == "Saves 100 m of 400 m (25 %) against the order of the list."
    assert saving_words(plan(400, 400)) == "The order of the list is as short."
    assert saving_words(plan(400, 100, before_visits=1)) == "In the order of the list 2 fewer would be visited."
    assert figures_words(plan(1300, 1300)) == "3 homes, 1.3 km on the way, done after 1:02 h"
