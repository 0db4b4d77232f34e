"""A page whose dialog is closed before what was pressed in it is done: ``python -m ... PORT FOLDER``."""

import asyncio
import sys

import uvicorn
from fastapi import FastAPI
from nicegui import ui

from dashboard.components.dialogs import asking

outer = FastAPI()


@ui.page("/sign-in")
def page() -> None:
    def ask() -> None:
        with asking() as dialog:

            async def confirm() -> None:
                dialog.close()
                await asyncio.sleep(1.5)
                ui.notify("It is done")

            ui.button("Confirm", on_click=confirm)

    ui.button("Ask", on_click=ask)


if __name__ == "__main__":
    ui.run_with(outer)
    uvicorn.run(outer, port=int(sys.argv[1]), log_level="warning", ws="websockets-sansio")
