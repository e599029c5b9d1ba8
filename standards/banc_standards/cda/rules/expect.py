"""The few shapes that most header rules have: how many, which code, which value, whose name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from lxml import etree

from banc_standards.cda.names import V3
from banc_standards.cda.read import Document, step, text_of
from banc_standards.rules import Hit
from banc_standards.terminology.codes import value_set
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


_OID = re.compile(r"[0-2](\.(0|[1-9][0-9]*))+")


def is_oid(text: str) -> bool:
    """Whether ``text`` has the form of an OID, of any length (CDA allows longer ones than XDS)."""
    return _OID.fullmatch(text) is not None


def stated(found: Iterable[etree._Element]) -> list[etree._Element]:
    """The elements that say something: those without nullFlavor."""
    return [element for element in found if element.get("nullFlavor") is None]


def families(found: Iterable[etree._Element]) -> list[list[etree._Element]]:
    """The elements that have a sibling among ``found``, grouped by parent."""
    groups: dict[etree._Element | None, list[etree._Element]] = {}
    for element in found:
        groups.setdefault(element.getparent(), []).append(element)
    return [group for group in groups.values() if len(group) > 1]


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


def counted(parent: str, name: str, low: int, high: int | None = None, *, null: bool = True) -> Check:
    """Between ``low`` and ``high`` children called ``name`` in every element at ``parent`` (no ``high``: many).

    Without ``null`` a child with a nullFlavor does not count.
    """
    expected = str(low) if low == high else f"{low}..{'*' if high is None else high}"
    path = f"{parent}/{name}" if parent else name

    def check(document: Document) -> Iterator[Hit]:
        children = document.at(path) if null else document.stated(path)
        if low == 0 and (high is None or len(children) <= high):
            return
        parents = at(document, parent)
        alone = not parent or len(document.at(parent)) == 1
        if alone and len(parents) == 1 and low <= len(children) and (high is None or len(children) <= high):
            return
        numbers = Counter([item.getparent() for item in children])
        for element in parents:
            number = numbers[element]
            if number < low or (high is not None and number > high):
                yield hit(element, str(number), expected, name)

    return check


def one(parent: str, name: str, *, null: bool = True) -> Check:
    """Exactly one child called ``name`` in every element at ``parent``."""
    return counted(parent, name, 1, 1, null=null)


def at_most_one(parent: str, *names: str) -> Check:
    """No more than one child of each name in every element at ``parent``."""
    return all_of(*(counted(parent, name, 0, 1) for name in names))


def attribute(path: str, name: str, allowed: Iterable[str], *, required: bool = True) -> Check:
    """An attribute of every element at ``path`` has one of the allowed values; when not required it may be absent."""
    values = frozenset(allowed)

    def check(document: Document) -> Iterator[Hit]:
        for element in at(document, path):
            found = element.get(name)
            if (found is None and required) or (found is not None and found not in values):
                yield hit(element, found or "", ", ".join(sorted(values)), f"@{name}")

    return check


def present(path: str, *names: str) -> Check:
    """Every element at ``path`` carries these attributes, not empty."""

    def check(document: Document) -> Iterator[Hit]:
        for element in at(document, path):
            for name in names:
                if not element.get(name):
                    yield hit(element, element.get(name, ""), "non vide", f"@{name}")

    return check


def in_set(path: str, name: str, *needs: str) -> Check:
    """The code of every element at ``path`` belongs to the value set ``name``, and carries the attributes needed.

    The published checks of the header test the code alone, not its system.
    """

    def check(document: Document) -> Iterator[Hit]:
        for element in at(document, path):
            if element.get("code") not in value_set(name).codes:
                yield hit(element, element.get("code", ""), f"JDV {name}", "@code")
            for need in needs:
                if not element.get(need):
                    yield hit(element, "", "non vide", f"@{need}")

    return check


def identified(path: str, *, roots: Iterable[str] = ()) -> Check:
    """Every ``id`` at ``path`` has a root and an extension; with ``roots``, only those under one of them are held."""
    held = frozenset(roots)

    def check(document: Document) -> Iterator[Hit]:
        for element in document.at(path):
            if held and element.get("root") not in held:
                continue
            for name in ("root", "extension"):
                if not element.get(name):
                    yield hit(element, element.get("nullFlavor", ""), "non vide", f"@{name}")

    return check


def one_id_under(parent: str, root: str, *, required: bool) -> Check:
    """Every element at ``parent`` has one ``id`` under ``root`` (none is allowed unless required), with its value."""

    def check(document: Document) -> Iterator[Hit]:
        for element in at(document, parent):
            found = [item for item in child(element, "id") if item.get("root") == root]
            if len(found) > 1 or (required and not found):
                yield hit(element, str(len(found)), "1" if required else "0..1", f"id[@root='{root}']")
            for item in found:
                if not item.get("extension"):
                    yield hit(item, "", "non vide", "@extension")

    return check


def named(path: str, *, families: tuple[int, int] = (1, 1), given: int | None = 1) -> Check:
    """Every person at ``path`` has one name with so many family names, at most ``given`` given names (None: any)."""
    limits = {"family": families, "prefix": (0, 1), "suffix": (0, 1)}
    if given is not None:
        limits["given"] = (0, given)

    def check(document: Document) -> Iterator[Hit]:
        if not document.at(path):
            return
        yield from one(path, "name")(document)
        for name in at(document, f"{path}/name"):
            tags = [part.tag for part in name]
            for part, (low, high) in limits.items():
                number = tags.count(V3 + part)
                if not low <= number <= high:
                    yield hit(name, str(number), str(low) if low == high else f"{low}..{high}", part)

    return check


def said(path: str) -> Check:
    """Every element at ``path`` has a text."""

    def check(document: Document) -> Iterator[Hit]:
        for element in at(document, path):
            if not text_of(element):
                yield hit(element, "", "texte non vide")

    return check
