"""Jobs over REST: seen by those who may, run now, refused while running."""

import asyncio

from core.accounts import Role
from tests.dashboard.api.conftest import Api


async def test_jobs_are_listed_run_and_then_have_a_run_on_record(api: Api) -> None:
    ada = await api.as_(Role.ADMIN)
    jobs = (await api.client.get("/operations/jobs", headers=ada)).json()
    assert [(job["name"], job["every_s"], job["last"]) for job in jobs] == [("elm.sweep", 60.0, None)]
    begun = await api.client.post("/operations/jobs/elm.sweep/run", headers=ada)
    assert begun.status_code == 202
    assert begun.json()["asked_by"] == "admin@elm.example"
    await api.swept.wait()
    again = await api.client.post("/operations/jobs/elm.sweep/run", headers=ada)
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    api.sweep_on.set()
    job = await _ended(api, ada)
    assert [(run["outcome"], run["result"]) for run in job["recent"]] == [("done", "4")]
    assert (await api.client.get("/operations/jobs/oak.sweep", headers=ada)).status_code == 404
    lines = await api.people.audit.lines(action="job.run")
    assert [(line.actor, line.object_id, line.source) for line in lines] == [("admin@elm.example", "elm.sweep", "api")]


async def test_figures_count_the_pipeline_and_the_disk(api: Api) -> None:
    figures = (await api.client.get("/operations/figures", headers=await api.as_(Role.DISPATCHER))).json()
    assert figures["mowers"] == 2
    assert 0 < figures["disk_free_bytes"] <= figures["disk_bytes"]


async def test_operations_are_for_admin_and_dispatcher(api: Api) -> None:
    for role, status in ((Role.DISPATCHER, 200), (Role.TECHNICIAN, 403), (Role.HOMEOWNER, 403)):
        for path in ("jobs", "jobs/elm.sweep", "figures"):
            assert (await api.client.get(f"/operations/{path}", headers=await api.as_(role))).status_code == status


async def _ended(api: Api, headers: dict[str, str]) -> dict[str, list[dict[str, str]]]:
    for _ in range(200):
        job = (await api.client.get("/operations/jobs/elm.sweep", headers=headers)).json()
        if job["recent"]:
            return job
        await asyncio.sleep(0.02)
    raise AssertionError("the job did not end")
