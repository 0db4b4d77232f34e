"""Mowers over REST: the words of the issue, the scope of each role, and commands that never claim too much."""

import pytest

from core.accounts import Role
from core.fleet.model import CommandKind
from core.ids import new_id
from tests.dashboard.api.conftest import OAK_LAWN, Api, mowing

STATUS_FIELDS = {
    "device_name", "model", "account", "state", "online", "work_mode", "work_mode_code", "battery_level",
    "charging_state", "blade_status", "location", "work_progress", "work_area", "source", "confidence", "last_updated",
    "age_s",
}  # fmt: skip


async def test_the_list_has_every_mower_with_exactly_the_promised_fields(api: Api) -> None:
    answer = await api.client.get("/mowers", headers=await api.as_(Role.DISPATCHER))
    rows = answer.json()
    assert [row["device_name"] for row in rows] == ["Luba-ELM", "Yuka-OAK"]
    assert set(rows[0]) == STATUS_FIELDS
    assert set(rows[0]["location"]) == {"latitude", "longitude", "position_type", "orientation"}


async def test_a_status_carries_values_with_their_age(api: Api) -> None:
    header = await api.as_(Role.TECHNICIAN)
    api.clock.move(12)
    row = (await api.client.get("/mowers/Luba-ELM/status", headers=header)).json()
    assert row["age_s"] == 12.0
    assert (row["state"], row["battery_level"], row["work_progress"], row["work_area"]) == ("mowing", 63, 40, 812.0)
    assert row["location"] == {
        "latitude": 44.02,
        "longitude": -92.48,
        "position_type": "rtk_fixed",
        "orientation": 87.5,
    }
    assert (row["account"], row["confidence"], row["source"]) == ("fleet@elm.example", "proven", "push")


async def test_what_is_unknown_is_null_never_zero(api: Api) -> None:
    row = (await api.client.get("/mowers/Yuka-OAK/status", headers=await api.as_(Role.DISPATCHER))).json()
    assert row["state"] == "unknown"
    unknown = STATUS_FIELDS - {"device_name", "model", "state", "confidence"}
    assert {row[name] for name in unknown} == {None}


async def test_a_homeowner_sees_the_mower_of_their_lot_and_no_other(api: Api) -> None:
    header = await api.as_(Role.HOMEOWNER)
    rows = (await api.client.get("/mowers", headers=header)).json()
    assert [(row["device_name"], row["location"]["latitude"]) for row in rows] == [("Luba-ELM", 44.02)]
    assert rows[0]["account"] is None


async def test_a_mower_out_of_sight_answers_as_if_it_did_not_exist(api: Api) -> None:
    header = await api.as_(Role.HOMEOWNER)
    hidden, missing = [
        (await api.client.get(f"/mowers/{name}/status", headers=header)).json() for name in ("Yuka-OAK", "Nobody")
    ]
    assert hidden["status"] == 404
    assert hidden["detail"].replace("Yuka-OAK", "Nobody") == missing["detail"]


async def test_a_homeowner_learns_only_the_age_of_their_mower_on_other_ground(api: Api) -> None:
    header = await api.as_(Role.HOMEOWNER)
    api.live.put(mowing(1, "Luba-ELM", api.clock.now(), OAK_LAWN))
    row = (await api.client.get("/mowers/Luba-ELM/status", headers=header)).json()
    told = {name for name, value in row.items() if value is not None}
    assert told == {"device_name", "model", "state", "confidence", "last_updated", "age_s"}
    assert (row["state"], row["confidence"]) == ("unknown", "none")


async def test_an_accepted_command_answers_success_and_its_record(api: Api) -> None:
    answer = await api.client.post("/mowers/Luba-ELM/commands/pause", headers=await api.as_(Role.DISPATCHER))
    assert answer.status_code == 200
    body = answer.json()
    assert body["success"] is True
    assert (body["command"]["kind"], body["command"]["status"]) == ("pause", "queued")
    asked = api.commands.asked[0]
    assert (asked["source"], asked["asked_by"]) == ("api", "dispatcher@elm.example")


@pytest.mark.parametrize("kind", ["start", "stop", "pause", "resume", "halt", "leave_dock", "restart"])
async def test_each_command_word_reaches_the_desk_as_itself(api: Api, kind: str) -> None:
    await api.client.post(f"/mowers/Luba-ELM/commands/{kind}", headers=await api.as_(Role.TECHNICIAN))
    assert api.commands.asked[0]["kind"] is CommandKind(kind)


