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


@pytest.mark.parametrize("right", [Right.MANAGE_PEOPLE, Right.LINK_VENDOR_ACCOUNTS])
def test_only_an_admin_holds_the_keys(right: Right) -> None:
    assert [role for role in Role if viewer(role).may(right)] == [Role.ADMIN]


def test_whoever_may_command_mowers_may_see_them() -> None:
    assert all(Right.SEE_FLEET in rights for rights in PERMISSIONS.values() if Right.COMMAND_MOWERS in rights)


def test_an_auditor_reads_the_audit_and_the_books_and_holds_no_right_that_changes_anything() -> None:
    rights = PERMISSIONS[Role.AUDITOR]
    assert {Right.SEE_AUDIT, Right.SEE_BILLING, Right.SEE_FLEET} <= rights
    assert all(right.value.startswith("see_") for right in rights)
    assert rights == {right for right in Right if right.value.startswith("see_")} - {Right.SEE_OWN_BILL}


def test_a_program_manages_neither_people_nor_money() -> None:
    kept = {
        Right.MANAGE_PEOPLE,
        Right.MANAGE_BILLING,
        Right.LINK_VENDOR_ACCOUNTS,
        Right.SEE_AUDIT,
        Right.OVERRIDE_GUARD,
    }
    assert not PERMISSIONS[Role.SERVICE] & kept
