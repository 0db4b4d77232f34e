"""The journal as a file for accounting: CSV or XLSX, balanced to the cent, or none at all."""

import csv
from collections import defaultdict
from collections.abc import Sequence
from io import BytesIO, StringIO

import xlsxwriter  # type: ignore[import-untyped]

from core.billing.tables import JournalRow
from core.errors import NeedsHuman
from core.spreadsheets import safe_cell
from core.texts import Text

HEADS = ("booking", "date", "account", "debit", "credit", "currency", "words")


def journal_csv(rows: Sequence[JournalRow]) -> bytes:
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADS)
    writer.writerows(_lines(rows))
    return out.getvalue().encode()


def journal_xlsx(rows: Sequence[JournalRow]) -> bytes:
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet, money = book.add_worksheet("Journal"), book.add_format({"num_format": "#,##0.00"})
    sheet.write_row(0, 0, HEADS, book.add_format({"bold": True}))
    for at, line in enumerate(_lines(rows), 1):
        for column, value in enumerate(line):
            if column in (3, 4) and value:
                sheet.write_number(at, column, float(value), money)
            else:
                sheet.write_string(at, column, value)
    sheet.set_column(0, 0, 44)
    sheet.set_column(1, 6, 16)
    book.close()
    return out.getvalue()


def check_balance(rows: Sequence[JournalRow]) -> None:
    """``NeedsHuman`` names the first booking that does not add up to nothing: such a file would be wrong."""
    sums: dict[str, int] = defaultdict(int)
    for row in rows:
        sums[row.booking] += row.minor
    wrong = next((booking for booking, total in sums.items() if total), None)
    if wrong is not None:
        raise NeedsHuman(Text("booking {booking} does not add up: the journal is not exported", booking=wrong))


def _lines(rows: Sequence[JournalRow]) -> list[tuple[str, ...]]:
    check_balance(rows)
    return [
        (row.booking, f"{row.at:%Y-%m-%d}", row.account, plain(max(0, row.minor)), plain(max(0, -row.minor)),
         row.currency, safe_cell(row.words))
        for row in rows
    ]  # fmt: skip


def plain(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02d}" if minor else ""
