"""Records of who owns what: a lease a vendor account, a line a process that may own some."""

from datetime import datetime

from sqlalchemy import BigInteger, Column
from sqlmodel import Field

from core.db.base import Record, moment


class AccountLease(Record, table=True):
    """The owner of a vendor account until ``until``. ``token`` grows with every change of owner and never falls."""

    __tablename__ = "account_lease"

    account: str = Field(primary_key=True, max_length=254)
    owner: str = Field(max_length=80)
    token: int = Field(sa_column=Column(BigInteger, nullable=False))
    until: datetime = moment()


class FleetWorker(Record, table=True):
    """A process that may own accounts; it counts as there until ``until``."""

    __tablename__ = "fleet_worker"

    owner: str = Field(primary_key=True, max_length=80)
    until: datetime = moment()
