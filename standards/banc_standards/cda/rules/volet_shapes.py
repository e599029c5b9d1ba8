"""What the schema of a volet asks of a document: its code, its templateIds, its sections, the parts of its header."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from banc_standards.cda.names import V3
from banc_standards.cda.node import Node
from banc_standards.cda.read import Document
from banc_standards.cda.rules.expect import hit
from banc_standards.cda.rules.section_models import MODELS
from banc_standards.cda.volet_names import name_of
from banc_standards.rules import Hit

_BODY: Final = "component/structuredBody/component/section"


@dataclass(frozen=True, slots=True)
class Wanted:
    """How often the templateId ``root`` stands on the sections of the body (``high`` None: any number of times).

    ``within`` looks at the sub-sections of each section of that model instead, ``anywhere`` at the whole document.
    ``declared`` counts the templateIds rather than the sections; ``translated`` counts only the sections whose code
    has a translation of that code.
    """

    root: str
    low: int = 1
    high: int | None = None
    within: str = ""
    anywhere: bool = False
    declared: bool = False
    translated: str = ""

    @property
    def name(self) -> str:
        """What users call the section; empty when no shared model names it."""
        return MODELS[self.root].name if self.root in MODELS else ""

    @property
    def place(self) -> str:
        """Where the section is looked for, as a path below the document."""
        below = f"[templateId/@root='{self.root}']"
        if self.anywhere:
            return f"component/structuredBody//{below[1:-1]}"
        if self.within:
            return f"{_BODY}[templateId/@root='{self.within}']/component/section{below}"
        return f"{_BODY}{below}" + (f"[code/translation/@code='{self.translated}']" if self.translated else "")


@dataclass(frozen=True, slots=True)
class Part:
    """How many elements at ``below`` every element at ``parent`` (the document itself for "") has, in a header.

    ``attributes`` are those that the counted elements have, with the values allowed; ``below`` "" judges the parent
    itself. Where ``when`` is given, nothing is asked of a document without an element at that path.
    """

    parent: str
    below: str
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    low: int = 1
    high: int | None = None
    when: str = ""

    @property
    def expected(self) -> str:
        """The count, or the values, that a reader is told."""
        if self.attributes and self.high is None:
            return ", ".join(f"@{name} {' | '.join(values)}" for name, values in self.attributes.items())
        if self.high is not None:
            return str(self.low) if self.low == self.high else f"{self.low}..{self.high}"
        return f"{self.low}..*"


@dataclass(frozen=True, slots=True)
class Volet:
    """A model of document: ``model`` is its templateId, ``versions`` the extensions that the facts are known for.

    ``codes`` are the document codes, of ``system`` (None where the published check does not look at it);
    ``display`` is the displayName that the check wants, ``title`` the title, ``templates`` those that the document
    declares too.
    """

    model: str
    codes: tuple[str, ...] = ()
    system: str | None = "2.16.840.1.113883.6.1"
    versions: tuple[str, ...] = ()
    display: str = ""
    title: str = ""
    templates: tuple[str, ...] = ()
    sections: tuple[Wanted, ...] = ()
    header: tuple[Part, ...] = ()

    @property
    def name(self) -> str:
        """What users call the volet."""
        return name_of(self.model, self.versions[0] if self.versions else "")


def announces(document: Document, model: str, *versions: str) -> bool:
    """Whether the document announces the model, in one of the versions when some are given."""
    return any(item.root == model and (not versions or item.extension in versions) for item in document.templates)


def typed(document: Document, volet: Volet) -> Iterator[Hit]:
    """The document has the code of its volet."""
    if not volet.codes:
        return
    wanted = {"code": volet.codes, "codeSystem": (volet.system,), "displayName": (volet.display,)}
    code = document.first("code")
    for name, values in wanted.items():
        told = [value for value in values if value]
        found = "" if code is None else code.get(name, "")
        if told and found not in told:
            yield hit(document.root, found, " | ".join(told), f"code/@{name}")
    if volet.title and document.title != volet.title:
        yield hit(document.root, document.title, volet.title, "title")


def declared(document: Document, volet: Volet) -> Iterator[Hit]:
    """The document declares the other templateIds of its volet."""
    for root in volet.templates:
        if root not in {item.root for item in document.templates}:
            yield hit(document.root, "", root, "templateId/@root")


def sectioned(document: Document, *wanted: Wanted) -> Iterator[Hit]:
    """Each section stands as often as it must, in the body of the document; a level 1 body has none to judge."""
    if document.level == "N1":
        return
    for section in wanted:
        for parent, number in _counts(document, section):
            if number < section.low or (section.high is not None and number > section.high):
                high = "*" if section.high is None else section.high
                name = f" ({section.name})" if section.name else ""
                place = f"component/section[templateId/@root='{section.root}']" if section.within else section.place
                yield hit(parent, str(number), f"{section.low}..{high}{name}", place)


def headed(document: Document, *parts: Part) -> Iterator[Hit]:
    """The header has each part as often as it must, wherever its parent stands."""
    for part in parts:
        if part.when and not document.at(part.when):
            continue
        for parent in document.at(part.parent) if part.parent else (document.root,):
            found = _at(document, parent, part)
            good = [item for item in found if _allowed(item, part.attributes)]
            if len(good) < part.low or (part.high is not None and len(good) > part.high):
                told = ", ".join(
                    item.get(name, "") for item in found for name in part.attributes if item not in good
                ) or str(len(good))
                name = next(iter(part.attributes), "")
                place = f"{part.below}/@{name}" if part.below and name else part.below or f"@{name}"
                yield hit(parent, told, part.expected, place)


def _at(document: Document, parent: etree._Element, part: Part) -> list[etree._Element]:
    if not part.below:
        return [parent]
    if not part.parent:
        return document.at(part.below)
    return parent.findall("/".join(V3 + step for step in part.below.split("/")))


def _allowed(element: etree._Element, attributes: Mapping[str, tuple[str, ...]]) -> bool:
    return all(
        element.get(name, "") in values if values else name in element.attrib for name, values in attributes.items()
    )


def _counts(document: Document, section: Wanted) -> Iterator[tuple[etree._Element, int]]:
    carriers = document.carriers.get(section.root, [])
    if section.anywhere:
        yield document.root, len(carriers)
    elif section.within:
        for outer in in_body(document.carriers.get(section.within, [])):
            inner = [item for item in carriers if _path(item, 2) == ["component", "section"]]
            yield outer, sum(item.getparent().getparent() is outer for item in inner)  # type: ignore[union-attr]
    else:
        found = in_body(carriers)
        if section.translated:
            found = [item for item in found if _translated(item, section.translated)]
        yield (
            document.root,
            sum(_declarations(item, section.root) for item in found) if section.declared else len(found),
        )


def in_body(elements: list[etree._Element]) -> list[etree._Element]:
    """Those of the elements that are sections directly in the body, each once."""
    found = [item for item in elements if _path(item, 3) == ["structuredBody", "component", "section"]]
    return list(dict.fromkeys(found))


def _path(element: etree._Element, length: int) -> list[str]:
    names: list[str] = []
    current: etree._Element | None = element
    while current is not None and len(names) < length:
        names.append(str(current.tag).rpartition("}")[2])
        current = current.getparent()
    return names[::-1]


def _declarations(element: etree._Element, root: str) -> int:
    return sum(item.get("root") == root for item in element.iterchildren(f"{V3}templateId"))


def _translated(element: etree._Element, code: str) -> bool:
    return any(item.get("code") == code for item in element.iterfind(f"{V3}code/{V3}translation"))


def whole(node: Node) -> Document | None:
    """The document of a node that is the document itself; None for an element inside it."""
    return node.document if node.element is node.document.root else None
