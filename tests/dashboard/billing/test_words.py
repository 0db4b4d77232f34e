"""Lines of bills in words: power with its visits, coupons, in the reader's language."""

from datetime import UTC, datetime
from uuid import UUID

from core.billing.reads import LineProof
from core.billing.tables import InvoiceRow
from core.billing.usage_tables import PowerEntry
from dashboard.billing.words import coupon_words, line_words
from dashboard.i18n import use_language
from dashboard.pages.billing_invoice import line_html

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
POWER = {
    "kind": "power", "minor": -81, "start": "2027-02-01T00:00:00+00:00", "end": "2027-03-01T00:00:00+00:00",
    "plan": "Standard v1", "minutes": 0, "allowance": 0, "used": 4_500, "rate": 18, "note": "",
}  # fmt: skip


def test_power_is_told_in_kilowatt_hours_and_opens_to_its_visits() -> None:
    invoice = InvoiceRow(
        id=UUID(int=1), subscription_id=UUID(int=2), number=1, made_at=NOON, state="open", reason="cycle",
        currency="USD", total_minor=0, credit_minor=0, due_minor=0, lines=[POWER], known_by=NOON,
    )  # fmt: skip
    visit = PowerEntry(
        id=1, mower=3, session_ms=1_800_000_000_000, ended_ms=1_800_000_900_000, lot_id=UUID(int=12), battery_used=60,
        watt_hours=3_000, recorded_at=NOON,
    )  # fmt: skip
    shown = line_html(invoice, 0, LineProof(POWER, (), (visit,)), {3: "Luba-ELM"}, replay=True)
    assert "Power for the mower: 4.500 kWh at $0.18 a kWh" in shown
    assert ">3.000</td>" in shown and "60 %" in shown
    assert 'href="/fleet?mower=Luba-ELM&at=2027-01-15T08:00:00Z"' in shown
    with use_language("de"):
        assert line_words(POWER, "USD").startswith("Strom für den Mäher: 4,500 kWh zu 0,18")


def test_a_coupon_says_for_how_long_it_counts() -> None:
    assert [coupon_words(25, left) for left in (1, 3, 0, None)] == [
        "25 % off 1 period", "25 % off 3 periods", "25 % off every period", "25 % off every period",
    ]  # fmt: skip
    with use_language("de"):
        assert coupon_words(25, 3) == "25 % Nachlass auf 3 Zeiträume"
    assert line_words(POWER | {"kind": "coupon", "note": "25 %, sorry"}, "USD") == "Coupon: 25 %, sorry"
