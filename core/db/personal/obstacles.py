"""What speaks against erasing somebody now, and what of theirs is to be ended first."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.db.personal.places import By
from core.db.personal.subject import Subject
from core.db.tables import metadata
from core.texts import N_, Amount, Text

_T = metadata.tables
HOLDS = ("approved", "active", "suspended")
UNPAID = ("held", "open")


async def obstacles(read: AsyncConnection, subject: Subject) -> Sequence[str]:
    """Each reason with what to do about it; none when the person can be erased."""
    reasons: list[str] = []
    cluster, member = _T["cluster"], _T["cluster_member"]
    hosts = (
        select(cluster.c.number)
        .join(member, member.c.cluster_id == cluster.c.id)
        .where(member.c.part == "host", cluster.c.state.in_(HOLDS), _of_home(member.c, subject))
        .order_by(cluster.c.number)
    )
    for (number,) in (await read.execute(hosts)).all():
        reasons.append(
            Text("They host cluster C-{number:04}: hand it to another host, or retire it, first.", number=number)
        )
    bought, bill = _T["billing_subscription"], _T["billing_invoice"]
    theirs = or_(bought.c.household_id.in_(subject.keys[By.ALONE]), bought.c.payer_id.in_(subject.keys[By.PAYER]))
    unpaid = (
        select(bill.c.number, bill.c.due_minor, bill.c.currency, bought.c.address)
        .join(bought, bought.c.id == bill.c.subscription_id)
        .where(theirs, bill.c.state.in_(UNPAID))
        .order_by(bought.c.address, bill.c.number)
    )
    for number, due, currency, address in (await read.execute(unpaid)).all():
        reasons.append(
            Text(
                "Invoice {number} of {address}, {due}, is open: it is to be paid, or made void, first.",
                number=number, address=address, due=Amount(due, currency),
            )
        )  # fmt: skip
    live = select(bought.c.address).where(theirs, bought.c.status != "canceled").order_by(bought.c.address)
    for (address,) in (await read.execute(live)).all():
        reasons.append(Text("The subscription of {address} runs: end it first.", address=address))
    steps = (await read.execute(select(_T["on_call_step"].c.people))).scalars().all()
    if any(str(subject.person_id) in map(str, people) for people in steps):
        reasons.append(N_("They are on the on-call rota: take them out first."))
    return reasons


async def places_to_leave(read: AsyncConnection, subject: Subject) -> Sequence[tuple[UUID, int]]:
    """(cluster, home) of each neighbour's place that the homes nobody else has hold."""
    cluster, member = _T["cluster"], _T["cluster_member"]
    query = (
        select(member.c.cluster_id, member.c.home_id)
        .join(cluster, cluster.c.id == member.c.cluster_id)
        .where(member.c.part == "neighbour", cluster.c.state != "retired", _of_home(member.c, subject))
        .order_by(cluster.c.number)
    )
    return [(cluster_id, home_id) for cluster_id, home_id in (await read.execute(query)).all()]


def _of_home(member: Any, subject: Subject) -> Any:
    return or_(
        member.household_id.in_(subject.keys[By.ALONE]), member.lot_id.in_(subject.keys[By.LOT_ALONE]),
        member.home_id.in_(subject.keys[By.HOME_ALONE]),
    )  # fmt: skip
