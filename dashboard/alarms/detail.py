"""One alarm in full: what it is, why, what to do; its life; and what a person may do about it."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from nicegui import ui
from nicegui.events import ValueChangeEventArguments

from core.accounts import People, Right, Viewer
from core.errors import NotFound
from core.fleet.alarms import AlarmDetail, AlarmService, AlarmView, SubjectKind, TimelineLine, narrowed
from dashboard.alarms.words import advice_of, kind_word, severity_chip, timeline_words, title_of
from dashboard.components.ages import age_text
from dashboard.components.dialogs import asking
from dashboard.components.faces import empty_face
from dashboard.components.notices import attempt, still_signed_in
from dashboard.components.text import text
from dashboard.i18n import _

MEMBERS_SHOWN = 60


class AlarmPanel:
    """The right side; redrawn when its alarm changed. ``closed`` is awaited when it is put away."""

    def __init__(self, alarms: AlarmService, people: People, viewer: Viewer) -> None:
        self.closed: Callable[[], Awaitable[None]]
        self._alarms = alarms
        self._people = people
        self._viewer = viewer
        self._shown: UUID | None = None
        self._heard = False
        self._draft = ""
        unsubscribe = alarms.desk.changed.subscribe(self._hear)
        ui.context.client.on_delete(unsubscribe)
        self._place = ui.element("section").classes("m-card a-detail").props('aria-live="off"')
        self._place.props["aria-label"] = _("Alarm")

    async def renew(self) -> None:
        """Draw anew if anything happened to the alarm shown; a comment begun stays."""
        if self._heard:
            self._heard = False
            await self.show(self._shown)

    def _hear(self, alarm: AlarmView) -> None:
        self._heard = self._heard or alarm.id == self._shown

    async def show(self, alarm_id: UUID | None) -> None:
        self._draft = self._draft if alarm_id == self._shown else ""
        self._shown = alarm_id
        detail = None
        if alarm_id is not None:
            try:
                detail = self._seen(await self._alarms.book.detail(alarm_id))
            except NotFound:
                detail = None
        self._place.clear()
        self._place.classes(add="a-some" if detail else "", remove="" if detail else "a-some")
        with self._place:
            if detail is None:
                words = _("Choose one to see why it was raised and what to do.")
                with empty_face(_("No alarm chosen"), words, icon="o_notifications"):
                    pass
            else:
                await self._build(detail)

    def _seen(self, detail: AlarmDetail) -> AlarmDetail | None:
        """What of it lies in the viewer's areas."""
        seen = narrowed(detail, self._viewer.sight)
        mowers = {seen.alarm.mower} if seen.alarm.mower else {one.name for one in seen.members}
        return seen if self._viewer.sight.some_mower(mowers) else None

    async def _build(self, detail: AlarmDetail) -> None:
        alarm = detail.alarm
        self._head(alarm)
        cause, step = advice_of(alarm, self._alarms.lexicon)
        with ui.element("dl").classes("a-advice"):
            text("dt", _("Likely cause"))
            text("dd", cause)
            text("dt", _("Next step"))
            text("dd", step)
        if self._viewer.may(Right.HANDLE_ALARMS) and alarm.open:
            await self._actions(alarm)
        self._facts(alarm)
        if detail.members:
            self._members(detail)
        text("h3", _("What happened"))
        with ui.element("ol").classes("a-timeline"):
            for line in detail.timeline:
                self._line(line)
        if self._viewer.may(Right.HANDLE_ALARMS):
            self._comment_box(alarm)

    def _head(self, alarm: AlarmView) -> None:
        with ui.element("div").classes("a-head"):
            with ui.element("div").classes("m-row"):
                ui.html(severity_chip(alarm.severity), sanitize=False)
                text("span", kind_word(alarm.kind)).classes("m-muted m-small")
                if not alarm.open:
                    text("span", _("Over")).classes("m-chip")
            close = (
                ui.element("button").classes("m-button m-button-quiet m-button-small a-close").props('type="button"')
            )
            close.props["aria-label"] = _("Close")
            close.on("click", lambda _event: self.closed(), args=[])
            with close:
                ui.icon("o_close").props('aria-hidden="true"')
        text("h2", title_of(alarm, self._alarms.lexicon))

    def _facts(self, alarm: AlarmView) -> None:
        with ui.element("dl").classes("m-facts"):
            if alarm.mower:
                text("dt", _("Mower"))
                with ui.element("dd"):
                    ui.link(alarm.mower, f"/mowers/{alarm.mower}?tab=alarms")
                    text("span", " · ")
                    ui.link(_("Show on the map"), f"/fleet?mower={alarm.mower}")
            if alarm.account:
                text("dt", _("Account"))
                text("dd", alarm.account)
            if alarm.code:
                text("dt", _("Fault number"))
                text("dd", str(alarm.code)).classes("m-number")
            text("dt", _("Since"))
            with ui.element("dd"):
                age_text(alarm.since)
            text("dt", _("Raised"))
            with ui.element("dd"):
                age_text(alarm.raised_at)
            text("dt", _("Acknowledged"))
            with ui.element("dd"):
                if alarm.acknowledged_at is None:
                    text("span", _("by nobody yet")).classes("m-muted")
                else:
                    text("span", alarm.acknowledged_by + " · ")
                    age_text(alarm.acknowledged_at)
            text("dt", _("Owner"))
            text("dd", alarm.owner or _("nobody")).classes("" if alarm.owner else "m-muted")

    def _members(self, detail: AlarmDetail) -> None:
        text("h3", _("Told by this alarm"))
        with ui.element("ul").classes("a-members"):
            for member in detail.members[:MEMBERS_SHOWN]:
                with ui.element("li").classes("a-left" if member.left_at else ""):
                    if member.kind is SubjectKind.MOWER:
                        ui.link(member.name, f"/mowers/{member.name}")
                    else:
                        text("span", member.name)
                    if member.left_at:
                        text("span", _("recovered")).classes("m-sub")
        hidden = len(detail.members) - MEMBERS_SHOWN
        if hidden > 0:
            text("p", _("and {n} more").format(n=hidden)).classes("m-muted m-small")

    def _line(self, line: TimelineLine) -> None:
        with ui.element("li").classes(f"a-line a-line-{line.kind}"):
            text("p", timeline_words(line.kind, line.actor, line.words))
            with ui.element("span").classes("m-sub"):
                if line.actor:
                    text("span", line.actor + " · ")
                age_text(line.at)

    async def _actions(self, alarm: AlarmView) -> None:
        desk = self._alarms.desk
        with ui.element("div").classes("m-actions a-actions"):
            if alarm.acknowledged_at is None:
                self._button(_("Acknowledge"), lambda: desk.acknowledge(alarm.id, by=self._viewer), _("Acknowledged"))
            if alarm.owner_id != self._viewer.person_id:
                self._button(
                    _("Take it"),
                    lambda: desk.assign(alarm.id, self._viewer.person_id, by=self._viewer),
                    _("It is yours now"),
                    quiet=True,
                )
            give = text("button", _("Give to ...")).classes("m-button m-button-quiet").props('type="button"')
            give.on("click", lambda _event: self._ask_owner(alarm), args=[])
            clear = text("button", _("Clear ...")).classes("m-button m-button-quiet").props('type="button"')
            clear.on("click", lambda _event: self._ask_reason(alarm), args=[])

    def _button(self, word: str, work: Callable[[], Awaitable[object]], done: str, *, quiet: bool = False) -> None:
        button = text("button", word).props('type="button"').classes("m-button" + (" m-button-quiet" if quiet else ""))

        async def act() -> None:
            if await still_signed_in(self._people, self._viewer):
                await attempt(work(), done=done)

        button.on("click", act, args=[])

    async def _ask_owner(self, alarm: AlarmView) -> None:
        handlers = await self._alarms.desk.handlers()
        choices = {str(one.person_id): one.name for one in handlers if one.person_id != alarm.owner_id}
        with asking() as dialog:
            text("h2", _("Who takes care of it?"))
            who = ui.select(choices, label=_("Person")).props("outlined")

            async def give() -> None:
                if not who.value or not await still_signed_in(self._people, self._viewer):
                    return
                dialog.close()
                work = self._alarms.desk.assign(alarm.id, UUID(who.value), by=self._viewer)
                await attempt(work, done=_("{name} was told").format(name=choices[who.value]))

            _dialog_actions(dialog, _("Give"), give)

    async def _ask_reason(self, alarm: AlarmView) -> None:
        with asking() as dialog:
            text("h2", _("Clear this alarm by hand?"))
            words = _("It stays quiet until its cause is over, and comes again with the next one.")
            text("p", words).classes("m-muted")
            reason = ui.input(_("Reason")).props('outlined maxlength="500"')

            async def clear() -> None:
                if not (reason.value or "").strip():
                    reason.props["error"] = True
                    reason.props["error-message"] = _("Say why: others will read it.")
                    return
                if not await still_signed_in(self._people, self._viewer):
                    return
                dialog.close()
                await attempt(self._alarms.desk.clear(alarm.id, reason.value, by=self._viewer), done=_("Cleared"))

            _dialog_actions(dialog, _("Clear"), clear)

    def _drafted(self, event: ValueChangeEventArguments) -> None:
        self._draft = event.value or ""

    def _comment_box(self, alarm: AlarmView) -> None:
        with ui.element("form").classes("a-comment") as form:
            field = ui.textarea(_("Comment"), value=self._draft, on_change=self._drafted).props(
                'outlined autogrow maxlength="1000" rows="1"'
            )
            text("button", _("Add comment")).classes("m-button m-button-quiet").props('type="submit"')

        async def add() -> None:
            if not (field.value or "").strip() or not await still_signed_in(self._people, self._viewer):
                return
            words, self._draft = field.value, ""
            if not await attempt(self._alarms.desk.comment(alarm.id, words, by=self._viewer), done=_("Comment added")):
                self._draft = words

        form.on("submit", add, args=[], js_handler="(event) => { event.preventDefault(); emit(); }")


def _dialog_actions(dialog: ui.dialog, word: str, act: Callable[[], Awaitable[None]]) -> None:
    with ui.element("div").classes("m-actions m-dialog-actions"):
        ui.button(_("Cancel"), color=None, on_click=dialog.close).props("unelevated no-caps").classes(
            "m-button m-button-quiet"
        )
        ui.button(word, color=None, on_click=act).props("unelevated no-caps").classes("m-button")
