"""Reading XML that strangers send: no DTD, no entity, no network, bounded in bytes, depth and nodes.

Everything that the product parses goes through :func:`parse`. What it refuses it refuses with the id of a rule of
``banc_standards.xml_rules``, so that each protocol can answer in its own terms. This module knows no rule, so that
builders may import it.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from lxml import etree

from banc_standards.errors import BancError, Sentence


@dataclass(frozen=True, slots=True)
class Limits:
    """What one document may cost: bytes as received, depth of nesting, elements plus comments and instructions."""

    max_bytes: int = 50 * 2**20
    max_depth: int = 200
    max_nodes: int = 1_000_000


DEFAULT_LIMITS = Limits()

_REFUSALS: dict[str, Sentence] = {
    "XML-001": Sentence("Le message n'est pas du XML bien formé", "The message is not well-formed XML"),
    "XML-002": Sentence("Le message porte une DTD", "The message carries a DTD"),
    "XML-003": Sentence("Le message déclare ou appelle une entité", "The message declares or calls an entity"),
    "XML-004": Sentence("Le message est trop volumineux", "The message is too large"),
    "XML-005": Sentence("Le message est trop profondément imbriqué", "The message is nested too deeply"),
    "XML-006": Sentence(
        "Les octets ne sont pas dans le codage de caractères annoncé",
        "The bytes are not in the character encoding announced",
    ),
}
_HINT = Sentence(
    "Envoyer du XML 1.0 bien formé en UTF-8, sans DTD ni entité.",
    "Send well-formed XML 1.0 in UTF-8, with neither DTD nor entity.",
)


class XmlRefused(BancError):
    """The bytes are not XML that the product reads.

    ``rule_id`` is one of ``XML-001`` to ``XML-006``; ``line`` and ``column`` (from 1) are given where they are known.
    """

    def __init__(self, rule_id: str, detail: str = "", line: int | None = None, column: int | None = None) -> None:
        text = _REFUSALS[rule_id]
        tail = f" : {detail}" if detail else ""
        super().__init__(rule_id, Sentence(f"{text.fr}{tail}.", f"{text.en}{tail.replace(' : ', ': ')}."), _HINT)
        self.rule_id = rule_id
        self.detail = detail
        self.line = line
        self.column = column


def parse(data: bytes, limits: Limits = DEFAULT_LIMITS, *, comments: bool = True) -> etree._Element:
    """The root element of ``data``; without ``comments`` these and processing instructions are left out of the tree.

    Raises :class:`XmlRefused`: XML-001 not well-formed, XML-002 DTD, XML-003 entity, XML-004 too many bytes, nodes,
    attributes of one element or namespaces, XML-005 too deep, XML-006 bytes outside the announced encoding.
    """
    if len(data) > limits.max_bytes:
        raise XmlRefused("XML-004", f"{len(data)} > {limits.max_bytes} octets")
    # A node costs the parser some hundred bytes, so markup is bounded before anything is built: at most two "<" an
    # element, two quotes an attribute. Too few bytes to hold them need no counting.
    if len(data) > 2 * limits.max_nodes and (
        data.count(b"<") > 2 * limits.max_nodes or data.count(b'"') + data.count(b"'") > 4 * limits.max_nodes
    ):
        raise XmlRefused("XML-004", f"> {limits.max_nodes} nœuds")
    _refuse_doctype(data)
    # libxml2 caps one text node at 10 MB unless told otherwise, which an embedded PDF passes: the caps above and
    # below take the place of its own, since no DTD can multiply anything any more.
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=len(data) > 5 * 2**20,
        remove_comments=not comments,
        remove_pis=not comments,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise _refusal(error, parser) from None
    except (ValueError, LookupError) as error:
        raise XmlRefused("XML-001", str(error)) from None
    docinfo = root.getroottree().docinfo
    if docinfo.internalDTD is not None or docinfo.externalDTD is not None:
        raise XmlRefused("XML-002")
    _measure(root, limits)
    _measure_tags(data, root)
    return root


def line_of(element: etree._Element) -> int | None:
    """The line of the source that an element starts on; None for one that was built."""
    line = element.sourceline
    return line if isinstance(line, int) else None


_PROLOG = re.compile(rb"(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
_LABELLED_WIDE = re.compile(rb"""(?:\xef\xbb\xbf)?<\?xml\s[^>]*encoding\s*=\s*["'](?i:utf-?16|utf-?32|ucs-?[24])""")
_WIDE = (
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)


