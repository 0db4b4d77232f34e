"""The office that runs the clusters of Elm Row, on each database."""

import pytest

from core.clock import MovableClock
from core.db import Database
from tests.core.neighbourhood.clusters.elm_row import Office, open_office


@pytest.fixture
def office(database: Database, clock: MovableClock) -> Office:
    return open_office(database, clock)
