"""The XML form of a resource, brought to the JSON one, so that every rule reads one form."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from lxml import etree

from banc_standards.fhir.names import XHTML, XML_NAMESPACE
from banc_standards.fhir.place import Path
from banc_standards.fhir.shapes import Element, Shape, shape
from banc_standards.xml import Limits as XmlLimits
from banc_standards.xml import line_of, parse

if TYPE_CHECKING:
    from banc_standards.fhir.read import Document, Limits

_F: Final = f"{{{XML_NAMESPACE}}}"
_DIV: Final = f"{{{XHTML}}}div"
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,30})(?:\.[0-9]{1,40})?(?:[eE][+-]?[0-9]{1,3})?")
_NUMERIC: Final = frozenset({"Integer", "UnsignedInt", "PositiveInt", "Decimal"})


def from_xml(data: bytes, limits: Limits) -> Document:
    """The resource of an XML text; raises :class:`~banc_standards.xml.XmlRefused`, ``FhirRefused`` for another root."""
    from banc_standards.fhir.read import Document, FhirRefused

    bounds = XmlLimits(limits.max_bytes, limits.max_depth, limits.max_values)
    root = parse(data, bounds, comments=False)
    if not str(root.tag).startswith(_F):
        raise FhirRefused("FHIR-STR-001", str(root.tag), line_of(root))
    lines: dict[Path, int] = {}
    return Document(_resource(root, (), lines), "xml", lines=lines)


def _resource(element: etree._Element, path: Path, lines: dict[Path, int]) -> dict[str, Any]:
    name = etree.QName(element).localname
    _note(lines, path, element)
    return {"resourceType": name, **_content(element, shape(name), path, lines)}


def _content(element: etree._Element, known: Shape | None, path: Path, lines: dict[Path, int]) -> dict[str, Any]:
    """The attributes and children of an element as the members of an object."""
    content: dict[str, Any] = {
        name: value for name, value in element.attrib.items() if isinstance(name, str) and not name.startswith("{")
    }
    grouped: dict[str, list[etree._Element]] = {}
    for child in element:
        grouped.setdefault(_key(child), []).append(child)
    for name, children in grouped.items():
        declared = known.elements.get(name) if known is not None else None
        many = declared.many if declared is not None else False
        if not many and len(children) == 1:
            _put(content, name, children[0], declared, (*path, name), lines)
        elif declared is not None and declared.primitive:
            _put_array(content, name, children, declared, path, lines)
        else:
            _note(lines, (*path, name), children[0])
            content[name] = [
                _value(child, declared, (*path, name, number), lines) for number, child in enumerate(children)
            ]
    return content


def _key(child: etree._Element) -> str:
    tag = str(child.tag)
    return tag.removeprefix(_F) if tag.startswith(_F) else "div" if tag == _DIV else tag


def _put(
    content: dict[str, Any],
    name: str,
    child: etree._Element,
    declared: Element | None,
    path: Path,
    lines: dict[Path, int],
) -> None:
    _note(lines, path, child)
    if declared is None or not declared.primitive or child.tag == _DIV:
        content[name] = _value(child, declared, path, lines)
        return
    value, beside = _primitive(child, declared, path, lines)
    if value is not None:
        content[name] = value
    if beside:
        content[f"_{name}"] = beside
    if value is None and not beside:
        content[name] = ""


def _put_array(
    content: dict[str, Any],
    name: str,
    children: list[etree._Element],
    declared: Element,
    path: Path,
    lines: dict[Path, int],
) -> None:
    pairs = []
    for number, child in enumerate(children):
        _note(lines, (*path, name, number), child)
        pairs.append(_primitive(child, declared, (*path, name, number), lines))
    content[name] = [value for value, _ in pairs]
    if any(beside for _, beside in pairs):
        content[f"_{name}"] = [beside or None for _, beside in pairs]


def _primitive(
    child: etree._Element, declared: Element, path: Path, lines: dict[Path, int]
) -> tuple[Any, dict[str, Any]]:
    beside = _content(child, shape("Element"), path, lines)
    value = beside.pop("value", None)
    return (None if value is None else _typed(value, declared.type)), beside


def _typed(value: str, type_name: str) -> Any:
    if type_name == "Boolean":
        return {"true": True, "false": False}.get(value, value)
    if type_name in _NUMERIC and _NUMBER.fullmatch(value):
        return float(value) if any(mark in value for mark in ".eE") else int(value)
    return value


def _value(child: etree._Element, declared: Element | None, path: Path, lines: dict[Path, int]) -> Any:
    _note(lines, path, child)
    if child.tag == _DIV:
        return etree.tostring(child, encoding="unicode", with_tail=False)
    if declared is not None and declared.type == "Resource":
        inner = [each for each in child if isinstance(each.tag, str)]
        return _resource(inner[0], path, lines) if inner else {}
    if declared is not None and declared.primitive:
        return _primitive(child, declared, path, lines)[0]
    return _content(child, shape(declared.type) if declared is not None else None, path, lines)


def _note(lines: dict[Path, int], path: Path, element: etree._Element) -> None:
    line = line_of(element)
    if line is not None:
        lines.setdefault(path, line)
