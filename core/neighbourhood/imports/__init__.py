"""Outside data taken in: address files and road layers."""

from core.neighbourhood.imports.addresses import import_addresses
from core.neighbourhood.imports.report import ImportReport, Progress, RefusedRow
from core.neighbourhood.imports.roads import import_roads

__all__ = ["ImportReport", "Progress", "RefusedRow", "import_addresses", "import_roads"]
