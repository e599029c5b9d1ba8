"""A Schematron schema as an XSLT 3.0 stylesheet that tells, of one document, each assertion that does not hold.

The semantics are those of ISO/IEC 19757-3 with the ``xslt2`` query binding: in a pattern, a node is judged by the first
rule whose context it matches, and by no other. What cannot be evaluated (a vocabulary that is not there) is told as
such and judges nothing.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urljoin

from lxml import etree

from banc_harness.packs.schematron import SCH, XSLT, Folder, Remark, Schema

VERSION: Final = "2"
"""Changes when the same schema would give another stylesheet."""

BANC: Final = "urn:banc-segur:pack"
_B: Final = f"{{{BANC}}}"
_ERRORS: Final = "http://www.w3.org/2005/xqt-errors"
_CALL: Final = re.compile(r"(?<![\w:.-])(?:document|doc)(?=\s*\()")
_LITERAL: Final = re.compile(r"'[^']*'|\"[^\"]*\"")
_FILE: Final = re.compile(r"[\"']([^\"']*\.(?:xml|rdf))[\"']", re.IGNORECASE)

_FUNCTIONS: Final = f"""
<xsl:stylesheet version="3.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:banc="{BANC}"
    xmlns:map="http://www.w3.org/2005/xpath-functions/map" xmlns:err="{_ERRORS}">
  <xsl:output method="xml" encoding="UTF-8"/>
  <xsl:param name="banc:mended" select="map{{}}"/>
  <xsl:function name="banc:doc">
    <xsl:param name="href"/>
    <xsl:variable name="uri" select="
      replace(string(resolve-uri(string($href), static-base-uri())), '^file:/+', 'file:///')"/>
    <xsl:sequence select="
      if (doc-available($uri)) then doc($uri)
      else if (map:contains($banc:mended, $uri)) then doc(map:get($banc:mended, $uri))
      else error(QName('{BANC}', 'banc:missing'), string($href))"/>
  </xsl:function>
  <xsl:function name="banc:at">
    <xsl:param name="node"/>
    <xsl:sequence select="concat(
      string-join(for $each in $node/ancestor-or-self::* return string(count($each/preceding-sibling::*) + 1), '/'),
      if ($node instance of attribute()) then concat('/@', name($node)) else '')"/>
  </xsl:function>
</xsl:stylesheet>
"""


def compiled(schema: Schema, folder: Folder) -> bytes:
    """The stylesheet, in UTF-8; names that the folder writes otherwise are noted in the schema's remarks."""
    base = schema.path.resolve().as_uri()
    root = etree.fromstring(_FUNCTIONS.strip())
    prefixes = {prefix: uri for prefix, uri in schema.prefixes.items() if prefix not in ("", "xml")}
    declared = {prefix: uri for prefix, uri in root.nsmap.items() if prefix is not None}
    whole = etree.Element(f"{XSLT}stylesheet", {"version": "3.0"}, nsmap={**declared, **prefixes})
    whole.set("{http://www.w3.org/XML/1998/namespace}base", base)
    whole.extend(list(root))
    mended = _vocabularies(schema, folder)
    if mended:
        parameter = whole.find(f"{XSLT}param")
        assert parameter is not None
        pairs = ", ".join(f"'{wanted}': '{actual}'" for wanted, actual in sorted(mended.items()))
        parameter.set("select", f"map{{{pairs}}}")
    for item in schema.foreign:
        whole.append(item)
    named: set[str] = set()
    for let in schema.lets:
        _global(whole, let, named)
    told = etree.SubElement(etree.SubElement(whole, f"{XSLT}template", match="/"), f"{_B}told")
    for number, pattern in enumerate(schema.patterns):
        for let in pattern.iterchildren(f"{SCH}let"):
            _global(whole, let, named)
        mode = f"m{number}"
        etree.SubElement(whole, f"{XSLT}mode", {"name": mode, "on-no-match": "shallow-skip"})
        etree.SubElement(told, f"{XSLT}apply-templates", {"select": "/", "mode": mode})
        rules = list(pattern.iterchildren(f"{SCH}rule"))
        for rank, rule in enumerate(rules):
            _rule(whole, rule, mode, len(rules) - rank, pattern.get("id") or f"pattern-{number + 1}", rank, schema)
    return etree.tostring(whole, xml_declaration=True, encoding="UTF-8")


