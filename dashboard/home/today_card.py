"""Today in plain words: when the mower comes next, what it mowed last, why a visit does not take place, the bill."""

from uuid import UUID
from zoneinfo import ZoneInfo

from nicegui import ui

from core.accounts import Right, Viewer
from core.billing import Status, meter_of
from core.clock import Clock
from core.household.today import AHEAD, BACK, Today, today_of
from core.scheduling import Visit, VisitState
from core.scheduling.service import Scheduling
from dashboard.billing.parts import Billing
from dashboard.billing.words import money
from dashboard.components.text import text
from dashboard.fresh import Fresh
from dashboard.home.data import HomeLot
from dashboard.home.words import minutes_text, visit_sentence
from dashboard.i18n import _
from dashboard.visits.words import day_words, hours

TICK_S = 10.0


class TodayCard:
    """Of one lot on one open page."""

    def __init__(
        self, scheduling: Scheduling, billing: Billing | None, clock: Clock, viewer: Viewer, home: HomeLot, fresh: Fresh
    ) -> None:
        self._scheduling, self._billing, self._clock = scheduling, billing, clock
        self._viewer, self._home, self._fresh = viewer, home, fresh
        self._visits: list[Visit] = []
        self._zone = ZoneInfo(home.lot.time_zone)
        self._shown: object = None

    async def build(self) -> None:
        self._place = ui.element("section").classes("m-card h-today")
        self._place.props["aria-label"] = _("Next and last visit")
        await self._draw()
        ui.timer(TICK_S, self._draw, immediate=False)

    async def _draw(self) -> None:
        now, lot_id = self._clock.now(), self._home.lot.id
        with self._fresh as to_read:
            if to_read:  # the last cut may lie further back than what is news
                lines = await self._scheduling.calendar(self._viewer, now - BACK * 8, now + AHEAD * 8, lot_id=lot_id)
                self._visits = [line.visit for line in lines]
        today = today_of(self._visits, now)
        if today == self._shown:
            return
        self._shown = today
        bill = await self._bill(lot_id)
        self._place.clear()
        with self._place:
            self._facts(today)
            for visit in today.changed:
                text("p", visit_sentence(visit, self._zone)).classes("h-news")
            if bill:
                ui.link(bill, "#bill").classes("h-more")

    def _facts(self, today: Today) -> None:
        coming = today.under_way or today.next
        with ui.element("dl").classes("h-pair"):
            with ui.element("div"):
                text("dt", _("Now") if today.under_way else _("Next"))
                text("dd", self._when(coming) if coming else _("nothing is planned"))
            with ui.element("div"):
                text("dt", _("Last"))
                with ui.element("dd"):
                    if today.last is None:
                        text("span", _("not mown yet"))
                    else:
                        words = _("{day}, {minutes}").format(
                            day=self._day(today.last), minutes=minutes_text(today.last.mowed_minutes or 0)
                        )
                        ui.link(words, f"/home/visits/{today.last.id}")

    async def _bill(self, lot_id: UUID) -> str:
        """Usage so far and the forecast; empty for those without a bill."""
        if self._billing is None or not self._viewer.may(Right.SEE_OWN_BILL):
            return ""
        rows = await self._billing.desk.of_households(self._viewer.household_ids)
        row = next((one for one in rows if one.lot_id == lot_id and one.status != Status.CANCELED), None)
        if row is None:
            return ""
        _row, life, usage = await self._billing.desk.life(row.id)
        meter, bill = meter_of(life, usage), await self._billing.desk.next_bill(row.id)
        parts = []
        if meter is not None:
            words = _("This month: {used} of {included} included") if meter.included else _("This month: {used}")
            parts.append(words.format(used=minutes_text(meter.used), included=minutes_text(meter.included)))
        if bill is not None:
            parts.append(_("forecast {due}").format(due=money(bill.due.minor, life.currency)))
        return " - ".join(parts)

    def _when(self, visit: Visit) -> str:
        words = f"{self._day(visit)}, {hours(visit.begins_at, visit.ends_at, self._zone)}"
        return words if visit.state is not VisitState.MOVED else _("{when} (moved)").format(when=words)

    def _day(self, visit: Visit) -> str:
        return day_words(visit.begins_at.astimezone(self._zone).date())
