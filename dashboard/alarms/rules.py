"""The editor of alarm rules: the table, and a dialog that tells before saving what a rule would have fired."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, timedelta

from babel.dates import format_date
from nicegui import ui
from nicegui.element import Element

from core.accounts import People, Viewer
from core.errors import MowthosError
from core.fleet import Severity
from core.fleet.alarms import (
    DEFAULT_RULES,
    KINDS,
    OF_ACCOUNTS,
    AlarmKind,
    AlarmRule,
    AlarmService,
    Preview,
    RuleChange,
    changed,
)
from dashboard.alarms.words import kind_word, rule_word, severity_chip, severity_word, span_words
from dashboard.components.dialogs import asking
from dashboard.components.notices import attempt, confirm_done, still_signed_in
from dashboard.components.tables import table_region
from dashboard.components.text import text
from dashboard.i18n import _, locale, ngettext, told
from dashboard.measures import when_words

BUILT_IN = frozenset(rule.key for rule in DEFAULT_RULES)


class RuleTable:
    """All rules of one open page."""

    def __init__(self, alarms: AlarmService, people: People, viewer: Viewer) -> None:
        self._alarms = alarms
        self._people = people
        self._viewer = viewer
        with ui.element("section").classes("m-card m-card-flush"), table_region(_("Alarm rules")):
            self._place = ui.element("table").classes("m-table m-table-cards a-rules")

    def show(self) -> None:
        self._place.clear()
        headings = (_("Rule"), _("Severity"), _("When"), _("For at least"), _("Clears after"))
        with self._place:
            with ui.element("thead"), ui.element("tr"):
                for heading in headings:
                    text("th", heading).props('scope="col"')
                with ui.element("th").props('scope="col"'):
                    text("span", _("Actions")).classes("m-visually-hidden")
            with ui.element("tbody"):
                for rule in self._alarms.rules.rules:
                    self._row(rule, headings)

    def _row(self, rule: AlarmRule, headings: tuple[str, ...]) -> None:
        with ui.element("tr").classes("" if rule.enabled else "a-off"):
            with ui.element("td"):
                text("b", rule_word(rule))
                sub = kind_word(rule.kind) if rule.name else "" if rule.enabled else _("switched off")
                if sub:
                    text("span", sub).classes("m-sub")
            with _cell(headings[1]):
                ui.html(severity_chip(rule.severity), sanitize=False)
            with _cell(headings[2]):
                text("span", condition_words(rule))
            with _cell(headings[3]).classes("m-nowrap"):
                text("span", span_words(rule.duration_s) if rule.duration_s else _("at once"))
            with _cell(headings[4]).classes("m-nowrap"):
                text("span", span_words(rule.clear_after_s))
            with ui.element("td").classes("m-number"):
                edit = (
                    text("button", _("Edit")).props('type="button"').classes("m-button m-button-quiet m-button-small")
                )
                edit.props["aria-label"] = _("Edit {name}").format(name=rule_word(rule))
                edit.on("click", lambda _event: self.ask(rule), args=[])

    def ask(self, rule: AlarmRule) -> None:
        RuleDialog(self._alarms, self._people, self._viewer, rule, self.show).open()

    def ask_new(self) -> None:
        blank = next(rule for rule in DEFAULT_RULES if rule.kind is AlarmKind.BATTERY_LOW)
        RuleDialog(self._alarms, self._people, self._viewer, blank, self.show, new=True).open()


@dataclass
class RuleDialog:
    """Edit one rule, or make a further one; the preview answers what it would have fired."""

    alarms: AlarmService
    people: People
    viewer: Viewer
    rule: AlarmRule
    saved: Callable[[], None]
    new: bool = False

    def open(self) -> None:
        with asking("a-wide") as dialog:
            text("h2", _("A further rule") if self.new else rule_word(self.rule))
            self._words = text("p", condition_words(self.rule)).classes("m-muted")
            self._fields = ui.element("div").classes("m-stack")
            self._problem = text("div", "").classes("m-notice m-notice-bad").props('role="alert"')
            self._problem.set_visibility(False)
            self._told = ui.element("div").classes("m-stack").props('role="status"')
            self._build_fields()
            with ui.element("div").classes("m-actions m-dialog-actions"):
                if not self.new and self.rule.key not in BUILT_IN:
                    self._action(_("Remove"), lambda: self._remove(dialog), "m-button-danger")
                if KINDS[self.rule.kind].replayable or self.new:
                    self._action(_("Preview 7 days"), self._preview, "m-button-quiet")
                self._action(_("Cancel"), dialog.close, "m-button-quiet")
                self._action(_("Save"), lambda: self._save(dialog), "")

    def _build_fields(self) -> None:
        rule, words = self.rule, KINDS[self.rule.kind]
        self._fields.clear()
        with self._fields:
            if self.new:
                kinds = {kind.value: kind_word(kind) for kind in AlarmKind if kind not in OF_ACCOUNTS}
                kind = ui.select(kinds, label=_("Kind"), value=rule.kind.value).props("outlined")
                kind.on_value_change(lambda event: self._other_kind(AlarmKind(event.value)))
            if self.new or rule.key not in BUILT_IN:
                self._name = ui.input(_("Name"), value=rule.name).props('outlined maxlength="80"')
            with ui.element("div").classes("a-pair"):
                severities = {one.value: severity_word(one) for one in reversed(Severity)}
                self._severity = ui.select(severities, label=_("Severity"), value=rule.severity.value).props("outlined")
                self._enabled = ui.switch(_("Switched on"), value=rule.enabled)
            with ui.element("div").classes("a-pair"):
                self._duration = _number(_("For at least (s)"), rule.duration_s, 0, 604_800)
                self._clear = _number(_("Clears after (s)"), rule.clear_after_s, 0, 86_400)
            if words.threshold is not None:
                limit = words.threshold
                with ui.element("div").classes("a-pair"):
                    label = f"{_(words.threshold_word)} ({limit.unit})"
                    self._threshold = _number(label, rule.threshold, limit.low, limit.high)
                    if rule.kind in (AlarmKind.BATTERY_LOW, AlarmKind.CORRECTION_LOST):
                        label = _("Clears only beyond it by ({unit})").format(unit=limit.unit)
                        self._hysteresis = _number(label, rule.hysteresis, 0, limit.high)

    def _other_kind(self, kind: AlarmKind) -> None:
        self.rule = next(rule for rule in DEFAULT_RULES if rule.kind is kind)
        self._words.text = condition_words(self.rule)
        self._told.clear()
        self._build_fields()

    def _action(self, word: str, act: Callable[[], object], look: str) -> None:
        ui.button(word, color=None, on_click=act).props("unelevated no-caps").classes(f"m-button {look}")

    def _change(self) -> RuleChange:
        words, rule = KINDS[self.rule.kind], self.rule
        hysteresis = rule.kind in (AlarmKind.BATTERY_LOW, AlarmKind.CORRECTION_LOST)
        return RuleChange(
            enabled=bool(self._enabled.value),
            severity=Severity(self._severity.value),
            duration_s=int(self._duration.value or 0),
            clear_after_s=int(self._clear.value or 0),
            threshold=float(self._threshold.value or 0) if words.threshold else None,
            hysteresis=float(self._hysteresis.value or 0) if hysteresis else None,
            name=(self._name.value or "") if self.new or rule.key not in BUILT_IN else None,
        )

    def _refused(self, error: MowthosError) -> None:
        self._problem.text = told(error.message)
        self._problem.set_visibility(True)

    async def _preview(self) -> None:
        self._problem.set_visibility(False)
        self._told.clear()
        with self._told:
            waiting = ui.linear_progress(show_value=False).props("indeterminate")
            waiting.props["aria-label"] = _("Playing the last 7 days back")
        try:
            found = await self.alarms.preview(changed(self.rule, self._change()))
        except MowthosError as error:
            self._told.clear()
            self._refused(error)
            return
        self._told.clear()
        with self._told:
            preview_chart(found)

    async def _save(self, dialog: ui.dialog) -> None:
        if not await still_signed_in(self.people, self.viewer):
            return
        change = self._change()
        try:
            if self.new:
                await self.alarms.rules.add(self.rule.kind, change.name or "", change, by=self.viewer)
            else:
                await self.alarms.rules.change(self.rule.key, change, by=self.viewer)
        except MowthosError as error:
            self._refused(error)
            return
        dialog.close()
        confirm_done(_("Rule saved"))
        self.saved()

    async def _remove(self, dialog: ui.dialog) -> None:
        if not await still_signed_in(self.people, self.viewer):
            return
        dialog.close()
        await attempt(self.alarms.rules.remove(self.rule.key, by=self.viewer), done=_("Rule removed"))
        self.saved()


def preview_chart(found: Preview) -> None:
    """Bars of a day each, and the newest of what would have been raised."""
    count = len(found.firings)
    words = ngettext(
        "It would have raised {n} alarm in the last 7 days.",
        "It would have raised {n} alarms in the last 7 days.",
        count,
    )
    text("p", words.format(n=count))
    if found.mowers < found.of_mowers:
        told_of = _("Played back for {n} of {all} mowers.").format(n=found.mowers, all=found.of_mowers)
        text("p", told_of).classes("m-muted m-small")
    most = max([1, *found.days])
    with ui.element("div").classes("a-bars").props('aria-hidden="true"'):
        for number in found.days:
            bar = ui.element("div").style(f"height: {max(3, 100 * number / most):.0f}%")
            bar.props["data-none"] = not number
            with bar:
                text("b", str(number))
    with ui.element("div").classes("a-bar-days"):
        for day in range(len(found.days)):
            text("span", format_date(found.since + timedelta(days=day + 1), "EE", locale=locale()))
    if found.firings:
        with ui.element("ul").classes("m-list m-small"):
            for one in found.shown[:5]:
                with ui.element("li"):
                    text("b", one.mower)
                    at = when_words(one.raised_at, UTC, day="short")
                    lasted = (
                        "" if one.cleared_at is None else span_words((one.cleared_at - one.raised_at).total_seconds())
                    )
                    text("span", f"{at} UTC, {lasted}" if lasted else f"{at} UTC").classes("m-muted")


def condition_words(rule: AlarmRule) -> str:
    """The condition in words, with its limit."""
    words = KINDS[rule.kind]
    limit = ""
    if words.threshold is not None and rule.threshold is not None:
        seconds = words.threshold.unit == "s"
        limit = span_words(rule.threshold) if seconds else f"{rule.threshold:g} {words.threshold.unit}"
    return _(words.condition).format(limit=limit)


def _number(label: str, value: float | None, low: float, high: float) -> ui.number:
    return ui.number(label, value=value, min=low, max=high).props("outlined")


def _cell(heading: str) -> Element:
    cell = ui.element("td")
    cell.props["data-label"] = heading
    return cell
