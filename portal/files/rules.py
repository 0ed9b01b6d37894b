"""What may be uploaded: kinds told by content, never by name; sizes; and what a refusal says."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from typing import Final

from PIL import Image, UnidentifiedImageError
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from portal.errors import Problem, Refused
from portal.values import Text

MEGABYTE: Final = 1024 * 1024
LARGEST: Final = 15 * MEGABYTE
MOST_PIXELS: Final = 60_000_000
MOST_PAGES: Final = 200
MOST_OF_ONE_OWNER: Final = 120
THUMBNAIL: Final = (240, 240)

IMAGES: Final = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
ENDINGS: Final = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "application/pdf": ".pdf"}
ACCEPT: Final = ",".join(ENDINGS)

EMPTY = Problem("file-empty", 422, Text("文件“{name}”是空的。", "The file {name} is empty."))
TOO_LARGE = Problem(
    "file-too-large",
    413,
    Text(
        "文件“{name}”超过 15 MB,请压缩或分开拍。", "The file {name} is over 15 MB; make it smaller or take it in parts."
    ),
)
NOT_ACCEPTED = Problem(
    "file-kind",
    415,
    Text(
        "文件“{name}”不是能打开的照片(JPG、PNG、WebP)或 PDF。",
        "The file {name} is neither a photo that opens (JPG, PNG, WebP) nor a PDF.",
    ),
)
TOO_MANY = Problem("too-many-files", 422, Text("一份申请最多 120 个文件。", "An application holds at most 120 files."))


@dataclass(frozen=True)
class Inspected:
    """What a file really is."""

    media_type: str
    pages: int


def inspect(content: bytes, name: str) -> Inspected:
    """The kind of a file by its content. Refused when it is empty, too large, disguised or broken."""
    if not content:
        raise Refused(EMPTY, name=name)
    if len(content) > LARGEST:
        raise Refused(TOO_LARGE, name=name)
    if content.startswith(b"%PDF-"):
        return Inspected("application/pdf", _pages(content, name))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # a picture that unpacks to gigabytes is a warning first
            with Image.open(io.BytesIO(content), formats=tuple(IMAGES)) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    raise Refused(TOO_LARGE, name=name)
                picture.load()
                return Inspected(IMAGES[str(picture.format)], 1)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise Refused(TOO_LARGE, name=name) from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Warning) as error:
        raise Refused(NOT_ACCEPTED, name=name) from error


def _pages(content: bytes, name: str) -> int:
    try:
        reader = PdfReader(io.BytesIO(content))
        pages = 0 if reader.is_encrypted else len(reader.pages)
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Refused(NOT_ACCEPTED, name=name) from error
    if not 0 < pages <= MOST_PAGES:
        raise Refused(NOT_ACCEPTED, name=name)
    return pages


def thumbnail(content: bytes) -> bytes:
    """A small JPEG of a picture, turned the way it was held, without what the camera wrote into it."""
    from PIL import ImageOps

    with Image.open(io.BytesIO(content), formats=tuple(IMAGES)) as picture:
        upright = ImageOps.exif_transpose(picture)
        upright.thumbnail(THUMBNAIL)
        made = io.BytesIO()
        upright.convert("RGB").save(made, "JPEG", quality=80)
    return made.getvalue()


def plain_name(name: str) -> str:
    """A file's name without folders and without characters that mean something elsewhere."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(char for char in last if char.isprintable() and char not in '<>:"|?*\0').strip(" .")
    return kept[-200:] or "file"
