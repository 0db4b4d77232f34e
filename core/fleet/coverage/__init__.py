"""Which of the lawn was cut: a grid of cells over the lawn map, and the track of the blade."""

from core.fleet.coverage.blades import blade_width_m
from core.fleet.coverage.grid import AreaCoverage, Coverage, Patch, Strokes, covered
from core.fleet.coverage.shapes import ground

__all__ = ["AreaCoverage", "Coverage", "Patch", "Strokes", "blade_width_m", "covered", "ground"]
