"""Full counts or a seeded sample: one switch, and a place to say what was proven.

A test of a large claim is marked ``prove``. `make test` plays ``sample`` cases of it, `make prove` (which sets
``MOWTHOS_PROVE``) plays ``full`` and writes what each test recorded into ``docs/proofs.md``.
"""

import os
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, seed, settings

SEED = 20260601
"""The seed of every sampled and every full run, so that both can be repeated."""


def cases(*, sample: int, full: int) -> int:
    """How many cases to play in this run."""
    return full if os.environ.get("MOWTHOS_PROVE") else sample


def record(request: pytest.FixtureRequest, figure: str) -> None:
    """Keep ``figure`` (with its unit) as what this test has shown."""
    request.node.user_properties.append(("proof", figure))


def counted(*, sample: int, full: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """For a hypothesis test, above ``@given``: seeded, as many examples as this run plays, marked ``prove``."""
    examples = cases(sample=sample, full=full)

    def wrap(test: Callable[..., Any]) -> Callable[..., Any]:
        played = settings(max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.too_slow])(test)
        marked: Callable[..., Any] = pytest.mark.prove(figure=f"{examples:,} cases")(seed(SEED)(played))
        return marked

    return wrap
