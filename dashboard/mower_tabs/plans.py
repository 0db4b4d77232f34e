"""The tab Plans: the device's own plans, as they were read back from it; every change is read back, too."""

from collections.abc import Awaitable, Callable

from babel.numbers import NumberFormatError, parse_decimal
from fastapi import Request
from nicegui import ui

from core.accounts import People, Right, Viewer
from core.errors import Invalid, MowthosError
from core.fleet.start_plan import SETTING_RANGES
from core.measures import Kind
from core.plans import DevicePlan, PlanDraft, PlanList
from core.texts import N_, Text
from dashboard.api.ports import MowerFacts
from dashboard.assets import asset_url
from dashboard.components.ages import age_text
from dashboard.components.cluster_dialogs import Question, ask
from dashboard.components.faces import empty_face
from dashboard.components.notices import confirm_done, still_signed_in, tell_problem
from dashboard.components.text import text
from dashboard.i18n import _, locale, ngettext, told
from dashboard.lawn_desks import LawnDesks
from dashboard.measures import height_words, small_number, speed_words, typed_number, unit_word
from dashboard.pages.mower import MowerTab

DAYS = (N_("Mo"), N_("Tu"), N_("We"), N_("Th"), N_("Fr"), N_("Sa"), N_("Su"))
DAY_CHOICES = {"1,2,3,4,5,6,7": N_("Every day"), "1,3,5": N_("Mo We Fr"), "2,4,6": N_("Tu Th Sa"),
               "1,2,3,4,5": N_("Mo to Fr"), "6,7": N_("Sa Su")}  # fmt: skip
USUAL_BLADE_MM = 50


def plans_tab(*, desks: LawnDesks, people: People) -> MowerTab:
    """``Plans`` of the mower page."""

    async def build(facts: MowerFacts, viewer: Viewer, _request: Request) -> None:
        ui.add_head_html(f'<link rel="stylesheet" href="{asset_url("styles/lawns.css")}">')
        await PlansTab(facts.device_name, desks, people, viewer).build()

    return MowerTab("plans", N_("Plans"), build)


