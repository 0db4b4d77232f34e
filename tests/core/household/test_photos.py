"""Photos are judged by what they are, written anew without anything but pixels, or refused."""

from io import BytesIO

import pytest
from PIL import Image, PngImagePlugin

from core.errors import Invalid
from core.household.photos import LARGEST_BYTES, LONGEST_PX, clean_photo

SECRET = b"44.0201 North, Hana's phone"


def jpeg(size: tuple[int, int] = (80, 40), *, turned: bool = False) -> bytes:
    """Red above, blue below, with everything that a camera may tell of itself."""
    picture = Image.new("RGB", size, "blue")
    picture.paste("red", (0, 0, size[0], size[1] // 2))
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()  # ImageDescription
    exif[0x0112] = 6 if turned else 1  # Orientation
    exif.get_ifd(0x8825)[1] = "N"  # GPS
    out = BytesIO()
    picture.save(out, "JPEG", exif=exif, comment=SECRET, icc_profile=SECRET, quality=95)
    return out.getvalue()


def png() -> bytes:
    told, out = PngImagePlugin.PngInfo(), BytesIO()
    told.add_text("Author", SECRET.decode())
    Image.new("RGBA", (60, 60), (0, 255, 0, 128)).save(out, "PNG", pnginfo=told)
    return out.getvalue()


@pytest.mark.parametrize("content", [jpeg(), png()], ids=["jpeg", "png"])
def test_nothing_but_pixels_is_left_of_a_photo(content: bytes) -> None:
    assert SECRET in content
    photo = clean_photo(content)
    assert SECRET not in photo.content and b"Exif" not in photo.content and b"ICC_PROFILE" not in photo.content
    with Image.open(BytesIO(photo.content)) as kept:
        assert (kept.format, kept.mode, kept.size) == ("JPEG", "RGB", (photo.width, photo.height))
        assert not kept.getexif() and set(kept.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_it_is_turned_upright_and_made_no_larger_than_it_may_be() -> None:
    turned = clean_photo(jpeg((80, 40), turned=True))
    assert (turned.width, turned.height) == (40, 80)
    large = clean_photo(jpeg((4_000, 2_000)))
    assert (large.width, large.height) == (LONGEST_PX, LONGEST_PX // 2)


def huge_header() -> bytes:
    """A PNG of a few bytes that says it has ten thousand million pixels."""
    out = BytesIO()
    Image.new("1", (8, 8)).save(out, "PNG")
    content = bytearray(out.getvalue())
    content[16:24] = (100_000).to_bytes(4, "big") * 2
    return bytes(content)


def gif() -> bytes:
    out = BytesIO()
    Image.new("P", (8, 8)).save(out, "GIF")
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"<svg onload=alert(1)>", "JPEG, PNG or WebP"),
        (b"%PDF-1.7 not a picture", "JPEG, PNG or WebP"),
        (gif(), "JPEG, PNG or WebP"),
        (jpeg()[:200], "damaged"),
        (b"\xff" * (LARGEST_BYTES + 1), "bytes"),
        (huge_header(), "damaged|pixels|JPEG, PNG"),
    ],
    ids=["empty", "svg", "pdf", "gif", "cut", "large", "bomb"],
)
def test_what_cannot_be_cleaned_is_refused(content: bytes, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        clean_photo(content)
