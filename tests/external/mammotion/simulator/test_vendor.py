"""Tokens are real: they expire, rotate and end."""

from collections.abc import Callable

import pytest

from core.clock import MovableClock
from external.mammotion.simulator.vendor import Account, Lifetimes, Rejected, Vendor

URL = "http://127.0.0.1:1"


@pytest.fixture
def vendor(clock: MovableClock) -> Vendor:
    account = Account(account="ann@mowthos.example", password="elm", user_id="71", devices=[])
    return Vendor([account], clock, Lifetimes(access_s=600, refresh_s=6000, mqtt_s=900))


def sign_in(vendor: Vendor) -> dict[str, str]:
    return vendor.sign_in("ann@mowthos.example", "elm", iot_url=URL)


def code_of(act: Callable[[], object]) -> int:
    with pytest.raises(Rejected) as caught:
        act()
    return caught.value.code


def test_an_access_token_opens_the_account_until_it_expires(vendor: Vendor, clock: MovableClock) -> None:
    token = sign_in(vendor)["access_token"]
    clock.move(599)
    assert vendor.account_of(token).account == "ann@mowthos.example"
    clock.move(2)
    assert code_of(lambda: vendor.account_of(token)) == 401


@pytest.mark.parametrize(("name", "password"), [("ann@mowthos.example", "oak"), ("bob@mowthos.example", "elm")])
def test_a_wrong_name_or_password_is_refused(vendor: Vendor, name: str, password: str) -> None:
    assert code_of(lambda: vendor.sign_in(name, password, iot_url=URL)) == 20002


def test_a_refresh_token_works_once(vendor: Vendor) -> None:
    first = sign_in(vendor)
    second = vendor.refresh(first["refresh_token"], iot_url=URL)
    assert second["refresh_token"] != first["refresh_token"]
    assert code_of(lambda: vendor.refresh(first["refresh_token"], iot_url=URL)) == 40102
    assert vendor.account_of(second["access_token"]).user_id == "71"


def test_a_refresh_token_expires(vendor: Vendor, clock: MovableClock) -> None:
    token = sign_in(vendor)["refresh_token"]
    clock.move(6001)
    assert code_of(lambda: vendor.refresh(token, iot_url=URL)) == 40102


def test_an_empty_refresh_token_is_nobodys(vendor: Vendor) -> None:
    assert code_of(lambda: vendor.refresh("", iot_url=URL)) == 40102


def test_a_new_sign_in_ends_the_one_before(vendor: Vendor) -> None:
    first = sign_in(vendor)
    sign_in(vendor)
    assert code_of(lambda: vendor.account_of(first["access_token"])) == 401
    assert code_of(lambda: vendor.refresh(first["refresh_token"], iot_url=URL)) == 40102


def test_signing_out_ends_everything_issued(vendor: Vendor) -> None:
    tokens = sign_in(vendor)
    account = vendor.account_of(tokens["access_token"])
    mqtt = vendor.mqtt_credentials(account, host="tcp://h:1")
    vendor.sign_out(account)
    assert code_of(lambda: vendor.account_of(tokens["access_token"])) == 401
    assert code_of(lambda: vendor.refresh(tokens["refresh_token"], iot_url=URL)) == 40102
    assert broker_sign_in(vendor, mqtt) is None


def broker_sign_in(vendor: Vendor, creds: dict[str, str], **other: str) -> Account | None:
    fields = {"client_id": creds["clientId"], "username": creds["username"], "password": creds["jwt"]} | other
    return vendor.mqtt_account(**fields)


def test_a_broker_token_is_for_its_own_client_and_time(vendor: Vendor, clock: MovableClock) -> None:
    account = vendor.account_of(sign_in(vendor)["access_token"])
    creds = vendor.mqtt_credentials(account, host="tcp://h:1")
    assert broker_sign_in(vendor, creds) is account
    assert broker_sign_in(vendor, creds, client_id="another") is None
    assert broker_sign_in(vendor, creds, username="72") is None
    assert broker_sign_in(vendor, creds, password=sign_in(vendor)["access_token"]) is None
    fresh = vendor.mqtt_credentials(account, host="tcp://h:1")
    clock.move(901)
    assert broker_sign_in(vendor, fresh) is None


def test_a_blocked_account_is_refused_everywhere(vendor: Vendor) -> None:
    tokens = sign_in(vendor)
    account = vendor.account_of(tokens["access_token"])
    creds = vendor.mqtt_credentials(account, host="tcp://h:1")
    account.blocked = True
    assert code_of(lambda: sign_in(vendor)) == 40103
    assert code_of(lambda: vendor.refresh(tokens["refresh_token"], iot_url=URL)) == 40103
    assert code_of(lambda: vendor.account_of(tokens["access_token"])) == 401
    assert broker_sign_in(vendor, creds) is None
