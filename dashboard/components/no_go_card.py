"""Temporary no-go areas of a mower: drawn on the map, with a start and an end, listed with where they stand."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from nicegui import ui

from core.accounts import People, Right, Viewer
from core.clock import Clock
from core.errors import Invalid
from core.fleet.model import Ring
from core.lawnmaps import NoGo, NoGoPhase
from core.texts import N_
from dashboard.components.ages import age_text, due_text
from dashboard.components.cluster_dialogs import Question, ask
from dashboard.components.lawn_map import LawnMap
from dashboard.components.notices import attempt, still_signed_in
from dashboard.components.text import text
from dashboard.i18n import _, ngettext
from dashboard.lawn_desks import LawnDesks

LOOKS = {
    NoGoPhase.PLANNED: "m-chip-warn",
    NoGoPhase.ACTIVE: "m-chip-bad",
    NoGoPhase.OVER: "",
    NoGoPhase.CANCELLED: "",
}
HOURS = (1, 2, 4, 8, 24)
DAYS = (2, 3, 7, 14, 30)


def phase_words() -> dict[NoGoPhase, str]:
    return {
        NoGoPhase.PLANNED: _("Planned"),
        NoGoPhase.ACTIVE: _("Active"),
        NoGoPhase.OVER: _("Over"),
        NoGoPhase.CANCELLED: _("Ended early"),
    }


class NoGoCard:
    """Of one mower on one open page; times are the site's."""

    def __init__(
        self,
        name: str,
        desks: LawnDesks,
        people: People,
        viewer: Viewer,
        clock: Clock,
        *,
        zone: str,
        changed: Callable[[], Awaitable[None]],
    ) -> None:
        self._name, self._desks, self._people, self._viewer = name, desks, people, viewer
        self._clock, self._zone, self._changed = clock, zone, changed
        self.map: LawnMap | None = None
        with ui.element("section").classes("m-card m-stack"):
            with ui.element("div").classes("m-row"):
                text("h2", _("Temporary no-go")).classes("m-grow")
                draw = ui.button(_("Draw area"), icon="o_draw", color=None, on_click=self._draw_area)
                draw.props("unelevated no-caps").classes("m-button m-button-quiet m-button-small")
                draw.set_visibility(viewer.may(Right.EDIT_DEVICE_MAPS))
            words = _(
                "The vendor's cloud takes no new no-go zone, so the mower itself does not know of these and is not "
                "turned away at the edge. MowthosOS pauses it as soon as it is seen inside."
            )
            text("p", words).classes("m-small m-muted")
            self._place = ui.element("div").classes("m-stack")

    def show(self, areas: Sequence[tuple[NoGo, NoGoPhase]]) -> None:
        """Draw the list anew."""
        self._place.clear()
        with self._place:
            if not areas:
                text("p", _("None is drawn: a party, a trampoline, fresh seed.")).classes("m-muted")
                return
            with ui.element("ul").classes("m-list") as listing:
                listing.props["aria-label"] = _("Temporary no-go areas")
                for one, phase in areas:
                    self._row(one, phase)

    def _row(self, one: NoGo, phase: NoGoPhase) -> None:
        with ui.element("li"):
            with ui.element("div").classes("m-grow"):
                with ui.element("div").classes("m-row"):
                    text("b", one.name)
                    text("span", phase_words()[phase]).classes(f"m-chip {LOOKS[phase]}")
                with ui.element("span").classes("m-sub"):
                    if phase is NoGoPhase.PLANNED:
                        text("span", _("begins") + " ")
                        due_text(one.starts_at)
                        text("span", ", ")
                    if phase in (NoGoPhase.PLANNED, NoGoPhase.ACTIVE):
                        text("span", _("ends") + " ")
                        due_text(one.ends_at)
                    else:
                        text("span", _("ended") + " ")
                        age_text(one.cancelled_at or one.ends_at)
            if phase in (NoGoPhase.PLANNED, NoGoPhase.ACTIVE) and self._viewer.may(Right.EDIT_DEVICE_MAPS):
                end = ui.button(_("End now"), color=None, on_click=lambda: self._cancel(one))
                end.props("unelevated no-caps").classes("m-button m-button-danger m-button-small")
                end.props["aria-label"] = _("End {name} now").format(name=one.name)

    def _draw_area(self) -> None:
        if self.map is not None:
            self.map.run_method("draw", True)

    async def drawn(self, ring: Ring) -> None:
        """A person drew an area: ask for its name and times."""
        now = self._clock.now().astimezone(ZoneInfo(self._zone))
        lasts = {str(n): ngettext("{n} hour", "{n} hours", n).format(n=n) for n in HOURS}
        lasts |= {str(24 * n): ngettext("{n} day", "{n} days", n).format(n=n) for n in DAYS}

        async def act(name: str, starts: str, hours: str) -> None:
            if not await still_signed_in(self._people, self._viewer):
                return
            start = self._moment(starts)
            await self._desks.no_go.draw(
                device_name=self._name, name=name, ring=ring, starts_at=start,
                ends_at=start + timedelta(hours=int(hours or 4)), by=self._viewer,
            )  # fmt: skip
            await self._changed()

        ask(
            title=_("Temporary no-go"),
            words=_("It is over by itself at its end. Times are those of {zone}.").format(zone=self._zone),
            act_word=_("Keep"),
            act=act,
            done=_("The area is kept"),
            questions=(
                Question(_("Name"), hint=_("Party, trampoline, fresh seed ...")),
                Question(_("Start"), value=now.strftime("%Y-%m-%d %H:%M"), hint=_("Year-month-day hour:minute")),
                Question(_("Lasts"), choices=lasts, value="4"),
            ),
        )

    def _moment(self, words: str) -> datetime:
        try:
            return datetime.strptime(words.strip(), "%Y-%m-%d %H:%M").replace(tzinfo=ZoneInfo(self._zone))
        except ValueError as error:
            raise Invalid(N_("the start: expected a time such as 2026-06-01 14:30")) from error

    async def _cancel(self, one: NoGo) -> None:
        if not await still_signed_in(self._people, self._viewer):
            return
        work = self._desks.no_go.cancel(one.id, by=self._viewer)
        await attempt(work, done=_("{name} is over").format(name=one.name))
        await self._changed()
