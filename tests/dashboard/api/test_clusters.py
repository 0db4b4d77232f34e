"""Clusters over REST: drawn, judged, approved by another, edited with an ETag, joined by owners who learn no names."""

from typing import Any

import pytest

from core.accounts import Role
from core.neighbourhood import register_lot
from core.neighbourhood.clusters import ClusterState
from core.neighbourhood.tables import Household
from tests.core.neighbourhood.clusters.elm_row import ELM_ROW
from tests.dashboard.api.conftest import PASSWORD, Api

GROUP = {"host_id": 2, "home_ids": [1, 3, 4]}
OTHERS = ("1 ELM ST", "2 ELM ST", "3 ELM ST", "4 ELM ST", "admin@", "second@", "second admin")


async def second_admin(api: Api) -> dict[str, str]:
    await api.people.create_person(
        email="second@elm.example", role=Role.ADMIN, password=PASSWORD, name="The second admin"
    )
    answer = await api.client.post("/auth/login", json={"email": "second@elm.example", "password": PASSWORD})
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


async def drawn(api: Api, header: dict[str, str], **more: Any) -> dict[str, Any]:
    answer = await api.client.post("/clusters", json=GROUP | more, headers=header)
    assert answer.status_code == 201
    found: dict[str, Any] = answer.json()
    return found


async def move(api: Api, header: dict[str, str], cluster: dict[str, Any], word: str, **more: Any) -> Any:
    asked = {"expected_version": cluster["version"]} | more
    return await api.client.post(f"/clusters/{cluster['id']}/{word}", json=asked, headers=header)


async def activated(api: Api, header: dict[str, str], other: dict[str, str], **more: Any) -> dict[str, Any]:
    cluster = await drawn(api, header, **more)
    for word, who in (("submit", header), ("approve", other), ("activate", other)):
        answer = await move(api, who, cluster, word)
        assert answer.status_code == 200, answer.json()
        cluster = answer.json()
    return cluster


async def test_a_cluster_is_drawn_submitted_and_approved_by_another_person(api: Api) -> None:
    admin, second = await api.as_(Role.ADMIN), await second_admin(api)
    cluster = await drawn(api, admin, name="Elm Row")
    assert (cluster["code"], cluster["state"], cluster["version"]) == ("C-0001", "draft", 1)
    assert [home["address"] for home in cluster["neighbours"]] == ["1 ELM ST", "3 ELM ST", "4 ELM ST"]
    submitted = (await move(api, admin, cluster, "submit")).json()
    own = await move(api, admin, submitted, "approve")
    assert (own.status_code, own.json()["code"]) == (403, "not_allowed")
    approved = await move(api, second, submitted, "approve", comment="fine")
    assert (approved.json()["state"], approved.json()["comment"]) == ("approved", "fine")
    active = await move(api, second, approved.json(), "activate")
    assert active.json()["state"] == "active"
    lines = await api.people.audit.lines(action="cluster.approve")
    assert [(line.actor, line.source) for line in lines] == [("second@elm.example", "api")]
    events = (await api.client.get(f"/clusters/{cluster['id']}/events", headers=admin)).json()
    assert [event["action"] for event in events] == ["create", "submit", "approve", "activate"]


async def test_an_edit_names_the_version_seen_in_the_body_or_as_if_match(api: Api) -> None:
    admin = await api.as_(Role.ADMIN)
    cluster = await drawn(api, admin)
    address = f"/clusters/{cluster['id']}"
    got = await api.client.get(address, headers=admin)
    assert got.headers["etag"] == '"1"'
    without = await api.client.put(address, json=GROUP, headers=admin)
    assert (without.status_code, without.json()["code"]) == (422, "invalid")
    edited = await api.client.put(address, json=GROUP | {"home_ids": [1, 3]}, headers=admin | {"If-Match": '"1"'})
    assert (edited.status_code, edited.headers["etag"], edited.json()["forming"]) == (200, '"2"', True)
    late = await api.client.put(address, json=GROUP | {"expected_version": 1}, headers=admin)
    assert late.status_code == 409
    assert late.headers["content-type"] == "application/problem+json"
    assert late.json()["reasons"] == ["admin: revised, 2026-06-01 12:00 UTC"]
    odd = await api.client.put(address, json=GROUP, headers=admin | {"If-Match": "abc"})
    assert odd.status_code == 422


async def test_rules_answer_while_drawing_with_the_home_that_breaks_them(api: Api) -> None:
    admin = await api.as_(Role.DISPATCHER)
    api.office.ways.block(2, 4)
    answer = (await api.client.post("/clusters/check", json=GROUP, headers=admin)).json()
    broken = [finding for finding in answer["findings"] if finding["level"] == "broken"]
    assert [(one["rule"], one["home_id"], one["words"]) for one in broken] == [
        ("reach", 4, "4 ELM ST: Elm Street lies between.")
    ]
    assert broken[0]["geometry"]["type"] == "LineString"
    assert {corridor["home_id"]: corridor["verdict"] for corridor in answer["corridors"]} == {
        1: "qualified", 3: "qualified", 4: "blocked",
    }  # fmt: skip
    short = (await api.client.post("/clusters/validate", json=GROUP, headers=admin)).json()
    assert (short["valid"], short["approvable"]) == (False, False)


