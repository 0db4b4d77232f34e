"""Pages that live on in the browser alone: NiceGUI builds and sends them, then keeps nothing of them.

For pages whose data come by routes of their own. A page that NiceGUI keeps open costs the server about 180 kB, a second
socket and a task that wakes every second, and is loaded anew, with whatever was chosen on it, after a long silence.
"""

from nicegui import ui
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

NO_SOCKET = """<script>
{
  document.documentElement.dataset.sealed = "";
  const emit = (...told) => typeof told.at(-1) === "function" && told.at(-1)(true);
  const on = (event, handler) => event === "connect" && handler();
  const socket = { emit, on, io: { on() {}, engine: {} } };
  Object.defineProperty(window, "io", { get: () => () => socket, set() {} });
}
</script>"""
"""Stands in the place of socket.io's ``io``, which the framework's script calls once; it is told it is connected."""


def sealed(request: Request) -> Response:
    """What was built so far as the answer to ``request``: return it from the page function.

    The page has no way back into Python: no element's event is heard, and ``run_javascript`` reaches nobody.
    """
    client = ui.context.client
    ui.add_head_html(NO_SOCKET)
    answer = client.build_response(request)

    async def forget() -> None:
        if not client.is_deleted:
            client.delete()

    answer.background = BackgroundTask(forget)  # if the browser leaves before, NiceGUI clears it within a minute
    return answer
