"""How wide each model cuts, in metres, as its maker states it; the first row whose words the name holds."""

_WIDTHS: tuple[tuple[tuple[str, ...], float], ...] = (
    (("luba", "mini"), 0.20),
    (("yuka", "mini"), 0.19),
    (("luba",), 0.40),
    (("yuka",), 0.32),
)
SMALLEST_M = 0.19
"""An unknown model counts as the narrowest: too little is never told as done."""


def blade_width_m(model: str) -> float:
    """Width of cut of a model, metres."""
    name = model.casefold()
    return next((width for words, width in _WIDTHS if all(word in name for word in words)), SMALLEST_M)
