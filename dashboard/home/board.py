"""The card of one mower on one lot: what it does, how old that is, the lot's map, today's figures."""

from nicegui import ui

from core.fleet.model import Confidence, MowerState
from core.neighbourhood.own_day import OwnDay
from core.neighbourhood.own_lot import OwnLotView, Whereabouts
from dashboard.components.ages import age_text
from dashboard.components.text import text
from dashboard.home.data import HomeLot, MowerHere
from dashboard.home.lot_drawing import LotDrawing
from dashboard.home.words import home_words, minutes_text
from dashboard.i18n import _
from dashboard.state_style import STATE_STYLES, state_icon

TONES = ("good", "calm", "warn", "bad", "quiet")
ICON_PX = 46
MARKER_PX = 38


class MowerBoard:
    """Built once inside the page; every change touches only what it changes."""

    def __init__(self, home: HomeLot, mower: MowerHere) -> None:
        self._home, self._mower = home, mower
        self._drawing = LotDrawing(home.scene) if home.scene is not None else None
        self._root = ui.element("section").classes("m-home")
        self._root.props["aria-label"] = mower.device_name
        with self._root:
            self._build_now()
            self._build_map()
            self._build_figures()

    def show(self, view: OwnLotView) -> None:
        """Paint a view."""
        with self._root:  # the page's language, and a place for new elements
            self._show_now(view)
            self._show_marker(view)
            self._show_mower(view)

    def show_day(self, day: OwnDay) -> None:
        """Paint today's figures and mown ground."""
        with self._root:
            self._mown.set_text(minutes_text(day.minutes))
            share = day.mown_share
            self._share.set_text("-" if share is None else _("about {n} %").format(n=round(share * 100)))
            self._share_bar.style(f"width: {round((share or 0) * 100)}%")
            self._last.clear()
            with self._last:
                age_text(day.last_at, zone=self._home.lot.time_zone) if day.last_at else text(
                    "span", _("not yet today")
                )
            if self._drawing is not None:
                self._mown_layer.set_content(self._drawing.mown_svg(day.mown))

    def _build_now(self) -> None:
        with ui.element("div").classes("m-card m-home-now") as self._now:
            self._icon = ui.html("", sanitize=False).classes("m-home-icon")
            with ui.element("div").classes("m-home-words").props('aria-live="polite"'):
                self._headline = text("h2", "")
                self._sentence = text("p", "")
            with ui.element("div").classes("m-home-age") as self._age_row:
                self._heard = text("span", _("Last report"))
                self._age_place = ui.element("span")
            with (
                ui.element("div")
                .classes("m-home-bar")
                .props('role="progressbar" aria-valuemin="0" aria-valuemax="100"') as self._bar
            ):
                self._bar.props["aria-label"] = _("This round")
                self._bar_fill = ui.element("span")
        self._age = None

    def _build_map(self) -> None:
        with ui.element("figure").classes("m-card m-card-flush m-home-map"):
            if self._drawing is None:
                text("p", _("The boundary of your lot has not been drawn yet.")).classes("m-muted m-home-nomap")
                return
            with (
                ui.element("div")
                .classes("m-home-picture")
                .style(f"aspect-ratio: {self._drawing.width:.2f} / {self._drawing.height:.2f}")
            ):
                ui.html(self._drawing.svg(_("Map of your lot")), sanitize=False)
                self._mown_layer = ui.html("", sanitize=False).classes("m-home-layer")
                self._marker = ui.html("", sanitize=False).classes("m-home-marker")
                self._away = text("div", _("The mower is at a neighbour's")).classes("m-home-away")
                north = ui.html(NORTH, sanitize=False).classes("m-home-north")
                north.style(f"transform: rotate({self._drawing.north_deg:.0f}deg)")
                north.props["aria-label"] = _("North")
                north.props('role="img"')

    def _build_figures(self) -> None:
        with ui.element("div").classes("m-card m-home-figures"):
            text("h2", _("Today on your lawn"))
            with ui.element("dl"):
                self._mown = _figure(_("Mown"), "m-home-wide")
                with ui.element("div"):
                    text("dt", _("Of your lawn"))
                    with ui.element("dd"):
                        self._share = text("span", "")
                        with ui.element("div").classes("m-home-bar m-home-bar-small"):
                            self._share_bar = ui.element("span")
                with ui.element("div"):
                    text("dt", _("Last mown"))
                    self._last = ui.element("dd")
            text("h2", _("The mower"))
            with ui.element("dl"):
                self._battery = _figure(_("Battery"))
                self._left = _figure(_("Time left"))
                self._name = _figure(_("Name"))
            self._name.set_text(self._mower.device_name)

    def _show_now(self, view: OwnLotView) -> None:
        words = home_words(view, is_host=self._home.lot.is_host)
        self._now.classes(f"m-home-{words.tone}", remove=" ".join(f"m-home-{tone}" for tone in TONES))
        self._headline.set_text(words.headline)
        self._sentence.set_text(words.sentence)
        away = view.whereabouts is Whereabouts.AWAY
        self._icon.set_content(AWAY_ICON if away else _icon(view, ICON_PX))
        if view.received_at is None:
            self._age_row.set_visibility(False)
        else:
            self._age_row.set_visibility(True)
            if self._age is None:
                with self._age_place:
                    self._age = age_text(view.received_at, zone=self._home.lot.time_zone)
            elif self._age.props["datetime"] != view.received_at.isoformat():
                self._age.props["datetime"] = view.received_at.isoformat()
                self._age.update()
        busy = view.state in {MowerState.MOWING, MowerState.PAUSED} and view.progress_percent is not None
        self._bar.set_visibility(busy)
        if busy:
            self._bar.props["aria-valuenow"] = view.progress_percent
            self._bar_fill.style(f"width: {view.progress_percent}%")

    def _show_marker(self, view: OwnLotView) -> None:
        if self._drawing is None:
            return
        self._away.set_visibility(view.whereabouts is Whereabouts.AWAY)
        here = view.position is not None and view.state is not None
        self._marker.set_visibility(here)
        if not here:
            return
        assert view.position is not None and view.state is not None
        left, top = self._drawing.place(view.position)
        shape = view.last_known or view.state
        turn = (
            self._drawing.heading(view.heading_deg) if view.heading_deg is not None and STATE_STYLES[shape].turns else 0
        )
        self._marker.style(f"left: {left:.2f}%; top: {top:.2f}%; rotate: {turn:.0f}deg")
        self._marker.set_content(_icon(view, MARKER_PX))

    def _show_mower(self, view: OwnLotView) -> None:
        here = view.whereabouts is Whereabouts.HERE
        battery, left = view.battery_percent, view.minutes_left
        self._battery.set_text(f"{battery} %" if battery is not None else "-")
        self._left.set_text(
            minutes_text(left) if here and left is not None and view.state is MowerState.MOWING else "-"
        )


def _figure(label: str, css: str = "") -> ui.element:
    with ui.element("div").classes(css):
        text("dt", label)
        return text("dd", "-")


def _icon(view: OwnLotView, size: int) -> str:
    stale = view.confidence is Confidence.STALE
    return state_icon(view.state or MowerState.UNKNOWN, size=size, stale=stale, last_known=view.last_known)


AWAY_ICON = (
    f'<svg width="{ICON_PX}" height="{ICON_PX}" viewBox="0 0 24 24" aria-hidden="true" fill="none" '
    'stroke="currentColor" stroke-width="1.6" stroke-linejoin="round" stroke-linecap="round">'
    '<path d="M2.5 11 8 6l5.5 5M4 10v8.5h8V10M15 9.5 17.5 7l4.5 4.2M14.8 18.5H20V10"/></svg>'
)
NORTH = (
    '<svg width="26" height="26" viewBox="0 0 26 26" aria-hidden="true"><path d="M13 3 17 14 13 12 9 14Z" '
    'fill="currentColor"/><text x="13" y="23.5" font-size="8" text-anchor="middle" fill="currentColor">N</text></svg>'
)
