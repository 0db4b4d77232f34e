"""Weather, feasibility and the week's plan over REST: numbers behind each, rights, and what is refused."""

from core.accounts import Role
from core.ids import new_id
from core.scheduling.weather_limits import DEFAULT_LIMITS
from tests.dashboard.api.conftest import Api


async def test_the_newest_decision_comes_with_every_number_behind_it(api: Api) -> None:
    cluster = await api.office.active()
    dispatcher = await api.as_(Role.DISPATCHER)
    before = (await api.client.get(f"/clusters/{cluster.id}/weather", headers=dispatcher)).json()
    assert before["newest"] is None and before["limits"]["set_by"] == ""
    assert before["limits"]["numbers"] == DEFAULT_LIMITS.told()
    made = await api.client.post(f"/clusters/{cluster.id}/weather/decisions", headers=dispatcher)
    decision = made.json()
    assert made.status_code == 201
    assert (decision["verdict"], decision["basis"], decision["read_at"]) == ("wait", "nothing", None)
    assert {check["kind"] for check in decision["checks"]} >= {"rain_now", "soil", "frost", "mower_rain"}
    assert all(check["value"] is None and check["holds"] is None for check in decision["checks"])
    after = (await api.client.get(f"/clusters/{cluster.id}/weather", headers=dispatcher)).json()
    listed = (await api.client.get(f"/clusters/{cluster.id}/weather/decisions", headers=dispatcher)).json()
    assert after["newest"] == decision and listed == [decision]
    about = {"about": str(new_id())}
    none = await api.client.get(f"/clusters/{cluster.id}/weather/decisions", params=about, headers=dispatcher)
    assert none.json() == []


async def test_limits_are_set_by_those_who_may_override_and_checked(api: Api) -> None:
    cluster = await api.office.active()
    path = f"/clusters/{cluster.id}/weather/limits"
    dispatcher = await api.as_(Role.DISPATCHER)
    set_ = await api.client.put(path, json={"soil_mm": 7.5}, headers=dispatcher)
    assert set_.status_code == 200 and set_.json()["numbers"] == {**DEFAULT_LIMITS.told(), "soil_mm": 7.5}
    assert set_.json()["set_by"] == "dispatcher@elm.example"
    for wrong in ({"soil_mm": 101}, {"soil_mm": "wet"}, {"owls": 1}):
        assert (await api.client.put(path, json=wrong, headers=dispatcher)).status_code == 422
    for role in (Role.TECHNICIAN, Role.HOMEOWNER):
        assert (await api.client.put(path, json={}, headers=await api.as_(role))).status_code == 403


async def test_the_week_is_told_as_a_sum_and_as_a_plan(api: Api) -> None:
    cluster = await api.office.active()
    dispatcher = await api.as_(Role.DISPATCHER)
    meter = (await api.client.get(f"/clusters/{cluster.id}/feasibility", headers=dispatcher)).json()
    assert meter["level"] == "unknown" and len(meter["unmeasured"]) == 4
    assert meter["mowing_h"] == meter["allowed_h"] - meter["charging_h"]
    assert (await api.client.get("/clusters/feasibility", headers=dispatcher)).json() == [meter]
    plan = (await api.client.get(f"/clusters/{cluster.id}/week-plan", headers=dispatcher)).json()
    assert (plan["visits"], plan["left_out"], len(plan["unmeasured"])) == ([], [], 4)


async def test_what_is_not_live_is_not_there_and_homeowners_see_nothing(api: Api) -> None:
    draft = await api.office.submitted()
    dispatcher, homeowner = await api.as_(Role.DISPATCHER), await api.as_(Role.HOMEOWNER)
    for path in ("weather", "feasibility", "week-plan"):
        for one in (draft.id, new_id()):
            answer = await api.client.get(f"/clusters/{one}/{path}", headers=dispatcher)
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert (await api.client.get(f"/clusters/{draft.id}/{path}", headers=homeowner)).status_code == 403
    assert (await api.client.get("/clusters/feasibility", headers=homeowner)).status_code == 403