async def test_hosts_and_clusters_are_suggested(api: Api) -> None:
    admin = await api.as_(Role.DISPATCHER)
    best = await api.client.post("/clusters/best-host", json={"home_ids": [1, 2, 3, 4, 5]}, headers=admin)
    assert best.json()["home_id"] == 3
    suggested = await api.client.get("/clusters/suggest-clusters", params={"host_id": 6}, headers=admin)
    assert sorted(suggested.json()["neighbour_ids"]) == [3, 4, 5, 7, 8]
    unknown = await api.client.get("/clusters/suggest-clusters", params={"host_id": 99}, headers=admin)
    assert unknown.status_code == 404


async def test_the_dispatcher_looks_on_and_others_do_not(api: Api) -> None:
    admin, dispatcher = await api.as_(Role.ADMIN), await api.as_(Role.DISPATCHER)
    cluster = await drawn(api, admin)
    assert (await api.client.get("/clusters", headers=dispatcher)).json()[0]["code"] == "C-0001"
    assert (await api.client.post("/clusters", json=GROUP, headers=dispatcher)).status_code == 403
    assert (await move(api, dispatcher, cluster, "submit")).status_code == 403
    for role in (Role.TECHNICIAN, Role.HOMEOWNER):
        header = await api.as_(role)
        for path in ("", "/stats", f"/{cluster['id']}", f"/{cluster['id']}/versions", f"/{cluster['id']}/waiting"):
            assert (await api.client.get(f"/clusters{path}", headers=header)).status_code == 403, path
    assert (await api.client.get("/clusters")).status_code == 401


async def test_a_homeowner_joins_and_leaves_by_code_and_reads_nobodys_name(api: Api) -> None:
    admin, second, owner = await api.as_(Role.ADMIN), await second_admin(api), await api.as_(Role.HOMEOWNER)
    cluster = await activated(api, admin, second)
    code = (await api.client.put(f"/clusters/{cluster['id']}/invite", json={}, headers=admin)).json()["code"]
    stranger = await api.client.post("/clusters/join", json={"home_id": 5, "code": code}, headers=owner)
    assert (stranger.status_code, stranger.json()["detail"]) == (403, "this home is not one of yours")
    home = ELM_ROW[5]
    async with api.office.database.session() as session:
        session.add(Household(id=api.household_id, name="Five", created_at=api.clock.now()))
    place = {"address": home.address, "city": home.city, "longitude": home.longitude, "latitude": home.latitude}
    await register_lot(api.office.database, household_id=api.household_id, **place)
    qualified = await api.client.get("/clusters/qualified-clusters", params={"home_id": 5}, headers=owner)
    joined = await api.client.post("/clusters/join", json={"home_id": 5, "code": code}, headers=owner)
    mine = await api.client.get("/clusters/mine", headers=owner)
    assert (qualified.json()["qualifies"], joined.json()["joined"]) == (True, True)
    assert [one["code"] for one in mine.json()] == ["C-0001"]
    left = await api.client.post(f"/clusters/{cluster['id']}/leave", json={"home_id": 5}, headers=owner)
    assert left.json()["places_left"] == 2
    for answer in (qualified, joined, mine, left):
        assert not [word for word in OTHERS if word in answer.text]
    other = await api.client.post(f"/clusters/{cluster['id']}/leave", json={"home_id": 3}, headers=owner)
    assert other.status_code == 404


async def test_an_address_is_told_not_yet_and_why(api: Api) -> None:
    admin = await api.as_(Role.ADMIN)
    nothing = await api.client.get("/clusters/qualified-clusters", params={"home_id": 5}, headers=admin)
    assert nothing.json()["words"] == "Not yet: there is no cluster near by."
    await activated(api, admin, await second_admin(api))
    api.office.ways.block(2, 5)
    blocked = (await api.client.get("/clusters/qualified-clusters", params={"home_id": 5}, headers=admin)).json()
    assert blocked["words"] == "Not yet: see the reasons of each cluster near by."
    assert blocked["clusters"][0]["words"] == ["5 ELM ST: Elm Street lies between."]
    missing = await api.client.get("/clusters/qualified-clusters", params={"address": "9 OAK"}, headers=admin)
    assert missing.status_code == 404
    assert (await api.client.get("/clusters/qualified-clusters", headers=admin)).status_code == 422
    near = await api.client.get("/clusters/existing-neighbors", params={"home_id": 5}, headers=admin)
    assert [one["member"]["home_id"] for one in near.json()] == [4, 3, 2, 1]


