"""Exports obey rights and scope: each role gets what its screen shows, in every form."""

import csv
import io

import pytest

from core.accounts import Role
from dashboard.exports.table import EXPORTS
from tests.dashboard.api.conftest import OAK_LAWN, Api, mowing


@pytest.mark.parametrize(("name", "form"), [(one.name, form) for one in EXPORTS.values() for form in one.forms])
async def test_an_admin_has_every_export_in_every_form(api: Api, name: str, form: str) -> None:
    mower = "&mower=Luba-ELM" if EXPORTS[name].of_mower else ""
    answer = await api.client.get(f"/exports/{name}.{form}?{mower}", headers=await api.as_(Role.ADMIN))
    assert answer.status_code == 200, answer.text
    assert answer.content and f'filename="{name}-20260601.{form}"' in answer.headers["content-disposition"]


async def test_each_role_is_offered_and_given_what_it_may_see(api: Api) -> None:
    for role in Role:
        header = await api.as_(role)
        offered = {one["name"] for one in (await api.client.get("/exports", headers=header)).json()}
        for export in EXPORTS.values():
            answer = await api.client.get(f"/exports/{export.name}.csv?mower=Luba-ELM", headers=header)
            assert answer.status_code == (200 if export.name in offered else 403), (role, export.name)
        assert (offered == set(EXPORTS)) == (role is Role.ADMIN)


async def test_a_homeowner_exports_their_own_mower_and_not_where_it_is_elsewhere(api: Api) -> None:
    header = await api.as_(Role.HOMEOWNER)

    async def rows() -> list[dict[str, str]]:
        text = (await api.client.get("/exports/mowers.csv", headers=header)).content.decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text)))

    (own,) = await rows()
    assert (own["Device name"], own["Longitude"]) == ("Luba-ELM", "-92.48")
    api.live.set_roster([mowing(1, "Luba-ELM", api.clock.now(), OAK_LAWN)])
    (away,) = await rows()
    assert (away["Longitude"], away["Latitude"], away["State"]) == ("", "", "unknown")


async def test_what_there_is_none_of_is_not_found_and_a_track_needs_its_mower(api: Api) -> None:
    header = await api.as_(Role.ADMIN)
    for path, status in (
        ("nothing.csv", 404), ("audit.gpx", 404), ("track.gpx", 422), ("track.gpx?mower=Nobody", 404),
        ("audit.csv?since=2026-06-02T00:00:00Z&until=2026-06-01T00:00:00Z", 422), ("audit.exe", 422),
    ):  # fmt: skip
        assert (await api.client.get(f"/exports/{path}", headers=header)).status_code == status, path
