"""Device plans over REST: every answer is what was read back."""

from core.accounts import Role
from tests.core.plans.test_plans import Device
from tests.dashboard.api.conftest import Api

LUBA = "/mowers/Luba-ELM/plans"
WEEKLY = {"name": "Weekly", "zone_hashes": ["18446744073709551611"], "weekdays": [1, 3, 5], "start_time": "08:00"}


async def test_a_plan_is_made_changed_copied_and_deleted(api: Api) -> None:
    api.cloud.link.plans = Device()
    tess = await api.as_(Role.TECHNICIAN)
    assert (await api.client.get(LUBA, headers=tess)).json()["read_at"] is None
    made = await api.client.post(LUBA, headers=tess, json=WEEKLY)
    assert made.status_code == 201
    (plan,) = made.json()["plans"]
    assert (plan["zone_hashes"], plan["weekdays"]) == (["18446744073709551611"], [1, 3, 5])
    one = f"{LUBA}/{plan['plan_id']}"
    changed = (await api.client.patch(one, headers=tess, json={"name": "Lawn", "enabled": False})).json()
    assert [(found["name"], found["enabled"]) for found in changed["plans"]] == [("Lawn", False)]
    copied = (await api.client.post(f"{one}/copy", headers=tess)).json()
    assert [found["name"] for found in copied["plans"]] == ["Lawn", "Lawn 2"]
    left = (await api.client.delete(one, headers=tess)).json()
    assert [found["name"] for found in left["plans"]] == ["Lawn 2"]
    assert (await api.client.delete(one, headers=tess)).status_code == 404
    api.cloud.link.plans.away = True
    assert (await api.client.post(f"{LUBA}/read", headers=tess)).status_code == 503


async def test_plans_are_for_the_fleets_people(api: Api) -> None:
    hugo = await api.as_(Role.HOMEOWNER)
    assert (await api.client.get(LUBA, headers=hugo)).status_code == 403
    assert (await api.client.post(LUBA, headers=hugo, json=WEEKLY)).status_code == 403
    assert (await api.client.post(f"{LUBA}/1/run", headers=hugo)).status_code == 403
