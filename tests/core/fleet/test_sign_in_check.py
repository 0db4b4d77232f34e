"""The regular look at sign-ins: quiet while all is well, loud about what only a person can mend."""

from datetime import timedelta

import pytest

from core.errors import NeedsHuman
from core.fleet import check_sign_ins
from core.fleet.model import LinkState
from core.fleet.service import FleetService
from tests.core.fleet.conftest import ELM_STREET
from tests.core.fleet.fakes import FakeCloud, healthy


async def test_accounts_that_are_signed_in_are_counted(linked: FleetService) -> None:
    assert await check_sign_ins(linked.accounts) == 1


async def test_an_account_whose_tokens_are_dead_is_named(linked: FleetService, cloud: FakeCloud) -> None:
    dead = healthy(ELM_STREET, cloud.clock.now() + timedelta(seconds=1), state=LinkState.REAUTH_NEEDED)
    cloud.link.health = dead
    with pytest.raises(NeedsHuman, match=ELM_STREET):
        await check_sign_ins(linked.accounts)
