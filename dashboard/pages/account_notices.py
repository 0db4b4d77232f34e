"""``/account/notices``: what a person is told, over which channel, when; in which language, units and hours."""

from typing import Annotated

from nicegui import ui

from core.accounts import People, Viewer
from core.errors import MowthosError
from core.measures import Hours, Units
from core.notices import Channel, NoticeEvent, Preferences
from dashboard.assets import asset_url
from dashboard.components.faces import error_face
from dashboard.components.notices import attempt, still_signed_in
from dashboard.components.text import text
from dashboard.gate import signed_in
from dashboard.i18n import LANGUAGES, _, told
from dashboard.logs import current_request_id
from dashboard.notices.matrix import matrix
from dashboard.notices.parts import Telling
from dashboard.notices.phone_form import PhoneForm
from dashboard.notices.quiet_form import QuietForm
from dashboard.theme import page_at, page_frame, page_head


def notice_styles() -> None:
    ui.add_head_html(f'<link rel="stylesheet" href="{asset_url("styles/notices.css")}">')


def register(*, telling: Telling, people: People) -> None:
    """Serve ``/account/notices``."""

    @page_at("/account/notices")
    async def notices_page(viewer: Annotated[Viewer, signed_in()]) -> None:
        with page_frame(viewer, _("What you are told")):
            notice_styles()
            with page_head(_("What you are told"), _("And how: by the bell of this app, by mail, by text message.")):
                reset = ui.button(_("Back to the defaults"), color=None).props("unelevated no-caps")
                reset.classes("m-button m-button-quiet")
            try:
                shown = await telling.preferences.of(viewer.person_id)
            except MowthosError as error:
                with error_face(
                    _("Your choices cannot be read"), told(error.message), problem_id=current_request_id()
                ):  # fmt: skip
                    return

            async def to_defaults() -> None:
                if await still_signed_in(people, viewer):
                    work = telling.preferences.reset(viewer.person_id, by=viewer)
                    if await attempt(work, done=_("The defaults of your role hold again.")):
                        ui.navigate.reload()

            reset.on_click(to_defaults)
            _choices(telling, people, viewer, shown)
            with ui.element("div").classes("t-two"):
                with ui.element("section").classes("m-card"):
                    QuietForm(telling.preferences, people, viewer, shown).build()
                with ui.element("section").classes("m-card"):
                    await PhoneForm(telling.phones, people, viewer).build()
                    _language(people, viewer)
                    _reading(people, viewer)


def _choices(telling: Telling, people: People, viewer: Viewer, shown: Preferences) -> None:
    async def choose(event: NoticeEvent, channel: Channel, on: bool) -> bool:
        if not await still_signed_in(people, viewer):
            return False
        work = telling.preferences.choose(viewer.person_id, event.key, channel, on, by=viewer)
        return await attempt(work, done=_("Kept."))

    with ui.element("section").classes("m-card m-card-flush"):
        with ui.element("div").classes("m-card-head"), ui.element("div"):
            text("h2", _("Events"))
            text("p", _("Mails go to {address}.").format(address=shown.reader.email)).classes("m-muted")
            if Channel.SMS in telling.channels and not shown.reader.phone:
                text("p", _("Texts come once a phone is verified below.")).classes("m-muted")
        matrix(shown.matrix, open_channels=telling.channels, choose=choose)


def _language(people: People, viewer: Viewer) -> None:
    with ui.element("div").classes("t-form"):
        text("h2", _("Language"))
        choice = ui.select(LANGUAGES, label=_("Language of messages and pages"), value=viewer.language)
        choice.props("outlined").classes("m-field")

        async def change() -> None:
            if choice.value != viewer.language and await still_signed_in(people, viewer):
                work = people.set_language(viewer, choice.value)
                if await attempt(work, done=_("Kept.")):
                    ui.navigate.reload()

        choice.on_value_change(change)


def _reading(people: People, viewer: Viewer) -> None:
    """Units and hours; left open, they are those of the browser's language."""
    usual = _("as my browser has it")
    units = {"": usual, Units.METRIC.value: _("Metric: m, m²"), Units.US.value: _("US: ft, sq ft, acres")}
    hours = {"": usual, Hours.H12.value: _("12 hours: 3:04 PM"), Hours.H24.value: _("24 hours: 15:04")}
    with ui.element("div").classes("t-form"):
        text("h2", _("Units and times"))
        read = ui.select(units, label=_("Lengths and areas"), value=viewer.units).props("outlined").classes("m-field")
        clock = ui.select(hours, label=_("Time of day"), value=viewer.hours).props("outlined").classes("m-field")

        async def change() -> None:
            if await still_signed_in(people, viewer):
                work = people.set_measures(viewer, units=read.value or "", hours=clock.value or "")
                if await attempt(work, done=_("Kept.")):
                    ui.navigate.reload()

        read.on_value_change(change)
        clock.on_value_change(change)
