"""Visits over REST: a dispatcher plans and moves, a household skips its own until the cut-off, a calendar reads."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from icalendar import Calendar

from core.accounts import Role
from core.fleet.tables import Mower
from core.neighbourhood.tables import Household, Lot, LotMower
from core.scheduling.service import Scheduling
from dashboard.visits.feed import calendar_of
from tests.dashboard.api.conftest import Api

PLAN: dict[str, Any] = {
    "rhythm": "weekly", "starts_on": "2026-06-01", "weekdays": [1], "minutes": 60, "valid_from": "2026-06-01",
}  # fmt: skip
JUNE = {"from": "2026-06-01T00:00:00Z", "to": "2026-06-30T00:00:00Z"}


async def street(api: Api) -> dict[str, UUID]:
    """The homeowner's lot and a neighbour's, one mower for both; lots by address."""
    now, lots = api.clock.now(), {}
    async with api.database.session() as session:
        mower = Mower(number=77, device_name="Luba-ROW", created_at=now)
        other = Household(name="The neighbours", created_at=now)
        session.add_all([mower, other, Household(id=api.household_id, name="Elms", created_at=now)])
        await session.flush()
        for address, household, part in (
            ("12 ELM ST", api.household_id, "host"), ("14 ELM ST", other.id, "neighbour"),
        ):  # fmt: skip
            lot = Lot(
                household_id=household,
                address=address,
                city="Le Sueur",
                longitude=-93.9,
                latitude=44.46,
                source="drawn",
            )
            session.add(lot)
            await session.flush()
            session.add(LotMower(lot_id=lot.id, mower_id=mower.id, part=part))
            lots[address] = lot.id
    return lots


async def planned(api: Api) -> dict[str, UUID]:
    lots, head = await street(api), await api.as_(Role.DISPATCHER)
    for lot_id in lots.values():
        answer = await api.client.put(f"/lots/{lot_id}/service-plan", json=PLAN, headers=head)
        assert answer.status_code == 200, answer.text
    return lots


async def visits(api: Api, role: Role, **more: str) -> list[dict[str, Any]]:
    answer = await api.client.get("/visits", params=JUNE | more, headers=await api.as_(role))
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


async def test_a_plan_becomes_visits_that_each_role_sees_as_far_as_it_may(api: Api) -> None:
    await planned(api)
    everyone = await visits(api, Role.DISPATCHER)
    assert {one["address"] for one in everyone} == {"12 ELM ST", "14 ELM ST"}
    mine = await visits(api, Role.HOMEOWNER)
    assert {one["address"] for one in mine} == {"12 ELM ST"}
    assert {one["changed_by"] for one in mine} == {""}
    assert [one["due_on"] for one in mine] == ["2026-06-02", "2026-06-09", "2026-06-16", "2026-06-23"]


async def test_a_household_skips_its_own_and_learns_nothing_of_another(api: Api) -> None:
    await planned(api)
    head = await api.as_(Role.HOMEOWNER)
    mine = (await visits(api, Role.HOMEOWNER))[1]
    answer = await api.client.post(f"/visits/{mine['id']}/skip", json={"reason": "party"}, headers=head)
    assert (answer.status_code, answer.json()["state"]) == (200, "skipped")
    back = await api.client.post(f"/visits/{mine['id']}/unskip", headers=head)
    assert (back.status_code, back.json()["state"]) == (200, "planned")
    theirs = next(one for one in await visits(api, Role.DISPATCHER) if one["address"] == "14 ELM ST")
    hidden = await api.client.post(f"/visits/{theirs['id']}/skip", json={}, headers=head)
    assert (hidden.status_code, hidden.json()["code"]) == (404, "not_found")
    assert "14 ELM" not in hidden.text
    move = {"begins_at": mine["begins_at"]}
    assert (await api.client.post(f"/visits/{mine['id']}/move", json=move, headers=head)).status_code == 403


async def test_a_move_is_refused_with_its_reasons_and_tells_them_before(api: Api) -> None:
    await planned(api)
    head = await api.as_(Role.DISPATCHER)
    one, other = (await visits(api, Role.DISPATCHER))[:2]
    asked = {"begins_at": other["begins_at"]}
    told = await api.client.get(f"/visits/{one['id']}/clashes", params=asked, headers=head)
    assert [clash["kind"] for clash in told.json()] == ["other_visit"]
    refused = await api.client.post(f"/visits/{one['id']}/move", json=asked, headers=head)
    assert (refused.status_code, refused.json()["reasons"]) == (409, [told.json()[0]["words"]])
    moved = await api.client.post(
        f"/visits/{one['id']}/move", json={"begins_at": "2026-06-02T19:00:00Z", "minutes": 45}, headers=head
    )
    assert (moved.json()["state"], moved.json()["pinned"]) == ("moved", True)
    freed = await api.client.post(f"/visits/{one['id']}/pin", json={"pinned": False}, headers=head)
    assert freed.json()["pinned"] is False


async def test_a_vacation_is_made_listed_and_ended(api: Api) -> None:
    lots = await planned(api)
    head, lot = await api.as_(Role.HOMEOWNER), lots["12 ELM ST"]
    days = {"from_on": "2026-06-08", "restarts_on": "2026-06-20"}
    made = await api.client.post(f"/lots/{lot}/pauses", json=days, headers=head)
    assert (made.status_code, made.json()["too_late"]) == (201, [])
    assert [one["state"] for one in await visits(api, Role.HOMEOWNER)] == ["planned", "skipped", "skipped", "planned"]
    (pause,) = (await api.client.get(f"/lots/{lot}/pauses", headers=head)).json()
    assert (await api.client.delete(f"/pauses/{pause['id']}", headers=head)).status_code == 200
    assert {one["state"] for one in await visits(api, Role.HOMEOWNER)} == {"planned"}
    other = await api.client.post(f"/lots/{lots['14 ELM ST']}/pauses", json=days, headers=head)
    assert other.status_code == 404


async def test_the_rule_and_the_bans_are_told(api: Api) -> None:
    lots = await street(api)
    head = await api.as_(Role.HOMEOWNER)
    rules = (await api.client.get("/visits/rules", headers=head)).json()
    assert rules["cutoff_hours"] == 24
    assert "adds nothing to your bill" in rules["billing_rule"]
    bans = await api.client.get(f"/lots/{lots['12 ELM ST']}/bans", params={"day": "2026-06-07"}, headers=head)
    assert {ban["kind"] for ban in bans.json()} == {"sunday"}
    far = await api.client.get(f"/lots/{lots['12 ELM ST']}/bans", params={"day": "0001-01-01"}, headers=head)
    assert far.status_code == 422


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"weekdays": []}, "at least one day"),
        ({"window_begins": "16:30"}, "window"),
        ({"valid_from": "2020-01-01"}, "valid_from"),
        ({"expected_version": 3}, "in between"),
    ],
)
async def test_a_wrong_plan_is_refused_in_words(api: Api, given: dict[str, Any], wrong: str) -> None:
    lots = await street(api)
    answer = await api.client.put(
        f"/lots/{lots['12 ELM ST']}/service-plan", json=PLAN | given, headers=await api.as_(Role.DISPATCHER)
    )
    assert answer.status_code in {409, 422}
    assert wrong in answer.text


async def test_a_calendar_address_reads_ones_own_visits_until_it_is_taken_back(api: Api) -> None:
    await planned(api)
    head = await api.as_(Role.HOMEOWNER)
    made = (await api.client.post("/calendar-feeds", json={}, headers=head)).json()
    secret = made["path"].removeprefix("/calendar/").removesuffix(".ics")
    desk = Scheduling(
        database=api.database, clock=api.clock, audit=api.people.audit, household_ids=api.people._household_ids
    )
    viewer, lines = await desk.feed(secret)
    calendar = Calendar.from_ical(calendar_of(lines, viewer, api.clock.now()))
    events = list(calendar.walk("VEVENT"))
    assert [str(event["SUMMARY"]) for event in events] == ["Mowing visit"] * 4
    assert events[0]["DTSTART"].dt == datetime(2026, 6, 2, 14, tzinfo=UTC)
    assert "14 ELM" not in calendar.to_ical().decode()
    assert [one["id"] for one in (await api.client.get("/calendar-feeds", headers=head)).json()] == [made["id"]]
    assert (await api.client.delete(f"/calendar-feeds/{made['id']}", headers=head)).status_code == 204
    assert (await api.client.get("/calendar-feeds", headers=head)).json() == []
