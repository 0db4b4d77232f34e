"""What a person typed never becomes a formula of the spreadsheet that opens our export.

Source: OWASP, CSV Injection (https://owasp.org/www-community/attacks/CSV_Injection).
"""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Also in full width, which East Asian editions read as the plain ones."""


BLANKS = ' "\u00a0\ufeff'
"""Some programs skip these before a formula."""


def safe_cell[T](value: T) -> T | str:
    """A text that a spreadsheet would run gets an apostrophe before it; anything else stays. Twice is once."""
    if isinstance(value, str) and value.lstrip(BLANKS).startswith(FORMULA_STARTS):
        return f"'{value}"
    return value
