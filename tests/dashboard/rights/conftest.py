"""One server for every file of this folder."""

from collections.abc import Iterator

import pytest

from tests.browsers import served


@pytest.fixture(scope="package")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served("tests.dashboard.rights.server", tmp_path_factory.mktemp("rights")) as url:
        yield url
