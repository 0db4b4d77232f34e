"""The part of the ``mowthos`` command that takes data in and asks for neighbours."""

import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from core.clock import Clock, require_aware
from core.db import Database
from core.errors import Invalid, MowthosError
from core.neighbourhood import (
    DEFAULT_RULE,
    ImportReport,
    NeighbourAnswer,
    NeighbourFinder,
    Verdict,
    answer_dict,
    import_addresses,
    import_roads,
)
from core.neighbourhood import Progress as ReportProgress
from core.neighbourhood.lots import LotImport
from core.texts import Text
from dashboard.i18n import _, ngettext, told

type Work = Callable[[Database], Awaitable[Any]]

REFUSED, WRONG_USE = 1, 2
SHOWN_REFUSALS = 20

File = Annotated[Path, typer.Argument(help="File to take in.", exists=True, dir_okay=False, readable=True)]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Check everything, write nothing.")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer as one JSON object.")]
DataDate = Annotated[str | None, typer.Option("--date", help="Day the data describes, such as 2025-07-23.")]


def register(
    app: typer.Typer,
    *,
    with_database: Callable[[Work], Any],
    clock: Clock,
    finder_of: Callable[[Database], NeighbourFinder] = NeighbourFinder,
) -> None:
    """Add ``import addresses | roads | lots`` and ``neighbors``; ``with_database`` runs work on the database."""
    imports = typer.Typer(no_args_is_help=True, help="Take in outside data.")
    app.add_typer(imports, name="import")

    @imports.command("addresses")
    def addresses(
        file: File,
        state: Annotated[str, typer.Option(help="State of rows that name none.")] = "MN",
        date: DataDate = None,
        dry_run: DryRun = False,
        as_json: AsJson = False,
    ) -> None:
        """Take a CSV of homes into the address book."""

        async def work(database: Database) -> ImportReport:
            with progress_bars(shown=not as_json) as progress:
                return await import_addresses(
                    database, file, clock, progress=progress, dry_run=dry_run, state=state, data_date=day(date)
                )  # fmt: skip

        show_report(answered(lambda: with_database(work), as_json), as_json)

    @imports.command("roads")
    def roads(
        file: File,
        name: Annotated[str | None, typer.Option(help="Name of the layer; the file's name without it.")] = None,
        covers: Annotated[
            Path | None,
            typer.Option(help="GeoJSON polygon where the file is complete.", exists=True, dir_okay=False),
        ] = None,
        source: Annotated[str | None, typer.Option(help="osm or derived; read from the file without it.")] = None,
        date: DataDate = None,
        dry_run: DryRun = False,
        as_json: AsJson = False,
    ) -> None:
        """Take roads (Overpass JSON or GeoJSON lines) in as a named layer, replacing what it held."""

        async def work(database: Database) -> ImportReport:
            with progress_bars(shown=not as_json) as progress:
                return await import_roads(
                    database, file, clock, name=name, covers=covers, source=source, progress=progress,
                    dry_run=dry_run, data_date=day(date),
                )  # fmt: skip

        show_report(answered(lambda: with_database(work), as_json), as_json)

    @imports.command("lots")
    def lots(
        file: File,
        name: Annotated[str | None, typer.Option(help="Name of the layer; the file's name without it.")] = None,
        attribution: Annotated[str, typer.Option(help="Whom to name where the parcels are drawn.")] = "",
        date: DataDate = None,
        dry_run: DryRun = False,
        as_json: AsJson = False,
    ) -> None:
        """Take parcels (GeoJSON polygons) in as a named layer, replacing what it held."""

        async def work(database: Database) -> ImportReport:
            importing = LotImport(database=database, clock=clock, books=NeighbourFinder(database))
            with progress_bars(shown=not as_json) as progress:
                return await importing.run(
                    file, name=name, dry_run=dry_run, progress=progress, data_date=day(date), attribution=attribution
                )

        show_report(answered(lambda: with_database(work), as_json), as_json)

    @app.command("neighbors")
    def neighbors(
        address: Annotated[str | None, typer.Option(help="The home's address, with or without the city.")] = None,
        lat: Annotated[float | None, typer.Option(help="Latitude, degrees.", min=-90, max=90)] = None,
        lon: Annotated[float | None, typer.Option(help="Longitude, degrees.", min=-180, max=180)] = None,
        radius: Annotated[float, typer.Option(help="Metres.", min=1, max=500)] = 80.0,
        rule: Annotated[
            str, typer.Option(help="path, line, or upstream: the original, to compare with.")
        ] = DEFAULT_RULE,
        as_json: AsJson = False,
    ) -> None:
        """Print every home near a home, whether it can be its neighbour, and why."""
        by_point = lat is not None and lon is not None
        if (address is None) is not by_point or (lat is None) is not (lon is None):
            fail(_("give --address, or both --lat and --lon"), WRONG_USE)

        async def work(database: Database) -> NeighbourAnswer:
            finder = finder_of(database)
            if address is not None:
                return await finder.find_by_address(address, radius_m=radius, rule=rule)
            assert lat is not None and lon is not None
            return await finder.find(longitude=lon, latitude=lat, radius_m=radius, rule=rule)

        answer = answered(lambda: with_database(work), as_json)
        typer.echo(json.dumps(answer_dict(answer))) if as_json else show_neighbours(answer)


