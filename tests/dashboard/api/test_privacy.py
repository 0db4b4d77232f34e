"""What is kept about a person over REST, and links that are shared: for those the table lets, and told in words."""

from io import BytesIO
from uuid import uuid4
from zipfile import ZipFile

import pytest

from core.accounts import Role, check_chain
from tests.dashboard.api.conftest import Api


async def person(api: Api, role: Role = Role.HOMEOWNER) -> str:
    people = (await api.client.get("/people", headers=await api.as_(Role.ADMIN))).json()
    return next(one["id"] for one in people if one["role"] == role)


async def test_an_export_is_a_zip_with_the_person_in_it(api: Api) -> None:
    answer = await api.client.get(f"/people/{await person(api)}/export", headers=await api.as_(Role.ADMIN))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    assert answer.headers["content-disposition"].startswith('attachment; filename="person-')
    with ZipFile(BytesIO(answer.content)) as archive:
        assert archive.namelist() == ["README.txt", "person.json"]
        assert "homeowner@elm.example" in archive.read("person.json").decode()


async def test_an_erased_person_is_out_and_the_chain_holds(api: Api) -> None:
    person_id, header = await person(api), await api.as_(Role.ADMIN)
    theirs = await api.as_(Role.HOMEOWNER)
    body = {"email": "homeowner@elm.example", "reason": "asked by mail"}
    wrong = await api.client.post(f"/people/{person_id}/erase", json=body | {"email": "x@y.z"}, headers=header)
    assert (wrong.status_code, wrong.json()["code"]) == (422, "invalid")
    done = await api.client.post(f"/people/{person_id}/erase", json=body, headers=header)
    assert done.status_code == 204
    assert (await api.client.get("/auth/me", headers=theirs)).status_code == 401
    told = (await api.client.get("/audit?search=homeowner@elm.example", headers=header)).json()
    assert told == []
    assert (await check_chain(api.database)).faults == ()


async def test_what_speaks_against_it_is_told(api: Api) -> None:
    person_id, header = await person(api, Role.ADMIN), await api.as_(Role.ADMIN)
    body = {"email": "admin@elm.example", "reason": "tired"}
    answer = await api.client.post(f"/people/{person_id}/erase", json=body, headers=header)
    assert answer.status_code == 409
    assert "They are the last admin." in str(answer.json())


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
async def test_nobody_but_who_manages_people_exports_or_erases(api: Api, role: Role) -> None:
    person_id, header = await person(api), await api.as_(role)
    for method, path in (("GET", "export"), ("GET", "consents"), ("POST", "erase")):
        body = {"json": {"email": "homeowner@elm.example", "reason": "no"}} if method == "POST" else {}
        answer = await api.client.request(method, f"/people/{person_id}/{path}", headers=header, **body)
        assert answer.status_code == 403


async def test_terms_agreed_to_are_listed(api: Api) -> None:
    answer = await api.client.get(f"/people/{await person(api)}/consents", headers=await api.as_(Role.ADMIN))
    assert (answer.status_code, answer.json()) == (200, [])


async def test_a_cluster_is_shared_listed_and_taken_back(api: Api) -> None:
    header = await api.as_(Role.DISPATCHER)
    cluster = await api.office.active()
    body = {"kind": "cluster", "subject": str(cluster.id), "hours": 2, "note": "the mayor"}
    made = await api.client.post("/share-links", json=body, headers=header)
    assert made.status_code == 201
    secret = made.json()["path"].removeprefix("/s/")
    (listed,) = (await api.client.get("/share-links", headers=header)).json()
    assert (listed["subject"], listed["state"], listed["made_by"]) == (cluster.code, "live", "dispatcher@elm.example")
    assert secret not in str(listed)
    assert (await api.client.delete(f"/share-links/{listed['id']}", headers=header)).status_code == 204
    assert (await api.client.delete(f"/share-links/{listed['id']}", headers=header)).status_code == 409
    assert (await api.client.get("/share-links", headers=header)).json()[0]["state"] == "revoked"


async def test_what_there_is_none_of_cannot_be_shared(api: Api) -> None:
    header = await api.as_(Role.DISPATCHER)
    for kind, subject in (("mower", "Luba-NONE"), ("cluster", str(uuid4())), ("cluster", "Elm")):
        answer = await api.client.post("/share-links", json={"kind": kind, "subject": subject}, headers=header)
        assert answer.status_code == 404


@pytest.mark.parametrize("role", [Role.TECHNICIAN, Role.HOMEOWNER, Role.AUDITOR, Role.SERVICE])
async def test_other_roles_share_nothing(api: Api, role: Role) -> None:
    answer = await api.client.get("/share-links", headers=await api.as_(role))
    assert answer.status_code == 403
