"""The pure rules of the drawing code, run by Node.js: groups, undo, areas, holes, what is near."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

COMPONENTS = Path(__file__).parents[3] / "dashboard" / "components"


@pytest.fixture
def run(tmp_path: Path) -> Any:
    """``run(imports, expression)``: the value of a JavaScript expression."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs Node.js")
    shutil.copytree(COMPONENTS / "draw", tmp_path / "draw")
    shutil.copytree(COMPONENTS / "js", tmp_path / "node_modules" / "mowthos-live")
    (tmp_path / "package.json").write_text('{"type": "module"}')
    (tmp_path / "node_modules" / "mowthos-live" / "package.json").write_text('{"type": "module"}')

    def evaluated(imports: str, expression: str) -> Any:
        (tmp_path / "run.js").write_text(f"{imports}\nconsole.log(JSON.stringify({expression}))")
        told = subprocess.run([node, "run.js"], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert told.returncode == 0, told.stderr
        return json.loads(told.stdout)

    return evaluated


GROUP = 'import * as group from "./draw/group.js";'
LAWNS = """
import * as lawns from "./draw/lawn_shapes.js";
const square = (x, y, side) => [[x, y], [x + side, y], [x + side, y + side], [x, y + side]];
const yard = [{ part: "back", rings: [square(0, 0, 10)] }];
"""


def test_the_first_home_picked_is_the_host_and_the_next_follows_when_it_goes(run: Any) -> None:
    picked = "[7, 8, 9].reduce((held, id) => group.toggled(held, id), group.EMPTY)"
    assert run(GROUP, picked) == {"host": 7, "homes": [7, 8, 9]}
    assert run(GROUP, f"group.toggled({picked}, 7)") == {"host": 8, "homes": [8, 9]}
    assert run(GROUP, f"group.ordered(group.hosted({picked}, 9))") == [9, 7, 8]


def test_a_home_is_as_bad_as_the_worst_that_is_said_of_it(run: Any) -> None:
    findings = (
        '[{home: 1, level: "warn"}, {home: 1, level: "broken"}, {home: 2, level: "ok"}, {home: null, level: "broken"}]'
    )
    assert run(GROUP, f"[...group.levels({findings})]") == [[1, "broken"]]


def test_what_is_undone_comes_back_until_something_new_is_drawn(run: Any) -> None:
    imports = (
        'import { History } from "./draw/history.js"; const past = new History("a"); past.push("b"); past.push("c");'
    )
    assert run(imports, "[past.undo(), past.undo(), past.undo(), past.redo()]") == ["b", "a", "a", "b"]
    assert run(f"{imports} past.undo(); past.push('d');", "[past.now, past.canRedo, past.undo()]") == ["d", False, "b"]


def test_the_area_of_a_hectare_is_a_hectare(run: Any) -> None:
    imports = 'import { areaM2 } from "./draw/rings.js"; import { METRES_PER_DEGREE } from "mowthos-live/geometry.js";'
    ring = "[[0, 0], [d, 0], [d, d], [0, d]]"
    assert run(f"{imports} const d = 100 / METRES_PER_DEGREE;", f"Math.round(areaM2({ring}))") == 10_000


def test_a_hole_is_cut_into_the_lawn_that_holds_it_and_into_no_other(run: Any) -> None:
    assert run(LAWNS, "lawns.cut(yard, square(4, 4, 2))[0].rings.length") == 2
    assert run(LAWNS, "lawns.cut(yard, square(40, 4, 2)) === yard") is True
    inside = "[[5, 5], [1, 1], [50, 5]].map((place) => lawns.lawnAt(lawns.cut(yard, square(4, 4, 2)), place))"
    assert run(LAWNS, inside) == [-1, 0, -1]


def test_a_corner_is_moved_added_and_taken_away_without_touching_the_lawn_before(run: Any) -> None:
    at = "{ lawn: 0, ring: 0, corner: 2 }"
    assert run(LAWNS, f"lawns.moved(yard, {at}, [20, 20])[0].rings[0][2]") == [20, 20]
    assert run(LAWNS, f"[lawns.inserted(yard, {at}, [12, 5])[0].rings[0].length, yard[0].rings[0].length]") == [5, 4]
    triangle = f"lawns.withoutCorner(yard, {at})"
    assert run(LAWNS, f"{triangle}[0].rings[0].length") == 3
    assert run(LAWNS, f"lawns.withoutCorner({triangle}, {at}).length") == 0


def test_lawns_come_back_from_geojson_as_they_went(run: Any) -> None:
    assert run(LAWNS, "lawns.toGeo(yard)[0]") == {
        "type": "Polygon",
        "coordinates": [[[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]]],
        "part": "back",
    }
    assert run(LAWNS, "JSON.stringify(lawns.fromGeo(lawns.toGeo(yard))) === JSON.stringify(yard)") is True


def test_homes_offered_match_every_word_and_stand_nearest_first(run: Any) -> None:
    imports = """import { nearHomes } from "./draw/near.js";
    const homes = [[1, "12 Elm Street", 0], [2, "14 Elm Street", 0.001], [3, "9 Oak Lane", 0.0001]]
      .map(([id, address, x]) => ({ id, address, city: "Rochester", place: [x, 44] }));"""
    ids = "nearHomes(homes, { around: [0, 44], text: 'elm roch' }).map(({ id }) => id)"
    assert run(imports, ids) == [1, 2]
    assert run(imports, "nearHomes(homes, { around: [0, 44], taken: [1] }).map(({ id }) => id)") == [3, 2]


def test_a_box_is_told_from_a_polygon(run: Any) -> None:
    imports = 'import { boxRing, drawnKind } from "./draw/rings.js";'
    assert run(imports, "[drawnKind(boxRing([0, 0, 2, 1])), drawnKind([[0, 0], [2, 0], [1, 1]])]") == ["box", "polygon"]
