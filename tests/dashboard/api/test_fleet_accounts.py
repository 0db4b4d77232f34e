"""Vendor accounts over REST: linked by those who may, listed with health, no password ever in an answer."""

import pytest

from core.accounts import Role
from core.errors import Conflict, Invalid, MowthosError, NeedsHuman, Unavailable
from tests.dashboard.api.conftest import Api

NEW = {"account": "fleet@elm.example", "password": "vendor secret"}


async def test_a_linked_account_is_listed_with_health_and_budget(api: Api) -> None:
    header = await api.as_(Role.ADMIN)
    answer = await api.client.post("/fleet/accounts", json=NEW, headers=header)
    assert answer.status_code == 201
    listed = (await api.client.get("/fleet/accounts", headers=header)).json()
    assert listed == [answer.json()]
    assert (listed[0]["state"], listed[0]["requests_24h"], listed[0]["request_ceiling"]) == ("up", 7, 500)
    assert "vendor secret" not in answer.text


async def test_linking_leaves_a_line_in_the_audit_without_the_password(api: Api) -> None:
    await api.client.post("/fleet/accounts", json=NEW, headers=await api.as_(Role.ADMIN))
    line = (await api.people.audit.lines(action="vendor_account.link"))[0]
    assert (line.actor, line.object_id, line.source) == ("admin@elm.example", "fleet@elm.example", "api")
    assert "vendor secret" not in repr(line)


async def test_a_dispatcher_sees_accounts_but_may_not_link_them(api: Api) -> None:
    header = await api.as_(Role.DISPATCHER)
    assert (await api.client.get("/fleet/accounts", headers=header)).status_code == 200
    assert (await api.client.post("/fleet/accounts", json=NEW, headers=header)).status_code == 403
    assert api.accounts.linked == []


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (NeedsHuman("the vendor refuses this password"), 424, "needs_human"),
        (Unavailable("the vendor did not answer"), 503, "unavailable"),
        (Conflict("this account is linked already"), 409, "conflict"),
        (Invalid("not an account name"), 422, "invalid"),
    ],
)
async def test_each_kind_of_failure_has_its_own_status(api: Api, error: MowthosError, status: int, code: str) -> None:
    api.accounts.fails = error
    answer = await api.client.post("/fleet/accounts", json=NEW, headers=await api.as_(Role.ADMIN))
    assert (answer.status_code, answer.json()["code"], answer.json()["detail"]) == (status, code, error.message)
    assert ("retry-after" in answer.headers) == isinstance(error, Unavailable)
