"""The one table of rights."""

import pytest

from core.accounts import PERMISSIONS, Right, Role, Viewer
from core.ids import new_id


def viewer(role: Role) -> Viewer:
    return Viewer(person_id=new_id(), email="x@elm.example", name="X", role=role)


def test_every_role_has_its_row() -> None:
    assert set(PERMISSIONS) == set(Role)


def test_an_admin_may_do_everything() -> None:
    assert all(viewer(Role.ADMIN).may(right) for right in Right)


def test_a_homeowner_may_see_their_own_lot_and_bill_and_nothing_else() -> None:
    assert [right for right in Right if viewer(Role.HOMEOWNER).may(right)] == [Right.SEE_OWN_LOT, Right.SEE_OWN_BILL]


@pytest.mark.parametrize("right", [Right.MANAGE_PEOPLE, Right.SEE_AUDIT, Right.LINK_VENDOR_ACCOUNTS])
def test_only_an_admin_holds_the_keys(right: Right) -> None:
    assert [role for role in Role if viewer(role).may(right)] == [Role.ADMIN]


def test_whoever_may_command_mowers_may_see_them() -> None:
    assert all(Right.SEE_FLEET in rights for rights in PERMISSIONS.values() if Right.COMMAND_MOWERS in rights)
