"""Areas: parts of the land that people of the office are assigned to, and what those people see."""

from core.areas.desk import BOUNDED_ROLES, AreaDesk, AreaView
from core.areas.shapes import outline_of, read_outline
from core.areas.sights import Sights

__all__ = ["BOUNDED_ROLES", "AreaDesk", "AreaView", "Sights", "outline_of", "read_outline"]
