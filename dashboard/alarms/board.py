"""The list of alarms of one open page: filters in the address, rows from memory, redrawn when something changed."""

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from html import escape
from uuid import UUID

from nicegui import ui
from nicegui.element import Element

from core.accounts import Viewer
from core.fleet import Severity
from core.fleet.alarms import AlarmKind, AlarmService, AlarmView
from dashboard.alarms.view import AlarmsView, Show, chosen, fits, in_list
from dashboard.alarms.words import kind_word, severity_mark, severity_word, title_of
from dashboard.components.faces import empty_face
from dashboard.components.text import text
from dashboard.i18n import N_, _, ngettext

SHOW_WORDS = {
    Show.OPEN: N_("Open"),
    Show.NEW: N_("Unacknowledged"),
    Show.MINE: N_("Mine"),
    Show.ALL: N_("All"),
}
PAST = 200
"""Alarms that are over, shown in "All"."""


class AlarmList:
    """The left side. ``choose`` is awaited when a row is chosen."""

    def __init__(self, alarms: AlarmService, viewer: Viewer, view: AlarmsView) -> None:
        self.view = view
        self.choose: Callable[[UUID | None], Awaitable[None]]
        self._alarms = alarms
        self._viewer = viewer
        self._past: Sequence[AlarmView] = ()
        self._drawn = 0

    async def build(self) -> None:
        with ui.element("section").classes("m-card m-card-flush a-list") as card:
            card.props["aria-label"] = _("Alarms")
            with ui.element("div").classes("m-filter a-filter"):
                self._tabs = ui.element("div").classes("m-row").props('role="group"')
                self._tabs.props["aria-label"] = _("Which alarms")
                self._build_filters()
            self._rows = ui.html("", tag="ul", sanitize=False).classes("a-rows")
            self._rows.on("click", self._clicked, js_handler=_CLICK)
            self._nothing = ui.element("div")
        await self.refresh()

    def _build_filters(self) -> None:
        severities = {"": _("Every severity")} | {one.value: severity_word(one) for one in reversed(Severity)}
        kinds = {"": _("Every kind")} | {one.value: kind_word(one) for one in AlarmKind}
        with ui.element("div").classes("a-selects"):
            self._select(_("Severity"), severities, self.view.severity or "", "severity")
            self._select(_("Kind"), kinds, self.view.kind or "", "kind")
            field = ui.element("input").classes("m-input m-select a-search").props('type="search" autocomplete="off"')
            field.props["placeholder"] = field.props["aria-label"] = _("Mower or account")
            field.props["value"] = self.view.mower
            field.on(
                "input",
                lambda event: self.look(mower=str(event.args)[:64]),
                js_handler="(event) => emit(event.target.value)",
                throttle=0.3,
            )

    def _select(self, label: str, choices: dict[str, str], value: str, name: str) -> None:
        with ui.element("select").classes("m-input m-select") as select:
            select.props["aria-label"] = label
            for key, word in choices.items():
                option = text("option", word)
                option.props["value"] = key
                if key == value:
                    option.props["selected"] = True

        async def changed(event: object) -> None:
            word = str(event.args)  # type: ignore[attr-defined]
            kind = {"severity": Severity, "kind": AlarmKind}[name]
            await self.look(**{name: kind(word) if word else None})

        select.on("change", changed, js_handler="(event) => emit(event.target.value)")

    async def look(self, **changes: object) -> None:
        """Look at others, and say so in the address."""
        self.view = replace(self.view, **changes)  # type: ignore[arg-type]
        query = self.view.query()
        ui.run_javascript(
            f"history.replaceState(null, '', location.pathname + {json.dumps('?' + query if query else '')})"
        )
        await self.refresh()

    async def refresh(self) -> None:
        """Draw anew; only "All" asks the database for what is over."""
        if self.view.show is Show.ALL:
            sight = self._viewer.sight
            mowers = sight.mowers if sight.bounded else None
            self._past = await self._alarms.book.past(mowers=mowers, kind=self.view.kind, limit=PAST)
        everything = [*self._alarms.book.seen(self._viewer.sight), *(self._past if self.view.show is Show.ALL else ())]
        mine = chosen(everything, self.view, self._viewer.person_id)
        self._drawn += 1
        rows = "".join(row_html(alarm, self._alarms, selected=alarm.id == self.view.alarm) for alarm in mine)
        self._rows.set_content(f"{rows}<!-- {self._drawn} -->")
        self._draw_tabs()
        self._draw_nothing(bool(mine))

    def _draw_tabs(self) -> None:
        self._tabs.clear()
        opened = [alarm for alarm in self._alarms.book.seen(self._viewer.sight) if fits(alarm, self.view)]
        with self._tabs:
            for show, word in SHOW_WORDS.items():
                chip = ui.element("button").classes("m-filter-chip").props('type="button"')
                chip.props["aria-pressed"] = "true" if self.view.show is show else "false"
                chip.on("click", lambda _event, one=show: self.look(show=one), args=[])
                with chip:
                    text("span", _(word))
                    if show is not Show.ALL:
                        count = sum(in_list(alarm, show, self._viewer.person_id) for alarm in opened)
                        text("b", str(count))

    def _draw_nothing(self, something: bool) -> None:
        self._nothing.clear()
        if something:
            return
        with self._nothing:
            filtered = self.view.severity or self.view.kind or self.view.mower
            if filtered:
                with empty_face(_("No alarm fits"), _("Take away a filter to see more."), icon="o_filter_alt_off"):
                    pass
            else:
                words = _("Nothing needs you now. What was is under All.")
                with empty_face(_("All quiet"), words, icon="o_task_alt"):
                    pass

    async def _clicked(self, event: object) -> None:
        given = event.args  # type: ignore[attr-defined]
        await self.choose(UUID(given) if given else None)


_CLICK = """(event) => {
  const link = event.target.closest("a[data-alarm]");
  if (!link || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  emit(link.dataset.alarm);
}"""


def row_html(alarm: AlarmView, alarms: AlarmService, *, selected: bool) -> str:
    """One row: a link, so that it opens in a tab of its own, too."""
    current = ' aria-current="true"' if selected else ""
    over = " a-over" if not alarm.open else ""
    at = alarm.raised_at
    return (
        f'<li><a class="a-row{over}" href="/alarms?alarm={alarm.id}" data-alarm="{alarm.id}"{current}>'
        f"{severity_mark(alarm.severity)}<span class='a-what'><b>{escape(title_of(alarm, alarms.lexicon))}</b>"
        f'<span class="m-sub">{escape(kind_word(alarm.kind))} · <time datetime="{at.isoformat()}" data-age>'
        f"{at:%Y-%m-%d %H:%M}</time> · {escape(standing(alarm))}</span></span></a></li>"
    )


def standing(alarm: AlarmView) -> str:
    """Where it stands, in a word or two."""
    if not alarm.open:
        return _("cleared by {name}").format(name=alarm.cleared_by) if alarm.cleared_by else _("cleared by evidence")
    if alarm.owner:
        return _("with {name}").format(name=alarm.owner)
    if alarm.acknowledged_at is not None:
        return _("seen by {name}").format(name=alarm.acknowledged_by)
    if alarm.climbed:
        return ngettext("untouched, {n} step of the rota", "untouched, {n} steps of the rota", alarm.climbed).format(
            n=alarm.climbed
        )
    return _("untouched")


def open_mark(count: int) -> Element:
    """A small red number, for a tab or a heading."""
    return text("span", str(count)).classes("m-chip m-chip-bad")
