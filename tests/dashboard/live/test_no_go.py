"""Temporary no-go areas reach our own people's browsers at once, those who come later too, and no household's."""

from dataclasses import dataclass, field
from typing import Any

from core.events import Event
from core.lawnmaps import NoGo
from dashboard.live.no_go import tell_no_go
from dashboard.live.scope import ALL, Scope
from tests.core.lawnmaps.test_no_go import party


@dataclass
class Channel:
    told: list[tuple[dict[str, Any], Any]] = field(default_factory=list)

    def keep_telling(self, key: str, message: dict[str, Any], *, meant_for: Any, within: Any) -> None:
        assert key == "no_go"
        self.told.append((message, meant_for))
        self.within = within


@dataclass
class Source:
    areas: list[NoGo] = field(default_factory=list)
    changed: Event[None] = field(default_factory=lambda: Event("no_go_changed"))

    def coming(self) -> list[NoGo]:
        return self.areas


def test_what_is_to_come_is_told_with_its_times_and_again_when_it_changes() -> None:
    channel, source = Channel(), Source()
    tell_no_go(channel, source)  # type: ignore[arg-type]
    source.areas.append(party())
    source.changed.emit(None)
    (empty, _), (full, meant_for) = channel.told
    assert empty["areas"] == []
    (area,) = full["areas"]
    assert (area["name"], area["ends"] - area["starts"], len(area["ring"])) == ("Party", 7200, 4)
    assert meant_for(ALL)
    assert not meant_for(Scope("own:", grounds={}))
    assert channel.within(frozenset({party().device_name})) == full
    assert channel.within(frozenset({"Luba-ELSEWHERE"}))["areas"] == []
