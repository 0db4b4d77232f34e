"""The vendor's books: accounts, their devices, and which tokens are alive. Tokens are real JWTs with real expiry."""

import secrets
from dataclasses import dataclass, field
from typing import Any

import jwt

from core.clock import Clock
from external.mammotion.simulator.device import Device

PAGE_SIZE = 100
"""The vendor lists this many devices of an account, however many there are."""


class Rejected(Exception):
    """The vendor refuses: ``code`` as in its answers, ``status`` the HTTP status it comes with."""

    def __init__(self, code: int, message: str, *, status: int = 200) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


@dataclass(slots=True)
class Account:
    """One vendor account. ``session`` numbers its sign-ins: a new one ends the one before."""

    account: str
    password: str
    user_id: str
    devices: list[Device]
    blocked: bool = False
    session: int = 0
    refresh_token: str = ""
    refresh_expires_s: float = 0.0
    revoked: set[str] = field(default_factory=set)  # ids of access tokens ended before their time
    issued: set[str] = field(default_factory=set)

    @property
    def client_id(self) -> str:
        """The MQTT client id: the same for every client of the account."""
        return f"app-{self.user_id}"

    def listed(self) -> list[Device]:
        """The devices the account shows, removed ones left out."""
        return [device for device in self.devices if not device.removed]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifetimes:
    """How long tokens live, in seconds."""

    access_s: float = 7200.0
    refresh_s: float = 30 * 86400.0
    mqtt_s: float = 12 * 3600.0


class Vendor:
    """Accounts and tokens. Raises :class:`Rejected`; knows nothing of HTTP or MQTT packets."""

    def __init__(self, accounts: list[Account], clock: Clock, lifetimes: Lifetimes) -> None:
        self.accounts = {account.account: account for account in accounts}
        self.lifetimes = lifetimes
        self._clock = clock
        self._key = secrets.token_hex(32)
        self._by_user = {account.user_id: account for account in accounts}

    def sign_in(self, name: str, password: str, *, iot_url: str) -> dict[str, Any]:
        """A password grant: the login data the vendor answers with."""
        account = self.accounts.get(name)
        if account is None or not secrets.compare_digest(account.password.encode(), password.encode()):
            raise Rejected(20002, "Account or password is wrong")
        self._refuse_blocked(account)
        account.session += 1
        return self._login_data(account, iot_url)

    def refresh(self, refresh_token: str, *, iot_url: str) -> dict[str, Any]:
        """A refresh grant. The token rotates: the old one is dead from now on."""
        account = next((a for a in self.accounts.values() if a.refresh_token == refresh_token != ""), None)
        if account is None or account.refresh_expires_s < self._now_s():
            raise Rejected(40102, "Refresh token has expired")
        self._refuse_blocked(account)
        return self._login_data(account, iot_url)

    def account_of(self, bearer: str) -> Account:
        """The account of an access token; ``Rejected`` 401 when it is not alive."""
        account, claims = self._read(bearer, "access")
        if account is None or claims["jti"] in account.revoked or account.blocked:
            raise Rejected(401, "Access token is invalid", status=401)
        return account

    def sign_out(self, account: Account) -> None:
        """End the account's session: nothing issued for it stays valid."""
        account.session += 1
        account.refresh_token = ""

    def end_tokens(self, account: Account, *, refresh_too: bool = False) -> None:
        """End the access tokens before their time (a refresh brings new ones, unless that ends as well)."""
        account.revoked |= account.issued
        if refresh_too:
            account.refresh_token = ""

    def mqtt_credentials(self, account: Account, *, host: str) -> dict[str, str]:
        """What the JWT endpoint answers."""
        token = self._issue(account, "mqtt", self.lifetimes.mqtt_s, clientId=account.client_id)
        return {"host": host, "jwt": token, "clientId": account.client_id, "username": account.user_id}

    def mqtt_account(self, *, client_id: str, username: str, password: str) -> Account | None:
        """The account a broker sign-in stands for, ``None`` when it is to be refused."""
        account, claims = self._read(password, "mqtt")
        if account is None or account.blocked or username != account.user_id or client_id != claims["clientId"]:
            return None
        return account

    def device(self, account: Account, iot_id: str) -> Device:
        """A device of the account; ``Rejected`` with the vendor's codes when it is gone or offline."""
        device = next((device for device in account.devices if device.iot_id == iot_id), None)
        if device is None or device.removed:
            raise Rejected(50101, "Device is not bound to this account")
        if not device.online:
            raise Rejected(50103, "Device is offline")
        return device

    def _login_data(self, account: Account, iot_url: str) -> dict[str, Any]:
        account.refresh_token = secrets.token_urlsafe(24)
        account.refresh_expires_s = self._now_s() + self.lifetimes.refresh_s
        return {
            "access_token": self._issue(account, "access", self.lifetimes.access_s, iot=iot_url, robot=iot_url),
            "token_type": "bearer",
            "refresh_token": account.refresh_token,
            "expires_in": int(self.lifetimes.access_s),
            "authorization_code": "",  # empty: the older Aliyun path is never taken
            "userInformation": {
                "areaCode": "US",
                "domainAbbreviation": "US",
                "userId": account.user_id,
                "userAccount": account.user_id,
                "authType": "0",
            },
        }

    def _issue(self, account: Account, use: str, lifetime_s: float, **claims: str) -> str:
        now_s = self._now_s()
        identity = secrets.token_hex(8)
        if use == "access":
            account.issued.add(identity)
        body = {"sub": account.user_id, "use": use, "ses": account.session, "jti": identity} | claims
        return jwt.encode(body | {"iat": int(now_s), "exp": int(now_s + lifetime_s)}, self._key, algorithm="HS256")

    def _read(self, token: str, use: str) -> tuple[Account | None, dict[str, Any]]:
        """The live account of a token of the given use; (None, {}) for any other text."""
        try:
            # The clock is ours, so that expiry can be tested without waiting.
            claims = jwt.decode(
                token, self._key, algorithms=["HS256"], options={"verify_exp": False, "verify_iat": False}
            )
        except jwt.PyJWTError:
            return None, {}
        account = self._by_user.get(str(claims.get("sub")))
        alive = account is not None and claims["exp"] > self._now_s() and claims["ses"] == account.session
        return (account, claims) if alive and claims.get("use") == use else (None, {})

    def _refuse_blocked(self, account: Account) -> None:
        if account.blocked:
            raise Rejected(40103, "Account is blocked")

    def _now_s(self) -> float:
        return self._clock.now().timestamp()