def day(text: str | None) -> datetime | None:
    """The moment a date names; without a zone it is UTC."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Invalid(Text("--date {given!r}: expected a date such as 2025-07-23", given=text)) from error
    return require_aware(moment if moment.tzinfo else datetime.fromisoformat(f"{moment.isoformat()}+00:00"))


def answered[T](ask: Callable[[], T], as_json: bool) -> T:
    """The answer, or the refusal in words (or JSON) and exit code 1."""
    try:
        return ask()
    except MowthosError as error:
        if as_json:
            refusal = {"error": error.code, "message": error.message, "reasons": list(error.reasons)}
            typer.echo(json.dumps(refusal))
        more = [told(reason) for reason in error.reasons if reason not in error.message]
        fail("\n  ".join([told(error.message), *more]), REFUSED)


@contextmanager
def progress_bars(*, shown: bool) -> Iterator[ReportProgress]:
    """One bar a stage, on standard error, so that standard output stays the answer."""
    words = {"read": _("Checking"), "write": _("Writing")}
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not shown) as bars:
        tasks: dict[str, Any] = {}

        def progress(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(words[stage], total=total)
            bars.update(tasks[stage], completed=done, total=total)

        yield progress


def show_report(report: ImportReport, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(report.as_dict()))
        return
    counts = {
        _("accepted"): report.accepted,
        _("added"): report.added,
        _("updated"): report.updated,
        _("unchanged"): report.unchanged,
        _("replaced"): report.removed,
        _("duplicates"): report.duplicates,
        _("not drivable"): report.skipped,
        _("refused"): report.refused,
    }
    shown = ", ".join(f"{count:,} {word}" for word, count in counts.items() if count)
    heading = _("Dry run, nothing written") if report.dry_run else _("Imported")
    rows = ngettext("{count} row", "{count} rows", report.rows).format(count=f"{report.rows:,}")
    typer.echo(f"{heading}: {report.name}: {rows}: {shown}")
    for warning in report.warnings:
        typer.echo(_("Warning: {warning}").format(warning=told(warning)))
    for row in report.refused_rows[:SHOWN_REFUSALS]:
        typer.echo(
            _("Refused row {row}: {field} {reason}: {value} (expected {expected})").format(
                row=row.row,
                field=row.field,
                reason=told(row.reason),
                value=repr(row.value),
                expected=told(row.expected),
            )
        )
    if (more := len(report.refused_rows) - SHOWN_REFUSALS) > 0:
        typer.echo(_("... and {more} more; --json lists them all").format(more=more))


def show_neighbours(answer: NeighbourAnswer) -> None:
    words = {
        Verdict.QUALIFIED: _("qualified"),
        Verdict.BLOCKED: _("blocked"),
        Verdict.NEEDS_REVIEW: _("needs review"),
    }
    home = answer.home
    place = home.label if home.address else f"{home.latitude:.6f}, {home.longitude:.6f}"
    table = Table(_("address"), _("metres"), _("verdict"), _("reason"), title=place, title_justify="left")
    for candidate in answer.candidates:
        reason = told(candidate.words)
        table.add_row(candidate.home.address, f"{candidate.distance_m:.1f}", words[candidate.verdict], reason)
    Console(width=None if Console().is_terminal else 160).print(table)
    if not answer.address_points:
        typer.echo(_("No address file has been imported yet."))
    if answer.layer is not None:
        date = answer.layer.data_date.date().isoformat() if answer.layer.data_date else _("date unknown")
        typer.echo(
            _("Roads: {name}, {date}. {attribution}").format(
                name=answer.layer.name, date=date, attribution=answer.layer.attribution
            )
        )


def fail(message: str, code: int) -> NoReturn:
    typer.echo(f"mowthos: {message}", err=True)
    raise typer.Exit(code)
