"""The grammar's tables written out as XML Schema, so that libxml2 gives a second opinion on what the walk finds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lxml import etree

from banc_standards.cda.grammar import notation
from banc_standards.cda.grammar.forms import FORMS
from banc_standards.cda.grammar.types import NAMESPACES, TABLES
from banc_standards.cda.grammar.vocabulary import LISTS

XS = "{http://www.w3.org/2001/XMLSchema}"
URIS = {prefix: uri[1:-1] for prefix, uri in NAMESPACES.items()}
PATTERNS = {
    "st": ("xs:string", "minLength", "1"),
    "cs": ("xs:token", "pattern", r"[^\s]+"),
    "bl": ("xs:boolean", "pattern", "true|false"),
    "bin": ("xs:base64Binary", "", ""),
    "url": ("xs:anyURI", "", ""),
    "int": ("xs:integer", "", ""),
    "positive": ("xs:integer", "minInclusive", "1"),
    "probability": ("xs:double", "maxInclusive", "1"),
    "ts": ("xs:string", "pattern", r"[0-9]{1,8}|([0-9]{9,14}|[0-9]{14}\.[0-9]+)([+\-][0-9]{1,4})?"),
    "oid": ("xs:string", "pattern", r"[0-2](\.(0|[1-9][0-9]*))*"),
    "uid": (
        "xs:string",
        "pattern",
        r"[0-2](\.(0|[1-9][0-9]*))*|[0-9a-zA-Z]{8}(-[0-9a-zA-Z]{4}){3}-[0-9a-zA-Z]{12}|[A-Za-z][A-Za-z0-9\-]*",
    ),
}
BUILT_IN = {"any": "xs:string", "boolean": "xs:boolean"} | {
    name: f"xs:{name}" for name in ("ID", "IDREF", "IDREFS", "NMTOKEN", "NMTOKENS")
}


def load(folder: Path) -> etree.XMLSchema:
    """The schema of the whole grammar, written into ``folder`` (one file a namespace) and compiled."""
    for prefix in URIS:
        tree = etree.ElementTree(_Writer(prefix).schema())
        tree.write(str(folder / f"{prefix}.xsd"), encoding="utf-8", pretty_print=True)
    return etree.XMLSchema(file=str(folder / "v3.xsd"))


def _references() -> dict[tuple[str, str], tuple[str, notation.Element]]:
    """The elements that stand in another namespace than their parent: each is global in its own."""
    found: dict[tuple[str, str], tuple[str, notation.Element]] = {}
    for prefix, table in TABLES.items():
        for declaration in table.values():
            for element in _elements(notation.content(declaration.content)):
                other, _, local = element.name.partition(".")
                if local:
                    found[other, local] = (prefix, element)
    return found


def _elements(part: notation.Part) -> list[notation.Element]:
    if isinstance(part, notation.Element):
        return [part]
    if isinstance(part, notation.Anything):
        return []
    if isinstance(part, notation.Repeated):
        return _elements(part.part)
    return [element for item in part.parts for element in _elements(item)]


class _Writer:
    def __init__(self, prefix: str) -> None:
        self.prefix = prefix

    def schema(self) -> etree._Element:
        nsmap: dict[Any, str] = {"xs": XS[1:-1], **URIS}
        root = etree.Element(f"{XS}schema", nsmap=nsmap)
        root.set("targetNamespace", URIS[self.prefix])
        root.set("elementFormDefault", "qualified")
        for other, uri in URIS.items():
            if other != self.prefix:
                etree.SubElement(root, f"{XS}import", namespace=uri, schemaLocation=f"{other}.xsd")
        if self.prefix == "v3":
            self._simple_types(root)
            etree.SubElement(root, f"{XS}element", name="ClinicalDocument", type="v3:ClinicalDocument")
        if self.prefix == "sdtc":
            etree.SubElement(root, f"{XS}attribute", name="valueSet", type="v3:f.oid")
            etree.SubElement(root, f"{XS}attribute", name="valueSetVersion", type="v3:f.st")
        for (prefix, local), (where, element) in _references().items():
            if prefix == self.prefix:
                made = etree.SubElement(root, f"{XS}element", name=local, type=_type(where, element.type))
                if element.nillable:
                    made.set("nillable", "true")
        for name in TABLES[self.prefix]:
            self._complex_type(root, name)
        return root

    def _simple_types(self, root: etree._Element) -> None:
        for name in FORMS:
            if name in BUILT_IN:
                continue
            made = etree.SubElement(root, f"{XS}simpleType", name=f"f.{name}")
            if name == "real":
                etree.SubElement(made, f"{XS}union", memberTypes="xs:decimal xs:double")
            elif name in PATTERNS:
                base, facet, value = PATTERNS[name]
                restriction = etree.SubElement(made, f"{XS}restriction", base=base)
                if facet:
                    etree.SubElement(restriction, XS + facet, value=value)
                if name == "probability":
                    etree.SubElement(restriction, f"{XS}minInclusive", value="0")
            elif name in LISTS:
                restriction = etree.SubElement(made, f"{XS}restriction", base="v3:f.cs")
                for code in LISTS[name].split():
                    etree.SubElement(restriction, f"{XS}enumeration", value=code)
            else:
                etree.SubElement(made, f"{XS}list", itemType=f"v3:f.{name.removesuffix('s')}")

    def _complex_type(self, root: etree._Element, name: str) -> None:
        declaration = TABLES[self.prefix][name]
        made = etree.SubElement(root, f"{XS}complexType", name=name)
        if declaration.mixed:
            made.set("mixed", "true")
        if declaration.abstract:
            made.set("abstract", "true")
        holder = made
        if declaration.base:
            content = etree.SubElement(made, f"{XS}complexContent")
            kind = "restriction" if declaration.restricts else "extension"
            holder = etree.SubElement(content, XS + kind, base=_type(self.prefix, declaration.base))
        model = notation.content(declaration.content)
        if model.parts:
            self._particle(holder, model)
        for attribute in notation.attributes(declaration.attributes):
            self._attribute(holder, attribute)
        for banned in declaration.without.split():
            etree.SubElement(holder, f"{XS}attribute", name=banned, use="prohibited")

    def _attribute(self, holder: etree._Element, attribute: notation.Attribute) -> None:
        if "." in attribute.name:
            etree.SubElement(holder, f"{XS}attribute", ref=attribute.name.replace(".", ":"))
            return
        form = BUILT_IN.get(attribute.form, f"v3:f.{attribute.form}")
        made = etree.SubElement(holder, f"{XS}attribute", name=attribute.name, type=form)
        if attribute.required:
            made.set("use", "required")
        if attribute.fixed is not None:
            made.set("fixed", attribute.fixed)

    def _particle(self, holder: etree._Element, part: notation.Part, bound: str = "") -> None:
        if isinstance(part, notation.Repeated):
            self._particle(holder, part.part, part.bound)
            return
        if isinstance(part, notation.Anything):
            made = etree.SubElement(holder, f"{XS}any", namespace="##other", processContents="skip")
        elif isinstance(part, notation.Element):
            made = etree.SubElement(holder, f"{XS}element")
            if "." in part.name:
                made.set("ref", part.name.replace(".", ":"))
            else:
                made.set("name", part.name)
                made.set("type", _type(self.prefix, part.type))
                if part.nillable:
                    made.set("nillable", "true")
        else:
            made = etree.SubElement(holder, XS + ("choice" if isinstance(part, notation.Choice) else "sequence"))
            for item in part.parts:
                self._particle(made, item)
        if bound in ("?", "*"):
            made.set("minOccurs", "0")
        if bound in ("*", "+"):
            made.set("maxOccurs", "unbounded")


def _type(prefix: str, name: str) -> str:
    other, _, local = name.partition(".")
    if other in URIS and local:
        return f"{other}:{local}"
    if name == "Free":
        return "xs:anyType"
    return f"{prefix if name in TABLES[prefix] else 'v3'}:{name}"
