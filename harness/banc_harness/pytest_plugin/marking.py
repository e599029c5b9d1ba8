"""``@pytest.mark.banc``: what a test says of itself; requirement ids as marks, keywords and JUnit properties."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from banc_standards.contracts.vocabulary import SessionMode

HELP = (
    "banc(requirements=[...], mode='strict'|'lenient'): the requirements that a test speaks for, the mode of its"
    " session; the scenarios of sut.yaml have it too"
)


def apply(item: pytest.Item) -> None:
    """Turns the requirements of the mark into marks and keywords to select by, and into JUnit properties."""
    for mark in item.iter_markers("banc"):
        names = tuple(mark.kwargs.get("requirements", ()))
        make_selectable(item, names)
        item.user_properties += [(f"requirement:{name}", item.name) for name in names]


def make_selectable(item: pytest.Item, names: Iterable[str]) -> None:
    """Names that ``-k`` and ``-m`` know the test by."""
    for name in names:
        item.config.addinivalue_line("markers", f"{name}: {item.name}")  # --strict-markers knows it, too
        item.add_marker(name)


def mode_of(item: pytest.Item) -> SessionMode:
    """The mode that the nearest mark asks for."""
    asked = next((mark.kwargs["mode"] for mark in item.iter_markers("banc") if "mode" in mark.kwargs), "strict")
    if asked == "strict":
        return "strict"
    if asked == "lenient":
        return "lenient"
    raise pytest.UsageError(f"{item.nodeid}: banc(mode={asked!r}): strict, lenient")
