"""Jobs with their runs, "run now", and how the machine keeps up."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Protocol
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from core.accounts import Right, Viewer
from core.jobs import JobView, Outcome, Run
from dashboard.api.bearer import Bearer
from dashboard.api.problems import problems
from dashboard.operations import Figures

type JobName = Annotated[str, Path(max_length=80, examples=["fleet.ask_silent_mowers"])]


class OperationsDesk(Protocol):
    """`dashboard.operations.Operations` is one."""

    async def jobs(self) -> Sequence[JobView]: ...

    async def job(self, name: str) -> JobView: ...

    async def run(self, name: str, *, by: Viewer, source: str = "web") -> Run: ...

    def figures(self) -> Figures: ...


class _Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class RunOut(_Out):
    id: UUID
    started_at: datetime
    ended_at: datetime | None
    seconds: float = Field(description="The longest of the runs that this line stands for")
    outcome: Outcome
    result: str = Field(description="How much it did")
    detail: str = Field(description="Why it was refused or failed")
    asked_by: str = Field(description="Who pressed run now; empty for the timetable")
    times: int = Field(description="How many runs in a row, with nothing to do, this line stands for")


class JobOut(_Out):
    name: str
    tells: str
    every_s: float
    running: bool
    failing: bool
    last: RunOut | None
    next_at: datetime | None


class JobWithRunsOut(JobOut):
    recent: list[RunOut]


class ReadingsOut(_Out):
    accepted: int
    refused: dict[str, int] = Field(description="By rule")
    repaired: dict[str, int]
    history_only: int


class BudgetOut(_Out):
    account: str
    requests_24h: int
    request_ceiling: int
    state: str


class AnswersOut(_Out):
    given: int
    failed: int = Field(description="By a fault of the server (5xx)")
    p95_s: float | None = Field(description="Seconds within which 95 of 100 were over; null before the first")


class FiguresOut(_Out):
    readings: ReadingsOut = Field(description="Since the start of the process")
    queued: int = Field(description="Readings that wait to be taken")
    unsaved: int = Field(description="Readings taken that wait to be written")
    mowers: int
    browsers: int
    budgets: list[BudgetOut]
    disk_free_bytes: int
    disk_bytes: int
    since: datetime = Field(description="When the process started")
    answers: AnswersOut = Field(description="Of this process, pages and REST, since then")


def operations_router(*, bearer: Bearer, operations: OperationsDesk) -> APIRouter:
    router = APIRouter(prefix="/operations", tags=["operations"])
    sees = bearer.caller(Right.SEE_OPERATIONS)

    @router.get("/jobs", responses=problems(403), summary="Every job of the timetable with its last run")
    async def jobs(_viewer: Annotated[Viewer, sees]) -> list[JobOut]:
        return [JobOut.model_validate(job) for job in await operations.jobs()]

    @router.get("/jobs/{name}", responses=problems(403, 404, 422), summary="One job with its newest runs")
    async def job(name: JobName, _viewer: Annotated[Viewer, sees]) -> JobWithRunsOut:
        return JobWithRunsOut.model_validate(await operations.job(name))

    @router.post(
        "/jobs/{name}/run",
        status_code=202,
        responses=problems(403, 404, 409, 422),
        summary="Begin a job now; 409 while it runs",
    )
    async def run(name: JobName, viewer: Annotated[Viewer, sees]) -> RunOut:
        return RunOut.model_validate(await operations.run(name, by=viewer, source="api"))

    @router.get("/figures", responses=problems(403), summary="Pipeline, queues, request budgets and disk")
    async def figures(_viewer: Annotated[Viewer, sees]) -> FiguresOut:
        return FiguresOut.model_validate(operations.figures())

    return router
