"""Links to one mower or one cluster that open without a sign-in."""

from core.shares.desk import MOST_HOURS, MadeShare, ShareDesk, ShareKind, ShareState, ShareView

__all__ = ["MOST_HOURS", "MadeShare", "ShareDesk", "ShareKind", "ShareState", "ShareView"]
