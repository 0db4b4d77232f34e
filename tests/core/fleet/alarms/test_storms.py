"""Many at once are told as one, with its cause and its members; what is not shared stays by itself."""

from collections.abc import Sequence

from core.fleet.alarms import AlarmChange, ChangeKind, Key, LinkFacts, MowerFacts, Subject, SubjectKind
from core.fleet.model import LinkState
from tests.core.fleet.alarms.cast import ELM_STREET, OAK_AVENUE, Watcher, at, link, mower, raised


def fleet(count: int, account: str = ELM_STREET, heard: float = 0, prefix: str = "Luba") -> list[MowerFacts]:
    return [
        mower(f"{prefix}-{number:02}", account=account, heard_at=at(heard + number % 10)) for number in range(count)
    ]


def through(
    watcher: Watcher, mowers: Sequence[MowerFacts], until: int = 400, links: Sequence[LinkFacts] | None = None
) -> list[AlarmChange]:
    """Look every second; the alarms that were raised."""
    first = len(watcher.told)
    for second in range(0, until + 1):
        watcher.looks(second, *mowers, links=links)
    return raised(watcher.told[first:])


def test_thirty_mowers_silent_at_once_are_one_alarm_that_names_their_account_and_lists_them() -> None:
    watcher = Watcher()
    storm = through(watcher, fleet(30))
    assert len(storm) == 1
    assert storm[0].key == Key("silent", Subject(SubjectKind.ACCOUNT, ELM_STREET))
    assert len(storm[0].members) == 30
    assert storm[0].at == at(300)


def test_four_mowers_are_no_storm() -> None:
    assert len(through(Watcher(), fleet(4))) == 4


def test_silence_spread_over_an_hour_is_no_storm() -> None:
    mowers = [mower(f"Luba-{number}", heard_at=at(number * 120)) for number in range(8)]
    watcher = Watcher()
    told = []
    for second in range(0, 1_300, 5):
        watcher.looks(second, *mowers)
    told = raised(watcher.told)
    assert len(told) == 8
    assert {change.key.subject.kind for change in told} == {SubjectKind.MOWER}


def test_mowers_of_several_accounts_at_once_are_one_alarm_of_the_vendor() -> None:
    storm = through(Watcher(), fleet(10) + fleet(20, OAK_AVENUE, prefix="Yuka"))
    assert [change.key.subject.kind for change in storm] == [SubjectKind.VENDOR]
    assert len(storm[0].members) == 30


def test_a_few_of_a_large_account_do_not_make_the_vendor_the_cause() -> None:
    resting = [one._replace(heard_at=at(400)) for one in fleet(60, OAK_AVENUE, prefix="Rest")]
    storm = through(Watcher(), [*fleet(10), *fleet(6, OAK_AVENUE, prefix="Yuka"), *resting])
    assert sorted(change.key.subject for change in storm) == [
        Subject(SubjectKind.ACCOUNT, ELM_STREET),
        Subject(SubjectKind.ACCOUNT, OAK_AVENUE),
    ]


def test_a_broken_link_is_the_cause_and_its_silent_mowers_are_its_members() -> None:
    watcher = Watcher()
    storm = through(watcher, fleet(30), links=[link(LinkState.BROKER_DOWN)])
    assert [(change.alarm, change.key.subject.name) for change in storm] == [("broker_down", ELM_STREET)]
    joined = [change for change in watcher.told if change.kind is ChangeKind.JOINED]
    assert sum(len(change.members) for change in joined) == 30


def test_a_single_mower_of_a_broken_link_joins_it_too() -> None:
    watcher = Watcher()
    assert len(through(watcher, fleet(1), links=[link(LinkState.BROKER_DOWN)])) == 1


def test_two_links_down_at_once_are_one_alarm_and_take_all_mowers() -> None:
    watcher = Watcher()
    down = [link(LinkState.BROKER_DOWN), link(LinkState.BROKER_DOWN, OAK_AVENUE)]
    storm = through(watcher, fleet(8) + fleet(8, OAK_AVENUE, prefix="Yuka"), links=down)
    assert [(change.alarm, change.key.subject.kind) for change in storm] == [("broker_down", SubjectKind.VENDOR)]
    assert sorted(one.name for one in storm[0].members) == [ELM_STREET, OAK_AVENUE]
    assert sum(len(one.members) for one in watcher.told if one.kind is ChangeKind.JOINED) == 16


def test_one_that_falls_silent_later_joins_the_storm() -> None:
    watcher = Watcher()
    through(watcher, fleet(10))
    late = [*fleet(10), mower("Late", heard_at=at(200))]
    for second in range(401, 600):
        watcher.looks(second, *late)
    assert len(raised(watcher.told)) == 1
    assert [change.members[0].name for change in watcher.told if change.kind is ChangeKind.JOINED] == ["Late"]


def test_alarms_of_their_own_raised_just_before_are_taken_into_the_storm() -> None:
    watcher = Watcher()
    early = [mower(f"Early-{number}", heard_at=at(0)) for number in range(3)]
    rest = [mower(f"Late-{number}", heard_at=at(61 + number)) for number in range(4)]
    for second in range(0, 400):
        watcher.looks(second, *early, *rest)
    kinds = [change.kind for change in watcher.told if change.kind is not ChangeKind.ASKED]
    assert kinds.count(ChangeKind.MERGED) == 3
    assert watcher.open == [f"silent {ELM_STREET}"]
    assert len([watch for watch in watcher.state.watches.values() if watch.part_of]) == 7


def test_who_recovers_leaves_and_the_last_one_clears_the_storm() -> None:
    watcher = Watcher()
    through(watcher, fleet(6))
    some = fleet(6)[:1] + [one._replace(heard_at=at(401)) for one in fleet(6)[1:]]
    for second in range(401, 420):
        watcher.looks(second, *[one._replace(heard_at=at(second)) if one.heard_at > at(100) else one for one in some])
    left = [change for change in watcher.told if change.kind is ChangeKind.LEFT]
    assert len(left) == 5
    assert len(watcher.open) == 1
    for second in range(420, 440):
        watcher.looks(second, *[one._replace(heard_at=at(second)) for one in some])
    assert watcher.told[-1].kind is ChangeKind.CLEARED
    assert watcher.state.watches == {}
