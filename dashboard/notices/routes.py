"""Addresses that mails, text messages and carriers lead to: unsubscribe, the short link, the status callback."""

from html import escape
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from core.errors import MowthosError, NotFound
from core.notices import Unsubscription
from dashboard.gate import sign_in_address, viewer_of
from dashboard.i18n import _, told
from dashboard.notices.parts import Telling
from dashboard.notices.wording import id_of
from dashboard.plain_page import brand_html, plain_page, problem_page

SMS_STATUS = "/sms/status/{delivery_id}"


def telling_router(telling: Telling) -> APIRouter:
    """``/unsubscribe/{token}``, ``/n/{short}``, ``/sms/status/{id}``."""
    router = APIRouter(include_in_schema=False)

    @router.get("/unsubscribe/{token}")
    async def ask(request: Request, token: str) -> Response:
        """A robot that looks at every link of a mail changes nothing: a person presses the button."""
        try:
            return _question(request, token, telling.unsubscribing.read(token))
        except NotFound as error:
            return _unknown(request, error)

    @router.post("/unsubscribe/{token}")
    async def switch(request: Request, token: str, on: bool = False) -> Response:
        """The button, and the one click of a mail program (RFC 8058)."""
        try:
            return _done(request, token, await telling.unsubscribing.switch(token, on=on), on)
        except NotFound as error:
            return _unknown(request, error)

    @router.get("/n/{short}")
    async def follow(request: Request, short: str) -> Response:
        """The short link of a text message: to what it is about, for its own reader alone."""
        viewer = viewer_of(request)
        if viewer is None:
            return RedirectResponse(sign_in_address(request), 303)
        try:
            notice = await telling.desk.notice(viewer.person_id, id_of(short))
        except NotFound as error:
            return _unknown(request, error)
        await telling.desk.mark_read(viewer.person_id, ids=[notice.id])
        return RedirectResponse(notice.link or "/", 303)

    @router.post(SMS_STATUS)
    async def sms_status(request: Request, delivery_id: UUID) -> Response:
        """What the carrier tells of a text message; only what it signed counts."""
        callbacks = telling.outside.callbacks
        if callbacks is None:
            return PlainTextResponse("no text messages are set up here", 404)
        fields = {name: str(value) for name, value in (await request.form()).items()}
        signature = request.headers.get("x-twilio-signature", "")
        try:
            receipt = callbacks.read(sms_status_url(telling.outside.base_url, delivery_id), fields, signature)
        except MowthosError as error:
            return PlainTextResponse(error.message, 403)
        await telling.deliveries.note_receipt(
            delivery_id, receipt.reference, receipt.status, error=receipt.error, stopped=receipt.stopped
        )
        return Response(status_code=204)

    return router


def sms_status_url(base_url: str, delivery_id: UUID) -> str:
    """The whole address a carrier is given for one message; its signature covers it."""
    return base_url.rstrip("/") + SMS_STATUS.format(delivery_id=delivery_id)


def _question(request: Request, token: str, about: Unsubscription) -> HTMLResponse:
    words = _("Turn off mails of this kind: {event}?").format(event=_(about.event.word))
    button = f'<button class="m-button" type="submit">{escape(_("Turn them off"))}</button>'
    form = f'<form method="post" action="/unsubscribe/{escape(token)}">{button}</form>'
    return _page(request, _("Fewer mails"), f"{words} {_(about.event.tells)}.", form)


def _done(request: Request, token: str, about: Unsubscription, on: bool) -> HTMLResponse:
    words = _("You get mails of this kind again: {event}.") if on else _("No more mails of this kind: {event}.")
    action = f"/unsubscribe/{escape(token)}" + ("" if on else "?on=1")
    undo = escape(_("Turn them off") if on else _("Turn them on again"))
    form = f'<form method="post" action="{action}"><button class="m-button m-button-quiet">{undo}</button></form>'
    more = f'<a class="m-button m-button-quiet" href="/account/notices">{escape(_("Choose what you are told"))}</a>'
    return _page(request, _("Done"), words.format(event=_(about.event.word)), form + more)


def _page(request: Request, title: str, words: str, actions: str) -> HTMLResponse:
    body = (
        f'<div class="m-brand">{brand_html()}<div><h1>{escape(title)}</h1><p role="status">{escape(words)}</p></div>'
        f'</div><div class="m-stack">{actions}</div>'
    )
    return plain_page(request, title=title, body=body)


def _unknown(request: Request, error: NotFound) -> HTMLResponse:
    return problem_page(request, title=_("Not found"), message=told(error.message), status=404)
