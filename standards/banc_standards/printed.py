"""What the first page of a printed document shows: its Data Matrix symbols and its text, from a PDF or an image.

Everything is bounded: the octets that are taken and what they inflate to, the pages that are looked at (the first,
where the INS must stand), the points of a picture, the time of a drawing. PDFium draws a page at a time.
"""

from __future__ import annotations

import hashlib
import io
import math
import re
import threading
import time
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from banc_standards.errors import BancError, EnvironmentFailed, Sentence

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_BYTES: Final = 20 * 2**20
MOST_PIXELS: Final = 40_000_000
"""Of a picture; an A4 page scanned at 600 dpi has 35 million."""
MOST_TEXT: Final = 20_000
"""Characters of the page that are kept."""
MOST_INFLATED: Final = 200 * 2**20
"""Octets of the compressed streams of a PDF, all together."""
LONGEST_S: Final = 5.0
"""How long a page may take to be drawn, in seconds; a letter takes hundredths."""
_MOST_SYMBOLS: Final = 16
_SCALES: Final = (2.0, 4.0)
"""Points a typographic point, tried in turn: 144 dpi, then 288 dpi for small squares."""
_MOST_DRAWN: Final = 12_000_000
"""Points in which symbols are looked for; a finer picture is made coarser."""
_STREAM: Final = re.compile(rb"stream\r?\n")
_DEEPEST: Final = 3
"""How many times over a stream may be compressed before it is not looked into."""
_PICTURES: Final = ("PNG", "JPEG", "TIFF", "GIF")
_BEGINNINGS: Final = (b"\x89PNG", b"\xff\xd8\xff", b"II*\0", b"MM\0*", b"GIF8")
_PDFIUM: Final = threading.Lock()
_PILLOW: Final = threading.Lock()


class PrintedRefused(BancError):
    """The octets are no page that can be looked at, code ``INSDM-010``."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A first page. ``symbols`` are the contents of its Data Matrix symbols, from the top; ``text`` is empty for an
    image.
    """

    symbols: tuple[str, ...]
    text: str = ""

    @property
    def payloads(self) -> tuple[str, ...]:
        """The contents of the symbols that are meant for datamatrix INS: by their first letters, or by their S1."""
        return tuple(symbol for symbol in self.symbols if symbol.startswith("IS") or symbol[26:28] == "S1")


_MOST_KEPT: Final = 64
_SEEN: Final[dict[bytes, Sheet]] = {}
"""The last sheets by the digest of their octets, since several checks look at one: the octets are not kept."""


def is_page(data: bytes) -> bool:
    """Whether the octets begin as a PDF or a picture does."""
    return is_pdf(data) or data.startswith(_BEGINNINGS)


def is_pdf(data: bytes) -> bool:
    """Whether the octets begin as a PDF does."""
    return data.lstrip()[:5] == b"%PDF-"


def read(data: bytes) -> Sheet:
    """The first page of a PDF, or a picture of it.

    Raises :class:`PrintedRefused` for what can be neither, or is too large; ``EnvironmentFailed`` where a reading
    library is not installed.
    """
    if len(data) > MOST_BYTES:
        raise _refused(f"{len(data)} octets, au plus {MOST_BYTES}", f"{len(data)} octets, at most {MOST_BYTES}")
    key = hashlib.sha256(data).digest()
    sheet = _SEEN.get(key)
    if sheet is None:
        sheet = _page(data) if is_pdf(data) else Sheet(_symbols(_picture(data)))
        if len(_SEEN) >= _MOST_KEPT:
            _SEEN.clear()
        _SEEN[key] = sheet
    return sheet


def _page(data: bytes) -> Sheet:
    pdfium = _library("pypdfium2")
    _bounded(data)
    ends = time.monotonic() + LONGEST_S
    with _PDFIUM:
        try:
            document = pdfium.PdfDocument(data)
            try:
                page = document[0]
                words = page.get_textpage()
                text = words.get_text_range(count=min(words.count_chars(), MOST_TEXT))
                found: tuple[str, ...] = ()
                for scale in _SCALES:
                    found = found or _symbols(_drawn(page, scale, ends))
                return Sheet(found, text)
            finally:
                document.close()
        except (pdfium.PdfiumError, IndexError, ValueError) as error:
            raise _refused(f"PDF illisible ({error})", f"unreadable PDF ({error})") from None


