"""One export as a file: checked, read for its viewer, written beside the event loop."""

import asyncio
from datetime import datetime

from core.exports import Form, Sheet, file_of
from dashboard.exports.sources import ExportSources
from dashboard.exports.table import Asked, Export, check


async def make_file(sources: ExportSources, export: Export, form: Form, asked: Asked, *, now: datetime) -> bytes:
    """``Invalid`` for what cannot be asked. The caller has seen to it that the viewer may have the export."""
    check(export, asked)
    rows = await export.rows(sources, asked)
    return await asyncio.to_thread(file_of, Sheet(export.title, export.columns, rows, now), form)
