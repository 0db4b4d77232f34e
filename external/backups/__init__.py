"""How each kind of database is dumped and brought back (`core.backups.Dumper`)."""

from core.backups import Dumper
from external.backups.postgres import PostgresDumper
from external.backups.sqlite import SqliteDumper

__all__ = ["Dumper", "PostgresDumper", "SqliteDumper", "dumper_for"]


def dumper_for(address: str) -> Dumper:
    """The one for a database address as in the settings."""
    if address.startswith("sqlite"):
        return SqliteDumper(address.removeprefix("sqlite:///"))
    return PostgresDumper(address)