def _refuse_doctype(data: bytes) -> None:
    """Finds a document type declaration before any parser sees it (XML 1.0 §2.8: it stands in the prolog)."""
    if data[:4] in (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE, b"<\0\0\0", b"\0\0\0<"):
        raise XmlRefused("XML-006", "UTF-32")
    if _LABELLED_WIDE.match(data):  # what a string written as UTF-16 and saved as UTF-8 gives
        raise XmlRefused("XML-006", "UTF-16 annoncé, octets simples", 1)
    narrow = data.removeprefix(codecs.BOM_UTF8)
    for mark, encoding in _WIDE:
        if data.startswith(mark):
            narrow = data.decode(encoding, "replace").lstrip("\ufeff").encode("utf-8", "replace")
            break
    found = _PROLOG.match(narrow)
    start = found.end() if found else 0
    if narrow[start : start + 9].upper() == b"<!DOCTYPE":
        line = narrow.count(b"\n", 0, start) + 1
        column = start - (narrow.rfind(b"\n", 0, start) + 1) + 1
        raise XmlRefused("XML-003" if b"<!ENTITY" in narrow[start:] else "XML-002", "", line, column)


_ENCODING_ERRORS = frozenset({"ERR_UNKNOWN_ENCODING", "ERR_UNSUPPORTED_ENCODING", "ERR_INVALID_ENCODING"})
_ENTITY_ERRORS = frozenset({"ERR_UNDECLARED_ENTITY", "WAR_UNDECLARED_ENTITY", "ERR_ENTITY_LOOP"})


def _refusal(error: etree.XMLSyntaxError, parser: etree.XMLParser) -> XmlRefused:
    line, column = error.position
    first = next(iter(parser.error_log), None)
    kind = first.type_name if first is not None else ""
    message = (first.message if first is not None else str(error)).strip()
    if first is not None:
        line, column = first.line, first.column
    if kind in _ENCODING_ERRORS or "encoding" in message.lower():
        rule_id = "XML-006"
    elif kind in _ENTITY_ERRORS:
        rule_id = "XML-003"
    elif "depth" in message.lower():
        rule_id = "XML-005"
    elif kind == "ERR_RESOURCE_LIMIT" or "huge" in message.lower():
        rule_id = "XML-004"
    else:
        rule_id = "XML-001"
    return XmlRefused(rule_id, message, line or None, column or None)


@lru_cache(maxsize=16)
def _at_depth(depth: int) -> etree.XPath:
    """The first element at this depth: libxml2 answers in microseconds."""
    return etree.XPath(f"({'/*' * depth})[1]")


_EVERYTHING: Final = etree.XPath("count(/descendant::node())")
_NODES: Final = etree.XPath("count(/descendant::*) + count(//comment()) + count(//processing-instruction())")


def _measure(root: etree._Element, limits: Limits) -> None:
    """Depth, then node count."""
    deep: Any = _at_depth(limits.max_depth + 1)(root)
    if deep:
        raise XmlRefused("XML-005", f"> {limits.max_depth}", line_of(deep[0]))
    everything: Any = _EVERYTHING(root)
    if everything > limits.max_nodes:
        nodes: Any = _NODES(root)
        if nodes > limits.max_nodes:
            raise XmlRefused("XML-004", f"> {limits.max_nodes} nœuds")


MOST_ATTRIBUTES: Final = 1_000
"""Attributes of one element, and namespace declarations in scope at one place: canonicalization takes their number
squared."""
_LONG_TAG: Final = 4 * MOST_ATTRIBUTES
"""Bytes without ``<`` that an element with so many attributes begins with: none is written in less than four."""
_PLAIN: Final = ("UTF-8", "US-ASCII", "ASCII", "ISO-8859-", "WINDOWS-125")
"""Encodings in which markup is written in its ASCII bytes; in others (UTF-16, UTF-7) bytes tell nothing of it."""
_CROWDED: Final = etree.XPath(f"(//*[count(@*) > {MOST_ATTRIBUTES}])[1]")


def _has_a_long_tag(data: bytes) -> bool:
    """Whether so many bytes without ``<`` follow one, looked for in steps as long as they are, and hold the quotes."""
    position = data.find(b"<")
    while 0 <= position < len(data) - _LONG_TAG:
        following = data.rfind(b"<", position + 1, position + _LONG_TAG)
        if following < 0:
            following = data.find(b"<", position + 1)
            tag = data[position : following if following > 0 else len(data)]
            if tag.count(b'"') + tag.count(b"'") > 2 * MOST_ATTRIBUTES:
                return True
        position = following
    return False


def _measure_tags(data: bytes, root: etree._Element) -> None:
    """Attributes, then namespaces; a document that cannot hold too many of them is not walked."""
    plain = (root.getroottree().docinfo.encoding or "UTF-8").upper().startswith(_PLAIN)
    if plain and data.count(b"=") <= MOST_ATTRIBUTES:  # each of either is written with one
        return
    if not plain or _has_a_long_tag(data):
        crowded: Any = _CROWDED(root)
        if crowded:
            raise XmlRefused("XML-004", f"> {MOST_ATTRIBUTES} attributs", line_of(crowded[0]))
    if plain and data.count(b"xmlns") <= MOST_ATTRIBUTES:
        return
    in_scope = 0
    for event, _ in etree.iterwalk(root, events=("start-ns", "end-ns")):
        in_scope += 1 if event == "start-ns" else -1
        if in_scope > MOST_ATTRIBUTES:
            raise XmlRefused("XML-004", f"> {MOST_ATTRIBUTES} espaces de noms")
