"""Service over REST: plans, what is due, the log with its cost, and the board."""

from core.accounts import Role
from core.ids import new_id
from tests.dashboard.api.conftest import Api


async def with_mower(api: Api) -> dict[str, str]:
    """A technician's header; Luba-ELM is in the roster."""
    assert "Luba-ELM" in [mower.device_name for mower in api.fleet.roster.all()]
    return await api.as_(Role.TECHNICIAN)


async def test_a_line_is_planned_becomes_overdue_and_is_logged_with_its_cost(api: Api) -> None:
    header = await with_mower(api)
    given = {"name": "Yearly inspection", "measure": "days", "every": 365}
    item = (await api.client.post("/mowers/Luba-ELM/service", json=given, headers=header)).json()
    assert (item["due"], item["used"]) == ("fine", 0)
    assert (await api.client.patch(f"/service/{item['id']}", json={"every": 1}, headers=header)).status_code == 204
    api.clock.move(3_600 * 25)
    header = await api.as_(Role.TECHNICIAN)
    assert [row["due"] for row in (await api.client.get("/service/due", headers=header)).json()] == ["overdue"]
    log = {
        "what": "Inspected",
        "item_id": item["id"],
        "parts": [{"name": "seal", "quantity": 2}],
        "cost": {"minor": 1250, "currency": "USD"},
    }
    made = await api.client.post("/mowers/Luba-ELM/service/log", json=log, headers=header)
    assert (made.status_code, made.json()["reset"], made.json()["cost"]) == (201, True, log["cost"])
    assert (await api.client.get("/service/due", headers=header)).json() == []
    (row,) = (await api.client.get("/mowers/Luba-ELM/service/log", headers=header)).json()
    assert (row["parts"], row["done_by"]) == (log["parts"], "technician")
    assert (await api.client.delete(f"/service/{item['id']}", headers=header)).status_code == 204
    assert (await api.client.get("/mowers/Luba-ELM/service", headers=header)).json() == []


async def test_counters_and_the_board_are_read_by_whoever_sees_the_fleet(api: Api) -> None:
    await with_mower(api)
    header = await api.as_(Role.DISPATCHER)
    counters = (await api.client.get("/mowers/Luba-ELM/counters", headers=header)).json()
    assert counters == {"blade_hours": 0.0, "distance_km": 0.0, "charge_cycles": 0.0}
    rows = (await api.client.get("/service/reliability?by_model=true", headers=header)).json()
    assert [(row["name"], row["availability"], row["faults"]) for row in rows] == [
        ("Luba 2 AWD 3000", None, 0),
        ("Yuka", None, 0),
    ]


async def test_a_dispatcher_logs_nothing_and_a_homeowner_sees_nothing(api: Api) -> None:
    await with_mower(api)
    dispatcher = await api.as_(Role.DISPATCHER)
    answer = await api.client.post("/mowers/Luba-ELM/service/log", json={"what": "x"}, headers=dispatcher)
    assert answer.status_code == 403
    homeowner = await api.as_(Role.HOMEOWNER)
    assert (await api.client.get("/service/due", headers=homeowner)).status_code == 403
    assert (await api.client.patch(f"/service/{new_id()}", json={"every": 1}, headers=dispatcher)).status_code == 403
