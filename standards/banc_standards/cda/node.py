"""An element that carries templateIds, as the rules of its templates read it: its children by name, found once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lxml import etree

from banc_standards.cda.names import V3

if TYPE_CHECKING:
    from banc_standards.cda.read import Document

_NONE: Final[list[etree._Element]] = []
_LENGTH: Final = len(V3)


class Node:
    """An element with templateIds. ``templates`` holds their roots.

    Children are named by their local name in the HL7 namespace, by ``{namespace}name`` in any other.
    """

    __slots__ = ("_children", "document", "element", "templates")

    def __init__(self, document: Document, element: etree._Element, templates: frozenset[str]) -> None:
        self.document = document
        self.element = element
        self.templates = templates
        self._children: dict[str, list[etree._Element]] | None = None

    def __repr__(self) -> str:
        return f"<Node {self.name} {' '.join(sorted(self.templates))}>"

    @property
    def name(self) -> str:
        """The local name of the element."""
        return etree.QName(self.element).localname

    @property
    def children(self) -> dict[str, list[etree._Element]]:
        """The child elements by name, in document order."""
        found = self._children
        if found is None:
            found = self._children = by_name(self.element)
        return found

    def all(self, name: str) -> list[etree._Element]:
        """The children called ``name``; never to be changed."""
        return self.children.get(name, _NONE)

    def first(self, name: str) -> etree._Element | None:
        """The first child called ``name``."""
        found = self.children.get(name)
        return found[0] if found else None

    def at(self, path: str) -> list[etree._Element]:
        """The elements at a path of local names below this one (``text/reference``), in document order."""
        name, _, rest = path.partition("/")
        found = self.all(name)
        if not rest:
            return found
        inner = "/".join(V3 + step for step in rest.split("/"))
        return [item for element in found for item in element.iterfind(inner)]

    def get(self, name: str, default: str = "") -> str:
        """An attribute of the element."""
        return self.element.get(name, default)

    def carries(self, *templates: str) -> bool:
        """Whether the element carries every one of these templateIds."""
        return self.templates.issuperset(templates)

    def parent(self) -> etree._Element | None:
        """The element that holds this one."""
        return self.element.getparent()


def by_name(element: etree._Element) -> dict[str, list[etree._Element]]:
    """The child elements of ``element`` by name (see :class:`Node`), in document order."""
    found: dict[str, list[etree._Element]] = {}
    for child in element:
        tag = child.tag
        if isinstance(tag, str):
            found.setdefault(tag[_LENGTH:] if tag.startswith(V3) else tag, []).append(child)
    return found


def roots(element: etree._Element) -> frozenset[str]:
    """The roots of the templateIds that an element carries."""
    return frozenset(item.get("root", "") for item in element.iterfind(f"{V3}templateId"))
