"""The regular look at vendor accounts: begin what is missing, and say which ones only a person can help."""

from core.errors import NeedsHuman
from core.fleet.accounts import VendorAccounts
from core.texts import Text


async def check_sign_ins(accounts: VendorAccounts) -> int:
    """Begin every link that is missing; returns how many accounts are linked.

    ``NeedsHuman`` names the accounts whose sign-in or tokens are dead: there is no login that nobody asked for.
    """
    await accounts.look()
    views = await accounts.accounts()
    stuck = [view.account for view in views if view.task is not None]
    if stuck:
        raise NeedsHuman(Text("these vendor accounts wait for a person: {accounts}", accounts=", ".join(stuck)))
    return len(views)
