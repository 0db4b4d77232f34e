"""The pure rules of the browser code, run by Node.js: age, grouping, filters, banners, the done part of a path."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

MODULES = Path(__file__).parents[3] / "dashboard" / "components" / "js"


@pytest.fixture
def run(tmp_path: Path) -> Any:
    """``run(imports, expression)``: the value of a JavaScript expression."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs Node.js")
    shutil.copytree(MODULES, tmp_path / "js")
    (tmp_path / "package.json").write_text('{"type": "module"}')

    def evaluated(imports: str, expression: str) -> Any:
        (tmp_path / "run.js").write_text(f"{imports}\nconsole.log(JSON.stringify({expression}))")
        told = subprocess.run([node, "run.js"], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert told.returncode == 0, told.stderr
        return json.loads(told.stdout)

    return evaluated


JUDGE = """
import { judge } from "./js/judge.js";
const mowing = { key: "mowing", stale_s: 60 }, docked = { key: "docked", stale_s: 900 };
const unknown = { key: "unknown", stale_s: null };
const states = [mowing, docked, unknown];
const at = (state, age_s, { since = 0, lost = false, confidence = 1, lastKnown = 255 } = {}) => {
  const age = [Math.round(age_s * 10)];
  const frame = { state: [state], lastKnown: [lastKnown], confidence: [confidence], age, flags: [0] };
  const told = judge(frame, 0, { states, unknown, staleConfidence: 2, secondsSince: since, lost });
  return [told.state.key, told.lastKnown?.key ?? null, told.stale, Math.round(told.opacity * 100) / 100];
};
"""


def test_mowing_is_never_shown_past_its_minute_even_if_no_frame_says_so(run: Any) -> None:
    assert run(JUDGE, "[at(0, 2), at(0, 59), at(0, 61), at(0, 2, { since: 59 })]") == [
        ["mowing", None, False, 1],
        ["mowing", None, False, 0.61],
        ["unknown", "mowing", False, 0.9],
        ["unknown", "mowing", False, 0.9],
    ]


def test_a_docked_mower_fades_then_goes_stale_at_its_own_limit(run: Any) -> None:
    assert run(JUDGE, "[at(1, 400), at(1, 675), at(1, 901)]") == [
        ["docked", None, False, 1],
        ["docked", None, False, 0.8],
        ["docked", None, True, 0.75],
    ]


def test_a_lost_server_makes_everything_stale_and_the_servers_own_word_is_kept(run: Any) -> None:
    assert run(JUDGE, "[at(0, 2, { lost: true }), at(1, 2, { confidence: 2 }), at(2, 90, { lastKnown: 0 })]") == [
        ["mowing", None, True, 0.75],
        ["docked", None, True, 0.75],
        ["unknown", "mowing", False, 0.9],
    ]


GROUPING = """
import { grouped } from "./js/grouping.js";
const point = (i, lon, rank, alone = false) => ({ i, place: [lon, 44], rank, alone });
const told = (points, zoom) => {
  const { singles, groups } = grouped(points, zoom);
  return [singles.map(({ i }) => i).sort(), groups.map(({ members, worst }) => [members.length, worst.i])];
};
"""


def test_markers_that_would_cover_each_other_become_a_group_that_shows_its_worst(run: Any) -> None:
    points = "[point(0, -92.5, 6), point(1, -92.4999, 0), point(2, -92.4998, 6), point(3, -92.3, 6)]"
    assert run(GROUPING, f"told({points}, 12)") == [[3], [[3, 1]]]
    assert run(GROUPING, f"told({points}, 18)") == [[0, 1, 2, 3], []]


def test_the_selected_mower_never_hides_in_a_group(run: Any) -> None:
    points = "[point(0, -92.5, 6, true), point(1, -92.5, 0), point(2, -92.5, 6)]"
    assert run(GROUPING, f"told({points}, 12)") == [[0], [[2, 1]]]


def test_every_mower_is_drawn_exactly_once_whatever_the_crowd(run: Any) -> None:
    crowd = "Array.from({ length: 3000 }, (_, i) => point(i, -92.5 + Math.sin(i * 12.9898) * 0.02, i % 7))"
    total = f"(() => {{ const [s, g] = told({crowd}, 13); return s.length + g.reduce((n, [m]) => n + m, 0) }})()"
    assert run(GROUPING, total) == 3000


LIST = """
import { shown, counts, matches } from "./js/list_rules.js";
const row = (name, key, rank, battery, address, age = 1) =>
  ({ mower: { name, address, model: "Luba 2", cluster: "C07" }, key, rank, battery, age });
const rows = [row("Luba-2", "mowing", 6, 80, "12 Elm St"), row("Luba-10", "fault", 0, 15, "3 Oak St", 700),
  row("Yuka-1", "docked", 9, 255, "4 Elm St", NaN)];
const names = (filter) =>
  shown(rows, { states: [], battery: "", text: "", sort: "state", ...filter }).map(({ mower }) => mower.name);
"""


def test_the_list_sorts_the_worst_first_and_by_every_other_key(run: Any) -> None:
    assert run(LIST, "names({})") == ["Luba-10", "Luba-2", "Yuka-1"]
    assert run(LIST, 'names({ sort: "name" })') == ["Luba-2", "Luba-10", "Yuka-1"]
    assert run(LIST, 'names({ sort: "battery" })') == ["Luba-10", "Luba-2", "Yuka-1"]
    assert run(LIST, 'names({ sort: "address" })') == ["Yuka-1", "Luba-2", "Luba-10"]
    assert run(LIST, 'names({ sort: "age" })') == ["Yuka-1", "Luba-10", "Luba-2"]


def test_filters_combine_and_search_finds_name_address_model_and_cluster(run: Any) -> None:
    assert run(LIST, 'names({ states: ["mowing", "docked"] })') == ["Luba-2", "Yuka-1"]
    assert run(LIST, 'names({ battery: "low" })') == ["Luba-10"]
    assert run(LIST, 'names({ battery: "high" })') == ["Luba-2"]
    assert run(LIST, 'names({ text: "elm luba" })') == ["Luba-2", "Yuka-1"]
    assert run(LIST, 'names({ text: "c07", states: ["fault"] })') == ["Luba-10"]
    assert run(LIST, "Object.fromEntries(counts(rows))") == {"mowing": 1, "fault": 1, "docked": 1}


TROUBLES = """
import { troubles } from "./js/troubles.js";
const mowing = { key: "mowing" }, docked = { key: "docked" }, unknown = { key: "unknown" };
const store = (given) => ({
  now: () => 1000, lost: false, lostSince: null, accounts: [], unknown, count: given.mowers?.length ?? 0,
  judge(i) { return given.mowers[i].judged; }, ...given });
const mower = (name, state, age, lastKnown = null, account = "a") =>
  ({ name, account, judged: { state, age, lastKnown } });
const told = (given) => troubles(store(given)).map(({ kind, since, silent, account }) =>
  [kind, since, silent?.map(({ mower }) => mower.name) ?? account ?? null]);
"""


def test_a_lost_server_is_the_only_banner_because_nothing_else_can_be_known(run: Any) -> None:
    accounts = '[{ account: "a", state: "blocked", since: 900 }]'
    assert run(TROUBLES, f"told({{ lost: true, lostSince: 990000, accounts: {accounts} }})") == [["server", 990, None]]


def test_broker_and_account_troubles_name_the_account_and_a_short_hiccup_is_no_news(run: Any) -> None:
    accounts = (
        '[{ account: "a", state: "broker_down", since: 990 }, { account: "b", state: "broker_down", since: 999 },'
        ' { account: "c", state: "blocked", since: 999 }, { account: "d", state: "up", since: 1 }]'
    )
    assert run(TROUBLES, f"told({{ accounts: {accounts} }})") == [["broker_down", 990, "a"], ["blocked", 999, "c"]]


def test_a_silent_mower_is_told_after_its_minute_unless_its_account_explains_it(run: Any) -> None:
    mowers = (
        '[mower("A", unknown, 61, mowing), mower("B", mowing, 59), mower("C", docked, 500),'
        ' mower("D", unknown, 300, mowing, "b")]'
    )
    assert run(TROUBLES, f"told({{ mowers: {mowers} }})") == [["silent", 700, ["D", "A"]]]
    accounts = '[{ account: "b", state: "broker_down", since: 900 }]'
    assert run(TROUBLES, f"told({{ mowers: {mowers}, accounts: {accounts} }})") == [
        ["broker_down", 900, "b"],
        ["silent", 939, ["A"]],
    ]


def test_a_cloud_too_briefly_down_to_be_told_does_not_hide_a_silent_mower(run: Any) -> None:
    mowers, accounts = '[mower("A", unknown, 61, mowing)]', '[{ account: "a", state: "cloud_down", since: 999 }]'
    assert run(TROUBLES, f"told({{ mowers: {mowers}, accounts: {accounts} }})") == [["silent", 939, ["A"]]]


PATH = 'import { cutLines, metresBetween } from "./js/geometry.js";'


def test_the_done_part_of_a_path_is_cut_by_length(run: Any) -> None:
    lines = "[[[0, 0], [4, 0]], [[4, 1], [0, 1]]]"
    done, left = run(PATH, f"cutLines({lines}, 0.75)")
    assert done[0] == [[0, 0], [4, 0]]
    assert done[1][-1] == pytest.approx([2, 1], abs=0.01)
    assert left == [[pytest.approx([2, 1], abs=0.01), [0, 1]]]
    assert run(PATH, f"cutLines({lines}, 0)")[0] == []
    assert run(PATH, f"cutLines({lines}, 1)")[1] == []


VIEW = 'import { fitted, placeAt, screenPixel, worldPixel } from "./js/geometry.js";'


def test_bounds_are_fitted_into_what_the_panels_leave_free(run: Any) -> None:
    padding = "{ left: 380, right: 72, top: 40, bottom: 48 }"
    told = run(
        VIEW,
        f"(() => {{ const view = fitted([-92.51, 44.0, -92.5, 44.01], [1440, 900], {padding}, 19);"
        " return [[-92.51, 44.01], [-92.5, 44.0]].map((corner) => screenPixel(corner, view, [1440, 900])); })()",
    )
    (west, north), (east, south) = told
    assert (west, north, east, south) >= (380 - 1e-6, 40 - 1e-6, 0, 0)
    assert east <= 1440 - 72 + 1e-6
    assert south <= 900 - 48 + 1e-6
    assert north == pytest.approx(40, abs=0.01)  # it is the height that limits here
    assert (west + east) / 2 == pytest.approx((380 + 1440 - 72) / 2, abs=0.01)


def test_a_world_pixel_leads_back_to_its_place(run: Any) -> None:
    assert run(VIEW, "placeAt(worldPixel([-92.5, 44.01], 17), 17)") == pytest.approx([-92.5, 44.01], abs=1e-9)


LAYERS = """
import { dashed, fixRuns, inSight, snapped } from "./js/layer_rules.js";
import { metresBetween } from "./js/geometry.js";
const metre = 360 / (2 * Math.PI * 6371000);
const north = (...metres) => metres.map((m) => [-92.5, 44 + m * metre]);
const told = (line, on, off) =>
  dashed(line, on, off)
    .map((dash) => [dash[0], dash.at(-1)].map(([, lat]) => Math.round((lat - 44) / metre * 10) / 10));
const kinds = ["none", "fixed", "float", "single", "none", "none"];
"""


def test_dashes_keep_their_lengths_round_corners_and_over_short_steps(run: Any) -> None:
    assert run(LAYERS, "told(north(0, 10), 3, 2)") == [[0, 3], [5, 8]]
    assert run(LAYERS, "told(north(0, 1, 2, 3.5, 4, 9, 12), 3, 2)") == [[0, 3], [5, 8], [10, 12]]
    assert run(LAYERS, "[told(north(0, 2), 3, 2), told(north(0), 3, 2), told(north(1, 1), 3, 2)]") == [
        [[0, 2]],
        [],
        [[1, 1]],
    ]
    corner = "dashed([...north(0, 2), [-92.49, 44 + 2 * metre]], 6, 1e9)"
    total = f"(([dash]) => dash.slice(1).reduce((m, place, n) => m + metresBetween(dash[n], place), 0))({corner})"
    assert run(LAYERS, total) == pytest.approx(6, abs=1e-6)


def test_a_trail_is_cut_where_its_fix_changes_and_what_is_not_told_is_no_fix(run: Any) -> None:
    path = "[[0, 1, 1, 1], [1, 2, 1, 1], [2, 3, 1, 2], [3, 4, 1, 2], [4, 5, 1], [5, 6, 1, 4], [6, 7, 1, 3]]"
    told = "fixRuns(PATH, kinds).map(({ kind, line }) => [kind, line.map(([lon]) => lon)])".replace("PATH", path)
    assert run(LAYERS, told) == [["fixed", [1, 2]], ["float", [2, 3, 4]], ["none", [4, 5, 6]], ["single", [6, 7]]]
    assert run(LAYERS, "[fixRuns([], kinds), fixRuns([[0, 1, 1, 1]], kinds)]") == [[], []]


def test_only_outlines_that_reach_into_sight_are_drawn_and_small_moves_change_nothing(run: Any) -> None:
    hulls = "[[0, 0, 1, 1], [0.9, 0, 2, 1], [3, 3, 4, 4]].map((box, n) => ({ n, box }))"
    assert run(LAYERS, f"inSight({hulls}, [0.95, 0.5, 2.5, 2]).map(({{ n }}) => n)") == [0, 1]
    assert run(LAYERS, "snapped([0.11, 0.12, 0.21, 0.29], 0.25)") == [0, 0, 0.25, 0.5]
    cell = "String(snapped([-92.50{0}, 44.00{0}, -92.49{0}, 44.01{0}], 0.005))"
    assert run(LAYERS, f"{cell.format(1)} === {cell.format(2)}") is True
