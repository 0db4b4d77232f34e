"""Every action that the source names when it writes into the audit has words."""

import ast

from dashboard.pages.audit_words import action_words
from tests.browsers import ROOT

FOLDERS = ("core", "dashboard")


def named() -> set[str]:
    """``action="..."`` of every call that writes a line."""
    calls = (
        node
        for folder in FOLDERS
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
    )
    words = {
        keyword.value.value
        for call in calls
        for keyword in call.keywords
        if keyword.arg == "action" and isinstance(keyword.value, ast.Constant)
    }
    return {str(word) for word in words if "." in str(word)}


def test_every_action_written_into_the_audit_has_words() -> None:
    assert len(named()) > 40
    assert sorted(named() - set(action_words())) == []
