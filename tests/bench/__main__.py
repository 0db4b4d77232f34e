"""`make bench`: each figure beside its reference, measured in the same run where it can be. `ONLY=name` for one."""

import argparse
import importlib
import os
import platform
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench.rows import BenchRow

FOLDER = Path(__file__).parent
NOT_BENCHES = {"__init__", "__main__", "rows"}


def names() -> list[str]:
    """Every module of this folder that offers ``bench()``."""
    return sorted(
        path.stem for path in FOLDER.glob("*.py") if path.stem not in NOT_BENCHES and "def bench()" in path.read_text()
    )


def every_time() -> list[str]:
    """Those of the default run: not the ones that say ``ALONE``, which take minutes or gigabytes to prepare."""
    return [name for name in names() if "ALONE = True" not in (FOLDER / f"{name}.py").read_text()]


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--only", choices=names())
    only = parser.parse_args().only
    console = Console(width=140)
    console.print(f"{platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}")
    for name in [only] if only else every_time():
        rows: list[BenchRow] = importlib.import_module(f"tests.bench.{name}").bench()
        table = Table(title=name, title_justify="left", expand=False)
        for heading in ("figure", "value", "unit", "reference", "kind", "aim"):
            table.add_column(heading, justify="right" if heading in {"value", "reference", "aim"} else "left")
        for row in rows:
            table.add_row(
                row.name, number(row.value), row.unit, number(row.reference), row.reference_kind or "", number(row.aim)
            )
        console.print(table)
    return 0


def number(value: object) -> str:
    if value is None:
        return "-"
    return (
        f"{value:,.3g}"
        if isinstance(value, float) and abs(value) < 1000
        else f"{value:,.0f}"
        if isinstance(value, float | int)
        else str(value)
    )


if __name__ == "__main__":
    sys.exit(main())
