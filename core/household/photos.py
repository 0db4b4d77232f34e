"""Photos that people send: judged by their content, never by name or declared type, and written anew.

What leaves here is a JPEG of ours: turned upright, at most `LONGEST_PX` a side, with nothing but pixels in it - no
place, time, owner or thumbnail of the camera. What cannot be read, and so cannot be cleaned, is refused.
"""

from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from core.errors import Invalid
from core.texts import N_, Text

LARGEST_BYTES = 12_000_000
MOST_PIXELS = 50_000_000
"""A small file may unfold to a huge picture: refused by what its header says, before a pixel is read."""
LONGEST_PX = 1_600
QUALITY = 82
FORMATS = ("JPEG", "PNG", "WEBP")


@dataclass(frozen=True, slots=True)
class Photo:
    """A clean JPEG."""

    content: bytes
    width: int
    height: int


def clean_photo(content: bytes) -> Photo:
    """``Invalid`` says why it cannot be taken. Takes up to a second: not for the event loop."""
    if not content:
        raise Invalid(N_("the photo: the file is empty"))
    if len(content) > LARGEST_BYTES:
        raise Invalid(Text("the photo: {size:,} bytes (at most {most:,})", size=len(content), most=LARGEST_BYTES))
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise Invalid(
                    Text("the photo: {wide} x {high} pixels are too many", wide=opened.width, high=opened.height)
                )
            opened.draft("RGB", (LONGEST_PX, LONGEST_PX))
            upright = ImageOps.exif_transpose(opened)
            upright.thumbnail((LONGEST_PX, LONGEST_PX))
            return _written(upright)
    except UnidentifiedImageError as error:
        raise Invalid(N_("the photo: expected a JPEG, PNG or WebP picture")) from error
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise Invalid(N_("the photo: it is damaged and cannot be read")) from error


def _written(picture: Image.Image) -> Photo:
    """Its pixels alone on a fresh sheet: what a picture carries besides would be written along with it."""
    sheet = Image.new("RGB", picture.size, "white")
    coloured = picture.convert("RGBA")
    sheet.paste(coloured, mask=coloured.getchannel("A"))
    out = BytesIO()
    sheet.save(out, "JPEG", quality=QUALITY, optimize=True)
    return Photo(out.getvalue(), sheet.width, sheet.height)