@pytest.mark.parametrize("kind", ["stop", "leave_dock", "restart"])
async def test_cancelling_leaving_the_dock_and_restarting_have_their_own_right(api: Api, kind: str) -> None:
    answer = await api.client.post(f"/mowers/Luba-ELM/commands/{kind}", headers=await api.as_(Role.DISPATCHER))
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
    assert "service_mowers" in answer.json()["detail"]
    assert api.commands.asked == []


async def test_a_start_says_how_to_mow_and_an_override_needs_its_right(api: Api) -> None:
    body = {
        "start": {"areas": ["18446744073709551615", "7"], "blade_height_mm": 45},
        "override_reason": "Asked by phone.",
    }
    path = "/mowers/Luba-ELM/commands/start"
    denied = await api.client.post(path, json=body, headers=await api.as_(Role.TECHNICIAN))
    assert denied.status_code == 403
    assert "override_guard" in denied.json()["detail"]
    answer = await api.client.post(path, json=body, headers=await api.as_(Role.DISPATCHER))
    assert answer.status_code == 200
    asked = api.commands.asked[0]
    assert asked["parameters"] == {"areas": ["18446744073709551615", "7"], "blade_height_mm": 45}
    assert asked["override"] == "Asked by phone."


async def test_a_refused_command_answers_409_with_reasons_and_its_kept_record(api: Api) -> None:
    header = await api.as_(Role.DISPATCHER)
    answer = await api.client.post("/mowers/Luba-ELM/commands/return", headers=header)
    problem = answer.json()
    assert answer.status_code == 409
    assert problem["reasons"] == ["it is docked already"]
    kept = await api.client.get(f"/commands/{problem['command']['id']}", headers=header)
    assert kept.json()["status"] == "refused"


async def test_an_idempotency_key_becomes_the_commands_id(api: Api) -> None:
    key = new_id()
    header = await api.as_(Role.DISPATCHER) | {"Idempotency-Key": str(key)}
    await api.client.post("/mowers/Luba-ELM/commands/pause", headers=header)
    assert api.commands.asked[0]["command_id"] == key


async def test_a_homeowner_may_not_command_and_is_told_which_right_is_missing(api: Api) -> None:
    answer = await api.client.post("/mowers/Luba-ELM/commands/pause", headers=await api.as_(Role.HOMEOWNER))
    assert answer.status_code == 403
    assert "command_mowers" in answer.json()["detail"]
    assert api.commands.asked == []


async def test_an_unknown_command_word_is_refused_with_the_words_there_are(api: Api) -> None:
    answer = await api.client.post("/mowers/Luba-ELM/commands/explode", headers=await api.as_(Role.DISPATCHER))
    assert answer.status_code == 422
    assert (
        "'start', 'stop', 'pause', 'resume', 'return', 'halt', 'leave_dock' or 'restart'"
        in answer.json()["errors"][0]["detail"]
    )


async def test_a_command_to_a_mower_that_is_not_there_is_404_and_asks_nobody(api: Api) -> None:
    answer = await api.client.post("/mowers/Nobody/commands/pause", headers=await api.as_(Role.DISPATCHER))
    assert answer.status_code == 404
    assert api.commands.asked == []


async def test_recent_commands_of_a_mower_are_listed(api: Api) -> None:
    header = await api.as_(Role.DISPATCHER)
    await api.client.post("/mowers/Luba-ELM/commands/pause", headers=header)
    listed = (await api.client.get("/mowers/Luba-ELM/commands", headers=header)).json()
    assert [row["kind"] for row in listed] == ["pause"]


async def test_an_unknown_command_id_is_404(api: Api) -> None:
    answer = await api.client.get(f"/commands/{new_id()}", headers=await api.as_(Role.DISPATCHER))
    assert answer.status_code == 404


async def test_history_looks_back_as_many_hours_as_asked(api: Api) -> None:
    header = await api.as_(Role.DISPATCHER)
    body = (await api.client.get("/mowers/Luba-ELM/history?hours=2", headers=header)).json()
    number, since, until = api.history.asked[0]
    assert (number, (until - since).total_seconds()) == (1, 7200)
    assert body["readings"][0]["battery_level"] == 63


@pytest.mark.parametrize("hours", ["0", "-1", "1e9", "nan", "soon"])
async def test_history_refuses_hours_that_make_no_sense(api: Api, hours: str) -> None:
    answer = await api.client.get(f"/mowers/Luba-ELM/history?hours={hours}", headers=await api.as_(Role.DISPATCHER))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "query.hours"
