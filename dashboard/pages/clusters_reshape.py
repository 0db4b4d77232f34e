"""Splitting, merging and moving homes between clusters: asked for, previewed, and carried out as previewed."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from nicegui import ui
from nicegui.element import Element

from core.accounts import Right, Viewer
from core.errors import MowthosError
from core.neighbourhood.clusters import ChangePreview, Clusters, ClusterState, ClusterView, Level
from dashboard.clusters.style import state_word
from dashboard.components.dialogs import name_by_heading
from dashboard.components.notices import confirm_done
from dashboard.components.text import text
from dashboard.i18n import _, told

OPEN = frozenset(ClusterState) - {ClusterState.RETIRED}
type Preview = Callable[[], Awaitable[ChangePreview]]


class Reshaping:
    """The three dialogs of a cluster's page; ``changed`` is awaited after a change."""

    def __init__(self, clusters: Clusters, viewer: Viewer, changed: Callable[[], Awaitable[None]]) -> None:
        self._clusters = clusters
        self._viewer = viewer
        self._changed = changed

    def buttons(self, view: ClusterView) -> None:
        """For those who draw clusters, while the cluster lives."""
        if view.state not in OPEN or not self._viewer.may(Right.DRAW_CLUSTERS):
            return
        with ui.element("section").classes("m-card m-stack"):
            text("h2", _("Reshape"))
            text("p", _("You see who moves and what it costs before anything happens.")).classes("m-muted m-small")
            with ui.element("div").classes("m-row"):
                for word, ask in (
                    (_("Move a home"), self._ask_move),
                    (_("Split"), self._ask_split),
                    (_("Merge into another"), self._ask_merge),
                ):
                    button = text("button", word).props('type="button"')
                    button.classes("m-button m-button-quiet m-button-small")
                    button.on("click", lambda _event, ask=ask: ask(view), args=[])

    async def _ask_move(self, view: ClusterView) -> None:
        homes = {member.home_id: member.address for member in view.neighbours}
        others = await self._others(view)
        with _Dialog(_("Move a home"), _("The home leaves {code} for another cluster.").format(code=view.code)) as form:
            home = ui.select(homes, label=_("Home")).props("outlined")
            target = ui.select(others, label=_("To")).props("outlined")
        form.run(lambda: self._clusters.preview_move(home.value, view.id, target.value), (home, target), self._apply)

    async def _ask_merge(self, view: ClusterView) -> None:
        others = await self._others(view)
        words = _("All homes of {code} go over to the other cluster, and {code} retires.").format(code=view.code)
        with _Dialog(_("Merge into another"), words) as form:
            target = ui.select(others, label=_("Into")).props("outlined")
        form.run(lambda: self._clusters.preview_merge(view.id, target.value), (target,), self._apply)

    async def _ask_split(self, view: ClusterView) -> None:
        homes = {member.home_id: member.address for member in view.neighbours}
        words = _("Some homes leave {code} and become a draft of their own.").format(code=view.code)
        with _Dialog(_("Split"), words) as form:
            host = ui.select(homes, label=_("Host of the new cluster")).props("outlined")
            going = ui.select(homes, label=_("Homes that go with it"), multiple=True).props("outlined use-chips")
            name = ui.input(_("Name")).props('outlined autocomplete="off"')

        def preview() -> Awaitable[ChangePreview]:
            return self._clusters.preview_split(
                view.id, host_id=host.value, home_ids=list(going.value or ()), name=name.value or ""
            )

        form.run(preview, (host,), self._apply)

    async def _others(self, view: ClusterView) -> dict[UUID, str]:
        """Open clusters, the nearest first."""
        found = [other for other in await self._clusters.list(OPEN) if other.id != view.id]
        found.sort(key=lambda other: _away(view, other))
        return {
            other.id: f"{other.code} {other.name} · {other.host.address} · {state_word(other.state)}"
            for other in found[:30]
        }

    async def _apply(self, preview: ChangePreview) -> None:
        await self._clusters.apply(preview.change, self._viewer)
        confirm_done(_("Done"))
        await self._changed()


