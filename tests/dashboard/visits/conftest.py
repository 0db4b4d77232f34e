"""Browsers that sign in to the schedule's own server."""

from collections.abc import Iterator

import pytest

from tests.browsers import served
from tests.dashboard.clusters.conftest import Enter, enter

__all__ = ["Enter", "enter"]


@pytest.fixture
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The pages, served by a process of their own; each test has its own week."""
    with served("tests.dashboard.visits.server", tmp_path_factory.mktemp("visits")) as url:
        yield url
