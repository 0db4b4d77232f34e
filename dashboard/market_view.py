"""The market screen's markup and its address: pure. Price and uptake stand in the address, as assumptions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import isfinite
from urllib.parse import urlencode

from babel.numbers import format_currency, format_decimal

from core.errors import Invalid
from core.neighbourhood.market import Assumptions, Market, MarketRow, ScoreRow
from dashboard.i18n import _, locale

MOST_PLACES = 40
FILES = (("places", "csv"), ("places", "xlsx"), ("homes", "geojson"), ("clusters", "csv"), ("clusters", "xlsx"))


@dataclass(frozen=True, slots=True)
class MarketView:
    """What the address asks for; what makes no sense is left out."""

    price_cents: int | None = None
    uptake_percent: float = 100.0

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "MarketView":
        price, uptake = _number(query.get("price", "")), _number(query.get("uptake", ""))
        try:
            view = cls(None if price is None else round(price * 100), 100.0 if uptake is None else uptake)
            view.assumptions()
        except (Invalid, OverflowError):
            return cls()
        return view

    def assumptions(self) -> Assumptions:
        return Assumptions(price_cents=self.price_cents, uptake_percent=self.uptake_percent)

    def query(self) -> str:
        """The address of a file with the same assumptions."""
        told = {} if self.price_cents is None else {"price": f"{self.price_cents / 100:.2f}"}
        if self.uptake_percent != 100:
            told["uptake"] = f"{self.uptake_percent:g}"
        return urlencode(told)


def _number(text: str) -> float | None:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return None
    return value if isfinite(value) and abs(value) < 1e9 else None


def form_html(view: MarketView) -> str:
    """Where an admin says what they suppose."""
    price = "" if view.price_cents is None else f"{view.price_cents / 100:.2f}"
    note = _("Both are assumptions of yours: nothing here has measured them.")
    return (
        '<form method="get" class="c-assume">'
        + _field("price", _("Price of a home a month, USD"), price, 'min="0" step="0.01"')
        + _field("uptake", _("Homes that sign up, %"), f"{view.uptake_percent:g}", 'min="0" max="100" step="any"')
        + f'<button class="m-button" type="submit">{escape(_("Work it out"))}</button></form>'
        + f'<p class="m-muted m-small">{escape(note)}</p>'
    )


def _field(name: str, label: str, value: str, limits: str) -> str:
    return (
        f'<div class="m-field"><label for="{name}">{escape(label)}</label>'
        f'<input class="m-input" type="number" inputmode="decimal" id="{name}" name="{name}" '
        f'value="{escape(value)}" {limits}></div>'
    )


def files_html(view: MarketView) -> str:
    """Links to every table as a file."""
    names = {"places": _("Places"), "homes": _("Homes"), "clusters": _("Scorecard")}
    query = view.query()
    return '<div class="m-row">' + "".join(
        f'<a class="m-button m-button-quiet m-button-small" download '
        f'href="/clusters/market/{table}.{form}{"?" + escape(query) if query else ""}">'
        f"{escape(names[table])} {form.upper()}</a>"
        for table, form in FILES
    ) + "</div>"  # fmt: skip


def facts_html(market: Market) -> str:
    """The totals."""
    total, currency = market.total, market.assumptions.currency
    facts = (
        (_("Homes in the address book"), _count(total.homes)),
        (_("Addressable"), _count(total.addressable)),
        (_("Registered"), _count(total.registered)),
        (_("Served"), _count(total.served)),
        (_("Coverage"), _percent(total.coverage_percent)),
        (_("Revenue a month now"), _money(total.revenue_cents, currency)),
        (_("Expected revenue a month"), _money(total.expected_cents, currency)),
    )
    tiles = "".join(f'<div><dt>{escape(name)}</dt><dd class="m-number">{value}</dd></div>' for name, value in facts)
    return f'<dl class="c-stats">{tiles}</dl>'


def places_html(market: Market) -> str:
    """The places with most addressable homes."""
    heads = (
        (_("Place"), False),
        (_("Homes"), True),
        (_("Addressable"), True),
        (_("Served"), True),
        (_("Coverage"), True),
        (_("Expected revenue a month"), True),
    )
    rows = [_place(row, market.assumptions.currency) for row in market.places[:MOST_PLACES]]
    return _table(heads, rows)


def _place(row: MarketRow, currency: str) -> list[str]:
    return [
        escape(f"{row.city} {row.postcode}".strip()),
        _count(row.homes),
        _count(row.addressable),
        _count(row.served),
        _percent(row.coverage_percent),
        _money(row.expected_cents, currency),
    ]


def scorecard_html(cards: Sequence[ScoreRow], currency: str) -> str:
    """A row a cluster, its service that of the last 30 days; what nobody has told says so."""
    heads = (
        (_("Cluster"), False),
        (_("Homes"), True),
        (_("Trend, 30 days"), True),
        (_("Full"), True),
        (_("Waiting"), True),
        (_("Revenue a month"), True),
        (_("Completion"), True),
        (_("On time"), True),
        (_("Utilisation"), True),
        (_("Rating"), True),
    )
    return _table(heads, [_card(card, currency) for card in cards])


def _card(card: ScoreRow, currency: str) -> list[str]:
    return [
        f'<a href="/clusters/{card.cluster_id}">{escape(card.code)}</a> {escape(card.name)}',
        _count(card.homes),
        _unknown() if card.trend is None else f"{card.trend:+d}" if card.trend else "0",
        _percent(card.full_percent),
        _count(card.waiting),
        _money(card.revenue_cents, currency),
        _percent(card.completion_percent),
        _percent(card.on_time_percent),
        _percent(card.utilisation_percent),
        _unknown() if card.rating is None else _rating(card),
    ]


def _rating(card: ScoreRow) -> str:
    """The mean, and of how many."""
    return f"{format_decimal(card.rating, format='0.0', locale=locale())} ({_count(card.ratings)})"


def _table(heads: Sequence[tuple[str, bool]], rows: Sequence[Sequence[str]]) -> str:
    """Cells are markup already."""
    head = "".join(
        f'<th scope="col"{" class=m-number" if number else ""}>{escape(name)}</th>' for name, number in heads
    )
    body = "".join(
        "<tr>"
        + "".join(
            f'<td data-label="{escape(name)}"{" class=m-number" if number else ""}>{cell}</td>'
            for (name, number), cell in zip(heads, row, strict=True)
        )
        + "</tr>"
        for row in rows
    )
    return f'<table class="m-table m-table-cards"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _unknown() -> str:
    return f'<span class="m-unknown">{escape(_("unknown"))}</span>'


def _count(value: int) -> str:
    return escape(str(format_decimal(value, locale=locale())))


def _percent(value: float | None) -> str:
    return _unknown() if value is None else escape(f"{format_decimal(value, '0.#', locale=locale())} %")


def _money(cents: int | None, currency: str) -> str:
    return _unknown() if cents is None else escape(str(format_currency(cents / 100, currency, locale=locale())))
