"""Writing the PDF/A-1b that a level 1 document or a copy embeds: ISO 19005-1, level B.

Every font is embedded, the colours have an output intent, the metadata are told in XMP and agree with the document
information; nothing is encrypted, transparent or outside the file. The same content gives the same bytes.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final
from xml.sax.saxutils import escape

from banc_standards.ins_datamatrix import CAPTION
from banc_standards.ins_symbol import QUIET, Squares, bars

_MARGIN: Final = 56
_SIZE: Final = 10
_LEADING: Final = 15
_SQUARE: Final = 1.4
"""Side of a square of the symbol, in points: half a millimetre."""
_REGULAR: Final = "BancRegular"
_BOLD: Final = "BancBold"
_PRODUCER: Final = "Banc Ségur"
_EPOCH: Final = datetime(2026, 1, 1, tzinfo=UTC)


def simple_pdf(
    lines: Sequence[str], *, title: str = "", created: datetime = _EPOCH, symbol: Squares | None = None
) -> bytes:
    """A4 pages of ``lines``, the first one as heading; long lines are folded.

    ``title`` is by default the first line. ``symbol`` is a datamatrix INS (``ins_symbol.squares``), drawn with its
    caption at the top right of the first page. Characters that the font lacks become question marks.
    """
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.utils import simpleSplit
    from reportlab.pdfgen.canvas import Canvas

    fonts = _fonts()
    width, height = A4
    target = io.BytesIO()
    first: Any = _REGULAR  # the stubs call it a number
    canvas = Canvas(target, pagesize=A4, invariant=1, initialFontName=first, pdfVersion=(1, 4))
    top = height - _MARGIN
    y = top
    aside, foot = _drawn(canvas, symbol, width - _MARGIN, top) if symbol else (0.0, top)
    for number, line in enumerate(lines or [""]):
        font = _REGULAR if number else _BOLD
        shown = "".join(character if ord(character) in fonts[font] else "?" for character in line)
        across = width - 2 * _MARGIN - (aside if y > foot else 0)
        for piece in simpleSplit(shown, font, _SIZE, across) or [""]:
            if y < _MARGIN:
                canvas.showPage()
                y, foot = top, top
            canvas.setFont(font, _SIZE)
            canvas.drawString(_MARGIN, y, piece)
            y -= _LEADING
    _declare(canvas, title or next(iter(lines), ""), created)
    canvas.save()
    return target.getvalue()


def _drawn(canvas: Any, symbol: Squares, right: float, top: float) -> tuple[float, float]:
    """Draws a symbol and its caption; the width that it takes from the lines beside it, and where they end."""
    side = (len(symbol) + 2 * QUIET) * _SQUARE
    path = canvas.beginPath()
    for left, down, length in bars(symbol):
        x, y = right - side + (left + QUIET) * _SQUARE, top + _SIZE - (down + 1 + QUIET) * _SQUARE
        path.rect(x, y, length * _SQUARE, _SQUARE)
    canvas.drawPath(path, stroke=0, fill=1)
    foot = top + _SIZE - side - _SIZE
    canvas.setFont(_REGULAR, _SIZE * 0.8)
    canvas.drawCentredString(right - side / 2, foot + _SIZE * 0.2, CAPTION)
    return side + _LEADING, foot


@cache
def _fonts() -> dict[str, frozenset[int]]:
    """Registers the two faces that are embedded; the characters that each one can show."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    faces = {}
    for name, file in ((_REGULAR, "Vera.ttf"), (_BOLD, "VeraBd.ttf")):
        font = TTFont(name, file)
        pdfmetrics.registerFont(font)
        faces[name] = frozenset(font.face.charToGlyph)
    return faces


