"""Foreign code in a process of its own, tried on a folder of the original's shape: what it may, and what is told."""

from pathlib import Path

import pytest

from core.errors import Unavailable
from external.cluster_logic.process import ask
from external.cluster_logic.question import Place, Question
from tests.external.cluster_logic.lookalike import lookalike

ELM, ACROSS, BESIDE, FAR = (
    Place("1 ELM ST", "ROCHESTER", "MN (0)", 44.0, -92.5),
    Place("2 ELM ST", "ROCHESTER", "MN (1)", 44.0003, -92.5),
    Place("3 ELM ST", "ROCHESTER", "MN (2)", 44.0, -92.4997),
    Place("99 OAK AVE", "ROCHESTER", "MN (3)", 44.01, -92.5),
)
STREET = [(-92.501, 44.00015), (-92.499, 44.00015)]
QUESTION = Question(places=(ELM, ACROSS, BESIDE, FAR), hosts=(0, 1), roads=(STREET,))


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


async def complaint(folder: Path | None, *, limit_s: float = 60.0) -> str:
    with pytest.raises(Unavailable) as refused:
        await ask(folder, QUESTION, limit_s=limit_s)
    return str(refused.value)


async def test_it_answers_from_our_roads_and_addresses_and_leaves_its_folder_as_it_was(tmp_path: Path) -> None:
    folder = lookalike(tmp_path / "checkout")
    before = files_of(folder)
    replies = await ask(folder, QUESTION, limit_s=60)
    assert [sorted(reply.accepted) for reply in replies] == [[2], []]
    assert not any(reply.sees_no_road for reply in replies)
    assert files_of(folder) == before


async def test_without_a_road_in_its_window_it_accepts_and_that_is_told(tmp_path: Path) -> None:
    question = Question(QUESTION.places, (0,), ())
    (reply,) = await ask(lookalike(tmp_path / "checkout"), question, limit_s=60)
    assert (sorted(reply.accepted), reply.sees_no_road) == ([1, 2], True)


async def test_an_absent_checkout_is_told_as_not_installed(tmp_path: Path) -> None:
    assert "not installed: MOWTHOS_CLUSTER_LOGIC_DIR is not set" in await complaint(None)
    assert "not installed" in await complaint(tmp_path / "nowhere")
    folder = lookalike(tmp_path / "checkout")
    (folder / "app" / "services" / "mapbox_service.py").unlink()
    assert "holds no app/services/mapbox_service.py" in await complaint(folder)


async def test_a_crash_is_told_with_its_last_line(tmp_path: Path) -> None:
    folder = lookalike(tmp_path / "checkout", at_import="raise ValueError('the moon is full')")
    assert (await complaint(folder)).endswith("stopped with an error: ValueError: the moon is full")
    one = lookalike(tmp_path / "other", at_import="import antigravity_of_its_own")
    assert "No module named 'antigravity_of_its_own'" in await complaint(one)


@pytest.mark.parametrize(
    ("twist", "word"),
    [
        ("1 / 0", "division by zero"),
        ("osmnx.geocode_to_gdf('Rochester')", "geocode_to_gdf"),
        ("geodesic(host, other)", "no answer to this call"),
        ("osmnx.graph_from_point(host, dist=300, network_type='walk')", "only 'drive' is answered"),
        ("requests.get('https://example.org/secret?key=1', params={})", "only forward geocoding is answered"),
        ("open('../outside.txt', 'w')", "may not write"),
        ("import socket; socket.create_connection(('127.0.0.1', 9))", "may not do socket."),
        ("import os; os.system('true')", "may not do os.system"),
        ("import os; os.remove('question.json')", "may not do os.remove"),
    ],
)
async def test_an_error_that_it_hides_is_no_answer(tmp_path: Path, twist: str, word: str) -> None:
    """It accepts a pair when its check fails: that must not pass for an opinion."""
    assert word in await complaint(lookalike(tmp_path / "checkout", twist=twist))


async def test_what_it_prints_as_an_error_is_no_answer(tmp_path: Path) -> None:
    folder = lookalike(tmp_path / "checkout")
    file = folder / "app" / "services" / "cluster_engine.py"
    file.write_text(file.read_text().replace("geocode(text) is None", "geocode(text + '?') is None"))
    assert "[ERROR] no such host" in await complaint(folder)


async def test_it_sees_nothing_of_our_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOWTHOS_SECRET_KEY", "k" * 40)
    twist = "import os; assert not [name for name in os.environ if name.startswith('MOWTHOS')], 'leaked'"
    await ask(lookalike(tmp_path / "checkout", twist=twist), QUESTION, limit_s=60)


async def test_it_is_ended_when_its_time_is_up(tmp_path: Path) -> None:
    folder = lookalike(tmp_path / "checkout", at_import="import time; time.sleep(60)")
    assert "no answer within 2 s" in await complaint(folder, limit_s=2)
