"""Where the project's own styles, scripts and pictures stand, and the addresses browsers fetch them from."""

from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from nicegui.version import __version__ as nicegui_version

ASSETS = Path(__file__).parents[1] / "assets"
FONTS_URL = f"/_nicegui/{nicegui_version}/static/fonts.css"
"""Roboto and the icons, shipped inside NiceGUI's wheel."""


@lru_cache
def asset_url(name: str) -> str:
    """The address of ``assets/<name>``; it changes with the content, so that browsers may keep it for ever."""
    digest = sha256((ASSETS / name).read_bytes()).hexdigest()[:12]
    return f"/assets/{name}?v={digest}"
