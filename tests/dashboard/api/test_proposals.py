"""Proposals over REST, on Elm Row (twelve homes in a line that all reach one another within 80 m)."""

from typing import Any

import pytest

from core.accounts import Role
from core.ids import new_id
from tests.dashboard.api.conftest import Api

ELM_BOX = [-92.6, 43.9, -92.4, 44.1]


async def proposed(api: Api, header: dict[str, str], **asked: Any) -> Any:
    return await api.client.post("/clusters/propose", json={"bbox": ELM_BOX} | asked, headers=header)


async def test_a_small_area_is_answered_at_once_with_homes_on_the_map(api: Api) -> None:
    admin = await api.as_(Role.ADMIN)
    answer = await proposed(api, admin, time_limit_s=5)
    assert answer.status_code == 200
    found = answer.json()
    assert answer.headers["Location"] == found["href"] == f"/api/v1/clusters/proposals/{found['id']}"
    assert (found["status"], found["served"], found["bound"], found["gap"]) == ("optimal", 12, 12, 0)
    assert found["left_out"] == []
    assert {len(cluster["neighbours"]) for cluster in found["clusters"]} == {3}  # shortest corridors
    host = found["clusters"][0]["host"]
    assert host["latitude"] == pytest.approx(44.0, abs=0.01)
    assert host["longitude"] == -92.5
    again = await api.client.get(f"/clusters/proposals/{found['id']}", headers=admin)
    assert again.json() == found
    listed = (await api.client.get("/clusters/proposals", headers=admin)).json()
    assert [(one["id"], one["homes_served"], "clusters" in one) for one in listed] == [(found["id"], 12, False)]


async def test_some_clusters_become_drafts_and_live_ones_stay_as_they_are(api: Api) -> None:
    admin = await api.as_(Role.ADMIN)
    await api.office.active(host=2, homes=(1, 3, 4))
    found = (await proposed(api, admin)).json()
    assert (found["homes"], found["homes_fixed"], found["served"]) == (12, 4, 8)
    answer = await api.client.post(f"/clusters/proposals/{found['id']}/accept", json={"clusters": [0]}, headers=admin)
    (accepted,) = answer.json()
    draft = (await api.client.get(f"/clusters/{accepted['draft_id']}", headers=admin)).json()
    assert draft["state"] == "draft"
    assert draft["host"]["home_id"] == found["clusters"][0]["host"]["id"]
    free = (await proposed(api, admin, keep_clusters=[])).json()
    assert (free["homes_fixed"], free["served"]) == (0, 12)


async def test_the_caller_may_choose_homes_sizes_weights_and_who_may_not_host(api: Api) -> None:
    admin = await api.as_(Role.ADMIN)
    asked = {
        "bbox": None,
        "homes": [1, 2, 3, 4, 5],
        "min_neighbours": 3,
        "max_neighbours": 3,
        "weights": {"5": 4},
        "no_hosts": [2, 3, 4, 5],
    }
    found = (await proposed(api, admin, **asked)).json()
    assert (found["served"], found["homes_served"]) == (7, 4)
    assert found["clusters"][0]["host"]["id"] == 1
    assert 5 in [home["id"] for home in found["clusters"][0]["neighbours"]]
    assert found["left_out"][0]["reason_code"] == "better_elsewhere"
    assert found["left_out"][0]["reason"].startswith("The homes around it")


async def test_a_search_that_is_over_is_not_cancelled_any_more(api: Api) -> None:
    admin = await api.as_(Role.ADMIN)
    found = (await proposed(api, admin)).json()
    answer = await api.client.post(f"/clusters/proposals/{found['id']}/cancel", headers=admin)
    assert answer.json() == found


async def test_whom_to_win_next(api: Api) -> None:
    admin = await api.as_(Role.ADMIN)
    answer = await api.client.post("/clusters/next-homes", json={"homes": [1, 2, 3]}, headers=admin)
    best = answer.json()[0]
    assert (best["gain"], best["unlocks"]) == (3, 1)


@pytest.mark.parametrize(
    ("asked", "status", "words"),
    [
        ({"bbox": None}, 422, "either a box or a list"),
        ({"homes": [1]}, 422, "either a box or a list"),
        ({"bbox": [0, 0, 0, 0]}, 422, "west < east"),
        ({"min_neighbours": 9, "max_neighbours": 2}, 422, "expected 1 ≤ minimum"),
        ({"rule": "owl"}, 422, "rule 'owl'"),
        ({"time_limit_s": -1}, 422, "time limit"),
        ({"bbox": None, "homes": [99]}, 422, "no home 99"),
    ],
)
async def test_a_wrong_request_is_a_problem_that_says_what(
    api: Api, asked: dict[str, Any], status: int, words: str
) -> None:
    answer = await proposed(api, await api.as_(Role.ADMIN), **asked)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert words in answer.json()["detail"]


async def test_an_unknown_proposal_is_not_found(api: Api) -> None:
    admin = await api.as_(Role.ADMIN)
    answer = await api.client.get(f"/clusters/proposals/{new_id()}", headers=admin)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_dispatcher_follows_and_only_an_admin_proposes(api: Api) -> None:
    admin, dispatcher = await api.as_(Role.ADMIN), await api.as_(Role.DISPATCHER)
    assert (await proposed(api, dispatcher)).status_code == 403
    found = (await proposed(api, admin)).json()
    assert (await api.client.get(f"/clusters/proposals/{found['id']}", headers=dispatcher)).status_code == 200
    for word in ("accept", "cancel"):
        answer = await api.client.post(f"/clusters/proposals/{found['id']}/{word}", json={}, headers=dispatcher)
        assert answer.status_code == 403
    owner = await api.as_(Role.HOMEOWNER)
    assert (await api.client.get("/clusters/proposals", headers=owner)).status_code == 403
