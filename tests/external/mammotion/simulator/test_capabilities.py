"""The published capability matrix is the one the code makes."""

from pathlib import Path

from external.mammotion.simulator import capability_matrix

PUBLISHED = Path(__file__).parents[4] / "docs" / "capabilities.md"


def test_the_published_matrix_is_what_the_code_generates() -> None:
    assert PUBLISHED.read_text().endswith(capability_matrix())