def _declare(canvas: Any, title: str, created: datetime) -> None:
    """Metadata, output intent and document information, which must agree with one another (ISO 19005-1)."""
    from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFInfo, PDFName, PDFObject, PDFStream, PDFString

    class Information(PDFInfo):
        """The document information: no more than what the XMP says too."""

        def format(self, document: Any) -> Any:
            moment = PDFString(f"D:{created.astimezone(UTC):%Y%m%d%H%M%S}+00'00'")
            values = {"Title": PDFString(title), "Producer": PDFString(_PRODUCER)}
            return PDFDictionary({**values, "CreationDate": moment, "ModDate": moment}).format(document)

    class Plain(PDFObject):
        """A stream without the key Filter, which ISO 19005-1 §6.7.2 forbids in metadata."""

        def __init__(self, content: bytes) -> None:
            self._content = content

        def format(self, document: Any) -> bytes:
            head = b"<< /Type /Metadata /Subtype /XML /Length %d >>\nstream\n" % len(self._content)
            return head + self._content + b"\nendstream"

    document = canvas._doc
    document.info = Information()
    metadata = Plain(_xmp(title, created).encode())
    profile = PDFStream(dictionary=PDFDictionary({"N": 3}), content=_colours(), filters=[])
    intent = PDFDictionary(
        {
            "Type": PDFName("OutputIntent"),
            "S": PDFName("GTS_PDFA1"),
            "OutputConditionIdentifier": PDFString("sRGB"),
            "Info": PDFString("sRGB"),
            "DestOutputProfile": document.Reference(profile),
        }
    )
    document.Catalog.Metadata = document.Reference(metadata)
    document.Catalog.OutputIntents = PDFArray([intent])
    for name in ("Metadata", "OutputIntents"):
        if name not in document.Catalog.__NoDefault__:
            document.Catalog.__NoDefault__ = [*document.Catalog.__NoDefault__, name]


def _xmp(title: str, created: datetime) -> str:
    moment = f"{created.astimezone(UTC):%Y-%m-%dT%H:%M:%S}+00:00"
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">'
        "<pdfaid:part>1</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance></rdf:Description>"
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title><rdf:Alt>'
        f'<rdf:li xml:lang="x-default">{escape(title)}</rdf:li></rdf:Alt></dc:title></rdf:Description>'
        '<rdf:Description rdf:about="" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">'
        f"<pdf:Producer>{_PRODUCER}</pdf:Producer></rdf:Description>"
        '<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/">'
        f"<xmp:CreateDate>{moment}</xmp:CreateDate><xmp:ModifyDate>{moment}</xmp:ModifyDate></rdf:Description>"
        '</rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    )


@cache
def _colours() -> bytes:
    """A version 2 ICC profile of the sRGB primaries with a power law of 2.2 (ICC.1:1998-09, matrix-based display)."""
    name = b"sRGB (gamma 2.2)\0"
    tags = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", len(name)) + name + bytes(4 + 4 + 2 + 1 + 67),
        b"cprt": b"text\0\0\0\0Public domain\0",
        b"wtpt": _xyz(0.95045, 1.0, 1.08905),
        b"rXYZ": _xyz(0.43607, 0.22249, 0.01392),
        b"gXYZ": _xyz(0.38515, 0.71687, 0.09708),
        b"bXYZ": _xyz(0.14307, 0.06061, 0.71410),
        b"rTRC": b"curv\0\0\0\0" + struct.pack(">IH", 1, round(2.2 * 256)),
        b"gTRC": b"curv\0\0\0\0" + struct.pack(">IH", 1, round(2.2 * 256)),
        b"bTRC": b"curv\0\0\0\0" + struct.pack(">IH", 1, round(2.2 * 256)),
    }
    start = 128 + 4 + 12 * len(tags)
    table, body = struct.pack(">I", len(tags)), b""
    for signature, data in tags.items():
        table += signature + struct.pack(">II", start + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    size = start + len(body)
    head = struct.pack(">I4sI4s4s4s", size, b"\0\0\0\0", 0x02100000, b"mntr", b"RGB ", b"XYZ ")
    head += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + bytes(28)
    head += struct.pack(">3I", 0xF6D6, 0x10000, 0xD32D) + bytes(48)
    return head + table + body


def _xyz(*values: float) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(value * 65536) for value in values))