def _drawn(page: Any, scale: float, ends: float) -> Image:
    """A page in grey, step by step so that it can be left when it takes too long."""
    pdfium, raw, helpers = (_library(f"pypdfium2{part}") for part in ("", ".raw", ".internal"))
    across, down = page.get_size()
    fits = min(scale, (_MOST_DRAWN / max(1.0, across * down)) ** 0.5)
    width, height = math.ceil(across * fits), math.ceil(down * fits)
    bitmap = pdfium.PdfBitmap.new_native(width, height, format=raw.FPDFBitmap_Gray)
    bitmap.fill_rect((255, 255, 255, 255), 0, 0, width, height)
    pause = raw.IFSDK_PAUSE(version=1)
    helpers.set_callback(pause, "NeedToPauseNow", lambda _: time.monotonic() > ends)
    flags = raw.FPDF_ANNOT | raw.FPDF_GRAYSCALE
    reached = raw.FPDF_RenderPageBitmap_Start(bitmap, page, 0, 0, width, height, 0, flags, pause)
    raw.FPDF_RenderPage_Close(page)
    if reached != raw.FPDF_RENDER_DONE:
        raise _refused(f"page trop longue à dessiner ({LONGEST_S} s)", f"page too long to draw ({LONGEST_S} s)")
    image: Image = bitmap.to_pil()
    return image


def _bounded(data: bytes) -> None:
    """Refuses a PDF whose compressed streams inflate to more than what a page can need."""
    left = MOST_INFLATED
    for start in _STREAM.finditer(data):
        left -= _inflated(memoryview(data)[start.end() :], left, _DEEPEST)
        if left <= 0:
            raise _refused(
                f"flux de plus de {MOST_INFLATED} octets une fois décompressés",
                f"streams of more than {MOST_INFLATED} octets once inflated",
            )


def _inflated(stream: bytes | memoryview, most: int, deeper: int) -> int:
    """How many octets a stream inflates to, up to about ``most``; 0 when it is not deflated."""
    engine, total, head = zlib.decompressobj(), 0, b""
    pending: bytes | memoryview = stream
    try:
        while len(pending) and not engine.eof and total <= most:
            piece = engine.decompress(pending, 2**20)
            pending = engine.unconsumed_tail
            total += len(piece)
            head = head or piece
    except zlib.error:
        pass
    return total if not deeper or head[:1] != b"\x78" else max(total, _inflated(head, most, deeper - 1))


def _picture(data: bytes) -> Image:
    pillow = _library("PIL.Image")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", pillow.DecompressionBombWarning)
            image = pillow.open(io.BytesIO(data), formats=_PICTURES)
            if image.width * image.height > MOST_PIXELS:
                raise _refused(
                    f"{image.width} x {image.height} points, au plus {MOST_PIXELS}",
                    f"{image.width} x {image.height} points, at most {MOST_PIXELS}",
                )
            with _whole():
                image.load()
            finer = math.ceil((image.width * image.height / _MOST_DRAWN) ** 0.5)
            return _flat(image).reduce(finer) if finer > 1 else _flat(image)
    except BancError:
        raise
    except Exception as error:  # each format of Pillow has its own ways to refuse a broken file
        name = type(error).__name__
        raise _refused(f"ni PDF ni image lisible ({name})", f"no readable PDF or picture ({name})") from None


@contextmanager
def _whole() -> Iterator[None]:
    """Has Pillow refuse a picture that is cut short, whatever another library of the process told it."""
    files = _library("PIL.ImageFile")
    with _PILLOW:
        before, files.LOAD_TRUNCATED_IMAGES = files.LOAD_TRUNCATED_IMAGES, False
        try:
            yield
        finally:
            files.LOAD_TRUNCATED_IMAGES = before


def _flat(image: Any) -> Image:
    """In grey, on white where the picture is transparent."""
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        from PIL import Image as pillow

        rgba = image.convert("RGBA")
        paper = pillow.new("RGBA", rgba.size, "white")
        return pillow.alpha_composite(paper, rgba).convert("L")
    flat: Image = image.convert("L")
    return flat


def _symbols(image: Image) -> tuple[str, ...]:
    zxing = _library("zxingcpp")
    found = zxing.read_barcodes(image, formats=zxing.BarcodeFormat.DataMatrix)[:_MOST_SYMBOLS]
    placed = sorted(found, key=lambda one: (one.position.top_left.y, one.position.top_left.x))
    return tuple(one.bytes.decode("latin-1") for one in placed)


def _library(name: str) -> Any:
    from importlib import import_module

    try:
        return import_module(name)
    except ImportError as missing:
        raise EnvironmentFailed(
            "INSDM-900",
            Sentence(f"bibliothèque de lecture absente : {missing}", f"missing reading library: {missing}"),
            Sentence("pip install zxing-cpp pypdfium2 pillow", "pip install zxing-cpp pypdfium2 pillow"),
        ) from None


def _refused(fr: str, en: str) -> PrintedRefused:
    return PrintedRefused("INSDM-010", Sentence(fr, en))
