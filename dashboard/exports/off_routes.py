"""Where a report's mail leads who wants no more of it: one click, no sign-in (RFC 8058)."""

from html import escape

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from core.errors import NotFound
from core.reports import ReportWanted
from dashboard.exports.parts import Exports
from dashboard.exports.words import cadence_words, report_title
from dashboard.i18n import _, told
from dashboard.plain_page import brand_html, plain_page, problem_page


def off_router(exports: Exports) -> APIRouter:
    """``/reports/off/{token}``."""
    router = APIRouter(include_in_schema=False)

    @router.get("/reports/off/{token}")
    async def ask(request: Request, token: str) -> Response:
        """A robot that looks at every link of a mail changes nothing: a person presses the button."""
        try:
            about = await exports.reports.by_link(exports.links.read(token))
        except NotFound as error:
            return _unknown(request, error)
        words = _("End this report: {report}, {how_often}?")
        button = f'<button class="m-button" type="submit">{escape(_("End it"))}</button>'
        form = f'<form method="post" action="/reports/off/{escape(token)}">{button}</form>'
        return _page(request, _("Fewer mails"), _fill(words, about), form)

    @router.post("/reports/off/{token}")
    async def switch(request: Request, token: str, on: bool = False) -> Response:
        """The button, and the one click of a mail program."""
        try:
            about = await exports.reports.switch(exports.links.read(token), on=on)
        except NotFound as error:
            return _unknown(request, error)
        words = _("You get this report again: {report}, {how_often}.") if on else _(
            "No more mails of this report: {report}, {how_often}."
        )  # fmt: skip
        action = f"/reports/off/{escape(token)}" + ("" if on else "?on=1")
        undo = escape(_("End it") if on else _("Get it again"))
        form = f'<form method="post" action="{action}"><button class="m-button m-button-quiet">{undo}</button></form>'
        more = f'<a class="m-button m-button-quiet" href="/exports">{escape(_("Your reports"))}</a>'
        return _page(request, _("Done"), _fill(words, about), form + more)

    return router


def _fill(words: str, about: ReportWanted) -> str:
    return words.format(report=report_title(about), how_often=cadence_words()[about.cadence])


def _page(request: Request, title: str, words: str, actions: str) -> HTMLResponse:
    body = (
        f'<div class="m-brand">{brand_html()}<div><h1>{escape(title)}</h1><p role="status">{escape(words)}</p></div>'
        f'</div><div class="m-stack">{actions}</div>'
    )
    return plain_page(request, title=title, body=body)


def _unknown(request: Request, error: NotFound) -> HTMLResponse:
    return problem_page(request, title=_("Not found"), message=told(error.message), status=404)
