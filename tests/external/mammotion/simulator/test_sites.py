import pytest
from pydantic import ValidationError

from external.mammotion.simulator import Sites
from external.mammotion.simulator.default_sites import default_sites
from external.mammotion.simulator.lawn import ZoneKind, build_lawn
from external.mammotion.simulator.models import model_of


def test_a_street_can_be_written_to_a_file_and_read_back(elm_street: Sites) -> None:
    assert Sites.model_validate_json(elm_street.model_dump_json()) == elm_street


def test_the_same_seed_makes_the_same_street() -> None:
    assert default_sites(mowers=40, accounts=4, seed=3) == default_sites(mowers=40, accounts=4, seed=3)
    assert default_sites(mowers=40, accounts=4, seed=3) != default_sites(mowers=40, accounts=4, seed=4)


def test_mowers_are_dealt_out_and_their_names_are_their_own() -> None:
    street = default_sites(mowers=40, accounts=4, seed=1)
    names = [mower.device_name for account in street.accounts for mower in account.mowers]
    assert [len(account.mowers) for account in street.accounts] == [10, 10, 10, 10]
    assert len(set(names)) == 40
    assert {model_of(name).prefix[:5] for name in names} == {"Luba-", "Yuka-"}


def test_more_mowers_than_the_vendor_lists_need_more_accounts() -> None:
    with pytest.raises(ValueError, match="expected 0 to 100 an account"):
        default_sites(mowers=101, accounts=1, seed=1)


@pytest.mark.parametrize("wrong", [{"longitude": 181.0}, {"latitude": -91.0}, {"colour": "red"}])
def test_a_wrong_field_is_refused_by_name(elm_street: Sites, wrong: dict[str, object]) -> None:
    data = elm_street.model_dump(mode="json")
    data["accounts"][0]["mowers"][0]["dock"].update(wrong)
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        Sites.model_validate(data)


def test_an_unknown_device_name_is_refused() -> None:
    with pytest.raises(ValueError, match="tells no known model"):
        model_of("Robo-123456")


def test_a_lawn_keeps_every_zone_with_a_hash_of_its_own(elm_street: Sites) -> None:
    lawn = build_lawn(elm_street.accounts[0].mowers[0])
    assert [zone.kind for zone in lawn.zones] == [ZoneKind.AREA, ZoneKind.AREA, ZoneKind.NO_GO, ZoneKind.CHANNEL]
    assert len({zone.hash for zone in lawn.zones}) == 4
    assert all(0 < zone.hash < 2**63 for zone in lawn.zones)


def test_a_closed_ring_and_an_open_one_are_the_same_lawn(elm_street: Sites) -> None:
    data = elm_street.accounts[0].mowers[0].model_dump()
    closed = data | {"areas": [area | {"ring": [*area["ring"], area["ring"][0]]} for area in data["areas"]]}
    opened_lawn = build_lawn(type(elm_street.accounts[0].mowers[0]).model_validate(data))
    closed_lawn = build_lawn(type(elm_street.accounts[0].mowers[0]).model_validate(closed))
    assert closed_lawn.bol_hash == opened_lawn.bol_hash
