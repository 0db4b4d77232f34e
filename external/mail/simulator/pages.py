"""The page that shows what the simulated mail server took. Every text is escaped; a mail's HTML stands in a sandbox."""

from html import escape

from aiohttp import web

from external.mail.simulator.box import KeptMail, MailBox

STYLE = """
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{max-width:60rem;margin:2rem auto;padding:0 1rem}
li{padding:.6rem 0;border-top:1px solid #8888;list-style:none}ul{padding:0}
pre{white-space:pre-wrap;border:1px solid #8888;padding:1rem}iframe{width:100%;height:32rem;border:1px solid #8888}
dt{font-weight:600}dd{margin:0 0 .5rem;overflow-wrap:anywhere}
"""


class MailPages:
    """``/`` lists, ``/mails/N`` shows one, ``/mails.json`` tells programs, ``/control/refuse`` sets refusals."""

    def __init__(self, box: MailBox) -> None:
        self._box = box

    def add_routes(self, app: web.Application) -> None:
        app.router.add_get("/", self._list)
        app.router.add_get("/mails.json", self._json)
        app.router.add_get(r"/mails/{number:\d+}", self._one)
        app.router.add_get(r"/mails/{number:\d+}/html", self._html)
        app.router.add_post("/control/refuse", self._refuse)

    async def _list(self, _request: web.Request) -> web.Response:
        rows = "".join(
            f'<li><a href="/mails/{mail.number}">{escape(mail.subject or "(no subject)")}</a><br>'
            f"<small>{escape(', '.join(mail.recipients))} - {mail.received_at:%Y-%m-%d %H:%M:%S} UTC</small></li>"
            for mail in reversed(self._box.mails)
        )
        return _page("Simulated mail", f"<ul>{rows}</ul>" if rows else "<p>No mail yet.</p>")

    async def _one(self, request: web.Request) -> web.Response:
        mail = self._found(request)
        heads = "".join(f"<dt>{escape(name)}</dt><dd>{escape(str(value))}</dd>" for name, value in mail.message.items())
        shown = f'<h2>HTML</h2><iframe sandbox title="HTML" src="/mails/{mail.number}/html"></iframe>'
        body = f"<h2>Text</h2><pre>{escape(mail.part('plain'))}</pre>{shown if mail.part('html') else ''}"
        return _page(mail.subject, f'<p><a href="/">All mails</a></p><dl>{heads}</dl>{body}')

    async def _html(self, request: web.Request) -> web.Response:
        return web.Response(text=self._found(request).part("html"), content_type="text/html")

    async def _json(self, _request: web.Request) -> web.Response:
        return web.json_response([_told(mail) for mail in self._box.mails])

    async def _refuse(self, request: web.Request) -> web.Response:
        """``{"address": "a@b.c", "code": 550}``; code 0 takes it again."""
        asked = await request.json()
        address, code = str(asked["address"]).lower(), int(asked["code"])
        if code:
            self._box.refuse[address] = code
        else:
            self._box.refuse.pop(address, None)
        return web.json_response(self._box.refuse)

    def _found(self, request: web.Request) -> KeptMail:
        mail = self._box.mail(int(request.match_info["number"]))
        if mail is None:
            raise web.HTTPNotFound(text="no such mail, or it was dropped for newer ones")
        return mail


def _told(mail: KeptMail) -> dict[str, object]:
    return {
        "number": mail.number,
        "received_at": mail.received_at.isoformat(),
        "recipients": list(mail.recipients),
        "headers": {name: str(value) for name, value in mail.message.items()},
        "text": mail.part("plain"),
        "html": mail.part("html"),
    }


def _page(title: str, body: str) -> web.Response:
    text = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{STYLE}</style><body><h1>{escape(title)}</h1>{body}</body></html>"
    )
    return web.Response(text=text, content_type="text/html")
