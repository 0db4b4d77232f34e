"""The page of exports as a process of its own, over the fleet and the books of the API's tests; mail goes to a fake.

``python -m tests.dashboard.exports.server PORT FOLDER``; ``/test/next-day`` lets everybody have asked a day earlier and
runs the job of reports, ``/test/mails`` tells what was sent.
"""

import asyncio
import sys
from datetime import timedelta
from typing import Any

import uvicorn
from fastapi import FastAPI
from nicegui import app, ui
from sqlmodel import select

from core.accounts import Role
from core.clock import MovableClock, SystemClock
from core.db import open_database
from core.db.migrate import migrate
from core.notices import Channel
from core.reports.tables import ReportSubscription
from dashboard import gate
from dashboard.pages import exports, sign_in
from dashboard.throttle import SignInThrottle
from tests.core.notices.cast import Post
from tests.dashboard.api.conftest import PASSWORD, build


async def main(port: int, folder: str) -> None:
    clock = MovableClock(SystemClock().now())
    database = open_database(f"sqlite:///{folder}/exports.sqlite3")
    await migrate(database)
    parts = await build(database, clock)
    people = parts.people
    await people.create_person(
        email="gerda@elm.example", role=Role.DISPATCHER, password=PASSWORD, name="Gerda Vogel", language="de"
    )
    mail = parts.care.telling.outside.senders[Channel.MAIL]
    assert isinstance(mail, Post)

    @app.post("/test/next-day")
    async def next_day() -> int:
        async with database.session() as session:  # the clock stays: sign-ins of the browser would run out
            for row in (await session.exec(select(ReportSubscription))).all():
                row.planned_until -= timedelta(days=1)
                session.add(row)
        return await parts.exports.outbox.run()

    @app.get("/test/mails")
    async def mails() -> list[dict[str, Any]]:
        return [
            {"to": one.to, "subject": one.subject, "off": one.unsubscribe, "files": [f.name for f in one.attachments]}
            for one in mail.letters
        ]

    outer = FastAPI(openapi_url=None)
    gate.install(outer, people=people, clock=clock)
    sign_in.register(people=people, throttle=SignInThrottle())
    exports.register(exports=parts.exports, people=people)
    ui.run_with(
        outer, title="MowthosOS", dark=None, tailwind=False, reconnect_timeout=30, show_welcome_message=False
    )  # fmt: skip
    await uvicorn.Server(uvicorn.Config(outer, port=port, log_level="warning", ws="websockets-sansio")).serve()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
