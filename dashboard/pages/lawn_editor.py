"""``/lots/{id}/lawns``: drawing the lawns of one lot."""

from typing import Annotated
from uuid import UUID

from core.accounts import Right, Viewer
from core.neighbourhood.lawns import LawnDesk
from dashboard.clusters.lawn_wire import sheet_told
from dashboard.components.draw_map import map_config
from dashboard.components.lawn_editor import LawnEditor, lawn_config
from dashboard.gate import needs
from dashboard.i18n import _
from dashboard.pages.clusters import clusters_head
from dashboard.theme import page_at, page_frame


def register(*, desk: LawnDesk) -> None:
    """Serve the lawn editor."""

    @page_at("/lots/{lot_id}/lawns")
    async def lawns_page(lot_id: UUID, viewer: Annotated[Viewer, needs(Right.EDIT_LAWNS)]) -> None:
        sheet = sheet_told(await desk.open(lot_id, viewer))
        clusters_head()
        with page_frame(viewer, _("Lawns of {address}").format(address=sheet["lot"]["address"]), fill=True):
            LawnEditor(lawn_config(map_config(None), sheet))
