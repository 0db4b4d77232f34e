"""Which scripts a page of the live map runs: a page that outlives its server learns that they changed."""

from functools import cache
from pathlib import Path
from zlib import crc32

SCRIPTS = Path(__file__).parents[1] / "components"


@cache
def page_build() -> str:
    """The fingerprint of every script of ours that such a page may run."""
    scripts = sorted(SCRIPTS.rglob("*.js"))
    return f"{crc32(b''.join(script.read_bytes() for script in scripts)):08x}"
