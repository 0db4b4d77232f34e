"""What the caller is told, over REST: each sees and changes their own; an admin sees what was given up."""

import re

import pytest

from core.accounts import Role
from core.ids import new_id
from core.notices import Channel, Unreachable, put_notices
from tests.core.notices.cast import Post, notice
from tests.dashboard.api.conftest import Api
from tests.dashboard.api.test_alarms import lifted

NIGHT = {"days": [0, 6], "begins": "22:00", "ends": "06:00"}


def post(api: Api, channel: Channel) -> Post:
    sender = api.care.telling.outside.senders[channel]
    assert isinstance(sender, Post)
    return sender


async def test_each_role_has_its_rows_and_a_choice_holds_for_the_caller_alone(api: Api) -> None:
    header = await api.as_(Role.DISPATCHER)
    told = (await api.client.get("/account/notices", headers=header)).json()
    assert told["channels"] == ["in_app", "mail", "sms"]
    assert {cell["event"].split(".")[0] for cell in told["matrix"]} == {"alarm"}
    given = {"event": "alarm.critical", "channel": "sms", "on": False}
    changed = (await api.client.put("/account/notices/choices", json=given, headers=header)).json()
    (cell,) = [one for one in changed["matrix"] if (one["event"], one["channel"]) == ("alarm.critical", "sms")]
    assert cell == {"event": "alarm.critical", "channel": "sms", "on": False, "default": True}
    other = (await api.client.get("/account/notices", headers=await api.as_(Role.TECHNICIAN))).json()
    assert all(one["on"] == one["default"] for one in other["matrix"])


async def test_quiet_hours_zone_and_limit_are_set_refused_in_words_and_reset(api: Api) -> None:
    header = await api.as_(Role.HOMEOWNER)

    async def put(what: str, body: dict[str, object]) -> tuple[int, dict[str, object]]:
        answer = await api.client.put(f"/account/notices/{what}", json=body, headers=header)
        return answer.status_code, answer.json()

    assert (await put("quiet-hours", {"quiet_hours": NIGHT}))[1]["quiet_hours"] == NIGHT
    assert (await put("quiet-hours", {"quiet_hours": None}))[1]["quiet_hours"] is None
    assert (await put("time-zone", {"time_zone": "Europe/Berlin"}))[1]["time_zone"] == "Europe/Berlin"
    assert (await put("limit", {"most_an_hour": 4}))[1]["most_an_hour"] == 4
    wrong = await put("time-zone", {"time_zone": "Mars/Olympus"})
    assert (wrong[0], "America/Chicago" in str(wrong[1]["detail"])) == (422, True)
    assert (await put("quiet-hours", {"quiet_hours": NIGHT | {"ends": "22:00"}}))[0] == 422
    assert (await put("limit", {"most_an_hour": 0}))[0] == 422
    assert (await api.client.delete("/account/notices", headers=header)).status_code == 204
    told = (await api.client.get("/account/notices", headers=header)).json()
    assert (told["most_an_hour"], told["quiet_hours"]["begins"]) == (10, "21:00")


async def test_a_phone_is_verified_by_the_code_that_went_there_and_removed(api: Api) -> None:
    header = await api.as_(Role.TECHNICIAN)
    asked = await api.client.post("/account/phone", json={"number": "507 555 0123"}, headers=header)
    assert (asked.json()["number"], asked.json()["verified"]) == ("+15075550123", False)
    found = re.search(r"\d{6}", post(api, Channel.SMS).texts[-1])
    assert found is not None
    wrong = "000000" if found.group() != "000000" else "000001"
    refused = await api.client.post("/account/phone/verify", json={"code": wrong}, headers=header)
    assert (refused.status_code, refused.json()["detail"]) == (422, "this is not the code that was sent")
    told = await api.client.post("/account/phone/verify", json={"code": found.group()}, headers=header)
    assert told.json()["verified"] is True
    assert (await api.client.get("/account/notices", headers=header)).json()["phone"]["verified"] is True
    assert (await api.client.delete("/account/phone", headers=header)).status_code == 204
    assert (await api.client.delete("/account/phone", headers=header)).status_code == 404


async def test_what_was_given_up_is_seen_and_tried_again_by_an_admin_alone(api: Api) -> None:
    people = {person.role: person for person in await api.people.people()}
    async with api.database.session() as session:
        await put_notices(session, [notice(people[Role.DISPATCHER], "lifted", "alarm.assigned")], api.clock)
    post(api, Channel.MAIL).fails = [Unreachable("no such mailbox")]
    await api.care.telling.turn()
    for role in (Role.DISPATCHER, Role.HOMEOWNER):
        refused = await api.client.get("/notices/given-up", headers=await api.as_(role))
        assert refused.status_code == 403
    header = await api.as_(Role.ADMIN)
    (dead,) = (await api.client.get("/notices/given-up", headers=header)).json()
    assert (dead["title"], dead["last_error"], dead["channel"]) == ("lifted", "no such mailbox", "mail")
    assert (await api.client.post(f"/notices/given-up/{dead['id']}/retry", headers=header)).status_code == 204
    await api.care.telling.turn()
    assert [letter.id.hex for letter in post(api, Channel.MAIL).letters] == [dead["id"].replace("-", "")]
    assert (await api.client.post(f"/notices/given-up/{new_id()}/retry", headers=header)).status_code == 404


@pytest.mark.parametrize("path", ["/account/notices", "/notices/given-up"])
async def test_a_stranger_is_told_nothing(api: Api, path: str) -> None:
    assert (await api.client.get(path)).status_code == 401


async def test_an_alarm_goes_by_mail_and_text_to_those_who_handle_alarms_in_words_of_their_own(api: Api) -> None:
    people = {person.role: person for person in await api.people.people()}
    handlers = (Role.ADMIN, Role.DISPATCHER, Role.TECHNICIAN)
    alarm = await lifted(api)
    await api.care.telling.turn()
    mails = post(api, Channel.MAIL).letters
    assert sorted(mail.to for mail in mails) == sorted(people[role].email for role in handlers)
    for mail in mails:
        assert mail.subject == "Luba-ELM was lifted"
        assert f"/alarms?alarm={alarm}" in mail.text and "/unsubscribe/" in mail.unsubscribe
    assert post(api, Channel.SMS).letters == []  # nobody has verified a phone