def _vocabularies(schema: Schema, folder: Folder) -> dict[str, str]:
    """The addresses of files that the schema names in other letters than the folder does; the missing are noted."""
    mended: dict[str, str] = {}
    seen: set[str] = set()
    lets = [*schema.lets, *(let for pattern in schema.patterns for let in pattern.iter(f"{SCH}let"))]
    used = " ".join(
        str(value)
        for pattern in schema.patterns
        for element in pattern.iter()
        if isinstance(element.tag, str)
        for value in element.attrib.values()
    )
    for let in lets:
        text = let.get("value", "")
        name = let.get("name", "")
        for href in _FILE.findall(text) if f"${name}" in used else ():
            if href in seen:
                continue
            seen.add(href)
            wanted = schema.path.parent / href
            found, corrected = folder.find(wanted)
            if found is None:
                schema.remarks.append(Remark("missing", href, schema.path.name))
            elif corrected:
                schema.remarks.append(Remark("letter-case", href, schema.path.name, found.name))
                mended[_uri(schema, href)] = found.resolve().as_uri()
    return mended


def _uri(schema: Schema, href: str) -> str:
    return urljoin(schema.path.resolve().as_uri(), href)


def _global(whole: etree._Element, let: etree._Element, named: set[str]) -> None:
    name = let.get("name", "")
    if name and name not in named:
        named.add(name)
        _variable(whole, let)


def _variable(parent: etree._Element, let: etree._Element) -> None:
    variable = etree.SubElement(parent, f"{XSLT}variable", name=let.get("name", ""))
    if let.get("value") is not None:
        variable.set("select", _expression(let.get("value", "")))
    else:
        variable.text = let.text
        variable.extend(list(let))


def _rule(
    whole: etree._Element, rule: etree._Element, mode: str, priority: int, pattern: str, rank: int, schema: Schema
) -> None:
    template = etree.SubElement(
        whole,
        f"{XSLT}template",
        {"match": _expression(rule.get("context", "")), "mode": mode, "priority": str(priority)},
    )
    inside, catching = _tried(template, f"{pattern}/{rule.get('id') or rank + 1}")
    number = 0
    for child in rule:
        if child.tag == f"{SCH}let":
            _variable(inside, child)
    for child in rule:
        if child.tag in (f"{SCH}assert", f"{SCH}report"):
            number += 1
            name = child.get("id") or f"{pattern}/{rule.get('id') or rank + 1}.{number}"
            _assertion(inside, child, name, rule, schema)
    inside.append(catching)
    etree.SubElement(template, f"{XSLT}apply-templates", {"select": "@* | node()", "mode": mode})


def _assertion(inside: etree._Element, asked: etree._Element, name: str, rule: etree._Element, schema: Schema) -> None:
    tried, catching = _tried(inside, name)
    test = _expression(asked.get("test", ""))
    condition = etree.SubElement(tried, f"{XSLT}if", test=test if asked.tag == f"{SCH}report" else f"not({test})")
    hit = etree.SubElement(condition, f"{_B}hit", {"rule": _plain(name), "at": "{banc:at(.)}"})
    role = asked.get("role") or asked.get("flag") or rule.get("role")
    if role:
        hit.set("role", _plain(role))
    _sentence(hit, asked)
    for wanted in (asked.get("diagnostics") or "").split():
        if wanted in schema.diagnostics:
            _text(hit, " ")
            _sentence(hit, schema.diagnostics[wanted])
    tried.append(catching)


def _tried(parent: etree._Element, name: str) -> tuple[etree._Element, etree._Element]:
    """A ``try`` under ``parent``, and the ``catch`` that must end it."""
    tried = etree.SubElement(parent, f"{XSLT}try")
    catching = etree.Element(f"{XSLT}catch", nsmap={"err": _ERRORS})
    etree.SubElement(
        catching,
        f"{_B}unevaluated",
        {"rule": _plain(name), "code": "{local-name-from-QName($err:code)}", "why": "{$err:description}"},
    )
    return tried, catching


def _sentence(parent: etree._Element, said: etree._Element) -> None:
    """The words of an assertion, its values filled in when it is told."""
    _text(parent, said.text or "")
    for child in said:
        if child.tag == f"{SCH}value-of":
            etree.SubElement(parent, f"{XSLT}value-of", select=_expression(child.get("select", "")), separator=" ")
        elif child.tag == f"{SCH}name":
            path = child.get("path")
            etree.SubElement(parent, f"{XSLT}value-of", select=f"name({_expression(path) if path else '.'})")
        elif isinstance(child.tag, str):
            _sentence(parent, child)
        _text(parent, child.tail or "")


def _text(parent: etree._Element, text: str) -> None:
    if text:
        etree.SubElement(parent, f"{XSLT}text").text = text


def _plain(text: str) -> str:
    """The text in an attribute whose braces mean something."""
    return text.replace("{", "{{").replace("}", "}}")


def _expression(text: str) -> str:
    """The expression with its vocabularies looked up by us, outside literals."""
    pieces: list[str] = []
    position = 0
    for literal in _LITERAL.finditer(text):
        pieces += [_CALL.sub("banc:doc", text[position : literal.start()]), literal[0]]
        position = literal.end()
    return "".join([*pieces, _CALL.sub("banc:doc", text[position:])])
