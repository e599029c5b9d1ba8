"""Where a rule is broken, and the few shapes that its check may have."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from lxml import etree

from banc_standards.cda.names import V3
from banc_standards.cda.read import Document, step
from banc_standards.rules import Hit
from banc_standards.xml import line_of

Check = Callable[[Document], Iterator[Hit]]


def location(element: etree._Element) -> str:
    """The path of an element from ``/ClinicalDocument``, numbered among its namesakes when it has any."""
    steps: list[str] = []
    current: etree._Element | None = element
    while current is not None:
        name = step(current)
        parent = current.getparent()
        if name == "ClinicalDocument" or parent is None:
            return "/".join(["", name, *reversed(steps)])
        # Counted from here backwards: among a million namesakes, only the first hundred are ever told.
        before = sum(1 for _ in current.itersiblings(current.tag, preceding=True))
        alone = not before and next(current.itersiblings(current.tag), None) is None
        steps.append(name if alone else f"{name}[{before + 1}]")
        current = parent
    return ""


def hit(element: etree._Element, found: str = "", expected: str = "", below: str = "") -> Hit:
    """A hit at an element, or at something missing or wrong ``below`` it (a child, an ``@attribute``)."""
    place = location(element)
    return Hit(f"{place}/{below}" if below else place, found=found, expected=expected, line=line_of(element))


def at(document: Document, path: str) -> list[etree._Element]:
    """The elements at ``path`` that say something; the document itself for an empty path."""
    return document.stated(path) if path else [document.root]


def child(element: etree._Element, path: str) -> list[etree._Element]:
    """The elements at a path below ``element``."""
    if "/" not in path:
        return list(element.iterchildren(V3 + path))
    return element.findall("/".join(V3 + name for name in path.split("/")))


def all_of(*checks: Check) -> Check:
    """The hits of several checks, one after the other."""

    def check(document: Document) -> Iterator[Hit]:
        for part in checks:
            yield from part(document)

    return check


def attribute(path: str, name: str, allowed: Iterable[str], *, required: bool = True) -> Check:
    """An attribute of every element at ``path`` has one of the allowed values; when not required it may be absent."""
    values = frozenset(allowed)

    def check(document: Document) -> Iterator[Hit]:
        for element in at(document, path):
            found = element.get(name)
            if (found is None and required) or (found is not None and found not in values):
                yield hit(element, found or "", ", ".join(sorted(values)), f"@{name}")

    return check