class _Dialog:
    """A form, a preview of what it would do, and the button that does it."""

    def __init__(self, title: str, words: str) -> None:
        with ui.context.client.content:  # outside of what the change redraws
            self._dialog = ui.dialog()
        with self._dialog, ui.card().classes("m-dialog c-reshape"):
            text("h2", title)
            text("p", words).classes("m-muted")
            self._form = ui.element("div").classes("m-stack")
            self._shown = ui.element("div").props('role="status"')
            with ui.element("div").classes("m-actions m-dialog-actions"):
                cancel = ui.button(_("Cancel"), color=None, on_click=self._dialog.close).props("unelevated no-caps")
                cancel.classes("m-button m-button-quiet")
                self._look = ui.button(_("Preview"), color=None).props("unelevated no-caps").classes("m-button")
                self._do = ui.button(_("Carry out"), color=None).props("unelevated no-caps").classes("m-button")
                self._do.set_visibility(False)
        name_by_heading(self._dialog)
        self._dialog.on("hide", self._dialog.delete)

    def __enter__(self) -> "_Dialog":
        self._form.__enter__()
        return self

    def __exit__(self, *told_: object) -> None:
        self._form.__exit__(*told_)

    def run(
        self, preview: Preview, needed: tuple[ui.select, ...], apply: Callable[[ChangePreview], Awaitable[None]]
    ) -> None:
        """Open; a change of the form takes the preview back."""
        seen: list[ChangePreview] = []

        def again() -> None:
            self._do.set_visibility(False)
            self._look.set_visibility(True)
            self._shown.clear()

        async def look() -> None:
            self._shown.clear()
            if any(field.value is None for field in needed):
                with self._shown:
                    text("p", _("Choose first.")).classes("m-notice m-notice-warn")
                return
            try:
                seen[:] = [await preview()]
            except MowthosError as error:
                self._refused(error)
                return
            with self._shown:
                preview_parts(seen[0])
            self._look.set_visibility(False)
            self._do.set_visibility(True)
            self._do.set_enabled(seen[0].possible)

        async def do() -> None:
            try:
                await apply(seen[0])
            except MowthosError as error:
                self._refused(error)
                return
            self._dialog.close()

        for field in self._form.descendants():
            if isinstance(field, ui.select | ui.input):
                field.on_value_change(again)
        self._look.on_click(look)
        self._do.on_click(do)
        self._dialog.open()

    def _refused(self, error: MowthosError) -> None:
        self._shown.clear()
        with self._shown, ui.element("div").classes("m-notice m-notice-bad").props('role="alert"'), ui.element("div"):
            text("b", told(error.message))
            for reason in error.reasons:
                text("p", told(reason))


def preview_parts(preview: ChangePreview) -> Element:
    """Who moves, what it means for each bill, what each cluster would be, and what else to know."""
    with ui.element("div").classes("m-stack c-preview") as place:
        text("h3", _("Who moves"))
        with ui.element("ul").classes("c-diff"):
            for move in preview.moves:
                with ui.element("li").props('data-kind="came"'):
                    text("i", "→").props('aria-hidden="true"')
                    with ui.element("div"):
                        words = _("{address}: from {before} to {after}").format(
                            address=move.address,
                            before=move.from_code or _("new"),
                            after=move.to_code or _("a new draft"),
                        )
                        text("span", words)
                        text("span", _("Price: {words}").format(words=told(move.price.words))).classes("m-sub")
        for after in preview.clusters:
            text("h3", after.code or _("New cluster"))
            words = _("{n} neighbours, {state}").format(n=len(after.neighbour_ids), state=state_word(after.state))
            text("p", words).classes("m-small m-muted")
            for finding in after.findings:
                if finding.level is not Level.OK:
                    bad = finding.level is Level.BROKEN
                    text("p", told(finding.words)).classes("m-notice m-small").classes(
                        "m-notice-bad" if bad else "m-notice-warn"
                    )
        for words in preview.words:
            text("p", told(words)).classes("m-small")
        if not preview.possible:
            text("p", _("It cannot be carried out: a rule would be broken.")).classes("m-notice m-notice-bad")
    return place


def _away(view: ClusterView, other: ClusterView) -> float:
    """How far apart two hosts are, in degrees, for sorting alone."""
    return abs(view.host.longitude - other.host.longitude) + abs(view.host.latitude - other.host.latitude)
