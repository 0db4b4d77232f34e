"""A problem and its plans as bytes and lines, between the process that serves people and the one that searches."""

import io
import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.neighbourhood.partition.model import PartitionRules, Plan, Problem, Star
from core.neighbourhood.partition.solver import Step

ARRAYS = ("start", "to", "length_m", "weight", "may_host", "free")


@dataclass(frozen=True, slots=True)
class Found:
    """What a step of the search has found, in positions of the problem."""

    stars: tuple[Star, ...]
    served: int
    bound: int
    corridor_m: float
    unproven: tuple[int, ...]
    """Homes left out of a part whose plan may not be the best."""
    done: float


def found_of(step: Step) -> Found:
    plan = step.plan
    return Found(plan.stars, plan.served, plan.bound, plan.corridor_m, _unproven(plan), step.done)


def _unproven(plan: Plan) -> tuple[int, ...]:
    served = {home for star in plan.stars for home in star.members}
    return tuple(home for part in plan.certificates if part.open for home in part.homes.tolist() if home not in served)


def pack(problem: Problem, time_limit_s: float, workers: int) -> bytes:
    """The problem and how long to search."""
    packed = io.BytesIO()
    limits = np.array([problem.rules.min_neighbours, problem.rules.max_neighbours, time_limit_s, workers])
    np.savez(packed, limits=limits, **{name: getattr(problem, name) for name in ARRAYS})
    return packed.getvalue()


def unpack(packed: bytes) -> tuple[Problem, float, int]:
    """What `pack` was given."""
    with np.load(io.BytesIO(packed), allow_pickle=False) as arrays:
        low, high, seconds, workers = arrays["limits"].tolist()
        problem = Problem(PartitionRules(int(low), int(high)), **{name: arrays[name] for name in ARRAYS})
    return problem, float(seconds), int(workers)


def line(found: Found) -> bytes:
    """One line of JSON."""
    return json.dumps(plain(found)).encode() + b"\n"


def plain(found: Found) -> dict[str, Any]:
    return {
        "stars": [[star.host, *star.neighbours] for star in found.stars],
        "served": found.served,
        "bound": found.bound,
        "corridor_m": found.corridor_m,
        "unproven": list(found.unproven),
        "done": found.done,
    }


def read(text: bytes) -> Found:
    """What `line` was given."""
    known = json.loads(text)
    stars = tuple(Star(host, tuple(neighbours)) for host, *neighbours in known.pop("stars"))
    return Found(stars=stars, unproven=tuple(known.pop("unproven")), **known)
