"""Whoever asked their system for less motion gets it: from every style, and from every script that moves something."""

import re

from tests.browsers import ROOT

PLAYED = {"dashboard/components/past/player.js"}
"""Moves only while a person lets it play."""
MEASURED = {"dashboard/components/mower_history.js"}
"""Waits for a picture to be drawn, to say how long that took."""
TICKED = {"assets/frame.js"}
"""Writes ages anew: nothing changes its place."""
GLIDED = {"dashboard/components/js/fleet_map.js"}
"""Moves markers as far as `glide.js` allows, which asks."""


def scripts() -> dict[str, str]:
    found = [*(ROOT / "dashboard").rglob("*.js"), *(ROOT / "assets").rglob("*.js")]
    return {path.relative_to(ROOT).as_posix(): path.read_text() for path in found if "vendor" not in path.parts}


def moves(script: str) -> bool:
    """Whether it draws picture after picture by the time that has passed."""
    return "requestAnimationFrame" in script and "performance.now()" in script


def test_every_script_that_moves_something_asks_whether_it_may() -> None:
    unasked = {name for name, script in scripts().items() if moves(script) and "calm.matches" not in script}
    assert unasked == PLAYED | MEASURED | TICKED | GLIDED
    asking = [script for script in scripts().values() if "calm.matches" in script]
    assert len(asking) >= 3
    assert all('calm = matchMedia("(prefers-reduced-motion: reduce)")' in script for script in asking)


def test_a_flight_of_a_map_is_a_jump_for_them() -> None:
    for name in ("dashboard/components/js/camera.js", "dashboard/components/draw/canvas_map.js"):
        flight = scripts()[name].partition("flyTo(goal")[2].partition("requestAnimationFrame")[0]
        assert re.search(r"if \(calm\.matches \|\|.*return this\.(set|look)\(goal\)", flight), name


def test_no_style_moves_for_them() -> None:
    style = (ROOT / "assets/styles/mowthos.css").read_text()
    calm = style.partition("@media (prefers-reduced-motion: reduce)")[2].partition("\n}")[0]
    for rule in ("animation-duration: 0.01ms", "animation-iteration-count: 1", "transition-duration: 0.01ms"):
        assert f"{rule} !important" in calm
