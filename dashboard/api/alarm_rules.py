"""Alarm rules and the on-call rota over REST."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Path

from core.accounts import Right, Viewer
from core.clock import Clock
from core.fleet.alarms import KINDS, AlarmRule, AlarmService, Preview, Step, changed
from dashboard.api.alarm_models import FiringOut, NewRuleIn, PreviewOut, RotaIn, RuleIn, RuleOut, StepOut
from dashboard.api.bearer import Bearer
from dashboard.api.problems import problems

type RuleKey = Annotated[str, Path(max_length=40, description="A kind, or the key of a further rule")]


def alarm_rules_router(*, bearer: Bearer, alarms: AlarmService, clock: Clock) -> APIRouter:
    router = APIRouter(tags=["alarm rules"])
    book = alarms.rules
    type Reader = Annotated[Viewer, bearer.caller(Right.HANDLE_ALARMS)]
    type Editor = Annotated[Viewer, bearer.caller(Right.EDIT_ALARM_RULES)]

    @router.get("/alarm-rules", responses=problems(403), summary="Every rule")
    async def rules(_viewer: Reader) -> list[RuleOut]:
        return [rule_out(rule) for rule in book.rules]

    @router.post("/alarm-rules", status_code=201, responses=problems(403, 409, 422), summary="Add a further rule")
    async def add(given: NewRuleIn, viewer: Editor) -> RuleOut:
        return rule_out(await book.add(given.kind, given.name, given.change(), by=viewer, source="api"))

    @router.patch("/alarm-rules/{key}", responses=problems(403, 404, 422), summary="Change a rule")
    async def change(key: RuleKey, given: RuleIn, viewer: Editor) -> RuleOut:
        return rule_out(await book.change(key, given.change(), by=viewer, source="api"))

    @router.delete("/alarm-rules/{key}", status_code=204, responses=problems(403, 404, 409, 422), summary="Remove one")
    async def remove(key: RuleKey, viewer: Editor) -> None:
        await book.remove(key, by=viewer, source="api")

    @router.post(
        "/alarm-rules/{key}/preview",
        responses=problems(403, 404, 422),
        summary="What the rule, changed like this, would have raised in the last 7 days",
    )
    async def preview(key: RuleKey, given: RuleIn, _viewer: Editor) -> PreviewOut:
        return preview_out(await alarms.preview(changed(book.rule(key), given.change())))

    @router.get("/on-call", responses=problems(403), summary="The rota's steps")
    async def rota(_viewer: Reader) -> list[StepOut]:
        return steps_out(book.steps)

    @router.put("/on-call", responses=problems(403, 422), summary="Set the whole rota")
    async def set_rota(given: RotaIn, viewer: Editor) -> list[StepOut]:
        return steps_out(await book.set_rota([step.step() for step in given.steps], by=viewer, source="api"))

    def steps_out(steps: Sequence[Step]) -> list[StepOut]:
        now = clock.now()
        return [
            StepOut(after_minutes=step.after_minutes, people=list(step.people), this_week=step.holder(now))
            for step in steps
        ]

    return router


def rule_out(rule: AlarmRule) -> RuleOut:
    limit = KINDS[rule.kind].threshold
    return RuleOut.model_validate(rule).model_copy(update={"unit": limit.unit if limit else ""})


def preview_out(found: Preview) -> PreviewOut:
    return PreviewOut(
        since=found.since,
        until=found.until,
        count=len(found.firings),
        days=list(found.days),
        mowers=found.mowers,
        of_mowers=found.of_mowers,
        newest=[FiringOut.model_validate(one) for one in found.shown],
    )
