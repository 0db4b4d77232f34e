"""What a route asks for, written on its check."""

from collections.abc import Callable
from typing import Any

from core.accounts import Right


def marked[Check: Callable[..., Any]](check: Check, *any_of: Right) -> Check:
    """Says on a route's check which rights it asks for, one of them at least; none: whoever is signed in. For
    tests to read."""
    check.rights = frozenset(any_of)
    return check