async def test_a_full_cluster_answers_with_the_place_in_line(api: Api) -> None:
    admin = await api.as_(Role.ADMIN)
    cluster = await activated(api, admin, await second_admin(api), host_id=4, home_ids=[2, 3, 5, 6, 7])
    asked = {"home_id": 8, "cluster_id": cluster["id"]}
    queued = (await api.client.post("/clusters/join", json=asked, headers=admin)).json()
    assert (queued["joined"], queued["position"], queued["cluster"]["waiting"]) == (False, 1, 1)
    waiting = (await api.client.get(f"/clusters/{cluster['id']}/waiting", headers=admin)).json()
    assert [(one["home_id"], one["position"]) for one in waiting] == [(8, 1)]


async def test_a_split_is_previewed_and_applied_as_previewed(api: Api) -> None:
    admin = await api.as_(Role.ADMIN)
    cluster = await activated(api, admin, await second_admin(api), host_id=4, home_ids=[2, 3, 5, 6, 7])
    asked = {"kind": "split", "source_id": cluster["id"], "host_id": 6, "home_ids": [7]}
    preview = (await api.client.post("/clusters/changes/preview", json=asked, headers=admin)).json()
    assert [(one["home_id"], one["price_words"]) for one in preview["moves"]] == [
        (6, "unknown until billing is set up"), (7, "unknown until billing is set up"),
    ]  # fmt: skip
    forged = await api.client.post(
        "/clusters/changes/apply", json=preview["change"] | {"home_ids": [2, 3]}, headers=admin
    )
    assert forged.status_code == 422
    applied = await api.client.post("/clusters/changes/apply", json=preview["change"], headers=admin)
    assert [one["state"] for one in applied.json()] == ["active", "draft"]
    again = await api.client.post("/clusters/changes/apply", json=preview["change"], headers=admin)
    assert again.status_code == 409


async def test_consents_are_recorded_and_withdrawn(api: Api) -> None:
    admin, second = await api.as_(Role.ADMIN), await second_admin(api)
    api.office.ways.cross(2, 4, 9)
    cluster = (await move(api, admin, await drawn(api, admin), "submit")).json()
    address = f"/clusters/{cluster['id']}/consents"
    assert (await move(api, second, cluster, "approve")).status_code == 409
    given = {"home_id": 9, "given_by": "Mrs Nine", "expected_version": 2}
    cluster = (await api.client.put(address, json=given, headers=admin)).json()
    cluster = (await move(api, second, cluster, "approve")).json()
    gone = await api.client.delete(f"{address}/9", headers=admin | {"If-Match": f'"{cluster["version"]}"'})
    assert "crosses the lot of 9 ELM ST" in gone.json()["stale_reason"]
    records = (await api.client.get(address, headers=admin)).json()
    assert [(one["given_by"], one["withdrawn_by"] != "") for one in records] == [("Mrs Nine", True)]


async def test_a_recheck_names_what_went_stale(api: Api) -> None:
    admin = await api.as_(Role.ADMIN)
    cluster = await activated(api, admin, await second_admin(api))
    api.office.ways.block(2, 3)
    found = (await api.client.post("/clusters/recheck", json={"bbox": "-93,43,-92,45"}, headers=admin)).json()
    assert found == {"looked_at": 1, "stale": {cluster["id"]: "3 ELM ST: Elm Street lies between."}}
    assert (await api.client.post("/clusters/recheck", json={"bbox": "1,2"}, headers=admin)).status_code == 422
    stats = (await api.client.get("/clusters/stats", headers=admin)).json()
    assert (stats["stale"], stats["by_state"]) == (1, {"active": 1})


async def test_versions_are_listed_and_compared(api: Api) -> None:
    admin = await api.as_(Role.ADMIN)
    cluster = await drawn(api, admin)
    address = f"/clusters/{cluster['id']}"
    await api.client.put(address, json={"host_id": 3, "home_ids": [1, 2, 5], "expected_version": 1}, headers=admin)
    assert [one["version"] for one in (await api.client.get(f"{address}/versions", headers=admin)).json()] == [1, 2]
    diff = (await api.client.get(f"{address}/diff", params={"before": 1, "after": 2}, headers=admin)).json()
    assert ([one["home_id"] for one in diff["came"]], [one["home_id"] for one in diff["left"]]) == ([5], [4])
    assert (diff["host_before"]["home_id"], diff["host_after"]["home_id"]) == (2, 3)


@pytest.mark.parametrize("state", list(ClusterState))
async def test_the_list_is_narrowed_by_state(api: Api, state: ClusterState) -> None:
    admin = await api.as_(Role.ADMIN)
    await drawn(api, admin)
    found = (await api.client.get("/clusters", params={"state": state.value}, headers=admin)).json()
    assert bool(found) is (state is ClusterState.DRAFT)
