"""The matrix of events and channels: a checkbox a cell, kept at once."""

from collections.abc import Awaitable, Callable, Sequence

from nicegui import ui
from nicegui.events import GenericEventArguments

from core.notices import Cell, Channel, NoticeEvent
from dashboard.components.tables import table_region
from dashboard.components.text import text
from dashboard.i18n import _
from dashboard.notices.words import channel_word

type Choose = Callable[[NoticeEvent, Channel, bool], Awaitable[bool]]
"""Keeps one choice; whether it was kept."""


def matrix(rows: Sequence[Sequence[Cell]], *, open_channels: Sequence[Channel], choose: Choose) -> None:
    """``open_channels`` are those that are set up; the others show their choice and cannot be switched."""
    with table_region(_("What you are told, and how")), ui.element("table").classes("t-matrix"):
        with ui.element("thead"), ui.element("tr"):
            text("th", _("What happens")).props('scope="col"')
            for channel in Channel:
                text("th", channel_word(channel)).props('scope="col"')
        with ui.element("tbody"):
            for cells in rows:
                _row(cells, open_channels, choose)


def _row(cells: Sequence[Cell], open_channels: Sequence[Channel], choose: Choose) -> None:
    event = cells[0].event
    with ui.element("tr").props(f'data-event="{event.key}"'):
        with ui.element("th").props('scope="row"'):
            text("b", _(event.word))
            text("span", _(event.tells))
        for cell in cells:
            with ui.element("td") as place:
                place.props["data-label"] = channel_word(cell.channel)
                _box(cell, always=_always(cell), closed=cell.channel not in open_channels, choose=choose)


def _box(cell: Cell, *, always: bool, closed: bool, choose: Choose) -> None:
    word = _("{event} by {channel}").format(event=_(cell.event.word), channel=channel_word(cell.channel))
    with ui.element("label").classes("t-cell"):
        box = ui.element("input").props(f'type="checkbox" data-channel="{cell.channel}"')
        box.props["aria-label"] = word
        box.props["checked"] = cell.chosen or always
        if always or closed:
            box.props["disabled"] = True
            box.props["title"] = _("Always on") if always else _("Not set up here")
            return

        async def changed(event: GenericEventArguments) -> None:
            wanted = bool(event.args)
            box.props["checked"] = wanted if await choose(cell.event, cell.channel, wanted) else not wanted

        box.on("change", changed, js_handler="(event) => emit(event.target.checked)")


def _always(cell: Cell) -> bool:
    """What is critical rings the bell whatever was chosen (`core.notices.route`)."""
    return cell.channel is Channel.IN_APP and cell.event.key == "alarm.critical"
