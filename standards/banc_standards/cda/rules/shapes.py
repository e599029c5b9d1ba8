"""The few shapes that the rules of entries and sections have: attributes, counts, codes, references, statuses."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from lxml import etree

from banc_standards.cda.names import V3, XSI_TYPE
from banc_standards.cda.node import Node, roots
from banc_standards.cda.rules.expect import hit
from banc_standards.rules import Hit
from banc_standards.terminology.codes import value_set

NULLS: Final = frozenset({"UNK", "NA", "NASK", "ASKU", "NI", "NAV", "MSK", "OTH", "NINF", "PINF", "TRC"})
"""The nullFlavors that a coded value of the body may have where its value set allows one."""


def fixed(node: Node, **attributes: str | Collection[str]) -> Iterator[Hit]:
    """Every attribute has its value, or one of its values."""
    for name, wanted in attributes.items():
        found = node.element.get(name)
        if found != wanted and (isinstance(wanted, str) or found not in wanted):
            yield hit(
                node.element, found or "", wanted if isinstance(wanted, str) else " | ".join(sorted(wanted)), f"@{name}"
            )


def templated(node: Node, *roots: str) -> Iterator[Hit]:
    """The element carries all these templateIds too."""
    for root in roots:
        if root not in node.templates:
            yield hit(node.element, "", root, "templateId/@root")


def counted(node: Node, name: str, low: int, high: int | None = None) -> Iterator[Hit]:
    """Between ``low`` and ``high`` children called ``name`` (no ``high``: many)."""
    number = len(node.children.get(name, ()))
    if number < low or (high is not None and number > high):
        yield hit(
            node.element, str(number), str(low) if low == high else f"{low}..{'*' if high is None else high}", name
        )


def one(node: Node, *names: str) -> Iterator[Hit]:
    """Exactly one child of each name."""
    children = node.children
    for name in names:
        if len(children.get(name, ())) != 1:
            yield hit(node.element, str(len(children.get(name, ()))), "1", name)


def at_most_one(node: Node, *names: str) -> Iterator[Hit]:
    """No more than one child of each name."""
    children = node.children
    for name in names:
        if len(children.get(name, ())) > 1:
            yield hit(node.element, str(len(children[name])), "0..1", name)


def none(node: Node, *names: str) -> Iterator[Hit]:
    """No child of these names."""
    for name in names:
        for found in node.children.get(name, ()):
            yield hit(found, name, "0")


def coded(node: Node, code: str, system: str | None = None, *, name: str = "code") -> Iterator[Hit]:
    """The child called ``name`` carries this code (of this system)."""
    found = node.first(name)
    if found is None:
        yield hit(node.element, "", code, name)
        return
    if found.get("code") != code:
        yield hit(found, found.get("code", ""), code, "@code")
    if system is not None and found.get("codeSystem") != system:
        yield hit(found, found.get("codeSystem", ""), system, "@codeSystem")


def referenced(node: Node) -> Iterator[Hit]:
    """The element points at the narrative: ``text/reference`` with a value."""
    text = node.first("text")
    reference = text.find(f"{V3}reference") if text is not None else None
    if reference is None or not reference.get("value"):
        yield hit(node.element, "", "text/reference/@value", "text/reference")


def status(node: Node, *codes: str) -> Iterator[Hit]:
    """The statusCode is one of ``codes``."""
    found = node.first("statusCode")
    value = found.get("code", "") if found is not None else ""
    if value not in codes:
        yield hit(node.element, value, " | ".join(codes), "statusCode/@code")


def member(element: etree._Element, name: str, *, nulls: Collection[str] = ()) -> Iterator[Hit]:
    """The code of ``element``, with its system, belongs to the value set ``name``, or its nullFlavor is one of
    ``nulls``.
    """
    null = element.get("nullFlavor")
    if null is not None:
        if null not in nulls:
            yield hit(element, null, f"JDV {name}", "@nullFlavor")
        return
    pair = (element.get("code", ""), element.get("codeSystem", ""))
    if pair not in value_set(name):
        yield hit(element, " ".join(pair).strip(), f"JDV {name}", "@code")


def acting(node: Node, name: str, **attributes: str) -> Iterator[Hit]:
    """The templates stand on an element called ``name``, whose attributes have these values."""
    if node.element.tag != V3 + name:
        yield hit(node.element, node.name, name)
    yield from fixed(node, **attributes)


def least(node: Node, *names: str) -> Iterator[Hit]:
    """At least one child of each name."""
    children = node.children
    for name in names:
        if name not in children:
            yield hit(node.element, "0", "1..*", name)


def templates_counted(node: Node, low: int) -> Iterator[Hit]:
    """The element declares ``low`` templateIds or more, repeated ones included."""
    number = len(node.children.get("templateId", ()))
    if number < low:
        yield hit(node.element, str(number), f"{low}..*", "templateId")


def pointing(node: Node, *, valued: bool = False, once: bool = False) -> Iterator[Hit]:
    """The element has ``text/reference`` (``once``: exactly one), ``valued``: with a value, be it empty."""
    found = [item for text in node.all("text") for item in text.iterfind(f"{V3}reference")]
    if valued:
        found = [item for item in found if item.get("value") is not None]
    if not found or (once and len(found) > 1):
        below = "text/reference/@value" if valued else "text/reference"
        yield hit(node.element, str(len(found)), "1" if once else "1..*", below)


def bound(element: etree._Element, *names: str, null: bool = False) -> Iterator[Hit]:
    """The code of ``element``, with its system, belongs to one of the value sets.

    A value of another type than CD and CE is not looked at; with ``null`` a nullFlavor of HL7 is allowed instead.
    """
    flavor = element.get("nullFlavor")
    kind = element.get(XSI_TYPE)
    plain = kind is not None and kind not in ("CD", "CE")
    if flavor is not None and not null:
        yield hit(element, flavor, f"JDV {' | '.join(names)}", "@nullFlavor")
        return
    if plain:
        return
    if flavor is not None:  # which one may stand there is CDA-DT-027
        return
    pair = (element.get("code"), element.get("codeSystem"))
    if not any(pair in value_set(name) for name in names):
        yield hit(element, " ".join(part or "" for part in pair).strip(), f"JDV {' | '.join(names)}", "@code")


def inside(node: Node, root: str) -> bool:
    """Whether the element, or something below it, carries the templateId ``root``."""
    element = node.element
    for carrier in node.document.carriers.get(root, ()):
        current: etree._Element | None = carrier
        while current is not None:
            if current is element:
                return True
            current = current.getparent()
    return False


def related(
    node: Node, kind: str | None, name: str, *templates: str, inverted: str | None = None
) -> list[etree._Element]:
    """What hangs below the element: the ``name`` (any for ``*``) of its entryRelationships of typeCode ``kind`` (any
    for None) and inversionInd ``inverted`` that carries one of ``templates``.
    """
    found = []
    for relationship in node.children.get("entryRelationship", ()):
        if (kind is None or relationship.get("typeCode") == kind) and (
            inverted is None or relationship.get("inversionInd") == inverted
        ):
            for child in relationship.iterfind(f"{V3}{name}"):
                if not templates or not roots(child).isdisjoint(templates):
                    found.append(child)
    return found
