"""What a check can read of an exchange."""

from __future__ import annotations

from collections.abc import Callable

from lxml import etree

from banc_harness.selection import Selection
from banc_harness.trace import Exchange, Trace
from banc_standards.soap import build, mtom

Exchanges = Callable[..., Exchange]


def test_query_and_form(exchange: Exchanges) -> None:
    asked = exchange("psc.authorization", line="GET /auth?scope=openid&state=&scope=other HTTP/1.1")
    posted = exchange("psc.token", sent=b"grant_type=refresh_token", sent_as="application/x-www-form-urlencoded")

    assert asked.query == {"scope": "openid", "state": ""}
    assert asked.form == {}
    assert posted.form == {"grant_type": "refresh_token"}


def test_json(exchange: Exchanges) -> None:
    seen = exchange("psc.token", answered=b'{"token_type": "Bearer"}', sent=b"{")

    assert seen.response_json == {"token_type": "Bearer"}
    assert seen.request_json is None


def test_soap_of_a_package(exchange: Exchanges) -> None:
    envelope = build.envelope(
        headers=build.addressing(action="urn:test", message_id="urn:uuid:1"), body=etree.Element("{urn:test}Hello")
    )
    sent_as, body = mtom.pack(
        etree.tostring(envelope), {"a@b": b"%PDF"}, action="urn:test", boundary="frontier", root_id="root@b"
    )

    seen = exchange(sent=body, sent_as=sent_as)

    assert seen.soap is not None
    assert seen.soap.action == "urn:test"
    assert seen.package is not None
    assert seen.package.parts == {"a@b": b"%PDF"}


def test_bytes_that_are_no_soap_read_as_nothing(exchange: Exchanges) -> None:
    seen = exchange(sent=b"<!DOCTYPE x><x/>", sent_as="application/soap+xml")

    assert (seen.soap, seen.assertion, seen.submission, seen.documents, seen.cdas) == (None, None, None, {}, ())


def test_exchange_without_bytes_reads_as_nothing(exchange: Exchanges) -> None:
    seen = exchange("tls.refused", request=None, response=None)

    assert (seen.line, seen.query, seen.form, seen.request_bytes, seen.soap) == ("", {}, {}, b"", None)


def test_header_whatever_its_case(exchange: Exchanges) -> None:
    assert exchange(sent_as="text/xml").header("content-TYPE") == "text/xml"


def test_place_names_the_exchange(exchange: Exchanges) -> None:
    assert exchange().place("/ClinicalDocument") == "dmp.TD2.1#1 /ClinicalDocument"


def test_order_of_a_trace(exchange: Exchanges) -> None:
    existence, feeding, again = exchange("dmp.TD0.2"), exchange(), exchange(outcome="refused", claimed_by=None)
    trace = Trace("UC1.01", (existence, feeding, again))

    assert trace.before(feeding, "dmp.TD0.2") == (existence,)
    assert trace.after(feeding, "dmp.*") == (again,)
    assert trace.all("dmp.TD2.1", "refused") == (again,)
    assert trace.of_step("UC1.01.1") == (existence, feeding)


def test_selection_leaves_strays_out_unless_asked(exchange: Exchanges) -> None:
    claimed, stray = exchange(), exchange(claimed_by=None)
    trace = Trace("UC1.01", (claimed, stray))

    assert trace.about(Selection("dmp.*")).selected == (claimed,)
    assert trace.about(Selection("dmp.*"), strays=True).selected == (claimed, stray)
