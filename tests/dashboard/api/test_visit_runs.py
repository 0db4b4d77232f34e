"""Running visits over REST: the exceptions board with its fixes, and a rain-out as it was shown."""

from typing import Any
from uuid import UUID

from core.accounts import Role
from core.ids import new_id
from core.scheduling import ProblemKind, VisitReason, VisitState
from core.scheduling.run_tables import VisitProblemRow
from core.scheduling.tables import VisitRow
from tests.dashboard.api.conftest import Api
from tests.dashboard.api.test_visits import planned, visits


async def failed(api: Api, visit_id: str) -> None:
    """A visit that never started, on the board."""
    async with api.database.session() as session:
        row = await session.get(VisitRow, UUID(visit_id))
        assert row is not None
        row.state, row.reason = VisitState.FAILED.value, VisitReason.MOWER_FAULT.value
        session.add(
            VisitProblemRow(
                visit_id=row.id, kind=ProblemKind.NOT_STARTED.value, attempt=3, reason=row.reason,
                opened_at=api.clock.now(),
            )
        )  # fmt: skip


async def test_what_needs_a_person_is_listed_and_fixed_once(api: Api) -> None:
    await planned(api)
    head = await api.as_(Role.DISPATCHER)
    one = (await visits(api, Role.DISPATCHER))[0]
    await failed(api, one["id"])
    (line,) = (await api.client.get("/visits/exceptions", headers=head)).json()
    assert (line["kind"], line["reason"], line["visit"]["address"]) == ("not_started", "mower_fault", one["address"])
    assert line["fixes"] == ["start_now", "next_free", "skip", "clear"]
    fix = f"/visits/exceptions/{line['id']}/fix"
    unexplained = await api.client.post(fix, json={"fix": "skip"}, headers=head)
    assert (unexplained.status_code, unexplained.json()["code"]) == (422, "invalid")
    assert (await api.client.post(fix, json={"fix": "send_home"}, headers=head)).status_code == 422
    moved = await api.client.post(fix, json={"fix": "next_free"}, headers=head)
    assert (moved.status_code, moved.json()["visit"]["state"], moved.json()["fix"]) == (200, "moved", "next_free")
    again = await api.client.post(fix, json={"fix": "clear"}, headers=head)
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    assert (await api.client.get("/visits/exceptions", headers=head)).json() == []
    unknown = await api.client.post(f"/visits/exceptions/{new_id()}/fix", json={"fix": "clear"}, headers=head)
    assert unknown.status_code == 404


async def test_a_day_is_rained_out_as_it_was_shown_or_not_at_all(api: Api) -> None:
    await planned(api)
    head = await api.as_(Role.DISPATCHER)
    shown = await api.client.get("/visits/rain-out", params={"day": "2026-06-09"}, headers=head)
    preview: dict[str, Any] = shown.json()
    assert (shown.status_code, preview["households"]) == (200, 2)
    assert {one["address"] for one in preview["visits"]} == {"12 ELM ST", "14 ELM ST"}
    assert all(one["instead"] > "2026-06-10" for one in preview["visits"])
    stale = await api.client.post("/visits/rain-out", json={"day": "2026-06-09", "mark": "x"}, headers=head)
    assert stale.status_code == 409
    done = await api.client.post("/visits/rain-out", json={"day": "2026-06-09", "mark": preview["mark"]}, headers=head)
    assert done.status_code == 200, done.text
    now = [one for one in await visits(api, Role.DISPATCHER) if one["due_on"] == "2026-06-09"]
    assert {(one["state"], one["reason"]) for one in now} == {("moved", "rain_out")}
    late = await api.client.get("/visits/rain-out", params={"day": "2027-06-09"}, headers=head)
    assert late.status_code == 422


async def test_a_household_sees_neither_board_nor_rain_out(api: Api) -> None:
    await planned(api)
    head = await api.as_(Role.HOMEOWNER)
    for path in ("/visits/exceptions", "/visits/rain-out?day=2026-06-09"):
        assert (await api.client.get(path, headers=head)).status_code == 403
    assert (await api.client.get("/mowers/Luba-ELM/device-hours", headers=head)).status_code == 403
    looker = await api.as_(Role.DISPATCHER)
    assert (await api.client.get("/mowers/Luba-ELM/device-hours", headers=looker)).status_code == 404