class PlansTab:
    """The tab as one person has it open."""

    def __init__(self, name: str, desks: LawnDesks, people: People, viewer: Viewer) -> None:
        self._name, self._desks, self._people, self._viewer = name, desks, people, viewer
        self._edits = viewer.may(Right.EDIT_DEVICE_MAPS)

    async def build(self) -> None:
        with ui.element("section").classes("m-card m-card-flush"):
            with ui.element("div").classes("m-card-head"):
                with ui.element("div"):
                    text("h2", _("Plans on the mower"))
                    words = _("The mower runs these by itself, also while MowthosOS is away.")
                    text("p", words).classes("m-muted")
                    self._age = ui.element("p").classes("m-small m-muted")
                with ui.element("div").classes("m-actions"):
                    if self._edits:
                        self._read = _button(_("Read from the mower"), self._read_now, quiet=True)
                        _button(_("New plan"), self._ask_new)
            self._busy = ui.element("div").classes("m-plan-busy").props('role="status" aria-live="polite"')
            self._place = ui.element("div")
        await self._draw(await self._desks.plans.known(self._name))

    async def _draw(self, found: PlanList) -> None:
        lawn = self._desks.maps.latest(self._name)
        zones = {zone.hash: zone.name for zone in (lawn.areas if lawn else ())}
        self._age.clear()
        with self._age:
            text("span", _("Read back") + " ")
            age_text(found.read_at)
        self._place.clear()
        with self._place:
            if not found.plans:
                words = (
                    _("Read them from the mower to see what it does by itself.")
                    if found.read_at is None
                    else _("The mower has none: it mows only when it is told to.")
                )
                with empty_face(_("No plans"), words, icon="o_event_note"):
                    pass
                return
            with ui.element("ul").classes("m-list m-list-wide") as listing:
                listing.props["aria-label"] = _("Plans on the mower")
                for plan in found.plans:
                    self._row(plan, zones)

    def _row(self, plan: DevicePlan, zones: dict[int, str]) -> None:
        with ui.element("li").classes("m-plan"):
            with ui.element("div").classes("m-grow"):
                with ui.element("div").classes("m-row"):
                    text("b", plan.name)
                    on = plan.enabled
                    text("span", _("on") if on else _("off")).classes(f"m-chip {'m-chip-good' if on else ''}")
                days = " ".join(_(DAYS[day - 1]) for day in plan.weekdays if 1 <= day <= 7)
                named = ", ".join(zones.get(zone, _("unknown zone")) for zone in plan.zone_hashes)
                text("span", f"{days} {plan.start_time} · {named}").classes("m-sub")
                facts = [height_words(plan.blade_height_mm) if plan.blade_height_mm else ""]
                facts += [speed_words(plan.speed_m_s) if plan.speed_m_s else ""]
                text("span", " · ".join(fact for fact in facts if fact)).classes("m-sub")
            with ui.element("div").classes("m-actions"):
                self._actions(plan)

    def _actions(self, plan: DevicePlan) -> None:
        which = {"device_name": self._name, "plan_id": plan.plan_id, "by": self._viewer}
        if self._viewer.may(Right.COMMAND_MOWERS):
            _button(_("Run"), lambda: self._ask_run(plan), small=True, label=_("Run {plan}").format(plan=plan.name))
        if not self._edits:
            return
        plans = self._desks.plans
        switch = _("Switch off") if plan.enabled else _("Switch on")
        done = _("{plan} is off").format(plan=plan.name) if plan.enabled else _("{plan} is on").format(plan=plan.name)
        _button(
            switch, lambda: self._do(lambda: plans.enable(**which, enabled=not plan.enabled), done), small=True,
            quiet=True, label=f"{switch}: {plan.name}",
        )  # fmt: skip
        _button(_("Rename"), lambda: self._ask_name(plan), small=True, quiet=True,
                label=_("Rename {plan}").format(plan=plan.name))  # fmt: skip
        copied = _("{plan} is copied").format(plan=plan.name)
        _button(_("Copy"), lambda: self._do(lambda: plans.copy(**which), copied), small=True, quiet=True,
                label=_("Copy {plan}").format(plan=plan.name))  # fmt: skip
        _button(_("Delete"), lambda: self._ask_delete(plan), small=True, danger=True,
                label=_("Delete {plan}").format(plan=plan.name))  # fmt: skip

    async def _read_now(self) -> None:
        await self._do(lambda: self._desks.plans.read(self._name), _("The plans are read"))

    async def _do(self, work: Callable[[], Awaitable[PlanList]], done: str) -> None:
        """A change with its face meanwhile; a refusal is told in its words, and the list shows what the mower has."""
        try:
            await self._change(work)
        except MowthosError as error:
            tell_problem(told(error.message))
        else:
            confirm_done(done)

    async def _change(self, work: Callable[[], Awaitable[PlanList]]) -> None:
        if not await still_signed_in(self._people, self._viewer):
            return
        with self._busy:
            text("span", _("Talking to the mower, then reading back ..."))
        try:
            await work()
        finally:
            self._busy.clear()
            await self._draw(await self._desks.plans.known(self._name))

    def _ask_new(self) -> None:
        lawn = self._desks.maps.latest(self._name)
        zones = {"all": _("All zones")} | {str(zone.hash): zone.name for zone in (lawn.areas if lawn else ())}
        hashes = [zone.hash for zone in (lawn.areas if lawn else ())]

        async def act(name: str, zone: str, days: str, start: str, height: str) -> None:
            if not hashes:
                raise Invalid(N_("there is no map of this mower yet: fetch it first"))
            draft = PlanDraft(
                name=name, zone_hashes=tuple(hashes) if zone in ("", "all") else (int(zone),), start_time=start.strip(),
                weekdays=tuple(int(day) for day in days.split(",")), blade_height_mm=_millimetres(height),
            )  # fmt: skip
            await self._change(lambda: self._desks.plans.create(device_name=self._name, draft=draft, by=self._viewer))

        ask(
            title=_("New plan"),
            words=_("It is made on the mower and read back from it."),
            act_word=_("Make it"),
            act=act,
            done=_("The plan is on the mower"),
            questions=(
                Question(_("Name")),
                Question(_("Zones"), choices=zones, value="all"),
                Question(_("Days"), choices={key: _(words) for key, words in DAY_CHOICES.items()}, value="1,3,5"),
                Question(_("Start"), value="09:00", hint=_("hour:minute, the mower's own time")),
                Question(
                    _("Blade height, {unit}").format(unit=unit_word(Kind.HEIGHT)), value=_blade_field(USUAL_BLADE_MM)
                ),
            ),
        )

    def _ask_name(self, plan: DevicePlan) -> None:
        async def act(name: str) -> None:
            await self._change(
                lambda: self._desks.plans.rename(
                    device_name=self._name, plan_id=plan.plan_id, name=name, by=self._viewer
                )
            )

        ask(
            title=_("Rename {plan}").format(plan=plan.name), words=_("The mower shows the new name, too."),
            act_word=_("Rename"), act=act, done=_("The plan has its new name"),
            questions=(Question(_("Name"), value=plan.name),),
        )  # fmt: skip

    def _ask_delete(self, plan: DevicePlan) -> None:
        async def act() -> None:
            await self._change(
                lambda: self._desks.plans.delete(device_name=self._name, plan_id=plan.plan_id, by=self._viewer)
            )

        ask(
            title=_("Delete {plan}?").format(plan=plan.name),
            words=_("It is gone from the mower. Nothing else changes."),
            act_word=_("Delete"), act=act, done=_("{plan} is deleted").format(plan=plan.name), danger=True,
        )  # fmt: skip

    def _ask_run(self, plan: DevicePlan) -> None:
        zones = ngettext("{n} zone", "{n} zones", len(plan.zone_hashes)).format(n=len(plan.zone_hashes))

        async def act() -> None:
            if not await still_signed_in(self._people, self._viewer):
                return
            await self._desks.plans.run(device_name=self._name, plan_id=plan.plan_id, by=self._viewer)

        ask(
            title=_("Run {plan} now?").format(plan=plan.name),
            words=_("The mower leaves its dock and mows {zones}. Its start is followed like any command.").format(
                zones=zones
            ),
            act_word=_("Run"), act=act, done=_("The start is on its way"),
        )  # fmt: skip


