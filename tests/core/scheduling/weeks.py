"""Small weeks by hand and by chance, and the best plan of one found by trying everything."""

from itertools import permutations, product
from typing import Any

from hypothesis import strategies as st

from core.scheduling.planner_model import MowerPace, Task, Week

type Key = tuple[int, int, int, int, int]
"""Pinned left out, longest wait, left out, metres, sum of ends."""


def line(count: int, step_m: int = 30) -> tuple[tuple[int, ...], ...]:
    """Metres between a dock and homes in a row."""
    return tuple(tuple(abs(a - b) * step_m for b in range(count + 1)) for a in range(count + 1))


def week(
    *tasks: Task, spans: tuple[tuple[int, int], ...] = ((0, 600),), ends: int = 1_440, step_m: int = 30,
    battery: int | None = None, charge: int = 0,
) -> Week:  # fmt: skip
    """Homes in a row at half a metre a second."""
    pace = MowerPace(battery_min=battery or 180, charge_min=charge)
    lengths = line(max((task.place for task in tasks), default=1), step_m)
    drive = tuple(tuple(pace.drive_min(metres) for metres in row) for row in lengths)
    return Week(tasks, spans, ends, drive, lengths, battery, charge)


def task(place: int, *, since: int = -1_000, work: int = 60, name: str = "", **more: Any) -> Task:
    return Task(id=name or f"home {place}", place=place, since=since, work_min=work, **more)


@st.composite
def small_weeks(draw: st.DrawFn, most: int = 3) -> Week:
    """Up to three visits, up to two spans; some with a battery, windows, own hours, pins and ways that are missing."""
    count = draw(st.integers(1, most))
    battery = draw(st.sampled_from([None, 40, 90]))
    charge = 0 if battery is None else draw(st.sampled_from([10, 60]))
    first = draw(st.integers(0, 40))
    middle = first + draw(st.integers(20, 200))
    begins = middle + draw(st.integers(1, 60))
    spans = draw(st.sampled_from([((first, middle),), ((first, middle), (begins, begins + 150))]))
    ends = spans[-1][1] + draw(st.integers(0, 50))
    tasks = []
    for place in range(1, count + 1):
        pinned = draw(st.one_of(st.none(), st.none(), st.integers(first, ends)))
        opens = draw(st.sampled_from([0, 0, first + 30]))
        tasks.append(
            task(
                place,
                since=draw(st.integers(-300, 0)),
                work=draw(st.integers(1, 110)),
                opens=opens,
                closes=draw(st.sampled_from([None, None, middle])),
                pinned=pinned,
                hours=draw(
                    st.sampled_from([None, None, ((first, first + 9), (first + 15, ends)), ((middle - 9, ends),)])
                ),
            )
        )
    return week(*tasks, spans=spans, ends=ends, step_m=draw(st.sampled_from([30, 200])), battery=battery, charge=charge)


def best_by_trying(asked: Week) -> Key:
    """Over every choice of visits, order, span of each and way to each, each as early as may be."""
    best: Key | None = None
    could = [number for number in range(len(asked.tasks)) if _windows(asked, number)]
    for count in range(len(could) + 1):
        for order in permutations(could, count):
            for ways in product((False, True), repeat=count):
                for chosen in product(*(_windows(asked, number) for number in order)):
                    found = _walked(asked, could, order, ways, chosen)
                    if found is not None and (best is None or found < best):
                        best = found
    assert best is not None
    return best


def _windows(asked: Week, number: int) -> list[tuple[int, int, int]]:
    """(span, earliest begin, latest begin) of a visit that is alone."""
    one = asked.tasks[number]
    out, home = asked.drive_min[0][one.place], asked.drive_min[one.place][0]
    minutes = _minutes(asked, one)
    if minutes is None:
        return []
    found = []
    for span, (first, last) in enumerate(asked.spans):
        earliest = max(first + out, one.opens)
        latest = min(last - home, asked.ends if one.closes is None else one.closes) - minutes
        if one.pinned is not None:
            earliest, latest = max(earliest, one.pinned), min(latest, one.pinned)
        for begins, ends in ((0, asked.ends),) if one.hours is None else one.hours:
            if max(earliest, begins) <= min(latest, ends - minutes):
                found.append((span, max(earliest, begins), min(latest, ends - minutes)))
    return found


def _minutes(asked: Week, one: Task) -> int | None:
    out, home = asked.drive_min[0][one.place], asked.drive_min[one.place][0]
    if asked.battery_min is None or out + one.work_min + home <= asked.battery_min:
        return one.work_min
    leg = asked.battery_min - out - home
    if leg <= 0:
        return None
    more = -(-one.work_min // leg) - 1
    return one.work_min + more * (home + asked.charge_min + out)


def _walked(
    asked: Week,
    could: list[int],
    order: tuple[int, ...],
    ways: tuple[bool, ...],
    chosen: tuple[tuple[int, int, int], ...],
) -> Key | None:
    place = minute = used = metres = 0
    span = -1
    ends: dict[int, int] = {}
    for number, by_dock, (here, earliest, latest) in zip(order, ways, chosen, strict=True):
        one = asked.tasks[number]
        out, home = asked.drive_min[0][one.place], asked.drive_min[one.place][0]
        minutes = _minutes(asked, one)
        assert minutes is not None
        legs = minutes != one.work_min
        if by_dock:
            ready = minute + (asked.drive_min[place][0] + asked.charge_min if place else 0) + out
            rest = one.work_min
            if legs:
                assert asked.battery_min is not None
                leg = asked.battery_min - out - home
                rest = one.work_min - (-(-one.work_min // leg) - 1) * leg
                metres += (-(-one.work_min // leg) - 1) * 2 * asked.length_m[0][one.place]
            used = out + rest
            metres += asked.length_m[place][0] + asked.length_m[0][one.place]
        else:
            if not place or legs or here != span:
                return None
            ready = minute + asked.drive_min[place][one.place]
            used += asked.drive_min[place][one.place] + one.work_min
            metres += asked.length_m[place][one.place]
        begins = max(ready, earliest)
        if begins > latest or (asked.battery_min is not None and used + home > asked.battery_min):
            return None
        place, minute, span = one.place, begins + minutes, here
        ends[number] = minute
    metres += asked.length_m[place][0]
    out_of = [number for number in could if number not in ends]
    return (
        sum(asked.tasks[number].pinned is not None for number in out_of),
        max((ends.get(number, asked.ends) - asked.tasks[number].since for number in could), default=0),
        len(out_of),
        metres,
        sum(ends.values()),
    )
