"""Markup that several billing pages share. Every text is escaped here."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from core.billing import Bill, Meter, Status
from core.billing.effects import line_dict
from core.billing.tables import InvoiceRow
from core.money import Money
from dashboard.billing.words import (
    INVOICE_STATES,
    TONES,
    day,
    instant,
    line_span,
    line_words,
    minutes_words,
    money,
    status_word,
)
from dashboard.i18n import _


def status_chip(status: str) -> str:
    return f'<span class="m-chip {TONES[Status(status)]}">{escape(status_word(status))}</span>'


def invoice_chip(state: str) -> str:
    word, tone = INVOICE_STATES[state]
    return f'<span class="m-chip {tone}">{escape(_(word))}</span>'


def tiles(figures: Iterable[tuple[str, str, str]]) -> str:
    """(what, figure, note)"""
    body = "".join(
        f'<div class="m-tile"><dt>{escape(what)}</dt><dd>{escape(figure)}<span>{escape(note)}</span></dd></div>'
        for what, figure, note in figures
    )
    return f'<dl class="m-tiles">{body}</dl>'


def facts(rows: Iterable[tuple[str, str]]) -> str:
    """(what, markup)"""
    body = "".join(f"<dt>{escape(what)}</dt><dd>{value}</dd>" for what, value in rows)
    return f'<dl class="m-facts">{body}</dl>'


def table(heads: Sequence[tuple[str, bool]], rows: Iterable[Sequence[str]]) -> str:
    """Cells are markup already; (head, whether it holds numbers)."""
    head = "".join(f'<th scope="col"{" class=m-number" if num else ""}>{escape(name)}</th>' for name, num in heads)
    body = "".join(
        "<tr>"
        + "".join(
            f'<td data-label="{escape(name)}"{" class=m-number" if num else ""}>{cell}</td>'
            for (name, num), cell in zip(heads, row, strict=True)
        )
        + "</tr>"
        for row in rows
    )
    return f'<table class="m-table m-table-cards"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def invoice_table(invoices: Sequence[InvoiceRow], addresses: Mapping[Any, str] | None = None) -> str:
    heads = [(_("Bill"), False), (_("Made"), False), (_("Amount"), True), (_("To pay"), True), (_("State"), False)]
    rows = [
        [
            f'<a href="/billing/invoices/{row.id}">{escape(_("Bill {number}").format(number=row.number))}</a>'
            + (f'<span class="m-sub">{escape(addresses.get(row.subscription_id, ""))}</span>' if addresses else ""),
            escape(day(row.made_at)),
            escape(money(row.total_minor, row.currency)),
            escape(money(row.due_minor + row.tax_minor, row.currency)),
            invoice_chip(row.state),
        ]
        for row in invoices
    ]
    return table(heads, rows)


def bill_lines(bill: Bill, tax: Money | None = None) -> str:
    """A bill as it would stand: its lines, the tax where it is known, and what is to pay."""
    lines, currency = [line_dict(line) for line in bill.lines], bill.total.currency
    added = (tax or bill.tax).minor
    return lines_table(lines, bill.credit_used.minor, bill.due.minor + added, currency, tax_minor=added)


def lines_table(
    lines: Iterable[Mapping[str, Any]], credit_minor: int, due_minor: int | None, currency: str, *, tax_minor: int = 0
) -> str:
    rows = [
        f"<tr><td>{escape(line_words(line, currency))}"
        f'<span class="m-sub">{escape(line_span(line))}</span></td>'
        f"<td>{escape(money(line['minor'], currency))}</td></tr>"
        for line in lines
    ]
    if credit_minor:
        rows.append(f"<tr><td>{escape(_('Earlier credit'))}</td><td>{escape(money(-credit_minor, currency))}</td></tr>")
    if tax_minor:
        rows.append(f"<tr><td>{escape(_('Tax'))}</td><td>{escape(money(tax_minor, currency))}</td></tr>")
    if due_minor is not None:
        rows.append(f"<tr><td>{escape(_('To pay'))}</td><td>{escape(money(due_minor, currency))}</td></tr>")
    return f'<table class="m-lines"><tbody>{"".join(rows)}</tbody></table>'


def meter_html(meter: Meter | None) -> str:
    """Minutes used against those included."""
    if meter is None:
        return f'<p class="m-muted">{escape(_("No period is running."))}</p>'
    if not meter.included:
        words = _("{used} mowed, all of it included").format(used=minutes_words(meter.used))
        return f"<p>{escape(words)}</p>"
    share = round(meter.used * 100 / meter.included)
    tone = " m-meter-over" if share >= 100 else " m-meter-warn" if share >= 80 else ""
    words = _("{used} of {included} included").format(
        used=minutes_words(meter.used), included=minutes_words(meter.included)
    )
    until = _("until {date}").format(date=day(meter.span.end))
    return (
        f'<p><b>{escape(words)}</b> <span class="m-muted">{escape(until)}</span></p>'
        f'<div class="m-meter{tone}" role="progressbar" aria-valuemin="0" aria-valuemax="100" '
        f'aria-valuenow="{min(100, share)}" aria-label="{escape(words)}">'
        f'<span style="width:{min(100, share)}%"></span></div>'
    )


def timeline(rows: Iterable[tuple[Any, str]]) -> str:
    """(moment, words)"""
    body = "".join(
        f'<li><time datetime="{moment.isoformat()}">{escape(instant(moment))}</time><span>{escape(words)}</span></li>'
        for moment, words in rows
    )
    return f'<ul class="m-time">{body}</ul>'


def percent(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f} %"
