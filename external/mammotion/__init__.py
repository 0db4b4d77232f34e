"""The Mammotion cloud behind `core.ports`. Importing this connects nothing and does not import PyMammotion."""

from external.mammotion.cloud import MammotionCloud
from external.mammotion.fault_codes import LIFT_CODES, MammotionLexicon

__all__ = ["LIFT_CODES", "MammotionCloud", "MammotionLexicon"]
