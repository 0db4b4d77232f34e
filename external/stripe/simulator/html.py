"""Plain, accessible HTML for the simulated Stripe's own pages: no script, light and dark, from 320 px up."""

from datetime import UTC, datetime
from html import escape

STYLE = """
:root{color-scheme:light dark;--bg:#f6f8fa;--card:#fff;--ink:#1a1f36;--dim:#4f566b;--line:#d5dbe3;--go:#0a5bd3;
--go-ink:#fff;--bad:#b3093c;--good:#05632d}
@media (prefers-color-scheme:dark){:root{--bg:#0f1420;--card:#1a2030;--ink:#eef1f6;--dim:#b4bccb;--line:#39425a;
--go:#8ab4ff;--go-ink:#0f1420;--bad:#ff9db4;--good:#7fe0a3}}
*{box-sizing:border-box}body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{max-width:34rem;margin:0 auto;padding:1.5rem 1rem 4rem}h1{font-size:1.5rem;line-height:1.25;margin:.5rem 0 1rem}
h2{font-size:1.1rem;margin:0 0 .75rem}.box{background:var(--card);border:1px solid var(--line);border-radius:12px;
padding:1.25rem;margin:0 0 1rem}.test{background:#ffde92;color:#3d2c00;text-align:center;padding:.35rem 1rem;
font-size:.875rem}label{display:block;font-weight:600;margin:.75rem 0 .25rem}input{width:100%;padding:.65rem .75rem;
font:inherit;color:inherit;background:transparent;border:1px solid var(--dim);border-radius:8px}
.two{display:grid;grid-template-columns:1fr 1fr;gap:.75rem}button,.button{display:inline-block;font:inherit;
font-weight:600;border-radius:8px;padding:.6rem 1rem;min-height:44px;cursor:pointer;border:1px solid var(--dim);
background:transparent;color:var(--ink);text-decoration:none}button.go{width:100%;margin-top:1.25rem;
background:var(--go);border-color:var(--go);color:var(--go-ink)}button:focus-visible,input:focus-visible,
a:focus-visible,summary:focus-visible{outline:3px solid var(--go);outline-offset:2px}a{color:var(--go)}
.row{display:flex;gap:.5rem 1rem;flex-wrap:wrap;align-items:center;justify-content:space-between;
padding:.6rem 0;border-top:1px solid var(--line)}.row:first-of-type{border-top:0}
.acts{display:flex;gap:.5rem;flex-wrap:wrap}
.dim{color:var(--dim)}
.num{font-variant-numeric:tabular-nums;white-space:nowrap}.bad{color:var(--bad);font-weight:600}
.good{color:var(--good);font-weight:600}.big{font-size:2rem;font-weight:700;margin:0}form.inline{display:inline}
details{margin-top:1rem}table{border-collapse:collapse;width:100%;font-size:.9rem}td,th{text-align:left;
padding:.3rem .5rem .3rem 0;border-top:1px solid var(--line)}
"""


def page(title: str, body: str) -> str:
    """A whole page; ``body`` is safe HTML."""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head><body>'
        '<header class="test">Simulated Stripe, test cards only: no money moves.</header>'
        f"<main><h1>{escape(title)}</h1>{body}</main></body></html>"
    )


def money(cents: int, currency: str = "usd") -> str:
    """12.50 US dollars as $12.50."""
    sign = "-" if cents < 0 else ""
    unit = "$" if currency == "usd" else f"{currency.upper()} "
    return f"{sign}{unit}{abs(cents) // 100:,}.{abs(cents) % 100:02d}"


def day(moment: int | None) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%B %-d, %Y") if moment else ""


def box(heading: str, inner: str) -> str:
    return f'<section class="box"><h2>{escape(heading)}</h2>{inner}</section>'


def alert(message: str) -> str:
    return f'<p class="bad" role="alert" id="card-error">{escape(message)}</p>' if message else ""


def card_form(action: str, button: str, error: str = "", number: str = "") -> str:
    """Where a person types a card. The numbers it takes are Stripe's test cards."""
    described = ' aria-describedby="card-error" aria-invalid="true"' if error else ""
    cards = "".join(f"<tr><td class='num'>{n}</td><td>{escape(text)}</td></tr>" for n, text in _HELP)
    return (
        f'<form method="post" action="{escape(action)}" autocomplete="off">{alert(error)}'
        f'<label for="number">Card number</label><input id="number" name="number" inputmode="numeric" required '
        f'placeholder="4242 4242 4242 4242" value="{escape(number)}"{described}>'
        '<div class="two"><div><label for="expiry">Expiry (MM/YY)</label><input id="expiry" name="expiry" required '
        'inputmode="numeric" placeholder="12/34"></div><div><label for="cvc">Security code</label>'
        '<input id="cvc" name="cvc" inputmode="numeric" required placeholder="123"></div></div>'
        '<label for="name">Name on card</label><input id="name" name="name" required>'
        f'<button class="go" type="submit">{escape(button)}</button></form>'
        f"<details><summary>Test cards</summary><table><thead><tr><th>Number</th><th>What it does</th></tr></thead>"
        f"<tbody>{cards}</tbody></table></details>"
    )


_HELP = (
    ("4242 4242 4242 4242", "succeeds"),
    ("4000 0000 0000 0341", "can be saved, every charge is declined"),
    ("4000 0000 0000 0002", "is declined"),
    ("4000 0000 0000 9995", "has insufficient funds"),
    ("4000 0000 0000 0069", "has expired"),
    ("4000 0027 6000 3184", "the bank asks its holder every time"),
    ("4000 0025 0000 3155", "the bank asks its holder when it is saved"),
    ("4000 0082 6000 3178", "can be saved when the bank has asked, then has insufficient funds"),
)


def button(action: str, text: str, **hidden: str) -> str:
    """A form of one button."""
    fields = "".join(f'<input type="hidden" name="{escape(k)}" value="{escape(v)}">' for k, v in hidden.items())
    return (
        f'<form class="inline" method="post" action="{escape(action)}">{fields}'
        f'<button type="submit">{escape(text)}</button></form>'
    )
