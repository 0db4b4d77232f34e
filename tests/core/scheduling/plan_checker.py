"""Re-checks every rule of a week's plan from the question alone. Shares no code with planner, search or steps."""

from math import ceil

from core.scheduling.planner_model import PlannedVisit, Task, Week, WeekPlan


def problems(week: Week, plan: WeekPlan) -> list[str]:
    """What is wrong with a plan; empty when it keeps every rule and tells its own figures truly."""
    found: list[str] = []
    tasks = {task.id: task for task in week.tasks}
    planned = [visit.id for visit in plan.visits]
    left = [one.id for one in plan.left_out]
    if sorted(planned + left) != sorted(tasks):
        found.append("not every visit is planned or left out once")
    place, free_at, used, span, metres = 0, 0, 0, None, 0
    for visit in plan.visits:
        task = tasks[visit.id]
        found += _alone(week, task, visit)
        out, home = week.drive_min[0][task.place], week.drive_min[task.place][0]
        here = _span_of(week, visit)
        minutes, last_leg, ways = _work(week, task)
        if visit.ends - visit.begins != minutes:
            found.append(f"{visit.id} takes {visit.ends - visit.begins} minutes, not {minutes}")
        if visit.by_dock:
            charge = week.charge_min if place else 0
            arrives = free_at + (week.drive_min[place][0] if place else 0) + charge + out
            used = out + last_leg
            metres += week.length_m[place][0] + week.length_m[0][task.place]
        else:
            if not place:
                found.append(f"{visit.id} is the first and comes from no dock")
            if here != span:
                found.append(f"{visit.id} comes straight from another span")
            if last_leg != task.work_min:
                found.append(f"{visit.id} needs a full battery and comes straight from a lawn")
            drive = week.drive_min[place][task.place]
            if drive < 0:
                found.append(f"{visit.id} comes by a way that is not there")
            arrives = free_at + drive
            used += drive + task.work_min
            metres += week.length_m[place][task.place]
        if visit.begins < arrives:
            found.append(f"{visit.id} begins at {visit.begins}, the mower is there at {arrives}")
        if week.battery_min is not None and used + home > week.battery_min:
            found.append(f"{visit.id} ends with {used} + {home} of {week.battery_min} minutes of battery used")
        metres += ways
        place, free_at, span = task.place, visit.ends, here
    metres += week.length_m[place][0]
    return found + _figures(week, plan, metres)


def _alone(week: Week, task: Task, visit: PlannedVisit) -> list[str]:
    found = []
    closes = week.ends if task.closes is None else task.closes
    if visit.begins < task.opens or visit.ends > closes:
        found.append(f"{visit.id} lies outside its own window")
    if task.hours is not None and not any(one <= visit.begins and visit.ends <= end for one, end in task.hours):
        found.append(f"{visit.id} lies in none of its own hours")
    if task.pinned is not None and visit.begins != task.pinned:
        found.append(f"{visit.id} is pinned to {task.pinned} and begins at {visit.begins}")
    if _span_of(week, visit) is None:
        found.append(f"{visit.id} with its ways lies in no allowed span")
    return found


def _span_of(week: Week, visit: PlannedVisit) -> int | None:
    place = next(task.place for task in week.tasks if task.id == visit.id)
    leaves, back = visit.begins - week.drive_min[0][place], visit.ends + week.drive_min[place][0]
    return next((n for n, (first, last) in enumerate(week.spans) if first <= leaves and back <= last), None)


def _work(week: Week, task: Task) -> tuple[int, int, int]:
    """Minutes of a visit, minutes mown in its last leg, metres driven between its legs."""
    out, home = week.drive_min[0][task.place], week.drive_min[task.place][0]
    if week.battery_min is None or out + task.work_min + home <= week.battery_min:
        return task.work_min, task.work_min, 0
    leg = week.battery_min - out - home
    legs = ceil(task.work_min / leg)
    between = (legs - 1) * (week.length_m[task.place][0] + week.length_m[0][task.place])
    return task.work_min + (legs - 1) * (home + week.charge_min + out), task.work_min - (legs - 1) * leg, between


def _figures(week: Week, plan: WeekPlan, metres: int) -> list[str]:
    found = []
    ends = {visit.id: visit.ends for visit in plan.visits}
    hopeless = {one.id for one in plan.left_out if one.reason.value not in {"crowded", "pinned_clash"}}
    waits = [ends.get(task.id, week.ends) - task.since for task in week.tasks if task.id not in hopeless]
    if plan.rank.longest_min != max(waits, default=0):
        found.append(f"longest wait told {plan.rank.longest_min}, is {max(waits, default=0)}")
    if plan.rank.travel_m != metres:
        found.append(f"way told {plan.rank.travel_m} m, is {metres} m")
    if plan.rank.left_out != len(plan.left_out) - len(hopeless):
        found.append("left out is not as told")
    if plan.bound_min > plan.rank.longest_min:
        found.append("the bound is beyond the plan")
    return found
