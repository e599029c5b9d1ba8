"""MTOM packages, both ways, with the bytes kept as they came (rules MTOM-001 to MTOM-009)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from banc_standards.soap import mtom, rules
from banc_standards.soap.mtom import pack, resolve, unpack
from banc_standards.soap.read import SoapRefused

HEADER = (
    'multipart/related; boundary="b"; start="<root>"; type="application/xop+xml"; start-info="application/soap+xml"'
)
BODY = (
    b'--b\r\nContent-Type: application/xop+xml; type="application/soap+xml"\r\nContent-ID: <root>\r\n\r\n<root/>\r\n'
    b"--b\r\nContent-ID: <doc>\r\nContent-Transfer-Encoding: binary\r\n\r\n\x00\r\n--bb\n\xff\r\n--b--\r\n"
)


def refusal(header: str, body: bytes, max_parts: int = 50) -> str:
    with pytest.raises(SoapRefused) as refused:
        unpack(header, body, max_parts=max_parts)
    assert refused.value.rule_id in rules.BY_ID
    return refused.value.rule_id


@given(st.binary(), st.binary())
def test_any_bytes_survive_the_round_trip(root: bytes, part: bytes) -> None:
    boundary = "=_banc_0b5e"
    if boundary.encode() in root + part:
        return
    header, body = pack(root, {"doc:1@lps": part}, action="urn:a", boundary=boundary, root_id="root@lps")
    package = unpack(header, body)
    assert (package.root, dict(package.parts), package.action) == (root, {"doc:1@lps": part}, "urn:a")
    assert package.media_type == "application/soap+xml"


def test_a_delimiter_inside_a_part_is_refused_when_packing() -> None:
    with pytest.raises(ValueError, match="boundary"):
        pack(b"<a/>", {"doc": b"x --b x"}, action="", boundary="b", root_id="root")


def test_a_longer_boundary_inside_a_part_is_content() -> None:
    assert unpack(HEADER, BODY).parts["doc"] == b"\x00\r\n--bb\n\xff"


def test_lines_may_end_with_a_line_feed_alone() -> None:
    package = unpack(HEADER, b"preamble\n--b\nContent-ID: <root>\n\n<root/>\n--b\nContent-ID: <d>\n\nx\ny\n--b--")
    assert (package.root, package.parts["d"]) == (b"<root/>", b"x\ny")


def test_without_start_the_first_part_is_the_root() -> None:
    assert unpack('Multipart/Related; boundary="b"', BODY).root == b"<root/>"


def test_a_base64_part_is_decoded() -> None:
    body = BODY.replace(b"binary\r\n\r\n\x00\r\n--bb\n\xff", b"base64\r\n\r\nQUJ\r\nD")
    assert unpack(HEADER, body).parts["doc"] == b"ABC"


def test_a_body_that_is_not_multipart_is_its_own_root() -> None:
    package = unpack('application/soap+xml; charset=UTF-8; action="urn:x"', b"<a/>")
    assert (package.root, package.action, package.multipart) == (b"<a/>", "urn:x", False)
    assert package.media_type == "application/soap+xml"


@pytest.mark.parametrize("length", [0, 3, 40, 110, len(BODY) - 8])
def test_a_truncated_message_is_refused(length: int) -> None:
    assert refusal(HEADER, BODY[:length]) == "MTOM-001"


def test_a_part_without_blank_line_is_refused() -> None:
    assert refusal(HEADER, b"--b\r\nContent-ID: <root>\r\n--b--\r\n") == "MTOM-001"


def test_false_base64_is_refused() -> None:
    assert refusal(HEADER, BODY.replace(b"binary", b"base64")) == "MTOM-001"


@pytest.mark.parametrize(
    "header", ["multipart/related", 'multipart/related; boundary=""', "multipart/related; boundary=é"]
)
def test_a_boundary_is_required(header: str) -> None:
    assert refusal(header, BODY) == "MTOM-002"


def test_the_root_must_be_there() -> None:
    assert refusal(HEADER.replace("<root>", "<other>"), BODY) == "MTOM-003"


def test_content_ids_must_differ() -> None:
    assert refusal(HEADER, BODY.replace(b"--b--", b"--b\r\nContent-ID: <doc>\r\n\r\nx\r\n--b--")) == "MTOM-004"
    assert refusal(HEADER, BODY.replace(b"<doc>", b"<root>")) == "MTOM-004"


def test_the_number_of_parts_is_bounded() -> None:
    assert refusal(HEADER, BODY, max_parts=1) == "MTOM-005"


def test_an_include_is_resolved_url_decoded() -> None:
    package = mtom.Package(b"", {"urn:uuid:1@lps": b"bytes"}, None)
    element = etree.Element("Document")
    element.append(mtom.include("urn:uuid:1@lps"))
    assert element[0].get("href") == "cid:urn%3Auuid%3A1@lps"
    assert resolve(element, package) == b"bytes"


def test_inline_base64_is_decoded() -> None:
    assert resolve(etree.fromstring("<d> QUJ\nD </d>"), mtom.Package(b"", {}, None)) == b"ABC"


@pytest.mark.parametrize("href", ["cid:absent", "http://example.test/x", ""])
def test_an_include_of_nothing_is_refused(href: str) -> None:
    element = etree.Element("d")
    element.append(mtom.include("x"))
    element[0].set("href", href)
    with pytest.raises(SoapRefused) as refused:
        resolve(element, mtom.Package(b"", {}, None))
    assert refused.value.rule_id == "MTOM-006"


@pytest.mark.parametrize("text", ["é!", "<x/>", "<x><i:Include xmlns:i='http://www.w3.org/2004/08/xop/include'/></x>"])
def test_inline_text_that_is_not_base64_is_refused(text: str) -> None:
    with pytest.raises(SoapRefused) as refused:
        resolve(etree.fromstring(f"<d>{text}</d>"), mtom.Package(b"", {}, None))
    assert refused.value.rule_id == "MTOM-007"


@pytest.mark.parametrize("inside", ["QUJD{0}", "{0}QUJD", "{0}{0}", "{0}<x/>"])
def test_an_include_that_is_not_alone_is_refused(inside: str) -> None:
    include = "<i:Include xmlns:i='http://www.w3.org/2004/08/xop/include' href='cid:x'/>"
    with pytest.raises(SoapRefused) as refused:
        resolve(etree.fromstring(f"<d>{inside.format(include)}</d>"), mtom.Package(b"", {"x": b"ABC"}, None))
    assert refused.value.rule_id == "MTOM-009"


def test_a_scheme_has_no_case_and_comments_and_blanks_are_nothing() -> None:
    text = "<d> <!-- c --><i:Include xmlns:i='http://www.w3.org/2004/08/xop/include' href='CID:x%40y'/>\n</d>"
    assert resolve(etree.fromstring(text), mtom.Package(b"", {"x@y": b"ABC"}, None)) == b"ABC"


@pytest.mark.parametrize(("encoding", "known"), [(b"8BIT (as it is)", True), (b"x-uuencode", False)])
def test_an_unknown_transfer_encoding_is_refused(encoding: bytes, known: bool) -> None:
    body = BODY.replace(b"binary", encoding)
    if known:
        assert unpack(HEADER, body).parts["doc"] == b"\x00\r\n--bb\n\xff"
    else:
        assert refusal(HEADER, body) == "MTOM-001"
