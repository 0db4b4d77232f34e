"""A cluster's weather and week on its page: the newest decision with its numbers, and the feasibility meter."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from uuid import UUID

from nicegui import ui

from core.accounts import People, Right, Viewer
from core.errors import MowthosError
from core.scheduling.feasibility import LEVEL_WORDS
from core.scheduling.planner_desk import ClusterMeter
from core.scheduling.weather_model import CHECK_NAMES, Basis, Check, Decision
from core.scheduling.weather_store import ClusterLimits, StoredDecision
from dashboard.components.ages import age_text, due_text
from dashboard.components.cluster_dialogs import Question, ask
from dashboard.components.cluster_parts import card
from dashboard.components.faces import empty_face, loading_face, stale_note
from dashboard.components.notices import attempt, still_signed_in
from dashboard.components.tables import table_region
from dashboard.components.text import text
from dashboard.components.weather_words import (
    HELD,
    LEVELS,
    LIMIT_NAMES,
    VERDICTS,
    hours_words,
    limit_field,
    limit_label,
    limit_range,
    limit_words,
    read_limit,
    sum_words,
    value_words,
)
from dashboard.i18n import _, ngettext, told
from dashboard.measures import area_words
from dashboard.sky import Sky

EARLIER = 10
SOURCES = {"open-meteo": ("https://open-meteo.com/", "Open-Meteo.com, CC BY 4.0")}


class SkyCards:
    """Both cards on one open page, read on their own so that nobody waits for them."""

    def __init__(self, sky: Sky, cluster_id: UUID, people: People, viewer: Viewer) -> None:
        self._sky, self._id, self._people, self._viewer = sky, cluster_id, people, viewer
        self._steers = viewer.may(Right.OVERRIDE_GUARD)
        with card(_("Weather")):
            self._weather = ui.element("div").classes("m-stack")
        with card(_("What is left of this week")):
            self._week = ui.element("div").classes("m-stack")
        for place in (self._weather, self._week):
            with place:
                loading_face(4)
        ui.timer(0.01, self._show_both, once=True)

    async def _show_both(self) -> None:
        await self.show_weather()
        await _filled(self._week, self._read_week)

    async def show_weather(self) -> None:
        """Read it anew."""
        await _filled(self._weather, self._read_weather)

    async def _read_weather(self) -> Callable[[], None]:
        weather = self._sky.weather
        limits = await weather.limits(self._id)
        return partial(self._draw, await weather.decisions(self._id, most=EARLIER), limits)

    def _draw(self, decisions: Sequence[StoredDecision], limits: ClusterLimits) -> None:
        if not decisions:
            with empty_face(_("Nobody has looked yet"), _("The weather is read every ten minutes."), icon="o_cloud"):
                self._buttons(limits)
            return
        newest = decisions[0].decision
        if newest.basis is not Basis.WEATHER:
            stale_note(newest.read_at)
        _verdict(newest)
        _numbers(newest)
        _origin(newest)
        with ui.element("div").classes("m-actions"):
            self._buttons(limits)
        if len(decisions) > 1:
            _earlier(decisions[1:])

    def _buttons(self, limits: ClusterLimits) -> None:
        if not self._steers:
            return
        for word, act in ((_("Look again"), self._look), (_("Limits"), partial(self._ask, limits))):
            button = ui.button(word, color=None, on_click=act).props("unelevated no-caps")
            button.classes("m-button m-button-quiet m-button-small")

    async def _look(self) -> None:
        if await still_signed_in(self._people, self._viewer):
            await attempt(self._sky.weather.decide(self._id), done=_("Judged anew."))
            await self.show_weather()

    async def _ask(self, limits: ClusterLimits) -> None:
        numbers = limits.limits.told()

        async def act(*answers: str) -> None:
            if await still_signed_in(self._people, self._viewer):
                wanted = {
                    name: read_limit(name, said, numbers[name]) for name, said in zip(LIMIT_NAMES, answers, strict=True)
                }
                await self._sky.weather.set_limits(self._id, numbers | wanted, self._viewer)
                await self._sky.weather.decide(self._id)
                await self.show_weather()

        ask(
            title=_("Weather limits of this cluster"),
            words=_("A start needs every one of them to hold. What is not known never counts as dry."),
            act_word=_("Save"),
            act=act,
            done=_("Saved, and judged anew."),
            questions=tuple(
                Question(limit_label(name), limit_range(name), value=limit_field(name, numbers[name]))
                for name in LIMIT_NAMES
            ),
        )

    async def _read_week(self) -> Callable[[], None]:
        return partial(_meter, await self._sky.week.meter(self._id))


async def _filled(place: ui.element, read: Callable[[], Awaitable[Callable[[], None]]]) -> None:
    """Draw what was read; one of the six errors is told in its place."""
    try:
        draw = await read()
    except MowthosError as error:
        place.clear()
        with place, ui.element("div").classes("m-notice m-notice-bad").props('role="alert"'):
            text("span", told(error.message))
        return
    place.clear()
    with place:
        draw()


def _verdict(decision: Decision) -> None:
    word, look, icon = VERDICTS[decision.verdict]
    with ui.element("p").classes("m-row c-verdict"):
        with ui.element("span").classes(f"m-chip {look}"):
            ui.icon(icon).props('aria-hidden="true"')
            text("span", _(word))
        if decision.until is not None:
            with ui.element("span").classes("m-small m-muted"):
                text("span", _("Next start or look:") + " ")
                due_text(decision.until)
    text("p", told(decision.words))


def _numbers(decision: Decision) -> None:
    with table_region(_("Numbers behind the decision")), ui.element("table").classes("m-table c-weather"):
        with ui.element("thead"), ui.element("tr"):
            for heading in (_("Condition"), _("Found"), _("Limit")):
                text("th", heading).props('scope="col"').classes("" if heading == _("Condition") else "m-number")
        with ui.element("tbody"):
            for check in decision.checks:
                _check(check)


def _check(check: Check) -> None:
    word, mark = HELD[check.holds]
    with ui.element("tr"):
        with ui.element("th").props('scope="row"'), ui.element("span").classes("c-check"):
            text("span", mark).classes("c-held").props(f'aria-hidden="true" data-holds="{check.holds}"')
            text("span", f"{_(word)}: ").classes("m-visually-hidden")
            text("span", _(CHECK_NAMES[check.kind]))
        text("td", value_words(check)).classes("m-number")
        text("td", limit_words(check)).classes("m-number m-muted")


def _origin(decision: Decision) -> None:
    with ui.element("p").classes("m-small m-muted"):
        text("span", _("Judged") + " ")
        age_text(decision.asked.at)
        text("span", " · " + _("weather read") + " ")
        age_text(decision.read_at)
        if decision.source in SOURCES:
            address, name = SOURCES[decision.source]
            text("span", " · ")
            ui.link(name, address, new_tab=True)


def _earlier(decisions: Sequence[StoredDecision]) -> None:
    with ui.element("details").classes("c-earlier"):
        count = ngettext("{n} earlier decision", "{n} earlier decisions", len(decisions)).format(n=len(decisions))
        text("summary", count)
        with ui.element("ul").classes("m-list"):
            for stored in decisions:
                word, look, _icon = VERDICTS[stored.decision.verdict]
                with ui.element("li").classes("m-small"):
                    age_text(stored.decision.asked.at)
                    text("span", _(word)).classes(f"m-chip {look}")
                    text("span", told(stored.decision.words))


def _meter(one: ClusterMeter) -> None:
    meter = one.meter
    look, icon = LEVELS[meter.level]
    with ui.element("p").classes("m-row"), ui.element("span").classes(f"m-chip {look}"):
        ui.icon(icon).props('aria-hidden="true"')
        text("span", _(LEVEL_WORDS[meter.level]))
    share = 1.0 if meter.share is None else meter.share
    percent = round(100 * share) if meter.needed_h else 0
    bar = ui.element("div").classes("c-progress-bar").props('role="meter" aria-valuemin="0" aria-valuemax="100"')
    bar.props["aria-valuenow"] = str(min(100, percent))
    bar.props["aria-valuetext"] = f"{percent} %"
    bar.props["aria-label"] = _("Mowing needed of the hours left for it")
    bar.props["data-level"] = meter.level.value
    with bar:
        ui.element("i").style(f"width:{min(100, percent)}%")
    text("p", sum_words(meter))
    with ui.element("dl").classes("m-facts"):
        _fact(_("Allowed hours left"), hours_words(meter.allowed_h))
        _fact(_("of these for charging"), "− " + hours_words(meter.charging_h))
        _fact(_("left for mowing"), "= " + hours_words(meter.mowing_h))
        for line in meter.lawns:
            _fact(line.name, f"{area_words(line.area_m2)} · {hours_words(line.hours)}")
        _fact(_("Mowing needed"), hours_words(meter.needed_h))
    if meter.unmeasured:
        names = ", ".join(meter.unmeasured)
        with ui.element("div").classes("m-notice m-notice-warn").props('role="status"'):
            text("span", _("Not measured, and so missing from the sum: {names}").format(names=names))
    words = _("Supposes {area} an hour; {battery} min on a charge of {charge} min.")
    pace = meter.pace
    text(
        "p", words.format(area=area_words(pace.m2_per_h), battery=pace.battery_min or "∞", charge=pace.charge_min)
    ).classes("m-small m-muted")


def _fact(term: str, value: str) -> None:
    text("dt", term)
    text("dd", value).classes("m-number")
