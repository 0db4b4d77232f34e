"""Why a home is in no cluster of a plan: one of a closed list, the first that holds."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from core.neighbourhood.partition.components import hosts_possible, reachable
from core.neighbourhood.partition.model import Problem, Star
from core.texts import N_, Text


class LeftOutReason(StrEnum):
    """``REASON_WORDS`` says it."""

    NO_NEIGHBOUR = "no_neighbour"
    TOO_FEW = "too_few"
    NEIGHBOURS_FIXED = "neighbours_fixed"
    NO_HOST = "no_host"
    BETTER_ELSEWHERE = "better_elsewhere"
    NOT_FOUND_YET = "not_found_yet"


REASON_WORDS = {
    LeftOutReason.NO_NEIGHBOUR: N_("No other home of the area can be reached from it."),
    LeftOutReason.TOO_FEW: N_("Neither it nor any home that it reaches can reach {least} homes of the area."),
    LeftOutReason.NEIGHBOURS_FIXED: N_("Too many of the homes around it are in clusters that stay as they are."),
    LeftOutReason.NO_HOST: N_("No home around it that may host can reach {least} homes of the area."),
    LeftOutReason.BETTER_ELSEWHERE: N_("The homes around it serve at least as many in other clusters."),
    LeftOutReason.NOT_FOUND_YET: N_("No place was found in the time given; a longer search may find one."),
}


def words_of(reason: LeftOutReason, least: int) -> Text:
    """The reason in words; ``least`` is the fewest neighbours of a cluster."""
    return Text(REASON_WORDS[reason], least=least)


@dataclass(frozen=True, slots=True)
class _Open:
    """Who could be served if more were allowed."""

    now: np.ndarray
    if_all_may_host: np.ndarray
    if_none_were_fixed: np.ndarray


def left_out(problem: Problem, stars: Collection[Star], unproven: Collection[int]) -> dict[int, LeftOutReason]:
    """For each free home that no star holds. ``unproven`` are homes where a longer search may still find more."""
    served = {home for star in stars for home in star.members}
    homes = [home for home in np.flatnonzero(problem.free).tolist() if home not in served]
    every = np.ones(problem.homes, dtype=np.bool_)
    could = _Open(
        _could(problem, problem.may_host, problem.free),
        _could(problem, every, problem.free),
        _could(problem, problem.may_host, every),
    )
    doubtful = set(unproven)
    return {home: _reason(problem, could, home, doubtful) for home in homes}


def _could(problem: Problem, may_host: np.ndarray, free: np.ndarray) -> np.ndarray:
    eased = Problem(problem.rules, problem.start, problem.to, problem.length_m, problem.weight, may_host, free)
    return reachable(eased, hosts_possible(eased))


def _reason(problem: Problem, could: _Open, home: int, unproven: set[int]) -> LeftOutReason:
    if could.now[home]:
        return LeftOutReason.NOT_FOUND_YET if home in unproven else LeftOutReason.BETTER_ELSEWHERE
    if not len(problem.around(home)):
        return LeftOutReason.NO_NEIGHBOUR
    if could.if_all_may_host[home]:
        return LeftOutReason.NO_HOST
    if could.if_none_were_fixed[home]:
        return LeftOutReason.NEIGHBOURS_FIXED
    return LeftOutReason.TOO_FEW
