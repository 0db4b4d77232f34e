"""One town for the tests that only look at it."""

import pytest

from core.neighbourhood.town import Town, generate_town


@pytest.fixture(scope="session")
def town() -> Town:
    return generate_town(seed=1)
