"""``/admin/notices``: messages that were given up, and what every message looks like in each language and channel."""

from collections.abc import Sequence
from html import escape
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Request
from nicegui import ui

from core.accounts import People, Right, Viewer
from core.clock import Clock
from core.notices import OUTSIDE, Channel, DeliveryView
from dashboard.components.ages import age_text
from dashboard.components.faces import empty_face
from dashboard.components.notices import attempt, still_signed_in
from dashboard.components.tables import table_region
from dashboard.components.text import text
from dashboard.gate import needs
from dashboard.i18n import LANGUAGES, _, current_language, told
from dashboard.notices.parts import Telling
from dashboard.notices.samples import Sample, preview, samples
from dashboard.notices.words import channel_word
from dashboard.pages.account_notices import notice_styles
from dashboard.theme import page_at, page_frame, page_head

PATH = "/admin/notices"


def register(*, telling: Telling, people: People, clock: Clock) -> None:
    """Serve ``/admin/notices``."""

    @page_at(PATH)
    async def notices_page(request: Request, viewer: Annotated[Viewer, needs(Right.MANAGE_PEOPLE)]) -> None:
        with page_frame(viewer, _("Messages")):
            notice_styles()
            with page_head(_("Messages"), _("What could not be delivered, and what each message looks like.")):
                ui.link(_("People"), "/admin").classes("m-button m-button-quiet")
            await GivenUp(telling, people, viewer).build()
            with ui.element("section").classes("m-card t-form"):
                _preview(request, viewer, telling, samples(clock.now()))


class GivenUp:
    """The list of dead messages of one open page."""

    def __init__(self, telling: Telling, people: People, viewer: Viewer) -> None:
        self._telling, self._people, self._viewer = telling, people, viewer

    async def build(self) -> None:
        with ui.element("section").classes("m-card m-card-flush"):
            with ui.element("div").classes("m-card-head"), ui.element("div"):
                text("h2", _("Given up"))
                text("p", _("Refused for good, or tried too often. Nothing here goes out again by itself.")).classes(
                    "m-muted"
                )
            self._place = ui.element("div").props('aria-live="polite"')
        await self.show()

    async def show(self) -> None:
        rows = await self._telling.deliveries.dead()
        readers = await self._telling.readers({row.person_id for row in rows})
        self._place.clear()
        with self._place:
            if not rows:
                with empty_face(_("Nothing was given up"), _("Every message went out, or will."), icon="o_task_alt"):
                    return
            with table_region(_("Given up")), ui.element("table").classes("m-table m-table-cards"):
                with ui.element("thead"), ui.element("tr"):
                    for heading in (_("Message"), _("To"), _("Why"), _("Since")):
                        text("th", heading).props('scope="col"')
                    with ui.element("th").props('scope="col"'):
                        text("span", _("Actions")).classes("m-visually-hidden")
                with ui.element("tbody"):
                    for row in rows:
                        name = readers[row.person_id].name if row.person_id in readers else _("unknown")
                        self._row(row, name)

    def _row(self, row: DeliveryView, name: str) -> None:
        with ui.element("tr"):
            text("td", told(row.title))
            text("td", f"{name} · {channel_word(row.channel)}").props["data-label"] = _("To")
            text("td", told(row.last_error)).props["data-label"] = _("Why")
            with ui.element("td") as since:
                since.props["data-label"] = _("Since")
                age_text(row.created_at)
            with ui.element("td").classes("m-number"):
                again = ui.button(_("Try again"), color=None, on_click=lambda: self._again(row))
                again.props("unelevated no-caps").classes("m-button m-button-quiet m-button-small")
                again.props["aria-label"] = _("Try again: {title}").format(title=told(row.title))

    async def _again(self, row: DeliveryView) -> None:
        if await still_signed_in(self._people, self._viewer):
            work = self._telling.deliveries.try_again(row.id, by=self._viewer)
            await attempt(work, done=_("It goes out within seconds."))
            await self.show()


def _preview(request: Request, viewer: Viewer, telling: Telling, known: Sequence[Sample]) -> None:
    """One message; which, how and in which language stands in the address."""
    asked = request.query_params
    sample = next((one for one in known if one.key == asked.get("message")), known[0])
    language = asked.get("language", current_language())
    language = language if language in LANGUAGES else current_language()
    channel = Channel.SMS if asked.get("channel") == Channel.SMS else Channel.MAIL
    text("h2", _("Preview"))
    text("p", _("Made-up facts, the real words.")).classes("m-muted")
    ui.html(_form(known, sample, language, channel), sanitize=False)
    letter = preview(sample, channel=channel, language=language, viewer=viewer, wording=telling.wording)
    if letter.subject:
        text("h3", letter.subject).props(f'lang="{language}"').classes("t-subject")
    text("pre", letter.text).props(f'lang="{language}" tabindex="0"').classes("t-preview")
    if letter.html:
        # sandboxed without any permission: no script, no form, no origin
        title, shown = escape(_("The mail as HTML")), escape(letter.html)
        ui.html(
            f'<iframe class="t-preview-mail" sandbox="" title="{title}" srcdoc="{shown}"></iframe>', sanitize=False
        )  # fmt: skip


def _form(known: Sequence[Sample], sample: Sample, language: str, channel: Channel) -> str:
    """Links and a native choice: works by keyboard, without a socket, and can be sent on."""

    def link(word: str, chosen: bool, **given: str) -> str:
        query = {"message": sample.key, "language": language, "channel": channel.value} | given
        here = ' aria-current="true"' if chosen else ""
        return f'<a class="m-filter-chip" href="{PATH}?{escape(urlencode(query))}"{here}>{escape(word)}</a>'

    options = "".join(
        f'<option value="{escape(one.key)}"{" selected" if one is sample else ""}>{escape(told(one.notice.title))}'
        "</option>"
        for one in known
    )
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{value}">'
        for name, value in (("language", language), ("channel", channel.value))
    )
    languages = "".join(link(word, code == language, language=code) for code, word in LANGUAGES.items())
    channels = "".join(link(channel_word(one), one is channel, channel=one.value) for one in OUTSIDE)
    return (
        f'<form method="get" action="{PATH}" class="m-row"><label class="m-grow">'
        f'<span class="m-visually-hidden">{escape(_("Message"))}</span>'
        f'<select class="m-input" name="message">{options}</select></label>{hidden}'
        f'<button class="m-button m-button-quiet" type="submit">{escape(_("Show"))}</button></form>'
        f'<div class="m-row">{languages}{channels}</div>'
    )
