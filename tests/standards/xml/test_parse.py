"""Reading XML that strangers send (rules XML-001 to XML-006)."""

from __future__ import annotations

from base64 import b64encode

import pytest

from banc_standards import xml_rules
from banc_standards.xml import Limits, XmlRefused, parse


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"", "XML-001"),
        (b"not xml", "XML-001"),
        (b"<a><b></a>", "XML-001"),
        (b"<a/><b/>", "XML-001"),
        (b"<p:a/>", "XML-001"),
        (b"<a>\x01</a>", "XML-001"),
        (b"<!DOCTYPE a><a/>", "XML-002"),
        (b'<?xml version="1.0"?>\n<!-- c --><!DOCTYPE a SYSTEM "http://example.test/x.dtd"><a/>', "XML-002"),
        ('<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a><a/>'.encode("utf-16"), "XML-002"),
        ("\ufeff<!DOCTYPE a><a/>".encode(), "XML-002"),
        (b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', "XML-003"),
        (b"<a>&unknown;</a>", "XML-003"),
        (b"<a>" + b"<b>" * 250 + b"</b>" * 250 + b"</a>", "XML-005"),
        (b"<a>" + b"<b>" * 5000 + b"</b>" * 5000 + b"</a>", "XML-005"),
        ("<a>é</a>".encode("cp1252"), "XML-006"),
        (b'<?xml version="1.0" encoding="klingon"?><a/>', "XML-006"),
        ("<a/>".encode("utf-32"), "XML-006"),
    ],
)
def test_hostile_bytes_are_refused_by_their_rule(data: bytes, rule: str) -> None:
    with pytest.raises(XmlRefused) as refused:
        parse(data)
    assert refused.value.rule_id == rule
    assert refused.value.rule_id in xml_rules.BY_ID


@pytest.mark.parametrize(
    "data",
    [
        b"<a/>",
        "<a>é &amp; &#233;</a>".encode(),
        '<?xml version="1.0" encoding="ISO-8859-1"?><a>é</a>'.encode("latin-1"),
        '<?xml version="1.0" encoding="utf-16"?><a>é</a>'.encode("utf-16"),
        b"<!-- <!DOCTYPE a> --><a><![CDATA[<!DOCTYPE a>]]></a>",
        b"<a>" + b"QUJD" * 3_000_000 + b"</a>",
    ],
)
def test_honest_bytes_are_read(data: bytes) -> None:
    assert parse(data).tag == "a"


def test_too_many_bytes_are_refused_before_parsing() -> None:
    with pytest.raises(XmlRefused) as refused:
        parse(b"<a>" + b" " * 100 + b"</a>", Limits(max_bytes=50))
    assert refused.value.rule_id == "XML-004"


@pytest.mark.parametrize(
    "data", [b"<a>" + b"<b/>" * 30 + b"</a>", b"<a>" + b"<!---->" * 50 + b"</a>", b"<a " + b'b="" ' * 60]
)
def test_too_many_nodes_are_refused(data: bytes) -> None:
    with pytest.raises(XmlRefused) as refused:
        parse(data, Limits(max_nodes=20))
    assert refused.value.rule_id == "XML-004"


def spelt(text: str, encoding: str = "utf-8") -> bytes:
    return text.encode(encoding)


def many(name: str, count: int) -> str:
    return " ".join(f'{name}{number}="urn:x"' for number in range(count))


@pytest.mark.parametrize(
    "data",
    [
        spelt(f"<r><a {many('b', 1001)}/></r>"),
        spelt(f"<a {many('b', 1001)}/>", "utf-16"),
        spelt(f"<a {many('xmlns:b', 1001)}/>"),
        spelt("".join(f"<a {many(f'xmlns:b{level}_', 10)}>" for level in range(101)) + "</a>" * 101),
    ],
    ids=["attributes", "in UTF-16", "namespaces", "nested namespaces"],
)
def test_what_canonicalization_would_take_for_ever_on_is_refused(data: bytes) -> None:
    with pytest.raises(XmlRefused) as refused:
        parse(data)
    assert refused.value.rule_id == "XML-004"


def test_too_many_attributes_are_refused_where_no_byte_shows_them() -> None:
    hidden = b64encode(f"<a {many('b', 1001)}/>".encode("utf-16-be")).rstrip(b"=")
    with pytest.raises(XmlRefused) as refused:
        parse(b'<?xml version="1.0" encoding="UTF-7"?>+' + hidden + b"-")
    assert refused.value.rule_id == "XML-004"


def test_many_attributes_in_all_are_read() -> None:
    assert len(parse(spelt("<r>" + f'<a xmlns="urn:a" {many("b", 500)}/>' * 1500 + "</r>"))) == 1500


def test_a_refusal_tells_where() -> None:
    with pytest.raises(XmlRefused) as refused:
        parse(b"<a>\n  <b></c>\n</a>")
    rule, hit = xml_rules.hit(refused.value)
    assert (rule.id, hit.line) == ("XML-001", 2)
    assert hit.column
