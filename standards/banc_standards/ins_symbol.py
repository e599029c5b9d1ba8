"""The *datamatrix INS* as a symbol: the squares of a payload, and their drawing as SVG or PNG.

ECC200, square, the whole payload in C40 as its header must be. The symbol is drawn with a quiet zone of
:data:`QUIET` squares on each side, where the format asks for one at least.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Final

QUIET: Final = 2
"""Width of the white margin around a drawn symbol, in squares."""
Squares = tuple[tuple[bool, ...], ...]
"""The rows of a symbol from the top, each from the left; True is dark. Without quiet zone."""


def squares(payload: str) -> Squares:
    """The symbol of a payload (``ins_datamatrix.build``), the smallest that holds it.

    Raises ``ValueError`` for a payload that no symbol holds.
    """
    from ppf.datamatrix import DataMatrix  # type: ignore[import-untyped]

    return tuple(tuple(map(bool, row)) for row in DataMatrix(payload, codecs=["C40"]).matrix)


def bars(symbol: Squares) -> Iterator[tuple[int, int, int]]:
    """The dark runs of each row: how far from the left, how far from the top, how long, in squares."""
    for top, row in enumerate(symbol):
        left = 0
        while left < len(row):
            end = left
            while end < len(row) and row[end] is row[left]:
                end += 1
            if row[left]:
                yield left, top, end - left
            left = end


def svg(symbol: Squares, *, square_mm: float = 0.5) -> bytes:
    """The symbol as an SVG of its printed size, dark squares on white."""
    side = len(symbol) + 2 * QUIET
    path = "".join(f"M{left + QUIET} {top + QUIET}h{length}v1h-{length}z" for left, top, length in bars(symbol))
    size = f'width="{side * square_mm:g}mm" height="{side * square_mm:g}mm"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {side} {side}" shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0h{side}v{side}H0z"/><path d="{path}"/></svg>\n'
    ).encode()


def png(symbol: Squares, *, square_px: int = 8) -> bytes:
    """The symbol as a black and white PNG."""
    from PIL import Image

    side = len(symbol) + 2 * QUIET
    image = Image.new("1", (side, side), 1)
    for top, row in enumerate(symbol, QUIET):
        for left, dark in enumerate(row, QUIET):
            if dark:
                image.putpixel((left, top), 0)
    target = io.BytesIO()
    image.resize((side * square_px, side * square_px), Image.Resampling.NEAREST).save(target, "PNG")
    return target.getvalue()
