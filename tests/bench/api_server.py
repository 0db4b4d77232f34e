"""The servers that `api` measures: the whole product with the town of the privacy tests, and beside it the same
questions as bare FastAPI routes.

``python -m tests.bench.api_server PORT FOLDER`` is the bare one over the database in FOLDER, without callers, limits,
tags and pages; ``tests.dashboard.privacy.server`` is the product.
"""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import uvicorn
from fastapi import FastAPI, Query
from pydantic import AwareDatetime, SecretStr

from core.accounts import Role, Viewer
from core.db import open_database
from core.settings import load_settings
from dashboard.api.cluster_models import ClusterOut, cluster_out
from dashboard.api.visit_models import VisitOut, visit_out
from dashboard.bootstrap import Parts, build
from tests.dashboard.privacy.cast import MovedClock


async def main(port: int, folder: str) -> None:
    settings = load_settings(
        secret_key=SecretStr("a secret of these tests, long enough"), data_dir=Path(folder), port=port,
        mammotion_link_accounts=False,
    )  # fmt: skip
    database = open_database(settings.database)
    parts = build(settings, database, MovedClock())
    dispatcher = next(one for one in await parts.people.people() if one.role == Role.DISPATCHER)
    viewer = await parts.people.viewer_of(dispatcher.id)
    assert viewer is not None
    app = bare(parts, viewer)
    await uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning")).serve()
    await database.close()


def bare(parts: Parts, viewer: Viewer) -> FastAPI:
    app = FastAPI()

    @app.get("/sign-in")
    async def ready() -> None:
        """What `tests.browsers.served` waits for."""

    @app.get("/clusters")
    async def clusters() -> list[ClusterOut]:
        return [cluster_out(cluster) for cluster in await parts.clusters.list()]

    @app.get("/visits")
    async def visits(
        begins: Annotated[AwareDatetime, Query(alias="from")], ends: Annotated[AwareDatetime, Query(alias="to")]
    ) -> list[VisitOut]:
        return [visit_out(line, viewer) for line in await parts.scheduling.calendar(viewer, begins, ends)]

    return app


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
