"""The few shapes that the rules of entries and sections have: attributes, counts, codes, references, statuses."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from lxml import etree

from banc_standards.cda.names import V3
from banc_standards.cda.node import Node
from banc_standards.cda.rules.expect import hit
from banc_standards.rules import Hit
from banc_standards.terminology.codes import value_set


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