def _blade_field(millimetres: float) -> str:
    return small_number(millimetres, Kind.HEIGHT)


def _millimetres(words: str) -> int:
    """What was typed in the reader's unit; the plan has whole millimetres."""
    if words.strip() == _blade_field(USUAL_BLADE_MM):
        return USUAL_BLADE_MM
    try:
        return round(typed_number(float(parse_decimal(words.strip(), locale=locale(), strict=False)), Kind.HEIGHT))
    except NumberFormatError:
        ends = SETTING_RANGES["blade_height_mm"]
        least, most = (small_number(end, Kind.HEIGHT) for end in (ends.least, ends.most))
        unit = unit_word(Kind.HEIGHT)
        raise Invalid(
            Text("blade height: expected {least} to {most} {unit}", least=least, most=most, unit=unit)
        ) from None


def _button(
    words: str, act: Callable[[], object], *, quiet: bool = False, small: bool = False, danger: bool = False,
    label: str = "",
) -> ui.button:  # fmt: skip
    button = ui.button(words, color=None, on_click=act).props("unelevated no-caps").classes("m-button")
    for wanted, look in ((quiet, "m-button-quiet"), (small, "m-button-small"), (danger, "m-button-danger")):
        if wanted:
            button.classes(look)
    if label:
        button.props["aria-label"] = label
    return button
