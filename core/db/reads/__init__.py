"""Queries that feed screens: they join the tables of every domain and return rows, never domain objects."""

from core.db.reads.map_layers import map_layers
from core.db.reads.roster import RosterRow, mower_roster
from core.db.reads.scope import EVERYTHING, Box, ReadScope, own_lots

__all__ = ["EVERYTHING", "Box", "ReadScope", "RosterRow", "map_layers", "mower_roster", "own_lots"]
