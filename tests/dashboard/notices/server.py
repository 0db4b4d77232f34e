"""The pages of notices as a process of their own, with simulated mail and text messages beside them.

``python -m tests.dashboard.notices.server PORT FOLDER``; ``/test/tell`` puts a notice and sends it,
``/test/mails`` and ``/test/texts`` tell what arrived.
"""

import asyncio
import sys
from typing import Any

import uvicorn
from fastapi import FastAPI
from nicegui import app, ui

from core.accounts import HashCost, Passwords, People, Role
from core.clock import SystemClock
from core.db import open_database
from core.db.migrate import migrate
from core.ids import new_id
from core.neighbourhood import add_person, create_household, households_of_person, register_lot
from core.notices import Channel, Notice, Weight, put_notices
from dashboard import gate
from dashboard.bell import BellPush, bell_router
from dashboard.notices.parts import Outside, make_telling
from dashboard.notices.routes import sms_status_url, telling_router
from dashboard.pages import account_notices, admin_notices, sign_in
from dashboard.throttle import SignInThrottle
from external.mail.client import SmtpPost, TlsMode
from external.mail.simulator import MailTwin
from external.sms.callbacks import TwilioCallbacks
from external.sms.client import TwilioSms
from external.sms.simulator import TwilioTwin, TwilioTwinOptions

PASSWORD = "correct horse battery"
PEOPLE = (
    (Role.DISPATCHER, "Dana Reyes", "en"),
    (Role.ADMIN, "Ada Lind", "en"),
    (Role.HOMEOWNER, "Hana Kim", "en"),
    (Role.DISPATCHER, "Gerda Vogel", "de"),
)


async def main(port: int, folder: str) -> None:
    clock, base = SystemClock(), f"http://127.0.0.1:{port}"
    database = open_database(f"sqlite:///{folder}/notices.sqlite3")
    await migrate(database)
    people = People(
        database, clock, passwords=Passwords(HashCost(1, 8, 1)),
        household_ids=lambda person: households_of_person(database, person),
    )  # fmt: skip
    known = {}
    for role, name, language in PEOPLE:
        first = name.split()[0].lower()
        known[first] = await people.create_person(
            email=f"{first}@elm.example", role=role, password=PASSWORD, name=name, language=language
        )
    household = await create_household(database, clock, name="Kim")
    await add_person(database, household_id=household, person_id=known["hana"].id)
    await register_lot(
        database, household_id=household, address="12 ELM ST", city="BYRON", longitude=-92.64, latitude=44.03
    )
    options = TwilioTwinOptions(step_s=0.05)
    async with MailTwin() as mail, TwilioTwin(options) as twilio:
        senders = {
            Channel.MAIL: SmtpPost(
                host="127.0.0.1", port=mail.smtp_port, tls=TlsMode.NONE, sender="MowthosOS <n@mowthos.example>",
                clock=clock,
            ),
            Channel.SMS: TwilioSms(
                account_sid=options.account_sid, auth_token=options.auth_token, sender="+15005550006",
                api_url=twilio.url, callback=lambda delivery: sms_status_url(base, delivery),
            ),
        }  # fmt: skip
        outside = Outside(
            base_url=base, secret="a secret of these tests", senders=senders,
            callbacks=TwilioCallbacks(options.auth_token),
        )  # fmt: skip
        telling = make_telling(database=database, clock=clock, audit=people.audit, outside=outside)

        @app.post("/test/tell/{who}")
        async def tell(who: str, title: str, kind: str = "alarm.raised", weight: Weight = Weight.CRITICAL) -> int:
            notice = Notice(
                key=str(new_id()), person_id=known[who].id, kind=kind, title=title, link="/account/notices",
                weight=weight,
            )  # fmt: skip
            async with database.session() as session:
                await put_notices(session, [notice], clock)
            return await telling.turn()

        @app.post("/test/refuse/{address}/{code}")
        async def refuse(address: str, code: int) -> None:
            mail.box.refuse[address] = code

        @app.get("/test/mails")
        async def mails() -> list[dict[str, Any]]:
            return [
                {"to": list(one.recipients), "subject": one.subject, "link": str(one.message["List-Unsubscribe"])}
                for one in mail.box.mails
            ]

        @app.get("/test/texts")
        async def texts() -> list[dict[str, str]]:
            return [{"to": one.to, "body": one.body, "status": one.status} for one in twilio.book.messages]

        outer = FastAPI(openapi_url=None)
        gate.install(outer, people=people, clock=clock)
        outer.include_router(bell_router(telling.desk))
        outer.include_router(telling_router(telling))
        BellPush(telling.desk, clock)
        sign_in.register(people=people, throttle=SignInThrottle())
        account_notices.register(telling=telling, people=people)
        admin_notices.register(telling=telling, people=people, clock=clock)
        ui.run_with(
            outer, title="MowthosOS", dark=None, tailwind=False, reconnect_timeout=30, show_welcome_message=False
        )  # fmt: skip
        await uvicorn.Server(uvicorn.Config(outer, port=port, log_level="warning", ws="websockets-sansio")).serve()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
