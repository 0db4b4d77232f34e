"""Reports by mail over REST, and the mail: the file that its reader may have then, in their words."""

import csv
import io
from datetime import UTC, datetime
from uuid import UUID

import pytest

from core.accounts import Role
from core.notices import Channel, Letter
from core.reports import Cadence, ReportWanted
from dashboard.exports.letters import ReportMail
from tests.core.notices.cast import Post
from tests.dashboard.api.conftest import Api

DAILY = {"export": "mowers", "form": "csv", "cadence": "daily", "hour": 7}
SEVEN = datetime(2026, 6, 2, 7, tzinfo=UTC)
"""No home is registered here, so days are those of UTC."""


def letters(api: Api) -> list[Letter]:
    post = api.care.telling.outside.senders[Channel.MAIL]
    assert isinstance(post, Post)
    return post.letters


def at(api: Api, moment: datetime) -> None:
    api.clock.move((moment - api.clock.now()).total_seconds())


async def person_id(api: Api, role: Role) -> UUID:
    return next(one.id for one in await api.people.people() if one.role is role)


async def test_one_asks_for_a_report_gets_it_sees_that_it_was_sent_and_ends_it(api: Api) -> None:
    header = await api.as_(Role.DISPATCHER)
    made = await api.client.post("/reports", json=DAILY, headers=header)
    assert made.status_code == 201, made.text
    report = made.json()
    assert (report["next_at"], report["time_zone"]) == ("2026-06-02T07:00:00Z", "UTC")
    assert (await api.client.post("/reports", json=DAILY, headers=header)).status_code == 409
    assert (await api.client.get("/reports", headers=header)).json() == [report]
    at(api, SEVEN)
    assert await api.exports.outbox.run() == 1
    (letter,) = letters(api)
    (file,) = letter.attachments
    assert (letter.to, letter.subject) == ("dispatcher@elm.example", "Mowers, Jun 1, 2026")
    assert (file.name, file.media) == ("mowers-2026-06-01-2026-06-01.csv", "text/csv; charset=utf-8")
    rows = csv.DictReader(io.StringIO(file.content.decode("utf-8-sig")))
    assert [row["Device name"] for row in rows] == ["Luba-ELM", "Yuka-OAK"]
    header = await api.as_(Role.DISPATCHER)
    (sent,) = (await api.client.get("/reports/sent", headers=header)).json()
    assert (sent["state"], sent["first_day"], sent["last_day"], sent["linked"]) == (
        "sent", "2026-06-01", "2026-06-01", False,
    )  # fmt: skip
    assert (await api.client.delete(f"/reports/{report['id']}", headers=header)).status_code == 204
    assert (await api.client.get("/reports", headers=header)).json() == []


@pytest.mark.parametrize(
    ("role", "wanted", "status"),
    [
        (Role.HOMEOWNER, {}, 403), (Role.SERVICE, {}, 403), (Role.AUDITOR, {"export": "audit"}, 201),
        (Role.TECHNICIAN, {"export": "invoices"}, 403), (Role.ADMIN, {"export": "journal", "cadence": "monthly"}, 201),
        (Role.ADMIN, {"export": "nothing"}, 404), (Role.ADMIN, {"form": "gpx"}, 404), (Role.ADMIN, {"hour": 24}, 422),
        (Role.ADMIN, {"export": "track", "form": "kml"}, 422), (Role.ADMIN, {"mower": "Luba-ELM"}, 422),
        (Role.ADMIN, {"export": "track", "form": "kml", "mower": "Nobody"}, 404),
        (Role.ADMIN, {"export": "track", "form": "kml", "mower": "Luba-ELM"}, 201),
    ],
)  # fmt: skip
async def test_only_the_office_gets_reports_and_only_of_what_its_role_may_have(
    api: Api, role: Role, wanted: dict[str, object], status: int
) -> None:
    answer = await api.client.post("/reports", json=DAILY | wanted, headers=await api.as_(role))
    assert answer.status_code == status, answer.text


async def test_who_loses_the_right_gets_no_report_and_the_list_says_why(api: Api) -> None:
    dispatcher = await person_id(api, Role.DISPATCHER)
    header = await api.as_(Role.DISPATCHER)
    assert (await api.client.post("/reports", json=DAILY | {"export": "clusters"}, headers=header)).status_code == 201
    admin = await api.people.viewer_of(await person_id(api, Role.ADMIN))
    assert admin is not None
    await api.people.change_person(dispatcher, role=Role.TECHNICIAN, by=admin)
    at(api, SEVEN)
    assert await api.exports.outbox.run() == 0 and letters(api) == []
    (one,) = await api.exports.reports.sent(dispatcher)
    assert (one.state, one.error) == ("dropped", "your role (technician) lacks the right see_clusters")


async def test_a_file_too_large_for_a_mail_is_led_to_in_the_words_of_its_reader(api: Api) -> None:
    admin = await api.people.viewer_of(await person_id(api, Role.ADMIN))
    assert admin is not None
    await api.people.set_language(admin, "de")
    wanted = ReportWanted(export="track", form="gpx", cadence=Cadence.WEEKLY, hour=7, mower="Luba-ELM")
    await api.exports.reports.subscribe(wanted, by=admin)
    outbox = api.exports.outbox
    assert isinstance(outbox._letters, ReportMail)
    outbox._letters._most = 10
    at(api, datetime(2026, 6, 8, 7, tzinfo=UTC))
    assert await outbox.run() == 1
    (letter,) = letters(api)
    (one,) = await api.exports.reports.sent(admin.person_id)
    assert letter.attachments == () and one.linked
    assert letter.subject == "Spur eines Mähers · Luba-ELM, 01.06.2026 - 07.06.2026"
    assert "/exports?from=2026-06-01&to=2026-06-07&mower=Luba-ELM" in letter.text
    assert "zu groß" in letter.text and "montags" in letter.text
    token = letter.unsubscribe.rpartition("/reports/off/")[2]
    assert api.exports.links.read(token) == one.report_id
