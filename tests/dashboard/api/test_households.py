"""What households ask over REST: each its own lot, the office all of them, and nothing of anyone else."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from core.accounts import Role
from core.clock import to_epoch_ms
from core.fleet.live import STATE_CODES
from core.fleet.model import MowerState
from core.fleet.tables import Telemetry
from core.neighbourhood.tables import Lot
from tests.core.household.test_photos import SECRET, jpeg
from tests.dashboard.api.conftest import Api
from tests.dashboard.api.test_visits import planned, visits

WEST, SOUTH = -93.9, 44.46


async def drawn(api: Api) -> dict[str, UUID]:
    """Two neighbouring lots with visits, drawn side by side; it is past the first visit."""
    lots = await planned(api)
    async with api.database.session() as session:
        for number, lot_id in enumerate(lots.values()):
            lot, west = await session.get_one(Lot, lot_id), WEST + number * 0.0005
            ring = [[west, SOUTH], [west + 0.0005, SOUTH], [west + 0.0005, SOUTH + 0.0004], [west, SOUTH + 0.0004]]
            lot.boundary = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
            lot.lawns = [lot.boundary]
            session.add(lot)
    return lots


async def mow(api: Api, begin: datetime, minutes: int, *, east: float, fault: int | None = None) -> None:
    """Mower 77 works in a strip, a reading every ten seconds; the last one is a fault."""
    rows: list[dict[str, Any]] = []
    for step in range(minutes * 6):
        at, broken = to_epoch_ms(begin + timedelta(seconds=10 * step)), fault is not None and step == minutes * 6 - 1
        state = MowerState.FAULT if broken else MowerState.MOWING
        rows.append(
            {"mower": 77, "device_time_ms": at, "sequence": 0, "received_ms": at, "confidence": 0, "source": 0,
             "state": STATE_CODES[state], "flags": 0, "longitude_e7": round(east * 1e7),
             "latitude_e7": round((SOUTH + 0.0001 + step * 0.000001) * 1e7), "fault_code": fault if broken else None}
        )  # fmt: skip
    async with api.database.connection() as connection:
        await connection.execute(insert(Telemetry), rows)


async def test_a_keep_off_is_asked_seen_by_the_office_and_ended(api: Api) -> None:
    lots = await drawn(api)
    head, office = await api.as_(Role.HOMEOWNER), await api.as_(Role.DISPATCHER)
    url = f"/lots/{lots['12 ELM ST']}/keep-off"
    assert (await api.client.get(url, headers=head)).json() is None
    made = await api.client.post(url, json={"minutes": 30}, headers=head)
    assert (made.status_code, made.json()["told"], made.json()["active"]) == (201, "clear", True)
    assert (await api.client.post(url, json={"minutes": 30}, headers=head)).status_code == 409
    assert (await api.client.post(url, json={"minutes": 5}, headers=head)).status_code == 422
    (seen,) = (await api.client.get("/keep-offs", headers=office)).json()
    assert (seen["id"], seen["address"]) == (made.json()["id"], "12 ELM ST")
    assert (await api.client.get("/keep-offs", headers=head)).status_code == 403
    ended = await api.client.delete(f"/keep-offs/{made.json()['id']}", headers=head)
    assert (ended.status_code, ended.json()["active"]) == (200, False)
    other = f"/lots/{lots['14 ELM ST']}/keep-off"
    for answer in (
        await api.client.post(other, json={"minutes": 30}, headers=head),
        await api.client.get(other, headers=head),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert "14 ELM" not in answer.text


async def test_notes_are_the_households_to_write_and_the_staffs_to_read(api: Api) -> None:
    lots = await drawn(api)
    head, tom = await api.as_(Role.HOMEOWNER), await api.as_(Role.TECHNICIAN)
    url = f"/lots/{lots['12 ELM ST']}/notes"
    given = {"gate": "code 4711", "pets": "a dog", "expected_version": 0}
    assert (await api.client.put(url, json=given, headers=head)).json()["version"] == 1
    assert (await api.client.put(url, json=given, headers=head)).status_code == 409
    assert (await api.client.get(url, headers=tom)).json()["gate"] == "code 4711"
    (read,) = (await api.client.get("/mowers/Luba-ROW/notes", headers=tom)).json()
    assert read["address"] == "12 ELM ST"
    assert (await api.client.get("/mowers/Luba-ROW/notes", headers=head)).status_code == 403
    assert (await api.client.get(f"/lots/{lots['14 ELM ST']}/notes", headers=head)).status_code == 404


async def test_a_report_tells_of_the_own_ground_alone(api: Api) -> None:
    lots = await drawn(api)
    mine = (await visits(api, Role.HOMEOWNER))[0]
    begins = datetime.fromisoformat(mine["begins_at"]).astimezone(UTC)
    await mow(api, begins, 20, east=WEST + 0.0002, fault=2801)
    await mow(api, begins + timedelta(minutes=20), 10, east=WEST + 0.0007, fault=1234)
    api.clock.move((begins - api.clock.now()).total_seconds() + 7_200)
    head = await api.as_(Role.HOMEOWNER)
    answer = await api.client.get(f"/visits/{mine['id']}/report", headers=head)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert [fault["code"] for fault in told["faults"]] == [2801]
    assert datetime.fromisoformat(told["mowing_from"]) == begins
    assert datetime.fromisoformat(told["mowing_until"]) < begins + timedelta(minutes=20)
    assert 0 < told["covered_percent"] < 5 and told["missed_m2"] > 1_000
    assert "14 ELM" not in answer.text and "1234" not in answer.text
    theirs = next(one for one in await visits(api, Role.DISPATCHER) if one["address"] == "14 ELM ST")
    assert (await api.client.get(f"/visits/{theirs['id']}/report", headers=head)).status_code == 404
    office = await api.client.get(f"/visits/{theirs['id']}/report", headers=await api.as_(Role.DISPATCHER))
    assert (office.status_code, office.json()["faults"]) == (200, [])
    rated = await api.client.put(f"/visits/{mine['id']}/rating", json={"stars": 4}, headers=head)
    assert (rated.status_code, rated.json()["stars"]) == (200, 4)
    assert set(lots) == {"12 ELM ST", "14 ELM ST"}


async def test_a_problem_goes_from_the_lawn_to_the_office_and_its_answer_back(api: Api) -> None:
    lots = await drawn(api)
    head, dana = await api.as_(Role.HOMEOWNER), await api.as_(Role.DISPATCHER)
    url, coming = f"/lots/{lots['12 ELM ST']}/problems", (await visits(api, Role.HOMEOWNER))[1]
    given = {
        "kind": "missed", "words": "by the shed", "pin": {"longitude": WEST + 0.0002, "latitude": SOUTH + 0.0002},
        "photo": b64encode(jpeg()).decode(),
    }  # fmt: skip
    made = await api.client.post(url, json=given, headers=head)
    assert made.status_code == 201, made.text
    problem = made.json()["id"]
    photo = await api.client.get(f"/problems/{problem}/photo", headers=dana)
    assert (photo.headers["content-type"], SECRET in photo.content) == ("image/jpeg", False)
    for wrong in (
        {"kind": "missed", "photo": "%%%"},
        {"kind": "missed", "photo": b64encode(b"<svg/>").decode()},
        {"kind": "missed", "pin": {"longitude": WEST + 0.0007, "latitude": SOUTH + 0.0002}},
    ):
        assert (await api.client.post(url, json=wrong, headers=head)).status_code == 422
    (listed,) = (await api.client.get("/problems", headers=dana)).json()
    assert listed["pin"] == [WEST + 0.0002, SOUTH + 0.0002]
    remow = await api.client.post(f"/problems/{problem}/remow", json={"visit_id": coming["id"]}, headers=dana)
    assert (remow.status_code, remow.json()["state"]) == (200, "remow")
    offered = await api.client.post(f"/problems/{problem}/credit", json={"minor": 500}, headers=dana)
    assert offered.json()["state"] == "offered"
    assert (await api.client.post(f"/problems/{problem}/book", headers=dana)).status_code == 403
    unpaid = await api.client.post(f"/problems/{problem}/book", headers=await api.as_(Role.ADMIN))
    assert (unpaid.status_code, "no subscription" in unpaid.text) == (409, True)
    closed = await api.client.post(f"/problems/{problem}/close", json={"answer": "sorry"}, headers=dana)
    assert closed.json()["state"] == "closed"
    (own,) = (await api.client.get(url, headers=head)).json()
    assert (own["state"], own["answer"]) == ("closed", "sorry")
    assert (await api.client.get("/problems", headers=head)).status_code == 403
    refused = await api.client.post(f"/problems/{problem}/close", json={"answer": "x"}, headers=head)
    assert refused.status_code == 403
    other = await api.client.post(f"/lots/{lots['14 ELM ST']}/problems", json={"kind": "other"}, headers=head)
    assert other.status_code == 404
