"""The audit over REST: narrowed by who, what, which object, which request and when; and the same lines as a file."""

import csv

from core.accounts import Role
from tests.dashboard.api.conftest import Api


async def test_the_audit_is_narrowed_by_person_object_request_and_time(api: Api) -> None:
    began = api.clock.now()
    for number, actor in enumerate(("ada@elm.example", "dana@elm.example", "=danger@elm.example")):
        api.clock.move(3600)
        await api.people.audit.record(
            actor=actor, action="lot.change", object_type="lot", object_id=f"lot-{number}", source="job"
        )
    headers = await api.as_(Role.AUDITOR)

    async def found(**asked: str) -> list[str]:
        answer = await api.client.get("/audit", params={"action": "lot.", **asked}, headers=headers)
        assert answer.status_code == 200, answer.text
        return [line["object_id"] for line in answer.json()]

    assert await found() == ["lot-2", "lot-1", "lot-0"]
    assert await found(actor="dana@") == ["lot-1"]
    assert await found(object_id="lot-1") == ["lot-1"]
    assert await found(object_id="lot") == []
    assert await found(request_id="none such") == []
    middle = began.replace(hour=began.hour + 2).isoformat()
    assert await found(since=middle) == ["lot-2", "lot-1"]
    assert await found(until=middle) == ["lot-0"]
    refused = await api.client.get("/audit", params={"since": "2026-06-01T12:00:00"}, headers=headers)
    assert refused.status_code == 422  # of which zone?


async def test_the_file_holds_the_lines_of_its_time_and_runs_in_no_spreadsheet(api: Api) -> None:
    began = api.clock.now()
    for number, actor in enumerate(("ada@elm.example", "=danger@elm.example")):
        api.clock.move(3600)
        await api.people.audit.record(
            actor=actor, action="lot.change", object_type="lot", object_id=f"lot-{number}", source="job"
        )
    since = began.replace(hour=began.hour + 2)
    answer = await api.client.get(
        "/exports/audit.csv",
        params={"since": since.isoformat(), "until": since.replace(hour=since.hour + 1).isoformat()},
        headers=await api.as_(Role.AUDITOR),
    )
    rows = list(csv.DictReader(answer.content.decode("utf-8-sig").splitlines()))
    assert [row["Actor"] for row in rows if row["Action"] == "lot.change"] == ["'=danger@elm.example"]
    assert {"Request id"} <= set(rows[0])
