"""The one pass over a document: its elements by path, by name and by templateId, and the faults of its structure.

Every element is met once, in document order. What is sound costs a few dictionary look-ups; only a fault is described.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from lxml import etree

from banc_standards.cda.grammar.automaton import Misfit
from banc_standards.cda.grammar.datatypes import DATA_TYPES
from banc_standards.cda.grammar.forms import BLANK, ID, OPEN, Fault, Form, words
from banc_standards.cda.grammar.types import (
    NAMESPACES,
    TABLES,
    UNKNOWN,
    XSI_NIL,
    XSI_TYPE,
    Child,
    Type,
    prefixed,
    type_of,
)
from banc_standards.cda.names import V3

MOST: Final = 100
_ROOT: Final = f"{V3}ClinicalDocument"
_EXCERPT: Final = 60
_MOST_NAMED: Final = 24
_OWN_TYPES: Final = ("POCD_MT000040.", "StrucDoc.")
_BY_URI: Final = {uri[1:-1]: prefix for prefix, uri in NAMESPACES.items() if TABLES[prefix].get("ANY")}


class Violation(NamedTuple):
    """A place where the structure is broken. ``below`` names what is missing or wrong there (``@code``, ``id``)."""

    fault: Fault
    element: etree._Element
    found: str = ""
    expected: str = ""
    below: str = ""


class Walk:
    """What one pass over a ``ClinicalDocument`` finds.

    ``header`` holds the elements outside the body by path, ``carriers`` the elements by the templateId that they carry,
    ``templated`` each of those with the roots of its templateIds, ``tagged`` every element by qualified name, ``ids``
    the elements by their ID, and ``faults`` at most :data:`MOST` violations of each kind.
    """

    def __init__(self, root: etree._Element) -> None:
        self.header: dict[str, list[etree._Element]] = {}
        self.carriers: dict[str, list[etree._Element]] = {}
        self.templated: list[tuple[etree._Element, frozenset[str]]] = []
        self.tagged: defaultdict[str, list[etree._Element]] = defaultdict(list)
        self.ids: dict[str, etree._Element] = {}
        self.faults: dict[Fault, list[Violation]] = {}
        self._references: dict[tuple[str, etree._Element, str], None] = {}
        self._pass(root)
        for name, element, attribute in self._references:
            if name not in self.ids:
                self._tell(Fault.DANGLING_IDREF, element, name, "ID", f"@{attribute}")

    def _pass(self, root: etree._Element) -> None:
        tagged, header = self.tagged, self.header
        # Any: the stubs of lxml know neither its slices nor that the names of attributes are text.
        level: Iterator[tuple[Any, Child]] = iter(
            [(root, Child(f"{V3}ClinicalDocument", type_of("v3", "ClinicalDocument"), ""))]
        )
        path: str | None = ""
        above: list[tuple[Iterator[tuple[Any, Child]], str | None]] = []
        while True:
            for element, (tag, kind, step) in level:
                tagged[tag].append(element)
                here = path
                if path is not None and step:
                    here = f"{path}/{step}" if path else step
                    header.setdefault(here, []).append(element)
                if kind.abstract:
                    kind = self._retyped(element, kind)
                    attributes = kind.named
                else:
                    attributes = kind.attributes
                for name, value in element.items():
                    form = attributes.get(name)
                    if form is None:
                        kind = self._irregular(element, kind)
                        break
                    if value not in form.known and not (
                        self._linked(element, form, name, value) if form.linked else form.holds(value)
                    ):
                        kind = self._irregular(element, kind)
                        break
                for name in kind.required:
                    if element.get(name) is None:
                        self._lacks(element, kind, name)
                children = element[:]
                if not kind.mixed:
                    text = element.text
                    if text and (text.strip(BLANK) or kind.empty):
                        self._tell(Fault.TEXT, element, _excerpt(text))
                    for child in children:
                        text = child.tail
                        if text and text.strip(BLANK):
                            self._tell(Fault.TEXT, element, _excerpt(text))
                if children:
                    tags = tuple([child.tag for child in children])
                    plan = kind.plans.get(tags) or kind.plan(tags)
                    if plan.templates:
                        self._carries(element, [children[index].get("root", "") for index in plan.templates])
                    if plan.misfits:
                        self._misfits(element, kind, children, plan.misfits)
                    if plan.commented:
                        children = [child for child in children if isinstance(child.tag, str)]
                    above.append((level, path))
                    level = zip(children, plan.children, strict=True)
                    path = here if here != "component" else None
                    break
                if not kind.nullable:
                    self._misfits(element, kind, children, kind.plan(()).misfits)
            else:
                if not above:
                    return
                level, path = above.pop()

    def _carries(self, element: etree._Element, roots: list[str]) -> None:
        self.templated.append((element, frozenset(roots)))
        for root in roots:
            self.carriers.setdefault(root, []).append(element)

    # What is not sound, or not common

    def _lacks(self, element: etree._Element, kind: Type, name: str) -> None:
        self._tell(Fault.MISSING_ATTRIBUTE, element, "", kind.attributes[name].expected, f"@{prefixed(name)}")

    def _tell(
        self, fault: Fault, element: etree._Element, found: str = "", expected: str = "", below: str = ""
    ) -> None:
        told = self.faults.setdefault(fault, [])
        if len(told) < MOST:
            told.append(Violation(fault, element, found, expected, below))

    def _misfits(
        self, element: etree._Element, kind: Type, children: list[etree._Element], misfits: tuple[Misfit, ...]
    ) -> None:
        for fault, index, names in misfits:
            expected = " | ".join(prefixed_name(name) for name in names)
            if fault is Fault.MISSING_ELEMENT:
                self._tell(fault, element, "", expected, expected if len(names) == 1 else "")
            elif index is not None:
                child = children[index]
                if fault is Fault.UNKNOWN_ELEMENT and kind.narrative:
                    fault = Fault.NARRATIVE
                self._tell(fault, child, prefixed(str(child.tag)), expected)

    def _retyped(self, element: etree._Element, kind: Type) -> Type:
        """The type that stands for an abstract one."""
        value = element.get(XSI_TYPE)
        if value is None:
            self._tell(Fault.NO_TYPE, element, "", _admitted(kind), "@xsi:type")
            return UNKNOWN
        return self._resolved(element, kind, value)

    def _resolved(self, element: etree._Element, kind: Type, value: str) -> Type:
        """The type that ``xsi:type`` names in place of ``kind`` (XML Schema part 1 §2.6.1)."""
        plain = element.prefix is None and str(element.tag).startswith(V3)
        found = kind.aliases.get(value) if plain else None
        if found is not None:
            return found
        prefix, _, local = value.strip(BLANK).rpartition(":")
        table = _BY_URI.get(element.nsmap.get(prefix or None, ""))
        if local.startswith(_OWN_TYPES) and not kind.abstract:
            return kind
        if table is None or local not in DATA_TYPES:
            self._tell(Fault.TYPE, element, value, _admitted(kind), "@xsi:type")
            return UNKNOWN
        found = type_of(table, local)
        if found.abstract or not found.derives_from(kind):
            self._tell(Fault.TYPE, element, value, _admitted(kind), "@xsi:type")
            return UNKNOWN if found.abstract else found
        if plain:
            kind.aliases[value] = found
        return found

    def _irregular(self, element: etree._Element, kind: Type) -> Type:
        """Judges the attributes of an element one by one, and tells its type: ``xsi:type`` may change it."""
        named = element.get(XSI_TYPE)
        if named is not None:
            kind = self._resolved(element, kind, named)
        attributes = kind.named
        stated: Any = element.items()
        for name, value in stated:
            if name == XSI_NIL:
                kind = self._nil(element, kind, value)
                continue
            form = attributes.get(name)
            shown = prefixed(name)
            if form is None:
                fault = Fault.NARRATIVE if kind.narrative else Fault.UNKNOWN_ATTRIBUTE
                self._tell(fault, element, shown, _attributes(kind), f"@{shown}")
            elif form.linked:
                if not form.holds(value):
                    self._tell(form.fault, element, value, form.expected, f"@{shown}")
                elif not self._linked(element, form, name, value):
                    self._tell(Fault.DUPLICATE_ID, element, value, "", f"@{shown}")
            elif not form.holds(value):
                self._tell(form.fault, element, _excerpt(value), form.expected, f"@{shown}")
        return kind

    def _linked(self, element: etree._Element, form: Form, name: str, value: str) -> bool:
        """Whether an ID is a name and the element's own, or a reference has the form of one."""
        if not form.holds(value):
            return False
        if form is ID:
            return self.ids.setdefault(value.strip(BLANK), element) is element
        self._references.update(((word, element, name), None) for word in words(value))
        return True

    def _nil(self, element: etree._Element, kind: Type, value: str) -> Type:
        """What an element that says ``xsi:nil`` is from then on: nothing stands in one that is nil."""
        if not kind.nillable:
            self._tell(Fault.NIL, element, value, "", "@xsi:nil")
            return kind
        if value.strip(BLANK) not in ("true", "1"):
            return kind
        if len(element) or element.text:
            self._tell(Fault.NIL, element, _excerpt(element.text or ""), "")
        return UNKNOWN


def prefixed_name(name: str) -> str:
    """A name of the tables as a reader knows it."""
    prefix, _, local = name.partition(".")
    return prefixed(NAMESPACES[prefix] + local) if local else name


def _admitted(kind: Type) -> str:
    names = list(kind.admitted())
    return " | ".join(names[:_MOST_NAMED]) + (" | …" if len(names) > _MOST_NAMED else "")


def _attributes(kind: Type) -> str:
    return " | ".join(prefixed(name) for name, form in kind.attributes.items() if form is not OPEN or kind.narrative)


def _excerpt(text: str) -> str:
    text = text.strip(BLANK)
    return text if len(text) <= _EXCERPT else f"{text[:_EXCERPT]}…"
