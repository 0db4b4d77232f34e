"""Alarms over REST: who may, what comes back, and that every step is in the timeline."""

import pytest

from core.accounts import Role
from core.fleet.model import FleetEvent, FleetEventKind, MowerState
from core.ids import new_id
from tests.dashboard.api.conftest import Api


async def lifted(api: Api, name: str = "Luba-ELM") -> str:
    """The id of an alarm: the mower was lifted."""
    word = MowerState.MOWING
    event = FleetEvent(kind=FleetEventKind.LIFTED, device_name=name, at=api.clock.now(), before=word, after=word)
    api.care.alarms.keeper._signals.hear(event)
    await api.care.alarms.keeper.tick()
    return str(next(one.id for one in api.care.alarms.book.open if one.mower == name))


async def test_an_alarm_is_acknowledged_taken_commented_and_cleared(api: Api) -> None:
    alarm, header = await lifted(api), await api.as_(Role.TECHNICIAN)
    for path, body in (
        ("acknowledge", None),
        ("assign", {}),
        ("comments", {"words": "on my way"}),
        ("clear", {"reason": "put down"}),
    ):
        answer = await api.client.post(f"/alarms/{alarm}/{path}", json=body, headers=header)
        assert answer.status_code == 200, answer.text
    told = answer.json()
    assert [line["kind"] for line in told["timeline"]] == ["raised", "acknowledged", "taken", "comment", "cleared"]
    assert (told["title"], told["owner"], told["clear_reason"]) == ("Luba-ELM was lifted", "technician", "put down")
    assert (await api.client.get("/alarms", headers=header)).json() == []
    assert [row["id"] for row in (await api.client.get("/alarms?over=true", headers=header)).json()] == [alarm]


async def test_open_alarms_are_filtered(api: Api) -> None:
    await lifted(api)
    header = await api.as_(Role.DISPATCHER)

    async def count(query: str) -> int:
        return len((await api.client.get(f"/alarms?{query}", headers=header)).json())

    assert [await count(query) for query in ("", "severity=critical", "kind=lifted", "mower=Luba-ELM")] == [1] * 4
    assert [await count(query) for query in ("severity=info", "kind=fault", "mower=Other", "mine=true")] == [0] * 4


async def test_touching_what_is_over_or_not_there_is_refused(api: Api) -> None:
    alarm, header = await lifted(api), await api.as_(Role.ADMIN)
    await api.client.post(f"/alarms/{alarm}/clear", json={"reason": "x"}, headers=header)
    again = await api.client.post(f"/alarms/{alarm}/acknowledge", headers=header)
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    assert (await api.client.get(f"/alarms/{new_id()}", headers=header)).status_code == 404


@pytest.mark.parametrize("path", ["/alarms", "/alarm-rules", "/on-call", "/alarms/handlers"])
async def test_a_homeowner_sees_none_of_it(api: Api, path: str) -> None:
    assert (await api.client.get(path, headers=await api.as_(Role.HOMEOWNER))).status_code == 403


async def test_rules_are_changed_added_previewed_and_removed(api: Api) -> None:
    header = await api.as_(Role.DISPATCHER)
    changed = await api.client.patch("/alarm-rules/battery_low", json={"threshold": 25}, headers=header)
    assert (changed.json()["threshold"], changed.json()["unit"]) == (25, "%")
    wrong = await api.client.patch("/alarm-rules/battery_low", json={"threshold": 95}, headers=header)
    assert (wrong.status_code, wrong.json()["detail"]) == (422, "threshold: expected 1 to 90 %, not 95")
    given = {"kind": "battery_low", "name": "Almost empty", "severity": "critical", "threshold": 5}
    added = (await api.client.post("/alarm-rules", json=given, headers=header)).json()
    preview = await api.client.post(f"/alarm-rules/{added['key']}/preview", json={}, headers=header)
    assert (preview.json()["count"], preview.json()["days"]) == (0, [0] * 7)
    assert (await api.client.delete(f"/alarm-rules/{added['key']}", headers=header)).status_code == 204
    assert (await api.client.delete("/alarm-rules/battery_low", headers=header)).status_code == 409
    lines = await api.people.audit.lines(action="alarm_rule.")
    assert [line.action for line in lines] == ["alarm_rule.remove", "alarm_rule.add", "alarm_rule.change"]


async def test_a_technician_reads_the_rules_and_changes_none(api: Api) -> None:
    header = await api.as_(Role.TECHNICIAN)
    assert (await api.client.get("/alarm-rules", headers=header)).status_code == 200
    assert (await api.client.patch("/alarm-rules/fault", json={"enabled": False}, headers=header)).status_code == 403


async def test_the_rota_is_set_and_read(api: Api) -> None:
    header = await api.as_(Role.DISPATCHER)
    people = {
        one["name"]: one["person_id"] for one in (await api.client.get("/alarms/handlers", headers=header)).json()
    }
    steps = [
        {"after_minutes": 15, "people": [people["admin"]]},
        {"after_minutes": 5, "people": [people["technician"], people["dispatcher"]]},
    ]
    answer = await api.client.put("/on-call", json={"steps": steps}, headers=header)
    assert [step["after_minutes"] for step in answer.json()] == [5, 15]
    assert (await api.client.get("/on-call", headers=header)).json() == answer.json()
    stranger = {"steps": [{"after_minutes": 5, "people": [str(new_id())]}]}
    assert (await api.client.put("/on-call", json=stranger, headers=header)).status_code == 422


async def test_a_notice_comes_with_the_alarm_and_is_marked_read(api: Api) -> None:
    alarm, header = await lifted(api), await api.as_(Role.DISPATCHER)
    await api.care.outbox.flush()
    (notice,) = (await api.client.get("/notices?unread=true", headers=header)).json()
    assert (notice["title"], notice["link"]) == ("Luba-ELM was lifted", f"/alarms?alarm={alarm}")
    told = await api.client.post("/notices/read", json={"ids": [notice["id"]]}, headers=header)
    assert told.json() == {"marked": 1, "unread": 0}
    assert (await api.client.get("/notices?unread=true", headers=header)).json() == []
