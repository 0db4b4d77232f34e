"""Vendor accounts: link one, list them with their health. Passwords go in and never come out."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from core.accounts import Audit, Right, Viewer
from dashboard.api.bearer import Bearer
from dashboard.api.models import VendorAccountOut, vendor_account_out
from dashboard.api.ports import AccountDesk
from dashboard.api.problems import problems


class NewAccount(BaseModel):
    model_config = ConfigDict(extra="forbid")

    account: str = Field(min_length=1, max_length=254)
    password: str = Field(min_length=1, max_length=200, json_schema_extra={"format": "password"})


def fleet_accounts_router(*, bearer: Bearer, accounts: AccountDesk, audit: Audit) -> APIRouter:
    router = APIRouter(prefix="/fleet/accounts", tags=["fleet accounts"])

    @router.get("", responses=problems(403), summary="Linked vendor accounts with their health")
    async def list_accounts(
        _viewer: Annotated[Viewer, bearer.caller(Right.SEE_VENDOR_ACCOUNTS)],
    ) -> list[VendorAccountOut]:
        return [vendor_account_out(account) for account in await accounts.accounts()]

    @router.post("", status_code=201, responses=problems(403, 409, 422, 424, 503), summary="Link a vendor account")
    async def link(
        body: NewAccount, viewer: Annotated[Viewer, bearer.caller(Right.LINK_VENDOR_ACCOUNTS)]
    ) -> VendorAccountOut:
        linked = await accounts.link(body.account, body.password, by=viewer.email)
        await audit.record(
            actor=viewer.email,
            person_id=viewer.person_id,
            action="vendor_account.link",
            object_type="vendor_account",
            object_id=body.account,
            source="api",
        )
        return vendor_account_out(linked)

    return router
