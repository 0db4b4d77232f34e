"""Plain tables: a region that scrolls sideways when it must, also by keyboard."""

from collections.abc import Iterator
from contextlib import contextmanager

from nicegui import ui
from nicegui.element import Element


@contextmanager
def table_region(label: str) -> Iterator[Element]:
    """Where a table stands; ``label`` names it to those who cannot see it."""
    with ui.element("div").classes("m-table-scroll").props('tabindex="0" role="region"') as region:
        region.props["aria-label"] = label
        yield region
